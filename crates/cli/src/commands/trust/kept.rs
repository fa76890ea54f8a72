//! `prova trust list`, `show`, `remove`: what was accepted.

use std::io::{self, Write};

use clap::Args;
use prova_core::{
    hash::{Digest, LeafHash},
    id::Origin,
};
use serde::Serialize;

use crate::{
    error::CommandError,
    trust_store::{TrustStore, TrustStoreError, TrustedLedger},
    ui::{Show, Status, Ui},
};

/// List the ledgers that you accepted.
///
/// Reads the directory of accepted ledgers.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 what is kept there is no accepted ledger.

Example:
  prova trust list")]
pub(crate) struct TrustListArgs {}

/// Show whom you believe about a ledger.
///
/// Reads the directory of accepted ledgers.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 no such ledger was accepted.

Example:
  prova trust show ledger.example/2026")]
pub(crate) struct TrustShowArgs {
    /// The ledger's name.
    #[arg(value_name = "ORIGIN")]
    origin: Origin,
}

/// Believe a ledger no more.
///
/// Takes it out of the directory of accepted ledgers.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 no such ledger was accepted.

Example:
  prova trust remove ledger.example/2026")]
pub(crate) struct TrustRemoveArgs {
    /// The ledger's name.
    #[arg(value_name = "ORIGIN")]
    origin: Origin,
}

/// A ledger that was accepted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accepted {
    pub(super) origin: Origin,
    /// The leaf hash of its charter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) charter: Option<LeafHash>,
    /// The policy as a file.
    policy: String,
    /// SHA-256 of that file.
    digest: Digest,
}

impl From<TrustedLedger> for Accepted {
    fn from(known: TrustedLedger) -> Self {
        Self {
            origin: known.origin,
            charter: known.trust.charter(),
            policy: String::from_utf8_lossy(&known.policy).into_owned(),
            digest: known.trust.digest(),
        }
    }
}

impl Show for Accepted {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.charter {
            Some(charter) => writeln!(out, "{} with charter {charter}", self.origin)?,
            None => writeln!(out, "{}, whatever its charter", self.origin)?,
        }
        for line in self.policy.lines() {
            writeln!(out, "  {}", crate::plain::plain(line))?;
        }
        Ok(())
    }
}

/// Runs `prova trust list`.
pub(super) fn list(_: &TrustListArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    for known in TrustStore::of_user()?.all()? {
        ui.item(&Accepted::from(known))?;
    }
    Ok(Status::Holds)
}

/// Runs `prova trust show`.
pub(super) fn show(args: &TrustShowArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let known = TrustStore::of_user()?.get(&args.origin)?;
    let known = known.ok_or_else(|| TrustStoreError::NotAccepted(args.origin.clone()))?;
    ui.result(&Accepted::from(known))?;
    Ok(Status::Holds)
}

/// Runs `prova trust remove`.
pub(super) fn remove(args: &TrustRemoveArgs, _: &mut Ui) -> Result<Status, CommandError> {
    TrustStore::of_user()?.remove(&args.origin)?;
    Ok(Status::Holds)
}
