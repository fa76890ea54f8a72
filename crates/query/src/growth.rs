//! Whether a ledger only grew since it was last seen: a ledger that was rolled back or forked is exposed.
//!
//! ```text
//! seen before ≤ bundle   decided by the bundle, where it has all entries that were seen
//! otherwise              by a consistency proof from the smaller size to the larger (RFC 9162 §2.1.4)
//! ```

use prova_core::{
    bundle::Dossier,
    hash::NodeHash,
    log::{
        Checkpoint, SignedCheckpoint, VerifyCheckpointError, Vkey,
        merkle::{ConsistencyError, ConsistencyProof, Frontier},
    },
    position::TreeSize,
    statement::Keyring as _,
};
use prova_store::Blame;

use crate::proof::GrowthProof;

/// Why a ledger did not only grow, or a proof does not show that it did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrowthError {
    /// The ledger of the bundle did not sign the earlier one.
    #[error(transparent)]
    Foreign(#[from] VerifyCheckpointError),
    /// The ledger's key signed two trees of one size.
    #[error("the ledger signed two roots of size {size}: {bundle} in the bundle, {seen} seen before")]
    TwoRoots {
        /// The size of both.
        size: TreeSize,
        /// The root that the bundle's checkpoint has.
        bundle: NodeHash,
        /// The root that was seen before.
        seen: NodeHash,
    },
    /// The entries that were seen are others now.
    #[error(
        "the first {size} entries of the bundle have the root {got}, and {want} was seen before: the ledger was rewritten"
    )]
    Rewritten {
        /// How many entries had been seen.
        size: TreeSize,
        /// The root of as many entries of the bundle.
        got: NodeHash,
        /// The root that was seen before.
        want: NodeHash,
    },
    /// The proof is about other trees.
    #[error("leads from size {got_from} to {got_to}, want from {from} to {to} and its root")]
    OtherTrees {
        /// The size that the proof begins with.
        got_from: TreeSize,
        /// The size that the proof leads to.
        got_to: TreeSize,
        /// The smaller size of the two checkpoints.
        from: TreeSize,
        /// The larger one.
        to: TreeSize,
    },
    /// No proof between these sizes looks like that.
    #[error(transparent)]
    Path(ConsistencyError),
    /// The proof does not lead from the one root to the other.
    #[error("it is not shown that the ledger only grew from size {from} to {to}")]
    NotShown {
        /// The smaller size of the two checkpoints.
        from: TreeSize,
        /// The larger one.
        to: TreeSize,
        /// Where the proof fails.
        source: ConsistencyError,
    },
}

impl GrowthError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Foreign(_) | Self::OtherTrees { .. } => Blame::Caller,
            Self::TwoRoots { .. } | Self::Rewritten { .. } | Self::Path(_) | Self::NotShown { .. } => {
                Blame::Evidence
            }
        }
    }
}

/// Two checkpoints of one ledger, the smaller one first; the ledger's key signed both.
#[derive(Clone, Debug)]
pub struct Growth {
    old: Checkpoint,
    new: Checkpoint,
    is_shown: bool,
}

impl Growth {
    /// Holds the checkpoint of a bundle against one that was seen before, as far as the two and the entries of the bundle decide.
    ///
    /// # Errors
    /// See [`GrowthError`].
    pub fn since(dossier: &Dossier, seen: &SignedCheckpoint) -> Result<Self, GrowthError> {
        let log = dossier.history().now();
        let seen = seen.verify(&Vkey::of_log(log.origin(), log.log_key()))?;
        let bundle = dossier.checkpoint().checkpoint();
        if seen.size() == bundle.size() && seen.root() != bundle.root() {
            return Err(GrowthError::TwoRoots {
                size: bundle.size(),
                bundle: *bundle.root(),
                seen: *seen.root(),
            });
        }
        let (old, new) = if seen.size() > bundle.size() {
            (bundle, seen)
        } else {
            (seen, bundle)
        };
        let known = (seen.size() < bundle.size()).then(|| root_of_first(dossier, seen.size()));
        let known = known.flatten();
        if let Some(got) = known.filter(|root| root != seen.root()) {
            return Err(GrowthError::Rewritten {
                size: seen.size(),
                got,
                want: *seen.root(),
            });
        }
        Ok(Self {
            is_shown: known.is_some() || old.size() == new.size(),
            old: old.clone(),
            new: new.clone(),
        })
    }

    /// The smaller size; the larger one where nothing was appended.
    #[must_use]
    pub fn old_size(&self) -> TreeSize {
        self.old.size()
    }

    /// The larger size.
    #[must_use]
    pub fn new_size(&self) -> TreeSize {
        self.new.size()
    }

