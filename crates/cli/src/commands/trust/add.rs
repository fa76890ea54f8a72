//! `prova trust add`: a ledger is accepted, once.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_bundle::{bag::Bag, verify::verify as verify_bag};
use prova_core::{
    hash::LeafHash,
    id::{OrgId, Origin},
    key::KeyId,
    log::Vkey,
    registry::Registry,
    statement::{Keyring as _, charter::Purpose},
};
use prova_store::Snapshot;
use serde::Serialize;

use super::kept::Accepted;
use crate::{
    commands::verify::bundle,
    error::CommandError,
    trust::{policy_of, read_policy},
    trust_store::{TrustStore, TrustStoreError},
    ui::{Show, Status, Ui},
};

/// Accept a ledger: what is verified of it holds from then on.
///
/// Reads a ledger's directory, a bundle, or a policy file. Shows whose ledger it says it is, the hash of its charter, and every key that governs it;
/// compare them with what those who run it told you by a way that you trust. Keeps the name and the hash after a yes at the terminal, or where
/// `--charter` names the hash. A policy is accepted for every log that it names.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 accepted, 1 the evidence is bad, 2 refused, or another ledger of that name was accepted before.

Example:
  prova trust add policy.txt")]
pub(crate) struct AddArgs {
    /// The ledger's directory, a bundle, or a policy.
    #[arg(value_name = "LEDGER|BUNDLE|POLICY")]
    source: PathBuf,
    /// The leaf hash of the charter, as those who run the ledger told you.
    #[arg(long, value_name = "HASH")]
    charter: Option<LeafHash>,
    /// A C2SP tlog-policy file with the witnesses that you ask for [default: the ledger's key alone].
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// What somebody is to accept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Offered {
    origin: Origin,
    purpose: Purpose,
    charter: LeafHash,
    log: String,
    threshold: u32,
    root: Vec<(OrgId, KeyId)>,
}

impl Show for Offered {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let test = match self.purpose {
            Purpose::Production => "",
            Purpose::Test => ", a test: its entries mean nothing",
        };
        writeln!(out, "{}{test}", self.origin)?;
        writeln!(out, "charter  {}", self.charter)?;
        writeln!(out, "log key  {}", self.log)?;
        writeln!(
            out,
            "root     {} of these organisations must agree",
            self.threshold
        )?;
        for (organisation, key) in &self.root {
            writeln!(out, "  {organisation}  key {key}")?;
        }
        Ok(())
    }
}

impl Offered {
    fn new(charter: LeafHash, registry: &Registry) -> Self {
        let root = registry.root();
        let keys = root.keys.iter();
        Self {
            origin: registry.origin().clone(),
            purpose: registry.purpose(),
            charter,
            log: Vkey::of_log(registry.origin(), registry.log_key()).to_string(),
            threshold: root.threshold,
            root: keys
                .map(|held| (held.organisation.clone(), held.key.key_id()))
                .collect(),
        }
    }
}

/// Runs `prova trust add`.
pub(super) fn run(args: &AddArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let store = TrustStore::of_user()?;
    let (offered, policy) = if args.source.is_dir() {
        let snapshot = Snapshot::open(&args.source)?;
        let registry = snapshot.founding();
        (
            Offered::new(snapshot.charter().leaf(), registry),
            policy_of(registry),
        )
    } else if crate::input::peek(&args.source, bundle::START_BYTES)
        .is_ok_and(|(start, _)| bundle::is_bundle(&args.source, &start))
    {
        let mut bag = Bag::open(bundle::open(&args.source)?)
            .map_err(|error| bundle::failed(&args.source, &error.into()))?;
        let verified = verify_bag(&mut bag, &ui.progress("verifying", "files"))
            .map_err(|error| bundle::failed(&args.source, &error))?;
        let dossier = verified.dossier;
        let registry = dossier.history().now();
        (Offered::new(dossier.charter(), registry), policy_of(registry))
    } else {
        return add_policy(args, &store, ui);
    };
    ui.explain(&offered);
    match (args.charter, offered.charter) {
        (Some(want), got) if want != got => {
            return Err(TrustStoreError::OtherCharter {
                origin: offered.origin,
                got,
                want,
            }
            .into());
        }
        (Some(_), _) => {}
        (None, got) => match ui.confirm("Is this the ledger that you mean?") {
            Some(true) => {}
            Some(false) => return Err(CommandError::caller("it was not accepted")),
            None => {
                return Err(
                    CommandError::caller("nobody said that this is the ledger that is meant").hint(format!(
                        "say so with --charter {got}, if that is the hash that you were told"
                    )),
                );
            }
        },
    }
    let policy = match &args.policy {
        Some(path) => read_policy(path)?.bytes,
        None => policy.into_bytes(),
    };
    accept(&store, &offered.origin, Some(offered.charter), &policy, ui)?;
    Ok(Status::Holds)
}

fn add_policy(args: &AddArgs, store: &TrustStore, ui: &mut Ui) -> Result<Status, CommandError> {
    let policy = read_policy(&args.source)?;
    if policy.trust.policy().logs().is_empty() {
        return Err(CommandError::caller("the policy lists no log"));
    }
    for log in policy.trust.policy().logs() {
        let origin: Origin = log
            .key
            .name()
            .to_string()
            .parse()
            .map_err(|_| CommandError::caller(format!("{} is no name of a ledger", log.key.name())))?;
        accept(store, &origin, args.charter, &policy.bytes, ui)?;
    }
    Ok(Status::Holds)
}

fn accept(
    store: &TrustStore,
    origin: &Origin,
    charter: Option<LeafHash>,
    policy: &[u8],
    ui: &mut Ui,
) -> Result<(), CommandError> {
    if !store.add(origin, charter, policy)? {
        ui.note("it was accepted before");
    }
    let known = store.get(origin)?;
    let known = known.ok_or_else(|| TrustStoreError::NotAccepted(origin.clone()))?;
    ui.item(&Accepted::from(known))
}
