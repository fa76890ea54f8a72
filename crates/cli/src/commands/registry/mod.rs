//! `prova registry`: who may say what.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use prova_core::{
    country::Country,
    id::{OrgId, SubjectId},
    key::{KeyId, PublicKey},
    position::EntryIndex,
    statement::{
        Envelope, Predicate, Statement, Subject,
        action::{Action, Change, Enrol, RegistryPredicate, Revoke, Rotate, StandingChange},
        event::role::Role,
    },
    time::Timestamp,
};

use super::init::NamedRootKey;
use crate::{
    basis::{Basis, BasisArgs},
    clock,
    error::{Blaming as _, CommandError},
    publickey, signing,
    ui::{Status, Ui},
};

/// Say who may say what: enrol organisations, change keys and roles.
///
/// Each change is a signed entry. Most need as many root organisations as the charter's threshold says; an organisation rotates and
/// revokes its own keys itself.
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    Enrol(EnrolArgs),
    Change(ChangeArgs),
    Rotate(RotateArgs),
    Revoke(RevokeArgs),
    Suspend(SuspendArgs),
    Reinstate(ReinstateArgs),
    Root(RootArgs),
    Show(show::RegistryShowArgs),
}

/// What all changes have.
#[derive(Args, Debug)]
struct Signing {
    /// The private keys that sign: root keys, or keys of the organisation itself where that is enough.
    #[arg(long = "sign", value_name = "FILE", required = true)]
    sign: Vec<PathBuf>,
    /// When it was decided [default: now].
    #[arg(long, value_name = "TIME")]
    time: Option<Timestamp>,
    #[command(flatten)]
    basis: BasisArgs,
}

