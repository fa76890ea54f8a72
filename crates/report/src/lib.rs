//! A verdict and what it rests on, as one HTML file for people.
//!
//! **Scope.** Reading what a ledger or a bundle knows of the components asked for ([`Report::read`]), deriving who signed
//! by what right, and writing all of it as one self-contained page ([`render`]): no script, no request, a strict content security policy;
//! light, dark and on paper; usable by keyboard and screen reader. The same input gives the same bytes.
//!
//! **Not here.** Verifying: `prova-core` does that, and only its [`Verified`](prova_core::statement::Verified) entries come in. Files, clocks and
//! bundles are the caller's. Nothing in a page is evidence: it names the entries, digests and commands by which a reader checks it.
//!
//! **Hostile text.** Names, remarks and file names come from whoever signed an entry. Templates escape whatever they insert; controls and
//! characters that reorder or hide text are shown as their code points, set off from what surrounds them.
//!
//! ```
//! use prova_report::{ENTRIES_SHOWN, Relevance};
//! assert!(Relevance::Asked < Relevance::Related);
//! assert!(ENTRIES_SHOWN >= 1_000);
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod html;
mod meaning;
mod page;
mod report;
mod signer;
#[cfg(test)]
mod tests;

pub use self::{
    html::render,
    page::{Page, Relevance},
    report::{
        Case, ENTRIES_SHOWN, EntryShown, Kept, MissingTerm, PAGES_SHOWN, Report, Wanted, WithheldDocument,
    },
    signer::{Signer, SignerKey},
};
