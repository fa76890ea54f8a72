//! What each command of the registry is given.

use clap::Args;
use prova_core::{country::Country, id::OrgId, statement::event::role::Role};

use super::entry::Signing;

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
    pub(super) organisation: OrgId,
    /// The name that people know it by.
    #[arg(long)]
    pub(super) name: String,
    /// Where it is incorporated: an ISO 3166-1 alpha-2 code.
    #[arg(long, value_name = "COUNTRY")]
    pub(super) jurisdiction: Country,
    /// The organisation that controls it.
    #[arg(long, value_name = "ORG")]
    pub(super) parent: Option<OrgId>,
    /// What it may say: designer, manufacturer, supplier, laboratory, certifier, carrier, distributor, operator, integrator,
    /// maintainer, producer, coordinator, regulator, recycler, auditor.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(super) roles: Vec<Role>,
    /// Its keys: files or texts `ed25519:…`.
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(super) keys: Vec<String>,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// The new name that people know it by.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Where it is incorporated.
    #[arg(long, value_name = "COUNTRY")]
    pub(super) jurisdiction: Option<Country>,
    /// The organisation that controls it; its own id: nobody does.
    #[arg(long, value_name = "ORG")]
    pub(super) parent: Option<OrgId>,
    /// All its roles from now on.
    #[arg(long = "role", value_name = "ROLE")]
    pub(super) roles: Vec<Role>,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// New keys: files or texts `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    pub(super) add: Vec<String>,
    /// Keys to lay down: key ids, files or texts `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    pub(super) retire: Vec<String>,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) key: String,
    /// Whose key it is [default: as the ledger has it].
    #[arg(long, value_name = "ORG")]
    pub(super) org: Option<OrgId>,
    /// Why the key is revoked, in words.
    #[arg(long)]
    pub(super) reason: String,
    /// The first entry that is not to be believed.
    #[arg(long, value_name = "INDEX")]
    pub(super) distrust_from: Option<u64>,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// One of its keys: a key id, a file or a text `ed25519:…`.
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<String>,
    /// The first entry that is not to be believed.
    #[arg(long, value_name = "INDEX", required_unless_present = "believe")]
    pub(super) from: Option<u64>,
    /// All that was signed is to be believed again.
    #[arg(long, conflicts_with = "from")]
    pub(super) believe: bool,
    /// Keys that the organisation goes on with: files or texts `ed25519:…`. Others of it end.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["key", "believe"])]
    pub(super) keep: Vec<String>,
    /// Why, in words.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// Its keys: files or texts `ed25519:…`.
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(super) keys: Vec<String>,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// Why it is suspended, in words.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) organisation: OrgId,
    /// Why it may speak again, in words.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) signing: Signing,
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
    pub(super) root_keys: Vec<String>,
    /// How many organisations must agree [default: more than half].
    #[arg(long, value_name = "N")]
    pub(super) threshold: Option<u32>,
    #[command(flatten)]
    pub(super) signing: Signing,
}
