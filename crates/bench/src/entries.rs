//! The signatures of a ledger's entries, for peers that verify the same ones.

use std::collections::HashMap;

use ed25519_dalek::{Signature, VerifyingKey};
use prova_core::{
    key::{KeyId, PublicKey},
    statement::{Envelope, Predicate, Unverified, action::Action, pre_authentication_encoding},
};

use crate::Failure;

/// One signature, ready to be verified.
pub(crate) struct Signed {
    pub(crate) key: VerifyingKey,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Signature,
}

/// The keys that the entries so far have named.
#[derive(Default)]
pub(crate) struct KeyTable(HashMap<KeyId, PublicKey>);

fn brought(action: &Action) -> Vec<PublicKey> {
    match action {
        Action::Enrol(enrol) => enrol.keys.clone(),
        Action::Rotate(rotate) => rotate.add.clone(),
        Action::Keys(keys) => keys.keys.clone(),
        _ => Vec::new(),
    }
}

impl KeyTable {
    /// Key ids and keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&KeyId, &PublicKey)> {
        self.0.iter()
    }

    /// Learns the keys that an entry enrols.
    pub(crate) fn learn(&mut self, entry: &[u8]) -> Result<(), Failure> {
        let entry = Unverified::decode(entry)?;
        let keys = match &entry.claim().predicate {
            Predicate::Charter(charter) => charter.root.keys.iter().map(|root| root.key).collect(),
            Predicate::Registry(registry) => registry.actions.iter().flat_map(brought).collect(),
            Predicate::Event(_) | Predicate::Seal(_) => Vec::new(),
        };
        self.0.extend(keys.into_iter().map(|key| (key.key_id(), key)));
        Ok(())
    }

    /// The signatures of an entry.
    pub(crate) fn signatures(&self, entry: &[u8]) -> Result<Vec<Signed>, Failure> {
        let envelope = Envelope::decode(entry)?;
        let message = pre_authentication_encoding(envelope.payload());
        envelope
            .signatures()
            .iter()
            .map(|signature| {
                let key = self.0.get(&signature.key).ok_or("an entry by an unknown key")?;
                Ok(Signed {
                    key: VerifyingKey::from_bytes(key.as_bytes())?,
                    message: message.clone(),
                    signature: Signature::from_bytes(signature.signature.as_bytes()),
                })
            })
            .collect()
    }
}
