//! `prova init`: a new ledger and its charter.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use prova_core::{
    hash::LeafHash,
    id::{OrgId, Origin, SubjectId},
    key::{KeyId, PublicKey, SecretKey},
    log::Vkey,
    registry::Registry,
    statement::{
        Envelope, MAX_ENTRY_BYTES, Predicate, Statement, Subject, Unverified,
        charter::{Charter, Purpose, Root, RootKey},
    },
    time::Timestamp,
};
use prova_store::Ledger;
use serde::Serialize;

use crate::{
    clock,
    error::{Blaming as _, CommandError},
    input, output,
    passphrase::{PassphraseArgs, PassphraseSource},
    publickey, signing,
    trust::policy_of,
    trust_store::TrustStore,
    ui::{Show, Status, Ui},
};

/// Make a new ledger in an empty directory.
///
/// Reads the root keys, which govern the registry, and the log's key, which signs checkpoints. Writes the directory with entry 0,
/// the charter: the ledger's name for ever, its log key, its root keys and how many of their organisations must agree.
#[derive(Args, Debug)]
#[command(after_help = "\
Where the root keys are on different machines: `--sign-only -o charter` on the first, `prova sign charter` on the others,
`prova init DIR --charter charter --log-key FILE` on the last.

Exit codes: 0 done, 2 the directory is not empty or the keys do not fit, 3 the directory cannot be written.

Example:
  prova init ledger --origin ledger.example/2026 --log-key keys/log.pem --root-key dns:a.example=keys/root-a.pem --test")]
pub(crate) struct Init {
    /// The new directory.
    #[arg(value_name = "DIR", required_unless_present = "sign_only")]
    directory: Option<PathBuf>,
    /// The ledger's name for ever: a URL without schema.
    #[arg(long, value_name = "ORIGIN", required_unless_present = "charter")]
    origin: Option<Origin>,
    /// The log's private key; with --sign-only its public key is enough.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: String,
    /// A root key and whose it is. Private keys sign the charter. Without an organisation it is that of the origin's host.
    #[arg(
        long = "root-key",
        value_name = "[ORG=]KEY",
        required_unless_present = "charter"
    )]
    root_keys: Vec<String>,
    /// How many organisations must agree to change the registry [default: more than half].
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    /// Make a ledger whose entries mean nothing; only such a ledger takes published test keys.
    #[arg(long)]
    test: bool,
    /// When the ledger is founded [default: now].
    #[arg(long, value_name = "TIME")]
    time: Option<Timestamp>,
    /// Write the charter's envelope and make no ledger.
    #[arg(long, conflicts_with = "directory")]
    sign_only: bool,
    /// The file for the envelope instead of stdout.
    #[arg(short, long, value_name = "FILE", requires = "sign_only")]
    output: Option<PathBuf>,
    /// The charter's envelope, made before with --sign-only.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["origin", "root_keys", "threshold", "test", "time", "sign_only"])]
    charter: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// What `init` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Founded {
    /// Where the ledger is now.
    directory: PathBuf,
    /// The ledger's name.
    origin: Origin,
    /// `production` or `test`.
    purpose: Purpose,
    /// What others check the ledger's checkpoints with.
    vkey: String,
    /// The charter's leaf hash.
    charter: LeafHash,
    /// Root keys and threshold, as the charter states them.
    root: Root,
}

impl Show for Founded {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let test = match self.purpose {
            Purpose::Production => "",
            Purpose::Test => ", a test: its entries mean nothing",
        };
        writeln!(out, "ledger   {}{test}", self.origin)?;
        writeln!(out, "lies in  {}", self.directory.display())?;
        writeln!(out, "charter  {}", self.charter)?;
        writeln!(out, "vkey     {}", self.vkey)
    }
}

/// A root key as the command line has it; private ones sign.
pub(crate) struct NamedRootKey {
    /// The organisation that the key speaks for.
    organisation: OrgId,
    /// The public half.
    key: PublicKey,
    /// The private half, if it is at hand.
    secret: Option<SecretKey>,
}

impl NamedRootKey {
    /// Reads `[ORG=]KEY`.
    pub(crate) fn read(
        argument: &str,
        origin: &Origin,
        passphrase: &PassphraseSource,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let (organisation, key) = match argument.split_once('=') {
            Some((organisation, key))
                if ["lei:", "gln:", "dns:"]
                    .iter()
                    .any(|scheme| organisation.starts_with(scheme)) =>
            {
                let organisation = organisation.parse().or_caller();
                (
                    organisation
                        .map_err(|error| error.context(format!("«{argument}» names no organisation")))?,
                    key,
                )
            }
            _ => {
                let host = origin.as_str().split('/').next().unwrap_or_default();
                let organisation = format!("dns:{host}").parse().or_caller();
                let organisation = organisation.map_err(|error| {
                    error
                        .context(format!(
                            "the root key «{argument}» names no organisation, and the origin has no host"
                        ))
                        .hint("write ORG=KEY, for example dns:ministry.example=root.pem")
                })?;
                (organisation, argument)
            }
        };
        if let Some(secret) = publickey::read_private(key, passphrase, ui)? {
            let key = secret.public();
            return Ok(Self {
                organisation,
                key,
                secret: Some(secret),
            });
        }
        Ok(Self {
            organisation,
            key: publickey::read(key, passphrase, ui)?,
            secret: None,
        })
    }

