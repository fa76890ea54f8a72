//! What there is to know of an envelope before one signs it: all that it says, who has signed it, and who is still to.
//!
//! Everything here can be said of an envelope alone. With a registry, keys have owners and signatures are verified; without one only the
//! keys that the statement itself brings are known.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::sentence::sentence;
use crate::{
    hash::Digest,
    id::OrgId,
    key::{KeyId, PublicKey, is_published_test_key, verify_admission},
    registry::Registry,
    statement::{
        Keyring as _, Predicate, Statement, StatementError, Unverified, action::Action, charter::Root,
        pre_authentication_encoding,
    },
};

/// An envelope, looked at.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementInspection {
    /// SHA-256 of the payload, which is what a signature is about.
    pub payload: Digest,
    /// What it says, in words.
    pub sentence: String,
    /// Members that this version does not know, by the way to each from the payload's top.
    pub unknown: Vec<String>,
    /// Every key that the statement brings in, ends or names.
    pub keys: Vec<NamedKey>,
    /// The signatures that it has, in their order.
    pub signatures: Vec<SignatureStanding>,
    /// Whose signatures it needs. Empty where only a registry could tell.
    pub wanted: Vec<WantedSignatures>,
    /// The payload, byte for byte as signed.
    pub statement: Box<RawValue>,
}

/// A key that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedKey {
    /// The key's id.
    pub key_id: KeyId,
    /// The key, where the statement has more than its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// Whose it is, as the statement or the registry says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// What the statement does with it.
    pub part: KeyPart,
    /// Whether everybody has its private half.
    pub published: bool,
}

/// What a statement does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyPart {
    /// It comes into use.
    BroughtIn,
    /// It is one of the root's from then on.
    Root,
    /// It is one of the root's until then.
    LeavesRoot,
    /// It signs the ledger's checkpoints and seals.
    Log,
    /// It is laid down.
    Retired,
    /// It is revoked, and speaks no more.
    Revoked,
    /// What it signed is not to be believed.
    Distrusted,
    /// What it signed is to be believed again.
    Believed,
    /// It is one of those that are in use from then on.
    InUse,
}

/// A signature, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureStanding {
    /// The key that it names.
    pub key: KeyId,
    /// Whose key that is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// Whether it counts.
    pub status: SignatureStatus,
}

/// Whether a signature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SignatureStatus {
    /// It is by this key over this payload.
    Good,
    /// It is not.
    Wrong,
    /// The key is not one that is known.
    UnknownKey,
    /// It is good, but the key is retired or revoked.
    KeyEnded,
    /// It is good, but the organisation is suspended.
    Suspended,
}

/// Signatures that a statement needs before a ledger takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WantedSignatures {
    /// On whose behalf.
    pub of: SigningParty,
    /// How many of the organisations must sign.
    pub threshold: usize,
    /// Those that have signed.
    pub signed: Vec<OrgId>,
    /// Those that have not.
    pub missing: Vec<OrgId>,
}

/// On whose behalf signatures are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SigningParty {
    /// Of the organisation that speaks.
    Speaker,
    /// Of one that stands by it too.
    With,
    /// Of the root that governs the ledger now.
    PresentRoot,
    /// Of the root that the statement brings.
    NewRoot,
}

impl WantedSignatures {
    /// How many signatures are still to come.
    #[must_use]
    pub fn still(&self) -> usize {
        self.threshold.saturating_sub(self.signed.len())
    }
}

impl StatementInspection {
    /// Looks at an envelope. `registry` is that of the ledger that it is meant for, if there is one at hand.
    #[must_use]
    pub fn new(entry: &Unverified, registry: Option<&Registry>) -> Self {
        let signatures = signatures(entry, registry);
        Self::of(entry.payload(), entry.claim(), signatures, registry)
    }

    /// Looks at a payload that nobody has signed.
    ///
    /// # Errors
    /// A payload that is not a statement.
    pub fn of_payload(payload: &[u8], registry: Option<&Registry>) -> Result<Self, StatementError> {
        let statement = Statement::decode(payload)?;
        Ok(Self::of(payload, &statement, Vec::new(), registry))
    }

    fn of(
        payload: &[u8],
        statement: &Statement,
        signatures: Vec<SignatureStanding>,
        registry: Option<&Registry>,
    ) -> Self {
        let said = sentence(statement, registry);
        let sentence = match statement.event() {
            Some(event) => {
                let by = registry.map_or(event.by.as_str(), |registry| registry.name(&event.by));
                format!("{by} {said}")
            }
            None => said,
        };
        Self {
            payload: Digest::of(payload),
            sentence,
            unknown: unknown_members(payload, statement),
            keys: named_keys(statement, registry),
            wanted: wanted(statement, registry, &signatures),
            signatures,
            statement: serde_json::from_slice(payload).expect("a payload that was decoded is JSON"),
        }
    }
}