/// Let an organisation join.
///
/// Reads the organisation's public keys and the root keys. Appends the entry that enrols it; its keys speak from the next entry on.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry enrol dns:aurora.example --name 'Aurora Radio AB' --jurisdiction SE --role manufacturer \\
    --key keys/spare-4.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct EnrolArgs {
    /// The organisation: `lei:…`, `gln:…` or `dns:…`.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// The name that people know it by.
    #[arg(long)]
    name: String,
    /// Where it is incorporated: an ISO 3166-1 alpha-2 code.
    #[arg(long, value_name = "COUNTRY")]
    jurisdiction: Country,
    /// The organisation that controls it.
    #[arg(long, value_name = "ORG")]
    parent: Option<OrgId>,
    /// What it may say: designer, manufacturer, supplier, laboratory, certifier, carrier, distributor, operator, integrator,
    /// maintainer, producer, coordinator, regulator, recycler, auditor.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// Its keys: files or texts `ed25519:…`.
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Change what is known of an organisation.
///
/// Appends an entry with what is given; all else stays as it is. Roles are replaced as a whole.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry change dns:nordlys.example --role manufacturer --role producer \
    --sign keys/root-a.pem --sign keys/root-b.pem")]
#[group(id = "changed", required = true, multiple = true, args = ["name", "jurisdiction", "parent", "roles"])]
pub(crate) struct ChangeArgs {
    /// The organisation whose record changes.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// The new name that people know it by.
    #[arg(long)]
    name: Option<String>,
    /// Where it is incorporated.
    #[arg(long, value_name = "COUNTRY")]
    jurisdiction: Option<Country>,
    /// The organisation that controls it; its own id: nobody does.
    #[arg(long, value_name = "ORG")]
    parent: Option<OrgId>,
    /// All its roles from now on.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    #[command(flatten)]
    signing: Signing,
}

/// Give an organisation new keys and lay down old ones.
///
/// What the old keys signed stays good. Signed by a key of the organisation, or by the root. An organisation rotates its keys 32 times by itself,
/// until the root signs a rotation of them, which may name no keys: then the organisation just goes on.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry rotate dns:nordlys.example --add new.pem --retire keys/nordlys.pub.pem --sign keys/nordlys.pem")]
pub(crate) struct RotateArgs {
    /// The organisation whose keys change.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// New keys: files or texts `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    add: Vec<String>,
    /// Keys to lay down: key ids, files or texts `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    retire: Vec<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Let a key speak no more.
///
/// Signed by the root, or by the key itself or another key of its organisation. With --distrust-from, the root's word turns what the key signed
/// from that entry on into findings, and what keys signed that it brought in; history stays as it is. The root is heard also about keys that
/// were retired or revoked before, and its last word counts. An organisation can only ask for distrust.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry revoke keys/carrier.pub.pem --reason 'laptop stolen' --distrust-from 17 \
    --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct RevokeArgs {
    /// The key: a key id, a file or a text `ed25519:…`.
    #[arg(value_name = "KEY")]
    key: String,
    /// Why the key is revoked, in words.
    #[arg(long)]
    reason: String,
    /// The first entry that is not trusted any more.
    #[arg(long, value_name = "INDEX")]
    distrust_from: Option<u64>,
    #[command(flatten)]
    signing: Signing,
}

/// Let an organisation speak no more for now.
///
/// Its keys stay enrolled; `reinstate` lets it speak again.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry suspend dns:meridian.example --reason 'audit of March 2026' \
    --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct SuspendArgs {
    /// The organisation that may say nothing for now.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// Why it is suspended, in words.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Let a suspended organisation speak again.
///
/// Appends the entry that ends its suspension.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry reinstate dns:meridian.example --reason 'audit passed' \
    --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct ReinstateArgs {
    /// The organisation that may speak again.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// Why it may speak again, in words.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Replace the root keys.
///
/// Signed by as many organisations of the present root as its threshold says, and by as many of the new.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry root --root-key dns:a.example=keys/root-a.pem --root-key dns:b.example=keys/root-b.pem --threshold 2 \\
    --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct RootArgs {
    /// A new root key and whose it is. Private keys sign too.
    #[arg(long = "root-key", value_name = "[ORG=]KEY", required = true)]
    root_keys: Vec<String>,
    /// How many organisations must agree [default: more than half].
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    #[command(flatten)]
    signing: Signing,
}

/// Runs `prova registry`.
pub(crate) fn run(command: &RegistryCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        RegistryCommand::Enrol(args) => {
            let action = Action::Enrol(Enrol {
                organisation: args.organisation.clone(),
                name: args.name.clone(),
                jurisdiction: args.jurisdiction,
                parent: args.parent.clone(),
                roles: args.roles.clone(),
                keys: public_keys(&args.keys, &args.signing, ui)?,
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Change(args) => {
            let action = Action::Change(Change {
                organisation: args.organisation.clone(),
                name: args.name.clone(),
                jurisdiction: args.jurisdiction,
                parent: args.parent.clone(),
                roles: (!args.roles.is_empty()).then(|| args.roles.clone()),
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Rotate(args) => {
            let retire = args.retire.iter().map(|key| key_id(key, &args.signing, ui));
            let action = Action::Rotate(Rotate {
                organisation: args.organisation.clone(),
                add: public_keys(&args.add, &args.signing, ui)?,
                retire: retire.collect::<Result<_, _>>()?,
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Revoke(args) => {
            let action = Action::Revoke(Revoke {
                key: key_id(&args.key, &args.signing, ui)?,
                reason: args.reason.clone(),
                distrust_from: args.distrust_from.map(EntryIndex::new),
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Suspend(args) => {
            let standing = standing(&args.organisation, &args.reason);
            record(&args.signing, Action::Suspend(standing), ui)
        }
        RegistryCommand::Reinstate(args) => {
            let standing = standing(&args.organisation, &args.reason);
            record(&args.signing, Action::Reinstate(standing), ui)
        }
        RegistryCommand::Root(args) => root(args, ui),
        RegistryCommand::Show(args) => show::run(args, ui),
    }
}

fn standing(organisation: &OrgId, reason: &str) -> StandingChange {
    StandingChange {
        organisation: organisation.clone(),
        reason: reason.to_owned(),
    }
}

fn public_keys(named: &[String], signing: &Signing, ui: &Ui) -> Result<Vec<PublicKey>, CommandError> {
    let source = signing.basis.passphrase.source();
    named
        .iter()
        .map(|key| publickey::read(key, &source, ui))
        .collect()
}

fn key_id(named: &str, signing: &Signing, ui: &Ui) -> Result<KeyId, CommandError> {
    match named.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(publickey::read(named, &signing.basis.passphrase.source(), ui)?.key_id()),
    }
}

fn record(signing: &Signing, action: Action, ui: &mut Ui) -> Result<Status, CommandError> {
    let basis = signing.basis.open(ui)?;
    record_on(basis, signing, action, Vec::new(), ui)
}

fn root(args: &RootArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let basis = args.signing.basis.open(ui)?;
    let origin = basis.origin()?;
    let source = args.signing.basis.passphrase.source();
    let keys: Vec<_> = args
        .root_keys
        .iter()
        .map(|key| NamedRootKey::read(key, &origin, &source, ui))
        .collect::<Result<_, _>>()?;
    let root = NamedRootKey::root(&keys, args.threshold);
    root.check().or_caller()?;
    let secrets = keys.into_iter().filter_map(NamedRootKey::into_secret).collect();
    record_on(basis, &args.signing, Action::Root(root), secrets, ui)
}

fn record_on(
    basis: Basis,
    signing: &Signing,
    action: Action,
    mut keys: Vec<prova_core::key::SecretKey>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let source = signing.basis.passphrase.source();
    for path in &signing.sign {
        keys.push(signing::read_key(path, &source, ui)?);
    }
    // A new root key may be a present one too, and signs once.
    keys.sort_by_key(|key| key.public().key_id());
    keys.dedup_by_key(|key| key.public().key_id());
    let signers: Vec<_> = keys.iter().map(|key| key.public().key_id()).collect();
    let head = basis.registry_head(&signers)?;
    let statement = Statement {
        subjects: vec![Subject::new(SubjectId::Ledger(basis.origin()?), head)],
        predicate: Predicate::Registry(Box::new(RegistryPredicate {
            time: signing.time.map_or_else(clock::now, Ok)?,
            critical: Vec::new(),
            action,
        })),
    };
    let keys: Vec<_> = keys.iter().collect();
    let envelope = Envelope::sign(statement.encode(), &keys).or_caller()?;
    signing.basis.deliver(basis, &[envelope.encode()], &[], ui)?;
    Ok(Status::Holds)
}
