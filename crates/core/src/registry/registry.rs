//! What is registered, and who may say an event.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    change::threshold,
    error::{EntitlementError, RegistryError},
};
use crate::{
    country::Country,
    hash::LeafHash,
    id::{OrgId, Origin, SubjectId},
    key::{KeyId, PublicKey},
    position::EntryIndex,
    statement::{
        Keyring,
        charter::{Charter, Purpose, Root},
        event::{EventPredicate, role::Role},
    },
};

/// The registry after some number of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    pub(super) origin: Origin,
    pub(super) purpose: Purpose,
    pub(super) log_key: PublicKey,
    pub(super) root: Root,
    /// How many statements of the root about the ledger itself there were after the charter.
    pub(super) statements: u64,
    /// How many entries it adds up, the charter among them.
    pub(super) entries: u64,
    pub(super) participants: BTreeMap<OrgId, Participant>,
    /// Who has each name, as names are compared.
    pub(super) names: BTreeMap<String, OrgId>,
    pub(super) keys: BTreeMap<KeyId, KeyRecord>,
}

/// An enrolled organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The name that people know it by.
    pub name: String,
    /// Where it is incorporated.
    pub jurisdiction: Country,
    /// The organisation that controls it.
    pub parent: Option<OrgId>,
    /// What it may say.
    pub roles: BTreeSet<Role>,
    /// The entry that enrolled it.
    pub enrolled: EntryIndex,
    /// The entry that suspended it, while it is.
    pub suspended: Option<EntryIndex>,
    /// How many statements of the root about it there were.
    pub statements: u64,
    /// The last registry entry by its own keys.
    pub own_head: Option<LeafHash>,
    /// How often its own keys rotated since the root last signed a change of them.
    pub own_rotations: u32,
    /// All keys that it has or had.
    pub keys: BTreeSet<KeyId>,
    /// The key that signed each of its own entries that brought keys in.
    pub brought_in: BTreeMap<EntryIndex, KeyId>,
}

/// A key that an organisation has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The public half, which signatures are checked with.
    pub key: PublicKey,
    /// The organisation that the key speaks for.
    pub organisation: OrgId,
    /// The entry that enrolled it; it speaks from the next one on.
    pub enrolled: EntryIndex,
    /// The entry that retired or revoked it; it does not speak there any more.
    pub ended: Option<EntryIndex>,
    /// Why it was revoked, in the words of who did; none: it was not, or was laid down.
    pub reason: Option<String>,
    /// What the root said last of whether to believe it, if it did.
    pub word: Option<RootWord>,
    /// From which index on its own organisation asks that it be distrusted. A claim, until the root says so.
    pub distrust_claimed: Option<EntryIndex>,
    /// From where on it is distrusted, by the root's last words about it and about the keys that brought it in.
    pub distrust: Option<Distrusted>,
}

/// From where on a key is distrusted, and because of which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distrusted {
    /// The first index at which what it signed is not to be believed.
    pub from: EntryIndex,
    /// The key that the root named: this one, or one that brought it in.
    pub of: KeyId,
}

/// What the root says of whether a key is to be believed. Its last word counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RootWord {
    /// It is, though it was not before.
    Good,
    /// What it signed from an index on is not to be believed.
    Distrust {
        /// That index.
        from: EntryIndex,
        /// Why, in the root's words.
        reason: String,
    },
}

impl Keyring for Registry {
    fn public_key(&self, id: &KeyId) -> Option<&PublicKey> {
        let record = self.keys.get(id);
        record
            .map(|record| &record.key)
            .or_else(|| Some(&self.root.get(id)?.key))
    }

    fn log_key(&self) -> &PublicKey {
        &self.log_key
    }
}