    /// The root of these keys; without a threshold, more than half of the organisations.
    pub(crate) fn root(keys: &[Self], threshold: Option<u32>) -> Root {
        let organisations: BTreeSet<_> = keys.iter().map(|key| &key.organisation).collect();
        let majority = organisations
            .len()
            .checked_div(2)
            .unwrap_or_default()
            .saturating_add(1);
        Root {
            threshold: threshold.unwrap_or_else(|| u32::try_from(majority).unwrap_or(u32::MAX)),
            keys: keys
                .iter()
                .map(|key| RootKey {
                    organisation: key.organisation.clone(),
                    key: key.key,
                })
                .collect(),
        }
    }

    /// The private half, if it is at hand.
    pub(crate) fn into_secret(self) -> Option<SecretKey> {
        self.secret
    }

    /// The private halves at hand.
    pub(crate) fn secrets(keys: &[Self]) -> Vec<&SecretKey> {
        keys.iter().filter_map(|key| key.secret.as_ref()).collect()
    }
}

/// Runs `prova init`.
pub(crate) fn run(args: &Init, ui: &mut Ui) -> Result<Status, CommandError> {
    let entry = match &args.charter {
        Some(path) => {
            let limit = u64::try_from(MAX_ENTRY_BYTES).unwrap_or(u64::MAX);
            let mut entry = input::read(path, limit.saturating_add(2))?;
            entry.truncate(entry.trim_ascii_end().len());
            entry
        }
        None => charter(args, ui)?,
    };
    match &args.directory {
        Some(directory) => found(directory, &entry, args, ui)?,
        None => {
            let line = [entry.as_slice(), b"\n"].concat();
            output::write(args.output.as_deref().unwrap_or(Path::new("-")), &line)?;
        }
    }
    Ok(Status::Holds)
}

fn charter(args: &Init, ui: &Ui) -> Result<Vec<u8>, CommandError> {
    let origin = args
        .origin
        .clone()
        .expect("clap wants the origin where there is no charter");
    if let Some(advice) = origin.advice() {
        ui.warn(&advice.to_string());
    }
    let source = args.passphrase.source();
    let log_key = publickey::read(&args.log_key, &args.passphrase.log_source(), ui)?;
    let keys: Vec<_> = args
        .root_keys
        .iter()
        .map(|key| NamedRootKey::read(key, &origin, &source, ui))
        .collect::<Result<_, _>>()?;
    let charter = Charter {
        origin: origin.clone(),
        purpose: if args.test {
            Purpose::Test
        } else {
            Purpose::Production
        },
        time: args.time.map_or_else(clock::now, Ok)?,
        log_key,
        root: NamedRootKey::root(&keys, args.threshold),
        critical: Vec::new(),
    };
    charter.check().or_caller()?;
    let statement = Statement {
        subjects: vec![Subject::new(SubjectId::Ledger(origin), None)],
        predicate: Predicate::Charter(Box::new(charter)),
    };
    let secrets = NamedRootKey::secrets(&keys);
    if secrets.is_empty() {
        return Err(
            CommandError::caller("none of the root keys is private, so nobody signs the charter")
                .hint("name at least one private key with --root-key"),
        );
    }
    Ok(Envelope::sign(statement.encode(), &secrets).or_caller()?.encode())
}

fn found(directory: &Path, entry: &[u8], args: &Init, ui: &mut Ui) -> Result<(), CommandError> {
    let verified = Unverified::decode(entry).or_caller()?.verify_first()?;
    let Predicate::Charter(charter) = verified.statement().predicate.clone() else {
        return Err(CommandError::caller("the envelope holds no charter")
            .hint("make one with `prova init --sign-only`"));
    };
    let signers: &[KeyId] = verified.signers();
    let log_key = signing::read_key(Path::new(&args.log_key), &args.passphrase.log_source(), ui)?;
    let vkey: Vkey = Vkey::of_log(&charter.origin, &log_key.public());
    let charter_leaf = verified.leaf();
    let registry = Registry::found(&charter, signers).map_err(prova_core::ledger::Inadmissible::Registry)?;
    Ledger::create(directory, entry, log_key)?;
    accept(&registry, charter_leaf, ui);
    ui.result(&Founded {
        directory: directory.to_owned(),
        origin: charter.origin,
        purpose: charter.purpose,
        vkey: vkey.to_string(),
        charter: verified.leaf(),
        root: charter.root,
    })
}

/// Whoever founds a ledger knows whose it is.
fn accept(registry: &Registry, charter: LeafHash, ui: &Ui) {
    let origin = registry.origin();
    let kept = TrustStore::of_user()
        .and_then(|store| store.add(origin, Some(charter), policy_of(registry).as_bytes()));
    if let Err(error) = kept {
        ui.warn(&format!(
            "the ledger is founded, but not kept among those that you accept: {}",
            CommandError::from(error).one_line()
        ));
    }
}