fn signatures(entry: &Unverified, registry: Option<&Registry>) -> Vec<SignatureStanding> {
    let message = pre_authentication_encoding(entry.payload());
    let standing = |(key, signature): (KeyId, _)| {
        let owner = owner(entry.claim(), registry, &key);
        let status = match entry.key(registry, &key) {
            Err(_) => SignatureStatus::UnknownKey,
            Ok(public) => match verify_admission(&public, &message, signature) {
                Err(_) => SignatureStatus::Wrong,
                Ok(()) => standing_of(registry, &key),
            },
        };
        SignatureStanding {
            key,
            organisation: owner,
            status,
        }
    };
    entry.signatures().map(standing).collect()
}

fn standing_of(registry: Option<&Registry>, key: &KeyId) -> SignatureStatus {
    let Some((registry, record)) = registry.and_then(|registry| Some((registry, registry.keys().get(key)?)))
    else {
        return SignatureStatus::Good;
    };
    let participant = registry.participants().get(&record.organisation);
    if record.ended.is_some() {
        SignatureStatus::KeyEnded
    } else if participant.is_some_and(|participant| participant.suspended.is_some()) {
        SignatureStatus::Suspended
    } else {
        SignatureStatus::Good
    }
}

/// The roots that a statement's signatures can be of: the present one, and one that it brings.
fn brought_root(statement: &Statement) -> Option<&Root> {
    match &statement.predicate {
        Predicate::Charter(charter) => Some(&charter.root),
        Predicate::Registry(predicate) => predicate.new_root(),
        Predicate::Event(_) | Predicate::Seal(_) => None,
    }
}

fn owner(statement: &Statement, registry: Option<&Registry>, key: &KeyId) -> Option<OrgId> {
    let enrolled = registry.and_then(|registry| registry.keys().get(key));
    let roots = registry
        .map(Registry::root)
        .into_iter()
        .chain(brought_root(statement));
    enrolled.map(|record| record.organisation.clone()).or_else(|| {
        let mut keys = roots.flat_map(|root| &root.keys);
        let held = keys.find(|held| held.key.key_id() == *key)?;
        Some(held.organisation.clone())
    })
}

fn wanted(
    statement: &Statement,
    registry: Option<&Registry>,
    signatures: &[SignatureStanding],
) -> Vec<WantedSignatures> {
    let good: BTreeSet<&KeyId> = signatures
        .iter()
        .filter(|signature| signature.status == SignatureStatus::Good)
        .map(|signature| &signature.key)
        .collect();
    let signed_for = |organisation: &OrgId| {
        let mut good = signatures
            .iter()
            .filter(|signature| good.contains(&signature.key));
        good.any(|signature| signature.organisation.as_ref() == Some(organisation))
    };
    let one = |of, organisation: &OrgId| {
        let (signed, missing) = [organisation.clone()].into_iter().partition(&signed_for);
        WantedSignatures {
            of,
            threshold: 1,
            signed,
            missing,
        }
    };
    let root = |of, root: &Root| {
        let organisations: BTreeSet<&OrgId> = root.keys.iter().map(|held| &held.organisation).collect();
        let has_signed = |organisation: &&OrgId| {
            let mut held = root
                .keys
                .iter()
                .filter(|held| held.organisation == **organisation);
            held.any(|held| good.contains(&held.key.key_id()))
        };
        let (signed, missing): (Vec<&OrgId>, Vec<&OrgId>) = organisations.into_iter().partition(has_signed);
        WantedSignatures {
            of,
            threshold: usize::try_from(root.threshold).unwrap_or(usize::MAX),
            signed: signed.into_iter().cloned().collect(),
            missing: missing.into_iter().cloned().collect(),
        }
    };
    let present = registry.map(|registry| root(SigningParty::PresentRoot, registry.root()));
    match &statement.predicate {
        Predicate::Event(event) => {
            let with = event.with.iter().map(|other| one(SigningParty::With, other));
            std::iter::once(one(SigningParty::Speaker, &event.by))
                .chain(with)
                .collect()
        }
        Predicate::Charter(charter) => vec![root(SigningParty::NewRoot, &charter.root)],
        Predicate::Seal(_) => Vec::new(),
        Predicate::Registry(predicate) => {
            if let Some(by) = &predicate.by {
                return vec![one(SigningParty::Speaker, by)];
            }
            let new = predicate.new_root().map(|new| root(SigningParty::NewRoot, new));
            present.into_iter().chain(new).collect()
        }
    }
}