impl Registry {
    /// The registry that a charter founds. `signers` are the keys whose signatures on it were verified.
    ///
    /// # Errors
    /// Root keys that do not fit, too few signatures, published test keys where the ledger is not a test.
    pub fn found(charter: &Charter, signers: &[KeyId]) -> Result<Self, RegistryError> {
        if let Some(name) = charter.critical.first() {
            return Err(RegistryError::Critical(name.clone()));
        }
        charter.check()?;
        let registry = Self {
            origin: charter.origin.clone(),
            purpose: charter.purpose,
            log_key: charter.log_key,
            root: charter.root.clone(),
            statements: 0,
            entries: 1,
            participants: BTreeMap::new(),
            names: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        for key in charter
            .root
            .keys
            .iter()
            .map(|root| &root.key)
            .chain([&charter.log_key])
        {
            registry.check_not_published(key.key_id())?;
        }
        threshold("new", &charter.root, signers)?;
        Ok(registry)
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the ledger is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The present root.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// How many entries it adds up, the charter among them: another number, another registry.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// How many statements of the root about a subject of the registry there were: the number of the next one.
    #[must_use]
    pub fn number(&self, subject: &SubjectId) -> u64 {
        match subject {
            SubjectId::Ledger(_) => self.statements,
            SubjectId::Organisation(organisation) => self
                .participants
                .get(organisation)
                .map_or(0, |participant| participant.statements),
            SubjectId::Component(_) | SubjectId::Act { .. } | SubjectId::Index(_) => 0,
        }
    }

    /// The last registry entry that an organisation said about itself: what its next one follows.
    #[must_use]
    pub fn own_head(&self, organisation: &OrgId) -> Option<LeafHash> {
        self.participants.get(organisation)?.own_head
    }

    /// All participants.
    #[must_use]
    pub fn participants(&self) -> &BTreeMap<OrgId, Participant> {
        &self.participants
    }

    /// All keys that participants have or had.
    #[must_use]
    pub fn keys(&self) -> &BTreeMap<KeyId, KeyRecord> {
        &self.keys
    }

    /// All keys that an organisation has or had.
    pub fn keys_of(&self, organisation: &OrgId) -> impl Iterator<Item = (&KeyId, &KeyRecord)> {
        let participant = self.participants.get(organisation);
        let keys = participant.into_iter().flat_map(|participant| &participant.keys);
        keys.filter_map(|key| self.keys.get_key_value(key))
    }

    /// The name of an organisation, or its id where it is not enrolled.
    #[must_use]
    pub fn name<'a>(&'a self, organisation: &'a OrgId) -> &'a str {
        self.participants
            .get(organisation)
            .map_or(organisation.as_str(), |participant| &participant.name)
    }

    /// From which index on what a key signed is distrusted, and why in the root's words, if it is.
    #[must_use]
    pub fn distrust(&self, key: &KeyId) -> Option<(EntryIndex, &str)> {
        let distrust = self.keys.get(key)?.distrust.as_ref()?;
        match self.keys.get(&distrust.of)?.word.as_ref()? {
            RootWord::Distrust { reason, .. } => Some((distrust.from, reason)),
            RootWord::Good => None,
        }
    }

    /// The organisation that a key speaks for now.
    ///
    /// # Errors
    /// A key that is unknown, ended, a root key or of a suspended organisation.
    pub fn speaker(&self, key: &KeyId) -> Result<&OrgId, EntitlementError> {
        let Some(record) = self.keys.get(key) else {
            return Err(if self.root.has(key) {
                EntitlementError::RootKey(*key)
            } else {
                EntitlementError::UnknownKey(*key)
            });
        };
        let organisation = &record.organisation;
        if let Some(since) = record.ended {
            return Err(EntitlementError::KeyEnded {
                key: *key,
                organisation: organisation.clone(),
                since,
            });
        }
        match self
            .participants
            .get(organisation)
            .and_then(|participant| participant.suspended)
        {
            Some(since) => Err(EntitlementError::Suspended {
                organisation: organisation.clone(),
                since,
            }),
            None => Ok(organisation),
        }
    }

    /// Checks that one key of each organisation that stands by a statement has signed it, and no other.
    pub(super) fn check_signed(
        &self,
        by: &OrgId,
        with: &[OrgId],
        signers: &[KeyId],
    ) -> Result<(), EntitlementError> {
        let mut signed = BTreeSet::new();
        for key in signers {
            let organisation = self.speaker(key)?;
            if !signed.insert(organisation) {
                return Err(EntitlementError::SignedTwice(organisation.clone()));
            }
        }
        // First what no further signature mends.
        let is_named = |organisation: &OrgId| organisation == by || with.contains(organisation);
        if let Some(other) = signed.iter().find(|organisation| !is_named(organisation)) {
            return Err(EntitlementError::NotNamed {
                organisation: (*other).clone(),
            });
        }
        let mut named = std::iter::once(by).chain(with);
        match named.find(|organisation| !signed.contains(organisation)) {
            Some(missing) => Err(EntitlementError::NotSigned {
                organisation: missing.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Whether the signers may say this event now: one key of the speaker's, and one of each organisation that stands by it.
    ///
    /// # Errors
    /// See [`EntitlementError`].
    pub fn entitle(&self, event: &EventPredicate, signers: &[KeyId]) -> Result<(), EntitlementError> {
        self.check_signed(&event.by, &event.with, signers)?;
        let has = self
            .participants
            .get(&event.by)
            .map(|participant| &participant.roles);
        if !has.is_some_and(|roles| roles.contains(&event.role)) {
            let has = has.into_iter().flatten().copied().collect();
            return Err(EntitlementError::NoRole {
                by: event.by.clone(),
                role: event.role,
                has,
            });
        }
        if !event.role.may_say(&event.event) {
            let want = Role::ALL
                .into_iter()
                .filter(|role| role.may_say(&event.event))
                .collect();
            return Err(EntitlementError::RoleMayNot {
                role: event.role,
                event: event.event.name(),
                want,
            });
        }
        Ok(())
    }
}

/// A name as names are compared: ASCII letters in lower case, of other ASCII only digits.
pub(super) fn folded(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|char| !char.is_ascii() || char.is_ascii_alphanumeric());
    kept.map(|char| char.to_ascii_lowercase()).collect()
}
