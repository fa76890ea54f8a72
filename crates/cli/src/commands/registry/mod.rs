//! `prova registry`: who may say what.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use prova_core::{
    country::Country,
    id::OrgId,
    key::{KeyId, PublicKey, SecretKey},
    position::EntryIndex,
    statement::{
        Envelope, Predicate, Statement,
        action::{
            Action, Change, Distrust, Enrol, KeptKeys, RegistryPredicate, Revoke, Rotate, StandingChange,
        },
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
    Distrust(DistrustArgs),
    Keys(KeysArgs),
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
/// Signed by the root, or by the key itself or another key of its organisation. What it signed stays good. With --distrust-from the root says as
/// well that what the key signed from that entry on is not to be believed, also of a key that was laid down or revoked before; an organisation
/// can only ask for that.
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
    /// Whose key it is [default: as the ledger has it].
    #[arg(long, value_name = "ORG")]
    org: Option<OrgId>,
    /// Why the key is revoked, in words.
    #[arg(long)]
    reason: String,
    /// The first entry that is not to be believed.
    #[arg(long, value_name = "INDEX")]
    distrust_from: Option<u64>,
    #[command(flatten)]
    signing: Signing,
}

/// Say that what an organisation or its key signed is not to be believed, or is again.
///
/// Signed by the root, whose last word counts, whether a key is in use, laid down or revoked. What rests on distrusted words falls with them, and
/// so do keys that only distrusted ones brought in; history stays as it is. Without --key it is about all keys that the organisation ever had: then
/// it is suspended, unless --keep names those that it goes on with.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry distrust dns:nordlys.example --from 17 --reason 'under investigation' \
    --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct DistrustArgs {
    /// The organisation that signed what is not to be believed.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// One of its keys: a key id, a file or a text `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The first entry that is not to be believed.
    #[arg(long, value_name = "INDEX", required_unless_present = "believe")]
    from: Option<u64>,
    /// All that was signed is to be believed again.
    #[arg(long, conflicts_with = "from")]
    believe: bool,
    /// Keys that the organisation goes on with: files or texts `ed25519:…`. Others of it end.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["key", "believe"])]
    keep: Vec<String>,
    /// Why, in words.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Say exactly which keys an organisation has in use.
///
/// Signed by the root, which vouches for them; new ones come in, others end, and the organisation may rotate its keys by itself again.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 recorded, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.

Example:
  prova registry keys dns:nordlys.example --key keys/nordlys.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem")]
pub(crate) struct KeysArgs {
    /// The organisation whose keys they are.
    #[arg(value_name = "ORG")]
    organisation: OrgId,
    /// Its keys: files or texts `ed25519:…`.
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<String>,
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
        RegistryCommand::Revoke(args) => revoke(args, ui),
        RegistryCommand::Distrust(args) => distrust(args, ui),
        RegistryCommand::Keys(args) => {
            let action = Action::Keys(KeptKeys {
                organisation: args.organisation.clone(),
                keys: public_keys(&args.keys, &args.signing, ui)?,
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
    let keys = signing.keys(ui)?;
    record_on(basis, signing, vec![action], keys, ui)
}

/// Ends a key that is in use, and says what is to be believed of what it signed: the root in an action of its own.
fn revoke(args: &RevokeArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let signing = &args.signing;
    let basis = signing.basis.open(ui)?;
    let keys = signing.keys(ui)?;
    let key = key_id(&args.key, signing, ui)?;
    let organisation = args.org.clone().or_else(|| basis.owner(&[key]));
    let organisation = organisation.ok_or_else(|| {
        CommandError::caller(format!("it is not known whose key {key} is"))
            .hint("say whose it is with --org; `prova registry show` lists keys")
    })?;
    let record = basis.registry().and_then(|registry| registry.keys().get(&key));
    let has_ended = record.is_some_and(|record| record.ended.is_some());
    let from = args.distrust_from.map(EntryIndex::new);
    let is_own = basis.owner(&ids(&keys)).is_some();
    let (asked, said) = if is_own { (from, None) } else { (None, from) };
    let mut actions = Vec::new();
    if !has_ended || said.is_none() {
        actions.push(Action::Revoke(Revoke {
            organisation: organisation.clone(),
            key,
            reason: args.reason.clone(),
            distrust_from: asked,
        }));
    }
    actions.extend(said.map(|from| {
        Action::Distrust(Distrust {
            organisation,
            key: Some(key),
            from: Some(from),
            reason: args.reason.clone(),
        })
    }));
    record_on(basis, signing, actions, keys, ui)
}

fn distrust(args: &DistrustArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let signing = &args.signing;
    let basis = signing.basis.open(ui)?;
    let key = args.key.as_deref();
    let mut actions = vec![Action::Distrust(Distrust {
        organisation: args.organisation.clone(),
        key: key.map(|key| key_id(key, signing, ui)).transpose()?,
        from: args.from.map(EntryIndex::new),
        reason: args.reason.clone(),
    })];
    if !args.keep.is_empty() {
        actions.push(Action::Keys(KeptKeys {
            organisation: args.organisation.clone(),
            keys: public_keys(&args.keep, signing, ui)?,
        }));
    }
    let keys = signing.keys(ui)?;
    record_on(basis, signing, actions, keys, ui)
}

fn root(args: &RootArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let basis = args.signing.basis.open(ui)?;
    let origin = basis.origin()?;
    let source = args.signing.basis.passphrase.source();
    let named: Vec<_> = args
        .root_keys
        .iter()
        .map(|key| NamedRootKey::read(key, &origin, &source, ui))
        .collect::<Result<_, _>>()?;
    let root = NamedRootKey::root(&named, args.threshold);
    root.check().or_caller()?;
    let mut keys: Vec<_> = named.into_iter().filter_map(NamedRootKey::into_secret).collect();
    keys.extend(args.signing.keys(ui)?);
    record_on(basis, &args.signing, vec![Action::Root(root)], keys, ui)
}

impl Signing {
    fn keys(&self, ui: &Ui) -> Result<Vec<SecretKey>, CommandError> {
        let source = self.basis.passphrase.source();
        self.sign
            .iter()
            .map(|path| signing::read_key(path, &source, ui))
            .collect()
    }
}

fn ids(keys: &[SecretKey]) -> Vec<KeyId> {
    keys.iter().map(|key| key.public().key_id()).collect()
}

fn record_on(
    basis: Basis,
    signing: &Signing,
    actions: Vec<Action>,
    mut keys: Vec<SecretKey>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    // A new root key may be a present one too, and signs once.
    keys.sort_by_key(|key| key.public().key_id());
    keys.dedup_by_key(|key| key.public().key_id());
    let predicate = RegistryPredicate {
        ledger: basis.origin()?,
        by: basis.owner(&ids(&keys)),
        time: signing.time.map_or_else(clock::now, Ok)?,
        critical: Vec::new(),
        actions,
    };
    let subjects = predicate.subjects().into_iter();
    let subjects = subjects.map(|id| basis.registry_subject(predicate.by.as_ref(), id));
    let statement = Statement {
        subjects: subjects.collect::<Result<_, _>>()?,
        predicate: Predicate::Registry(Box::new(predicate)),
    };
    statement.check().or_caller()?;
    let keys: Vec<_> = keys.iter().collect();
    let envelope = Envelope::sign(statement.encode(), &keys).or_caller()?;
    signing.basis.deliver(basis, &[envelope.encode()], &[], ui)?;
    Ok(Status::Holds)
}
