//! All entries about something, or that there is none, by the last seal.

use std::io::{self, Write};

use prova_core::{
    hash::LeafHash,
    index::{ListedEntry, Listing, term::Term},
    log::tlog_proof::TlogProof,
    position::{EntryIndex, TreeSize},
};
use prova_store::Snapshot;
use serde::Serialize;

use super::ProveArgs;
use crate::{
    error::{Blame, CommandError},
    plain::counted,
    ui::{Show, Ui},
};

/// What is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// These are all.
    All,
    /// There is none.
    None,
}

/// A listing of entries.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    /// What they are about.
    term: Term,
    /// The seal that counts them.
    seal: EntryIndex,
    /// How many entries it is about.
    size: TreeSize,
    /// Where they stand.
    entries: Vec<EntryIndex>,
    /// The file.
    #[serde(rename = "proof")]
    pub(super) text: String,
}

impl Show for Listed {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())
    }
}

/// The listing of a term.
pub(super) fn prove(args: &ProveArgs, term: &Term, claim: Claim, ui: &Ui) -> Result<Listed, CommandError> {
    let (snapshot, state) = args.ledger.read(ui)?;
    let Some((seal, proof)) = state.index_proof(term)? else {
        let error = CommandError::caller("the ledger was never sealed");
        return Err(error.hint("`prova seal` states which entries there are under every term"));
    };
    let size = seal.size();
    let posting = state.posting(term)?;
    let posting: Vec<_> = posting.into_iter().filter(|index| size.has(*index)).collect();
    match (claim, posting.len()) {
        (Claim::None, 1..) => {
            let entries = counted(posting.len(), "entry", "entries");
            let message = format!("there are {entries} about «{term}» among the first {size}, want none");
            return Err(CommandError::caller(message).hint("`--all-about` proves which"));
        }
        (Claim::All, 0) => {
            let message = format!("there is no entry about «{term}» among the first {size}");
            return Err(CommandError::caller(message).hint("`--none-about` proves it"));
        }
        _ => {}
    }
    let entries = posting.iter().map(|index| {
        let entry = snapshot.entry(*index)?;
        Ok(ListedEntry {
            index: *index,
            leaf: LeafHash::of_entry(&entry),
            entry: (!args.without_entry).then_some(entry),
        })
    });
    let entries = entries.collect::<Result<Vec<_>, CommandError>>()?;
    let listing = Listing::new(term.clone(), seal_proof(&snapshot, seal.index)?, proof, entries);
    let later = snapshot
        .size()
        .get()
        .saturating_sub(seal.index.size_with_it().get());
    if later > 0 {
        ui.note(&format!(
            "{} came after the seal in entry {} and may be about «{term}» too; `prova seal` covers them",
            counted(later, "entry", "entries"),
            seal.index
        ));
    }
    Ok(Listed {
        term: term.clone(),
        seal: seal.index,
        size,
        entries: posting,
        text: String::from_utf8_lossy(&listing.encode()).into_owned(),
    })
}

/// The seal in the ledger's log, with its bytes.
fn seal_proof(snapshot: &Snapshot, index: EntryIndex) -> Result<TlogProof, CommandError> {
    let inclusion = snapshot.inclusion(index)?;
    let proof = TlogProof::new(inclusion, snapshot.signed_checkpoint().clone());
    proof
        .and_then(|proof| proof.with_extra(snapshot.entry(index).unwrap_or_default()))
        .map_err(|error| CommandError::of(Blame::Program, &error))
}