    /// Whether it is decided that the ledger only grew, without a proof.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Holds a proof against the two: the ledger only grew from the one to the other.
    ///
    /// # Errors
    /// See [`GrowthError`].
    pub fn show(&self, proof: GrowthProof) -> Result<(), GrowthError> {
        let (from, to) = (self.old_size(), self.new_size());
        let leads_to = proof.checkpoint.checkpoint();
        if proof.from != from || leads_to.size() != to || leads_to.root() != self.new.root() {
            return Err(GrowthError::OtherTrees {
                got_from: proof.from,
                got_to: leads_to.size(),
                from,
                to,
            });
        }
        let path = ConsistencyProof::new(from, to, proof.path).map_err(GrowthError::Path)?;
        path.verify(self.old.root(), self.new.root())
            .map_err(|source| GrowthError::NotShown { from, to, source })
    }
}

/// The root of the first entries, if the bundle has them all.
fn root_of_first(dossier: &Dossier, size: TreeSize) -> Option<NodeHash> {
    let mut frontier = Frontier::default();
    for (index, leaf) in dossier.entries() {
        if !size.has(*index) {
            break;
        }
        if frontier.push(*leaf) != *index {
            return None;
        }
    }
    (frontier.size() == size).then(|| frontier.root())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use prova_bundle::{
        bag::Bag,
        export::{ExportRequest, export},
        verify::verify,
    };
    use prova_core::{
        position::EntryIndex,
        statement::{
            action::{Action, Change},
            event::role::Role,
        },
        verdict::{BundleScope, bundle_scope::IndexRange},
    };
    use prova_store::NoProgress;
    use prova_testkit::builder::{key, org};

    use super::*;
    use crate::{LedgerSource, tests::scene::Scene};

    /// A ledger of nine entries, in the last of which one who may export is appointed.
    fn scene() -> Scene {
        let mut scene = Scene::new();
        let change = Action::Change(Change {
            organisation: org("dns:nordlys.example"),
            name: None,
            jurisdiction: None,
            parent: None,
            roles: Some(vec![Role::Manufacturer, Role::Auditor]),
        });
        let entry = scene.statements.registry(change, &["root-a"]);
        scene.append(&[entry]);
        scene
    }

    fn grow(scene: &mut Scene, serial: &str) -> SignedCheckpoint {
        let entry = scene.statements.manufacture(serial, 0);
        scene.append(&[entry]);
        scene.writer.snapshot().signed_checkpoint().clone()
    }

    fn bundle(scene: &Scene) -> Dossier {
        let reading = scene.writer.snapshot().clone();
        let to = reading.size();
        let source = LedgerSource::new(reading.clone(), reading.state(&NoProgress).unwrap());
        let from = EntryIndex::new(0);
        let request = ExportRequest {
            scope: BundleScope::Range(IndexRange { from, to }),
            case: None,
            exporter: org("dns:nordlys.example"),
            at: "2026-03-01T08:00:00Z".parse().unwrap(),
            withholding: None,
            trust: None,
        };
        let out = Cursor::new(Vec::new());
        let (file, _) = export(&source, &request, &key("nordlys"), None, out, &NoProgress).unwrap();
        verify(&mut Bag::open(file).unwrap(), &NoProgress)
            .unwrap()
            .dossier
    }

    #[test]
    fn what_was_seen_is_in_the_bundle_or_a_proof_must_show_it() {
        let mut scene = scene();
        let seen = scene.writer.snapshot().signed_checkpoint().clone();
        let now = grow(&mut scene, "S3");
        let dossier = bundle(&scene);
        for (seen, size) in [(&seen, 9), (&now, 10)] {
            let growth = Growth::since(&dossier, seen).unwrap();
            assert!(growth.is_shown());
            assert_eq!((growth.old_size().get(), growth.new_size().get()), (size, 10));
        }
        let later = grow(&mut scene, "S4");
        let growth = Growth::since(&dossier, &later).unwrap();
        assert!(!growth.is_shown());
        let proof = |from| GrowthProof::of(scene.writer.snapshot(), TreeSize::new(from)).unwrap();
        growth.show(proof(10)).unwrap();
        let error = growth.show(proof(9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "leads from size 9 to 11, want from 10 to 11 and its root"
        );
        assert_eq!(error.blame(), Blame::Caller);
        let mut short = proof(10);
        short.path.pop();
        assert_eq!(growth.show(short).unwrap_err().blame(), Blame::Evidence);
        let mut other = proof(10);
        other.path.reverse();
        let error = growth.show(other).unwrap_err();
        assert!(matches!(error, GrowthError::NotShown { .. }), "{error}");
    }

    #[test]
    fn a_ledger_that_was_rewritten_is_exposed() {
        let (mut scene, mut fork) = (scene(), scene());
        let [_, dossier] = ["S3", "S4"].map(|serial| (grow(&mut scene, serial), bundle(&scene)).1);
        let forked = ["S5", "S6"].map(|serial| grow(&mut fork, serial));
        let [rewritten, two] = forked.map(|seen| Growth::since(&dossier, &seen).unwrap_err());
        assert!(matches!(rewritten, GrowthError::Rewritten { size, .. } if size.get() == 10));
        assert!(matches!(two, GrowthError::TwoRoots { size, .. } if size.get() == 11));
        assert_eq!(
            (rewritten.blame(), two.blame()),
            (Blame::Evidence, Blame::Evidence)
        );
    }
}
