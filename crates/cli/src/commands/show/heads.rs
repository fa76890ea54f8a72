//! The heads of chains.

use std::io::{self, Write};

use prova_core::{hash::LeafHash, id::SubjectId, position::EntryIndex};
use prova_query::Reading;
use serde::Serialize;

use crate::{
    error::CommandError,
    plain::counted,
    ui::{Show, Ui},
};

/// A chain and its last entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChainShown {
    /// The component or act.
    subject: SubjectId,
    /// Entries in its chain.
    entries: u64,
    /// The last of them.
    last: EntryIndex,
    /// Its leaf hash.
    head: LeafHash,
    /// How much is wrong in the chain.
    findings: u64,
}

impl Show for ChainShown {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let entries = counted(self.entries, "entry", "entries");
        write!(
            out,
            "{}  {entries}, last {}, head {}",
            self.subject, self.last, self.head
        )?;
        match self.findings {
            0 => writeln!(out),
            count => writeln!(out, "  ! {}", counted(count, "finding", "findings")),
        }
    }
}

/// Lists the chains of subjects that begin with `prefix`.
pub(super) fn show(reading: &Reading, prefix: &str, ui: &mut Ui) -> Result<(), CommandError> {
    for row in reading.chains(prefix) {
        let (subject, chain) = row?;
        ui.item(&ChainShown {
            subject,
            entries: chain.length,
            last: chain.last,
            head: chain.head,
            findings: chain.findings(),
        })?;
    }
    Ok(())
}
