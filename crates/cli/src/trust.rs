//! Whom a command believes: a policy that it was given, or what was accepted before.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use prova_core::{
    id::Origin,
    log::{MAX_POLICY_BYTES, Vkey},
    registry::Registry,
    statement::{Keyring as _, charter::Purpose},
    verdict::{Trust, Verdict},
};
use serde::Serialize;

use crate::{
    error::{Blaming as _, CommandError},
    input,
    trust_store::{TrustStore, TrustStoreError},
    ui::{Show, Status, Ui},
};

/// The option that says whom to believe.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrustArgs {
    /// A C2SP tlog-policy file: whose logs and witnesses you believe [default: the ledgers that you accepted, see `prova trust`].
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// A policy that was read, and its bytes.
pub(crate) struct ReadPolicy {
    /// Whom it believes.
    pub(crate) trust: Trust,
    /// The policy as a file.
    pub(crate) bytes: Vec<u8>,
}

impl TrustArgs {
    /// Whom to believe about the ledger of this name.
    pub(crate) fn about(&self, origin: &Origin) -> Result<Option<ReadPolicy>, CommandError> {
        if let Some(path) = &self.trust {
            return read_policy(path).map(Some);
        }
        let store = match TrustStore::of_user() {
            Ok(store) => store,
            // Nobody said whom to believe, and nothing was ever accepted.
            Err(TrustStoreError::Nowhere) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let known = store.get(origin)?;
        Ok(known.map(|known| ReadPolicy {
            trust: known.trust,
            bytes: known.policy,
        }))
    }
}

/// Reads a policy file.
pub(crate) fn read_policy(path: &Path) -> Result<ReadPolicy, CommandError> {
    read_policy_from(input::open(path)?, path)
}

/// Reads a policy file that was opened before.
pub(crate) fn read_policy_from(from: impl Read, path: &Path) -> Result<ReadPolicy, CommandError> {
    let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX);
    parse_policy(input::read_from(from, path, limit)?, path)
}

/// The policy that these bytes are, which came from `path`.
pub(crate) fn parse_policy(bytes: Vec<u8>, path: &Path) -> Result<ReadPolicy, CommandError> {
    let trust = Trust::parse(&bytes)
        .or_caller()
        .map_err(|error| error.context(format!("no policy in {}", input::shown(path))))?;
    Ok(ReadPolicy { trust, bytes })
}

/// The policy that believes the ledger's own key, and asks for no witness.
pub(crate) fn policy_of(registry: &Registry) -> String {
    let log = Vkey::of_log(registry.origin(), registry.log_key());
    format!("log {log}\nquorum none\n")
}

/// Nobody who is trusted vouches for a log.
#[derive(Serialize)]
struct Unanchored<'a> {
    origin: &'a Origin,
    code: &'static str,
}

impl Show for Unanchored<'_> {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "cannot be decided: {}", whose(self.origin))
    }
}

/// That it is not known whose ledger it is, in words.
fn whose(origin: &Origin) -> String {
    format!("whose ledger {origin} is, is not known, since nobody whom you trust vouches for it")
}

/// What to do about that.
pub(crate) const ACCEPT: &str = "`prova trust add` accepts a ledger once, --trust names a policy file; ask those who run it for both by a way that you trust";

/// What is to be known before anything else: that the ledger is a test, and that nobody vouches for it.
pub(crate) fn show_standing(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    if verdict.purpose == Some(Purpose::Test) {
        writeln!(out, "a test ledger: its entries mean nothing")?;
    }
    if verdict.failed().next().is_none() && !verdict.is_anchored() {
        writeln!(out, "{}", whose(&verdict.origin))?;
    }
    Ok(())
}

/// How a command ends that was asked about a log for which nobody vouches.
pub(crate) fn unanchored(origin: &Origin, ui: &mut Ui) -> Result<Status, CommandError> {
    ui.result(&Unanchored {
        origin,
        code: "no-anchor",
    })?;
    ui.note(ACCEPT);
    Ok(Status::Undecided)
}
