//! An entry of the ledger, before and after its signatures are verified.
//!
//! *Verified is a type, not a flag*: the rules of the ledger take a [`Verified`] statement, and only verification makes one.

use std::collections::BTreeMap;

use crate::{
    hash::LeafHash,
    key::{Batch, KeyId, PublicKey, Signature, verify_admission},
    statement::{
        Envelope, EnvelopeError, Predicate, Statement, StatementError, encode_pre_authentication,
        pre_authentication_encoding,
    },
};

/// The keys that there are where an entry stands: a registry.
pub trait Keyring {
    /// A participant's key, or a root key.
    fn public_key(&self, id: &KeyId) -> Option<&PublicKey>;

    /// The key that signs the ledger's checkpoints and seals.
    fn log_key(&self) -> &PublicKey;
}

/// Where no entry stands before: it never exists, so nobody asks it.
enum NoKeys {}

impl Keyring for NoKeys {
    fn public_key(&self, _: &KeyId) -> Option<&PublicKey> {
        match *self {}
    }

    fn log_key(&self) -> &PublicKey {
        match *self {}
    }
}

/// An entry that was read: canonical and of the right shape, by nobody knows whom.
#[derive(Clone, Debug)]
pub struct Unverified {
    leaf: LeafHash,
    envelope: Envelope,
    statement: Statement,
}

/// A statement whose signatures are all good, and by whose keys.
#[derive(Clone, Debug)]
pub struct Verified {
    leaf: LeafHash,
    statement: Statement,
    signers: Vec<KeyId>,
}

/// Why bytes are not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeEntryError {
    /// The bytes are not an envelope in its one form.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The envelope's payload is not a statement that a ledger takes.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

/// Why an entry's signatures cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyEntryError {
    /// The key is neither enrolled nor a root key.
    #[error("key {0} is not enrolled")]
    UnknownKey(KeyId),
    /// The signature is not by the key over this payload.
    #[error("the signature by key {0} is wrong")]
    BadSignature(KeyId),
}

impl Unverified {
    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// Bytes that are not the canonical form of an envelope around a statement of known shape.
    pub fn decode(entry: &[u8]) -> Result<Self, DecodeEntryError> {
        Self::decode_leaf(LeafHash::of_entry(entry), entry)
    }

    /// Reads the bytes of an entry that were hashed already.
    pub(crate) fn decode_leaf(leaf: LeafHash, entry: &[u8]) -> Result<Self, DecodeEntryError> {
        let envelope = Envelope::decode(entry)?;
        let statement = Statement::decode(envelope.payload())?;
        Ok(Self {
            leaf,
            envelope,
            statement,
        })
    }

    /// The leaf hash of the entry.
    #[must_use]
    pub fn leaf(&self) -> LeafHash {
        self.leaf
    }

    /// What the entry claims to say. Nothing may rest on it but finding the entry's place and its keys.
    #[must_use]
    pub fn claim(&self) -> &Statement {
        &self.statement
    }

    /// The payload, as signed.
    pub(crate) fn payload(&self) -> &[u8] {
        self.envelope.payload()
    }

