//! Who may say what, at the end of a ledger: participants, roles, keys, standing, root.

use prova_core::{
    country::Country,
    id::{OrgId, Origin},
    key::{KeyId, PublicKey},
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Keyring as _, charter::Purpose, event::role::Role},
};
use prova_store::State;
use serde::Serialize;

/// An organisation that was asked for is in no registry entry; that is the caller's mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{organisation} is not enrolled")]
pub struct NotEnrolledError {
    /// The organisation that was asked for.
    pub organisation: OrgId,
}

/// The registry of a ledger, whole or of some organisations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryDetail {
    /// The ledger's name.
    pub origin: Origin,
    /// Whether it is for real use or for tests.
    pub purpose: Purpose,
    /// The key that signs checkpoints.
    pub log_key: PublicKey,
    /// How many entries the ledger has.
    pub size: TreeSize,
    /// Who governs the ledger.
    pub root: RootDetail,
    /// Enrolled organisations, in the order of their ids.
    pub participants: Vec<ParticipantDetail>,
}

/// The organisations that govern a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootDetail {
    /// How many of the organisations must agree.
    pub threshold: u32,
    /// Root keys with the organisation of each.
    pub keys: Vec<RootKeyDetail>,
}

/// A key of one that governs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootKeyDetail {
    /// Whose key it is.
    pub organisation: OrgId,
    /// The SHA-256 by which entries name the key.
    pub key_id: KeyId,
    /// The key itself, which signatures are verified with.
    pub key: PublicKey,
}

/// An organisation that is enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantDetail {
    /// The id under which it speaks.
    pub organisation: OrgId,
    /// The name that people know it by.
    pub name: String,
    /// Where it is incorporated.
    pub jurisdiction: Country,
    /// The organisation that controls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgId>,
    /// As what it may speak.
    pub roles: Vec<Role>,
    /// The entry that enrolled it.
    pub enrolled: EntryIndex,
    /// The entry that suspended it, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<EntryIndex>,
    /// Its keys, those that speak no more included, in the order of their enrolment.
    pub keys: Vec<KeyDetail>,
}

/// A key of a participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyDetail {
    /// The SHA-256 by which entries name the key.
    pub key_id: KeyId,
    /// The key itself, which signatures are verified with.
    pub key: PublicKey,
    /// The entry that enrolled it.
    pub enrolled: EntryIndex,
    /// The entry from which on it speaks no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EntryIndex>,
    /// Why it was revoked; absent: it was not, or was laid down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The first of its entries that is distrusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrust_from: Option<EntryIndex>,
    /// Why it is distrusted, in the root's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrust_reason: Option<String>,
    /// From where on its organisation asks that it be distrusted, which the root alone decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrust_claimed: Option<EntryIndex>,
}

impl RegistryDetail {
    /// The registry at the end of a ledger; of these organisations only, where there are any.
    ///
    /// # Errors
    /// One of the organisations was never enrolled.
    pub fn of(state: &State, organisations: &[OrgId]) -> Result<Self, NotEnrolledError> {
        let registry = state.registry();
        let mut named = organisations.iter();
        if let Some(absent) = named.find(|named| !registry.participants().contains_key(*named)) {
            let organisation = absent.clone();
            return Err(NotEnrolledError { organisation });
        }
        let root = registry.root();
        let keys = root.keys.iter().map(|key| RootKeyDetail {
            organisation: key.organisation.clone(),
            key_id: key.key.key_id(),
            key: key.key,
        });
        Ok(Self {
            origin: registry.origin().clone(),
            purpose: registry.purpose(),
            log_key: *registry.log_key(),
            size: state.size(),
            root: RootDetail {
                threshold: root.threshold,
                keys: keys.collect(),
            },
            participants: participants(registry, organisations),
        })
    }
}

fn participants(registry: &Registry, wanted: &[OrgId]) -> Vec<ParticipantDetail> {
    let participants = registry.participants().iter();
    participants
        .filter(|(organisation, _)| wanted.is_empty() || wanted.contains(organisation))
        .map(|(organisation, participant)| {
            let mut keys: Vec<_> = registry
                .keys_of(organisation)
                .map(|(id, record)| (id, record, registry.distrust(id)))
                .map(|(id, record, distrust)| KeyDetail {
                    key_id: *id,
                    key: record.key,
                    enrolled: record.enrolled,
                    ended: record.ended,
                    reason: record.reason.clone(),
                    distrust_from: distrust.map(|(from, _)| from),
                    distrust_reason: distrust.map(|(_, reason)| reason.to_owned()),
                    distrust_claimed: record.distrust_claimed,
                })
                .collect();
            keys.sort_by_key(|key| (key.enrolled, key.key_id));
            ParticipantDetail {
                organisation: organisation.clone(),
                name: participant.name.clone(),
                jurisdiction: participant.jurisdiction,
                parent: participant.parent.clone(),
                roles: participant.roles.iter().copied().collect(),
                enrolled: participant.enrolled,
                suspended: participant.suspended,
                keys,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn organisations_are_shown_with_their_keys_and_no_others() {
        let scene = Scene::new();
        let nordlys: OrgId = "dns:nordlys.example".parse().unwrap();
        let state = scene.writer.state();
        let all = RegistryDetail::of(state, &[]).unwrap();
        assert_eq!(all.participants.len(), state.registry().participants().len());
        let one = RegistryDetail::of(state, std::slice::from_ref(&nordlys)).unwrap();
        let [participant] = one.participants.as_slice() else {
            panic!("{one:?}")
        };
        assert_eq!((&participant.organisation, participant.keys.len()), (&nordlys, 1));
        assert!(all.participants.contains(participant));
        let organisation: OrgId = "dns:nobody.example".parse().unwrap();
        let error = RegistryDetail::of(state, &[nordlys, organisation.clone()]).unwrap_err();
        assert_eq!(error, NotEnrolledError { organisation });
    }
}