fn named_keys(statement: &Statement, registry: Option<&Registry>) -> Vec<NamedKey> {
    let full = |key: &PublicKey, organisation: Option<&OrgId>, part| NamedKey {
        key_id: key.key_id(),
        key: Some(*key),
        organisation: organisation.cloned(),
        part,
        published: is_published_test_key(&key.key_id()),
    };
    let id = |key: &KeyId, part| NamedKey {
        key_id: *key,
        key: registry.and_then(|registry| registry.public_key(key)).copied(),
        organisation: owner(statement, registry, key),
        part,
        published: is_published_test_key(key),
    };
    let of_root = |root: &Root| -> Vec<NamedKey> {
        let keys = root.keys.iter();
        keys.map(|held| full(&held.key, Some(&held.organisation), KeyPart::Root))
            .collect()
    };
    let brought = |keys: &[PublicKey], organisation: &OrgId| -> Vec<NamedKey> {
        keys.iter()
            .map(|key| full(key, Some(organisation), KeyPart::BroughtIn))
            .collect()
    };
    match &statement.predicate {
        Predicate::Event(_) | Predicate::Seal(_) => Vec::new(),
        Predicate::Charter(charter) => {
            let mut keys = of_root(&charter.root);
            keys.push(full(&charter.log_key, None, KeyPart::Log));
            keys
        }
        Predicate::Registry(predicate) => {
            let of_action = |action: &Action| match action {
                Action::Enrol(enrol) => brought(&enrol.keys, &enrol.organisation),
                Action::Rotate(rotate) => {
                    let mut keys = brought(&rotate.add, &rotate.organisation);
                    keys.extend(rotate.retire.iter().map(|key| id(key, KeyPart::Retired)));
                    keys
                }
                Action::Revoke(revoke) => vec![id(&revoke.key, KeyPart::Revoked)],
                Action::Distrust(distrust) => match (&distrust.key, distrust.from) {
                    (Some(key), Some(_)) => vec![id(key, KeyPart::Distrusted)],
                    (Some(key), None) => vec![id(key, KeyPart::Believed)],
                    (None, from) => {
                        let part = from.map_or(KeyPart::Believed, |_| KeyPart::Distrusted);
                        let keys = registry
                            .iter()
                            .flat_map(|registry| registry.keys_of(&distrust.organisation));
                        keys.map(|(key, _)| id(key, part)).collect()
                    }
                },
                Action::Keys(keys) => {
                    let listed = |key: &KeyId| keys.keys.iter().any(|listed| listed.key_id() == *key);
                    let theirs = registry
                        .iter()
                        .flat_map(|registry| registry.keys_of(&keys.organisation));
                    let ended = theirs.filter(|(key, record)| record.ended.is_none() && !listed(key));
                    let ended = ended.map(|(key, _)| id(key, KeyPart::Retired));
                    let stay = keys.keys.iter();
                    stay.map(|key| full(key, Some(&keys.organisation), KeyPart::InUse))
                        .chain(ended)
                        .collect()
                }
                Action::Root(root) => {
                    let present = registry.iter().flat_map(|registry| &registry.root().keys);
                    let left = present.filter(|held| !root.has(&held.key.key_id()));
                    let left =
                        left.map(|held| full(&held.key, Some(&held.organisation), KeyPart::LeavesRoot));
                    of_root(root).into_iter().chain(left).collect()
                }
                Action::Change(_) | Action::Suspend(_) | Action::Reinstate(_) => Vec::new(),
            };
            predicate.actions.iter().flat_map(of_action).collect()
        }
    }
}

/// Members of the payload that are lost when what was understood of it is written again.
fn unknown_members(payload: &[u8], statement: &Statement) -> Vec<String> {
    let mut unknown = Vec::new();
    let understood = serde_json::from_slice(&statement.encode());
    if let (Ok(payload), Ok(understood)) = (serde_json::from_slice(payload), understood) {
        compare(&payload, Some(&understood), &mut String::new(), &mut unknown);
    }
    unknown
}

fn compare(got: &Value, understood: Option<&Value>, path: &mut String, unknown: &mut Vec<String>) {
    let length = path.len();
    match (got, understood) {
        (Value::Object(members), Some(Value::Object(known))) => {
            for (name, member) in members {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(name);
                match known.get(name) {
                    // Absent and empty members are not written.
                    None if is_empty(member) => {}
                    None => unknown.push(path.clone()),
                    known => compare(member, known, path, unknown),
                }
                path.truncate(length);
            }
        }
        (Value::Array(members), Some(Value::Array(known))) => {
            for (position, member) in members.iter().enumerate() {
                path.extend(["[", &position.to_string(), "]"]);
                compare(member, known.get(position), path, unknown);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn is_empty(member: &Value) -> bool {
    match member {
        Value::Null => true,
        Value::Array(members) => members.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
