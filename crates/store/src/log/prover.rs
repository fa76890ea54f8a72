//! Many entries with their proofs.

use prova_core::{
    hash::LeafHash,
    log::merkle::{self, Bundle, InclusionProof},
    position::EntryIndex,
};

use crate::log::{
    snapshot::Snapshot,
    tiles::{ReadError, TileFiles},
};

/// Entries of a ledger and the proofs that they are in it, one after the other: each file is read once, hashes far up are made once.
#[derive(Clone, Debug)]
pub struct Prover {
    snapshot: Snapshot,
    tree: merkle::InclusionProver<TileFiles>,
}

impl Prover {
    /// Entries of a snapshot.
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Self {
        let tree = merkle::Tree::new(snapshot.tiles.clone(), snapshot.size());
        Self {
            snapshot: snapshot.clone(),
            tree: merkle::InclusionProver::new(tree),
        }
    }

    /// The bytes of an entry, and the proof that they are what the checkpoint covers.
    ///
    /// # Errors
    /// As those of [`Snapshot::entry`] and [`Snapshot::inclusion`].
    pub fn entry(&mut self, index: EntryIndex) -> Result<(Vec<u8>, InclusionProof), ReadError> {
        match self.proven(index) {
            Some(proven) => Ok(proven),
            // Around damage, or what is wrong.
            None => Ok((self.snapshot.entry(index)?, self.snapshot.inclusion(index)?)),
        }
    }

    fn proven(&mut self, index: EntryIndex) -> Option<(Vec<u8>, InclusionProof)> {
        let (bundle, position) = Bundle::of_entry(index, self.snapshot.size())?;
        let (_, entry) = self.snapshot.tiles.entry(bundle, position).ok()?;
        let proof = self.tree.prove_inclusion(index).ok()?;
        let root = self.snapshot.checkpoint().root();
        proof.verify(&LeafHash::of_entry(&entry), root).ok()?;
        Some((entry, proof))
    }
}