    /// The signatures, with the keys that they claim to be by.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (KeyId, &Signature)> {
        let signatures = self.envelope.signatures().iter();
        signatures.map(|signature| (signature.key, &signature.signature))
    }

    /// Whether a signature claims to be by this key.
    #[must_use]
    pub fn is_signed_by(&self, key: &KeyId) -> bool {
        self.claimed_keys().any(|claimed| claimed == *key)
    }

    /// The keys that the signatures claim to be by.
    pub fn claimed_keys(&self) -> impl Iterator<Item = KeyId> {
        self.envelope.signatures().iter().map(|signature| signature.key)
    }

    /// Whether the entry can change which keys there are, so that later ones must wait for it.
    #[must_use]
    pub fn changes_keys(&self) -> bool {
        !matches!(self.statement.predicate, Predicate::Event(_) | Predicate::Seal(_))
    }

    /// Verifies the first entry of a ledger by the strict rule of admission: its keys are those of the charter that it is.
    ///
    /// # Errors
    /// The first key that no charter in it names, or whose signature is wrong.
    pub fn verify_first(self) -> Result<Verified, VerifyEntryError> {
        self.verify(None::<&NoKeys>)
    }

    /// Verifies every signature by the strict rule of admission.
    ///
    /// # Errors
    /// The first key that is unknown or whose signature is wrong.
    pub fn verify(self, keys: Option<&impl Keyring>) -> Result<Verified, VerifyEntryError> {
        let message = pre_authentication_encoding(self.envelope.payload());
        for signature in self.envelope.signatures() {
            let key = self.key(keys, &signature.key)?;
            verify_admission(&key, &message, &signature.signature)
                .map_err(|_| VerifyEntryError::BadSignature(signature.key))?;
        }
        Ok(self.trust())
    }

    /// Verifies by the strict rule of admission that one key made the only signature: as for a seal, whose key a reader trusts.
    ///
    /// # Errors
    /// Another key among those that signed, or a signature that is wrong.
    pub fn verify_by(self, key: &PublicKey) -> Result<Verified, VerifyEntryError> {
        let message = pre_authentication_encoding(self.envelope.payload());
        for signature in self.envelope.signatures() {
            if signature.key != key.key_id() {
                return Err(VerifyEntryError::UnknownKey(signature.key));
            }
            verify_admission(key, &message, &signature.signature)
                .map_err(|_| VerifyEntryError::BadSignature(signature.key))?;
        }
        Ok(self.trust())
    }

    /// Verifies the signatures of many entries by the one rule of audits: for each the entry verified, or as it was and why not.
    #[must_use]
    pub fn verify_each(
        entries: Vec<Self>,
        keys: Option<&impl Keyring>,
    ) -> Vec<Result<Verified, (Box<Self>, VerifyEntryError)>> {
        let mut batch = Batch::with_capacity(entries.len());
        let mut pushed = Vec::with_capacity(entries.len());
        let mut refused = BTreeMap::new();
        let mut message = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            encode_pre_authentication(entry.envelope.payload(), &mut message);
            for signature in entry.envelope.signatures() {
                match entry.key(keys, &signature.key) {
                    Ok(key) => {
                        batch.push(&key, &message, &signature.signature);
                        pushed.push((position, signature.key));
                    }
                    Err(error) => {
                        refused.entry(position).or_insert(error);
                    }
                }
            }
        }
        if let Err(bad) = batch.verify() {
            let bad = bad.positions.iter().filter_map(|position| pushed.get(*position));
            for (position, key) in bad {
                let error = VerifyEntryError::BadSignature(*key);
                refused.entry(*position).or_insert(error);
            }
        }
        let entries = entries.into_iter().enumerate();
        entries
            .map(|(position, entry)| match refused.remove(&position) {
                None => Ok(entry.trust()),
                Some(error) => Err((Box::new(entry), error)),
            })
            .collect()
    }

    /// Verifies the signatures of many entries by the one rule of audits; the positions of those refused, with the reason.
    ///
    /// # Errors
    /// Position (from 0) and reason of every entry refused; at least one.
    pub fn verify_all(
        entries: Vec<Self>,
        keys: Option<&impl Keyring>,
    ) -> Result<Vec<Verified>, Vec<(usize, VerifyEntryError)>> {
        let mut verified = Vec::with_capacity(entries.len());
        let mut refused = Vec::new();
        for (position, entry) in Self::verify_each(entries, keys).into_iter().enumerate() {
            match entry {
                Ok(entry) => verified.push(entry),
                Err((_, error)) => refused.push((position, error)),
            }
        }
        if refused.is_empty() {
            Ok(verified)
        } else {
            Err(refused)
        }
    }

    fn trust(self) -> Verified {
        let signers = self.claimed_keys().collect();
        Verified {
            leaf: self.leaf,
            statement: self.statement,
            signers,
        }
    }

    /// A key by its id: one that there is, or one from the charter or new root that the entry itself brings; for a seal, the ledger's own.
    pub(crate) fn key(&self, keys: Option<&impl Keyring>, id: &KeyId) -> Result<PublicKey, VerifyEntryError> {
        let root = match &self.statement.predicate {
            Predicate::Charter(charter) => Some(&charter.root),
            Predicate::Registry(predicate) => predicate.new_root(),
            Predicate::Event(_) | Predicate::Seal(_) => None,
        };
        let brought = || {
            root.into_iter()
                .flat_map(|root| &root.keys)
                .map(|root| &root.key)
                .find(|key| key.key_id() == *id)
        };
        keys.and_then(|keys| registered(&self.statement.predicate, keys, id))
            .or_else(brought)
            .copied()
            .ok_or(VerifyEntryError::UnknownKey(*id))
    }
}

/// A key by its id: a participant's or a root key; for a seal, the ledger's own.
fn registered<'a>(predicate: &Predicate, keys: &'a impl Keyring, id: &KeyId) -> Option<&'a PublicKey> {
    let own = match predicate {
        Predicate::Seal(_) => Some(keys.log_key()).filter(|key| key.key_id() == *id),
        _ => None,
    };
    own.or_else(|| keys.public_key(id))
}

impl Verified {
    /// The leaf hash of the entry.
    #[must_use]
    pub fn leaf(&self) -> LeafHash {
        self.leaf
    }

    /// What the signers say.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// A key that signed and that a registry, later than the one it was verified with, knows no more.
    pub(crate) fn unknown_key(&self, keys: &impl Keyring) -> Option<KeyId> {
        let is_unknown = |id: &&KeyId| registered(&self.statement.predicate, keys, id).is_none();
        self.signers.iter().find(is_unknown).copied()
    }

    /// The keys that signed, in ascending order.
    #[must_use]
    pub fn signers(&self) -> &[KeyId] {
        &self.signers
    }
}
