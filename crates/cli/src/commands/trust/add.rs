//! `prova trust add`: a ledger is accepted, once.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use prova_bundle::{bag::Bag, verify::verify as verify_bag};
use prova_core::{
    hash::{Digest, LeafHash},
    id::{OrgId, Origin},
    key::KeyId,
    log::Vkey,
    registry::Registry,
    statement::{Keyring as _, charter::Purpose},
    verdict::Trust,
};
use prova_store::Snapshot;
use serde::Serialize;

use super::kept::Accepted;
use crate::{
    commands::verify::bundle,
    error::CommandError,
    input,
    trust::{ReadPolicy, parse_policy, policy_of, read_policy, read_policy_from},
    trust_store::{TrustStore, TrustStoreError, TrustedLedger},
    ui::{Show, Status, Ui},
};

/// Accept a ledger: what is verified of it holds from then on.
///
/// Reads a ledger's directory, a bundle, or a policy file. Shows whose ledger it says it is, the hash of its charter, and every key that governs it,
/// or all that a policy says; compare them with what those who run it told you by a way that you trust. Keeps the name and the hash after a yes at the
/// terminal, or where `--charter` names the hash and, of a policy file, `--digest` its own. A policy is accepted for every log that it names.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 accepted, 1 the evidence is bad, 2 refused, nobody agreed, or another ledger of that name was accepted before.

Example:
  prova trust add policy.txt --digest 49eb…")]
pub(crate) struct AddArgs {
    /// The ledger's directory, a bundle, or a policy.
    #[arg(value_name = "LEDGER|BUNDLE|POLICY")]
    source: PathBuf,
    /// The leaf hash of the charter, as those who run the ledger told you.
    #[arg(long, value_name = "HASH")]
    charter: Option<LeafHash>,
    /// Accept the policy file that has this SHA-256, as those who run the ledger told you.
    #[arg(long, value_name = "HEX")]
    digest: Option<Digest>,
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
    let Source { ledger, own, file } = Source::read(args, ui)?;
    let charter = ledger.as_ref().map(|ledger| ledger.charter).or(args.charter);
    let origins = match &ledger {
        Some(ledger) => vec![ledger.origin.clone()],
        None => origins(&own.trust)?,
    };
    // What nobody has named yet, by the options that would.
    let mut unnamed = Vec::new();
    if let Some(ledger) = &ledger {
        ui.explain(ledger);
        let got = ledger.charter;
        match args.charter {
            Some(want) if want != got => {
                let origin = ledger.origin.clone();
                return Err(TrustStoreError::OtherCharter { origin, got, want }.into());
            }
            Some(_) => {}
            None => unnamed.push(format!("--charter {got}")),
        }
    }
    if let Some(file) = file {
        for origin in &origins {
            ui.explain(&Accepted::from(TrustedLedger {
                origin: origin.clone(),
                trust: own.trust.clone().with_charter(charter),
                policy: own.bytes.clone(),
            }));
        }
        let got = own.trust.digest();
        ui.note(&format!("the SHA-256 of {} is {got}", input::shown(file)));
        match args.digest {
            Some(want) if want != got => {
                let file = input::shown(file);
                return Err(CommandError::caller(format!(
                    "{file} has the digest {got}, want {want}"
                )));
            }
            Some(_) => {}
            None => unnamed.push(format!("--digest {got}")),
        }
    }
    if !unnamed.is_empty() {
        let what = if ledger.is_some() {
            "accept this ledger"
        } else {
            "accept this policy"
        };
        let hint = format!(
            "compare what is shown above with what you were told by those who run the ledger, and say so with {}",
            unnamed.join(" ")
        );
        ui.agree(what, &args.source, hint)?;
    }
    for origin in &origins {
        accept(&store, origin, charter, &own.bytes, ui)?;
    }
    Ok(Status::Holds)
}

/// What is offered.
struct Source<'a> {
    /// The ledger, where one was seen.
    ledger: Option<Offered>,
    /// Whom to believe about it.
    own: ReadPolicy,
    /// The file that says so; absent where it is the ledger's key alone.
    file: Option<&'a Path>,
}

impl<'a> Source<'a> {
    fn read(args: &'a AddArgs, ui: &Ui) -> Result<Self, CommandError> {
        let with = |charter, registry: &Registry| {
            let own = match &args.policy {
                Some(path) => read_policy(path)?,
                None => parse_policy(policy_of(registry).into_bytes(), &args.source)?,
            };
            let file = args.policy.as_deref();
            if file.is_none() && args.digest.is_some() {
                return Err(CommandError::caller(
                    "--digest is of a policy, and none was given",
                ));
            }
            let ledger = Some(Offered::new(charter, registry));
            Ok(Self { ledger, own, file })
        };
        if args.source.is_dir() {
            let snapshot = Snapshot::open(&args.source)?;
            return with(snapshot.charter().leaf(), snapshot.founding());
        }
        let (start, rest) = input::peek(&args.source, bundle::START_BYTES)?;
        if bundle::is_bundle(&args.source, &start) {
            // A bundle is opened anew, since its end is looked at first.
            drop(rest);
            let mut bag = Bag::open(bundle::open(&args.source)?)
                .map_err(|error| bundle::failed(&args.source, &error.into()))?;
            let verified = verify_bag(&mut bag, &ui.progress("verifying", "files"))
                .map_err(|error| bundle::failed(&args.source, &error))?;
            return with(verified.dossier.charter(), verified.dossier.history().now());
        }
        if args.policy.is_some() {
            return Err(CommandError::caller(
                "a policy is accepted as it is, want no --policy",
            ));
        }
        Ok(Self {
            ledger: None,
            own: read_policy_from(rest, &args.source)?,
            file: Some(&args.source),
        })
    }
}

/// The ledgers that a policy is about.
fn origins(trust: &Trust) -> Result<Vec<Origin>, CommandError> {
    let mut origins = Vec::new();
    for log in trust.policy().logs() {
        let name = log.key.name().to_string();
        let origin = name
            .parse()
            .map_err(|_| CommandError::caller(format!("{name} is no name of a ledger")))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.is_empty() {
        return Err(CommandError::caller("the policy lists no log"));
    }
    Ok(origins)
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
