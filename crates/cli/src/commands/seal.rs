//! `prova seal`: the index over all entries so far, signed by the ledger.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{
    hash::{LeafHash, MapHash},
    position::{EntryIndex, TreeSize},
};
use serde::Serialize;

use crate::{
    clock,
    error::CommandError,
    ledger::LedgerArgs,
    passphrase::PassphraseArgs,
    plain::counted,
    ui::{Show, Status, Ui},
};

/// Seal the index over all entries so far, so that completeness and absence can be proved.
///
/// Reads the entries since the last seal. Writes one entry, signed with the log's key, that states which entries there are under every term:
/// component, organisation, key, document, alias. `prova prove --all-about` and `--none-about` prove by it. If the last entry is a seal
/// already, writes nothing.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger, no key, or in use, 3 the disk failed.

Example:
  prova seal --ledger ledger --log-key keys/log.pem")]
pub(crate) struct SealArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The log's private key, with which the ledger signs its seals and checkpoints.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// What `seal` prints of the entry that it made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SealOutput {
    /// Where it stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// How many entries it is about: all before it.
    size: TreeSize,
    /// How many terms they have.
    terms: u64,
    /// The root of the index.
    root: MapHash,
}

impl Show for SealOutput {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "entry {} seals the first {} with {}; root {}",
            self.index,
            counted(self.size.get(), "entry", "entries"),
            counted(self.terms, "term", "terms"),
            self.root
        )
    }
}

/// Runs `prova seal`.
pub(crate) fn run(args: &SealArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let mut ledger = args.ledger.write(args.log_key.as_ref(), &args.passphrase, ui)?;
    let seal = ledger.seal(clock::now()?)?;
    ui.result(&SealOutput {
        index: seal.index,
        leaf: seal.leaf,
        size: seal.size(),
        terms: seal.sealed.terms,
        root: seal.sealed.root,
    })?;
    Ok(Status::Holds)
}
