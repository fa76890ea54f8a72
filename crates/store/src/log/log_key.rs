//! The key that signs a ledger's checkpoints.

use ed25519_dalek::{Signature, VerifyingKey};
use prova_core::{
    key::{PublicKey, SecretKey},
    log::{AssembleNoteError, Checkpoint, SignedCheckpoint},
    statement::{Envelope, EnvelopeError},
};

/// The ledger's own secret.
pub(crate) struct LogKey {
    secret: SecretKey,
    public: VerifyingKey,
}

impl LogKey {
    pub(crate) fn new(secret: SecretKey) -> Self {
        let public = verifying(&secret.public());
        Self { secret, public }
    }

    /// The envelope of a seal.
    pub(crate) fn envelope(&self, payload: Vec<u8>) -> Result<Envelope, EnvelopeError> {
        Envelope::sign(payload, &[&self.secret])
    }

    pub(crate) fn sign(&self, checkpoint: Checkpoint) -> Result<SignedCheckpoint, AssembleNoteError> {
        SignedCheckpoint::sign(checkpoint, &self.public, |message| {
            Signature::from_bytes(self.secret.sign(message).as_bytes())
        })
    }
}

fn verifying(key: &PublicKey) -> VerifyingKey {
    VerifyingKey::from_bytes(key.as_bytes()).expect("a public key was checked when it was made")
}
