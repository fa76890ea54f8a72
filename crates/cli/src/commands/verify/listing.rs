//! A listing of entries, or a proof that a seal is false, held against a policy; no ledger is needed.

use std::{
    io::{self, Write},
    path::Path,
};

use prova_core::{
    hash::{LeafHash, MapHash, NodeHash},
    id::Origin,
    index::{Contradiction, FalseSeal, Listing, term::Term},
    position::{EntryIndex, TreeSize},
    time::Timestamp,
};
use serde::Serialize;

use super::proof::{Cosigned, cosigned, witnesses};
use crate::{
    error::{Blaming as _, CommandError},
    input,
    plain::counted,
    trust::{TrustArgs, unanchored},
    ui::{Show, Status, Ui},
};

/// What a listing shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Complete {
    /// The log.
    origin: Origin,
    /// What the entries are about.
    term: Term,
    /// All of them.
    entries: Vec<ListedEntryOutput>,
    /// The seal that counts them.
    seal: SealShown,
    /// Entries that the checkpoint covers.
    size: TreeSize,
    /// The root that it signs.
    root: NodeHash,
    /// The policy's witnesses that cosigned it.
    cosigned: Vec<Cosigned>,
}

/// What `verify` prints of an entry that was proven to be listed.
#[derive(Serialize)]
struct ListedEntryOutput {
    /// Where it stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
}

/// What `verify` prints of the seal that a listing rests on.
#[derive(Serialize)]
struct SealShown {
    /// Where it stands.
    index: EntryIndex,
    /// When it was made, as the ledger claims.
    time: Timestamp,
    /// How many entries it is about.
    size: TreeSize,
    /// The root of the index.
    root: MapHash,
}

impl Show for Complete {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let (term, sealed) = (&self.term, self.seal.size);
        let origin = &self.origin;
        match self.entries.len() {
            0 => writeln!(
                out,
                "holds: none of the first {sealed} entries of {origin} is about {term}"
            )?,
            count => {
                let indices: Vec<_> = self
                    .entries
                    .iter()
                    .map(|listed| listed.index.to_string())
                    .collect();
                let entries = counted(count, "entry", "entries");
                writeln!(
                    out,
                    "holds: {entries} about {term} among the first {sealed} of {origin}, and no other: {}",
                    indices.join(", ")
                )?;
            }
        }
        writeln!(
            out,
            "sealed in entry {} with root {}; checkpoint of size {} with root {}; cosigned by {}",
            self.seal.index,
            self.seal.root,
            self.size,
            self.root,
            witnesses(&self.cosigned)
        )
    }
}

/// What a proof of a false seal shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lie {
    /// The log.
    origin: Origin,
    /// The index of the seal that lies.
    seal: EntryIndex,
    /// The entry that it denies.
    entry: EntryIndex,
    /// The term under which it lies.
    term: Term,
    /// How they contradict each other.
    contradiction: Contradiction,
}

impl Show for Lie {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let (seal, entry, term) = (self.seal, self.entry, &self.term);
        let how = match self.contradiction {
            Contradiction::LeftOut => {
                format!("entry {entry} is about {term}, and the seal does not count it")
            }
            Contradiction::Replaced => {
                format!("under {term}, the seal counts another entry in the place of entry {entry}")
            }
            Contradiction::Invented => format!("the seal counts entry {entry}, which is not about {term}"),
        };
        writeln!(
            out,
            "proven: the seal in entry {seal} of {} is false: {how}",
            self.origin
        )
    }
}

/// Verifies a listing, or the proof that one was sealed falsely.
pub(super) fn verify(
    path: &Path,
    content: &[u8],
    trust: &TrustArgs,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let shown = input::shown(path);
    if let Ok(lie) = FalseSeal::parse(content) {
        let Some(believed) = trust.about(lie.origin())? else {
            return unanchored(lie.origin(), ui);
        };
        let proven = lie
            .verify(believed.trust.policy())
            .or_evidence()
            .map_err(|error| error.context(format!("{shown} does not show that a seal is false")))?;
        ui.result(&Lie {
            origin: proven.origin,
            seal: proven.seal,
            entry: proven.entry,
            term: proven.term,
            contradiction: proven.contradiction,
        })?;
        return Ok(Status::Holds);
    }
    let listing = Listing::parse(content)
        .or_evidence()
        .map_err(|error| error.context(format!("no proof in {shown}")))?;
    let Some(believed) = trust.about(listing.origin())? else {
        return unanchored(listing.origin(), ui);
    };
    let policy = believed.trust.policy();
    let verified = listing.verify(policy).or_evidence().map_err(|error| {
        error.context(format!(
            "{shown} does not show which entries there are about «{}»",
            listing.term()
        ))
    })?;
    let checkpoint = verified.proven.checkpoint();
    let entries = listing.entries().iter().map(|listed| ListedEntryOutput {
        index: listed.index,
        leaf: listed.leaf,
    });
    ui.result(&Complete {
        origin: checkpoint.origin().clone(),
        term: listing.term().clone(),
        entries: entries.collect(),
        seal: SealShown {
            index: verified.proven.index(),
            time: verified.seal.time,
            size: verified.seal.size,
            root: verified.seal.root,
        },
        size: checkpoint.size(),
        root: *checkpoint.root(),
        cosigned: cosigned(verified.proven.evaluation()),
    })?;
    Ok(Status::Holds)
}
