//! Reading a ledger, for people and for programs alike: what the `prova` command and a server both need.
//!
//! **Scope.** A ledger opened beside whoever writes it ([`Reading`]), every entry that comes out of it held against its leaf hash and its
//! signatures verified again. Out of it come the log ([`LogEntry`]), one entry whole ([`EntryDetail`]), the life of a component, what it is
//! made of with its bills of materials ([`Composition`]), who may say what ([`RegistryDetail`]), and what a machine without the ledger must
//! know to sign ([`Heads`]). Entries and pedigrees go out in other people's formats ([`ChosenEntries`], [`pedigree()`]). What a statement
//! would do is rehearsed before it is signed ([`Rehearsal`]); a ledger or a subject is verified, and the verdict says what it rests on
//! ([`LedgerVerdict`], [`SubjectVerdict`]); pages for people are put together ([`ledger_page`], [`bundle_page`]), and bundles are given
//! what they are made from ([`LedgerSource`]). What a file is that somebody was given, is told without a ledger too ([`InspectedFile`]).
//! Proofs are made to hand on ([`EntryProof`], [`GrowthProof`], [`TermListing`]), and a bundle is held against what was seen of its ledger
//! before ([`Growth`]).
//!
//! **Not here.** What an entry means and whether it is good: `prova-core`. How a ledger lies on a disk, and everything that writes to it:
//! `prova-store`. The container of a bundle: `prova-bundle`. What a page looks like: `prova-report`. Arguments, keys and passphrases, prompts, terminals, exit codes and what a message advises: the `prova` command.
//!
//! **Guarantees.**
//! * Nothing is written, and no lock is waited for. A reading stays at the size at which it was opened, whatever is appended meanwhile.
//! * No file is opened but those of the ledger whose directory is given; no clock, environment or network is asked.
//! * Each operation has an error type of its own that says whose fault it is ([`prova_store::Blame`]) and keeps what it rests on as a source.
//!
//! ```
//! use prova_core::{id::SubjectId, key::published_test_key};
//! use prova_query::Reading;
//! use prova_store::{Ledger, NoProgress};
//! use prova_testkit::builder::{TestLedger, unit};
//!
//! let directory = tempfile::tempdir()?;
//! let mut statements = TestLedger::new("ledger.example/2026");
//! let log_key = published_test_key("log").ok_or("no such key")?;
//! let mut writer = Ledger::create(directory.path(), &statements.charter(), log_key)?;
//! writer.append(None, &statements.enrolments())?;
//! writer.append(None, &[statements.manufacture("S1", 0)])?;
//!
//! let reading = Reading::open(directory.path(), &NoProgress)?;
//! let life = reading.life(&SubjectId::from(unit("S1")))?;
//! assert_eq!(life.rows.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod causes;
mod chosen_entries;
mod composition;
mod entry_detail;
mod growth;
mod heads;
mod inspection;
mod log_entry;
mod materials;
mod page;
mod pedigree;
mod proof;
mod reading;
mod registry_detail;
mod rehearsal;
mod source;
mod term_listing;
#[cfg(test)]
mod tests;
mod verification;

pub use self::{
    causes::causes,
    chosen_entries::{ChosenEntries, ChosenEntriesError, ExportSubject},
    composition::{Composition, CompositionError},
    entry_detail::{EntryDetail, EntryDetailError, SignatureDetail},
    growth::{Growth, GrowthError},
    heads::{Heads, HeadsError, MAX_HEADS_BYTES, RegistryHead},
    inspection::{BUNDLE_START, BundleOutline, CheckpointOutline, InspectFileError, InspectedFile},
    log_entry::LogEntry,
    materials::{BillFault, Material, MaterialGap, MaterialGapKind, Materials},
    page::{bundle_page, ledger_page},
    pedigree::{PedigreeError, pedigree},
    proof::{
        EntryInProof, EntryProof, EntryProofError, GrowthProof, GrowthProofError, ParseGrowthProofError,
    },
    reading::{OpenReadingError, Reading, ReadingError, SubjectError},
    registry_detail::{
        KeyDetail, NotEnrolledError, ParticipantDetail, RegistryDetail, RootDetail, RootKeyDetail,
    },
    rehearsal::{Rehearsal, RehearsalError, Rehearsed},
    source::{LedgerSource, SourceError},
    term_listing::{TermClaim, TermListing, TermListingError},
    verification::{LedgerVerdict, StoppedAudit, SubjectVerdict, VerifySubjectError},
};
