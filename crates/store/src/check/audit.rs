//! Every check of admission again, on the bytes of a ledger alone.
//!
//! Entries against leaf hashes, hash tiles against the hashes recomputed, the root against the checkpoint, signatures in
//! batches, entitlement, links and life. The first thing that is wrong ends it; `fsck` lists all.

use prova_core::{
    hash::NodeHash, ledger::Replayed, lifecycle::Finding, position::TreeSize, registry::Registry,
};

use crate::{
    log::{audit_error::AuditError, snapshot::Snapshot},
    progress::Progress,
    scratch::Scratch,
    state::{replay::replay, state::State},
};

/// What a ledger adds up to, all of it derived from its bytes.
#[derive(Debug)]
pub struct Audit {
    /// Number of entries.
    pub size: TreeSize,
    /// Root of the tree over them: that of the checkpoint.
    pub root: NodeHash,
    /// Signatures on the entries, all of them good.
    pub signatures: u64,
    /// The registry at the end.
    pub registry: Registry,
    /// How many components entries are about.
    pub components: u64,
    /// Chains and indices.
    pub state: State,
    /// What is recorded and contradicts itself, in the order of findings, statements by distrusted keys among it.
    pub findings: Vec<Finding>,
}

/// Audits a ledger.
///
/// # Errors
/// The first place where it does not hold.
pub fn audit(snapshot: &Snapshot, progress: &dyn Progress) -> Result<Audit, AuditError> {
    let mut rows = Scratch::default();
    let Replayed {
        registry,
        size,
        root,
        signatures,
    } = replay(snapshot, &mut rows, progress)?;
    // A snapshot has a charter, and the replay admitted it.
    let registry = registry.unwrap_or_else(|| snapshot.founding().clone());
    let mut findings = rows.take_findings();
    let components = rows.components();
    let state = State::in_scratch(size, registry.clone(), rows);
    findings.extend(state.distrusted(snapshot)?);
    findings.sort();
    Ok(Audit {
        size,
        root,
        signatures,
        registry,
        components,
        state,
        findings,
    })
}
