//! Whether a bundle holds, from its parts, one at a time.

use super::{BundleFault, Description, Dossier};
use crate::{
    checkpoint::SignedCheckpoint,
    hash::Digest,
    position::EntryIndex,
    verdict::{Trust, Verdict},
};

/// A verification under way. After an error, only [`Verifier::refuse`] makes sense.
#[derive(Debug)]
pub struct Verifier {
    description: Description,
    checkpoint: SignedCheckpoint,
}

impl Verifier {
    /// Begins with what the bundle claims to be and the checkpoint in it.
    ///
    /// # Errors
    /// A description and a checkpoint that are not of one ledger, size and root.
    pub fn new(description: Description, checkpoint: SignedCheckpoint) -> Result<Self, BundleFault> {
        Ok(Self {
            description,
            checkpoint,
        })
    }

    /// Takes the text of an index proof (`data/index/….index-proof`). All come before the first entry, in any order.
    ///
    /// # Errors
    /// A proof that does not lead to the seal, that comes twice or that nothing asks for.
    pub fn index_proof(&mut self, text: &[u8]) -> Result<(), BundleFault> {
        let _ = text;
        todo!()
    }

    /// Takes the next entry, in ascending order, with the text of its `.tlog-proof`.
    ///
    /// # Errors
    /// An entry, this one or one just before, that is not what it claims or that the ledger should not hold.
    pub fn entry(&mut self, index: EntryIndex, bytes: &[u8], proof: &[u8]) -> Result<(), BundleFault> {
        let _ = (index, bytes, proof);
        todo!()
    }

    /// Takes a document that is in the bundle, by the digest that was computed of it.
    ///
    /// # Errors
    /// A document that no entry names, that is listed as withheld, or that comes twice.
    pub fn attachment(&mut self, digest: Digest, length: u64) -> Result<(), BundleFault> {
        let _ = (digest, length);
        todo!()
    }

    /// Ends: decides whether anything is missing.
    ///
    /// # Errors
    /// What is missing, or does not add up.
    pub fn finish(self) -> Result<Dossier, BundleFault> {
        todo!()
    }

    /// The verdict on a bundle that does not hold, for the reason that one of these methods gave.
    #[must_use]
    pub fn refuse(
        description: &Description,
        checkpoint: &SignedCheckpoint,
        fault: &BundleFault,
        trust: Option<&Trust>,
    ) -> Verdict {
        let _ = (description, checkpoint, fault, trust);
        todo!()
    }
}
