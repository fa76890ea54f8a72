//! Why the registry refuses: a speaker, or a change of itself.

use super::{MAX_KEYS_IN_USE, MAX_OWN_ROTATIONS};
use crate::{
    id::OrgId,
    key::KeyId,
    position::EntryIndex,
    statement::{charter::RootError, event::role::Role},
};

/// Why the registry does not let somebody say something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntitlementError {
    /// The key is not enrolled.
    #[error("key {0} is not enrolled")]
    UnknownKey(KeyId),
    /// The key was retired or revoked.
    #[error("key {key} of {organisation} speaks no more since entry {since}")]
    KeyEnded {
        /// The key that ended and signed nevertheless.
        key: KeyId,
        /// Whose it was.
        organisation: OrgId,
        /// The entry that ended it.
        since: EntryIndex,
    },
    /// The organisation is suspended.
    #[error("{organisation} is suspended since entry {since}")]
    Suspended {
        /// The organisation that may say nothing for now.
        organisation: OrgId,
        /// The entry that suspended it.
        since: EntryIndex,
    },
    /// A root key signed an event; root keys change the registry only.
    #[error("key {0} is a root key, which speaks for the root alone")]
    RootKey(KeyId),
    /// An organisation that stands by the statement has not signed it.
    #[error("{organisation} stands by it, but none of the signatures is by a key of it")]
    NotSigned {
        /// Who speaks, or stands by it too.
        organisation: OrgId,
    },
    /// An organisation signed that does not stand by the statement.
    #[error("{organisation} signed it, but stands neither in «by» nor in «with»")]
    NotNamed {
        /// Whose signature was added.
        organisation: OrgId,
    },
    /// Two keys of one organisation signed.
    #[error("{0} signed it with two keys, want one")]
    SignedTwice(OrgId),
    /// The organisation does not have the role.
    #[error("{by} does not have the role {role}; its roles: {}", list(has))]
    NoRole {
        /// Who speaks.
        by: OrgId,
        /// The role that it speaks in and does not have.
        role: Role,
        /// The roles that it has.
        has: Vec<Role>,
    },
    /// The role may not say this event.
    #[error("a {role} may not say {event}; want {}", list(want))]
    RoleMayNot {
        /// The role that the signer speaks in.
        role: Role,
        /// The name of the event that is not for this role.
        event: &'static str,
        /// The roles that may.
        want: Vec<Role>,
    },
}

/// Why a registry entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Too few distinct organisations of the root signed.
    #[error("signed by {got} of the {which} root's organisations, want {want}")]
    Threshold {
        /// `present` or `new`.
        which: &'static str,
        /// Distinct organisations that signed.
        got: usize,
        /// Distinct organisations that must sign.
        want: u32,
    },
    /// A signature beside those of the root.
    #[error("key {0} is not one of the root's, which alone sign this")]
    Signer(KeyId),
    /// Nothing is left of the name but signs.
    #[error("{0} would have a name without any letter or digit")]
    NoName(OrgId),
    /// Another organisation is called that.
    #[error(
        "the name «{}» is that of {of} already, but for case, spaces and signs",
        crate::text::excerpt(name)
    )]
    NameTaken {
        /// The name found.
        name: String,
        /// Who has it.
        of: OrgId,
    },
    /// The organisation is not enrolled.
    #[error("{0} is not enrolled")]
    NotEnrolled(OrgId),
    /// The organisation is enrolled already.
    #[error("{0} is enrolled already; want «change» or «rotate»")]
    Enrolled(OrgId),
    /// The key is or was somebody's key here.
    #[error("key {0} is or was in use in this ledger; every key is enrolled once")]
    KeyInUse(KeyId),
    /// The key is not one of the organisation's keys in use.
    #[error("key {0} is not a key in use")]
    KeyNotInUse(KeyId),
    /// Nobody of that organisation had the key.
    #[error("key {0} is not and was not a key of the organisation")]
    KeyUnknown(KeyId),
    /// The root keeps a key that it distrusts.
    #[error("key {0} is distrusted by the root, want a new key, or «distrust» of it without «from» before")]
    KeyDistrusted(KeyId),
    /// A key stands twice in a list.
    #[error("a key stands twice among those of {0}")]
    KeyTwice(OrgId),
    /// The root asks for distrust instead of saying it.
    #[error("the root asks for distrust of key {0} («distrustFrom»), want an action «distrust»")]
    Claim(KeyId),
    /// The private half of the key is published.
    #[error("key {0} is a published test key; this ledger is not a test")]
    TestKey(KeyId),
    /// None or too many keys.
    #[error("{organisation} would have {got} keys in use, want 1 to {MAX_KEYS_IN_USE}")]
    KeyCount {
        /// The organisation whose keys would change.
        organisation: OrgId,
        /// Keys it would have.
        got: usize,
    },
    /// It rotated often enough by itself.
    #[error("{0} rotated its keys {MAX_OWN_ROTATIONS} times by itself; want a rotation that the root signs")]
    OwnRotations(OrgId),
    /// An organisation would be without any role.
    #[error("{0} would have no role")]
    NoRoles(OrgId),
    /// Already suspended, or not suspended.
    #[error("{organisation} {is}")]
    Standing {
        /// The organisation whose standing was to change.
        organisation: OrgId,
        /// `is suspended already` or `is not suspended`.
        is: &'static str,
    },
    /// Organisations would control each other in a circle.
    #[error("{0} would control itself through its parents")]
    ParentCircle(OrgId),
    /// Distrust from an index that is not there yet.
    #[error("distrust from entry {got}, but this is entry {at}")]
    DistrustFuture {
        /// The index found.
        got: EntryIndex,
        /// The entry's own index.
        at: EntryIndex,
    },
    /// The root keys do not fit.
    #[error(transparent)]
    Root(#[from] RootError),
    /// A member that the signer marked as critical and this version does not know.
    #[error("critical member «{}» is not known to this version", crate::text::excerpt(.0))]
    Critical(String),
    /// A signer that may not speak.
    #[error(transparent)]
    Entitlement(#[from] EntitlementError),
}

fn list(roles: &[Role]) -> String {
    let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
