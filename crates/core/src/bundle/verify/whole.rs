//! What holds of a bundle as a whole, once all its parts are here: it is signed, nothing is missing, nothing is there without
//! being asked for.

use std::collections::BTreeSet;

use super::{Completeness, Verifier, Watched};
use crate::{
    bundle::{BundleFault, gather},
    id::SubjectId,
    index::term::Term,
    log::Vkey,
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Keyring, event::role::Role},
    verdict::{Gap, bundle_scope::BundleScope},
};

impl Verifier {
    /// Whether the ledger's key signed the checkpoint.
    pub(super) fn check_checkpoint(&self, registry: &Registry) -> Result<(), BundleFault> {
        let vkey = Vkey::of_log(registry.origin(), registry.log_key());
        let verified = self.checkpoint.verify(&vkey);
        verified.map(|_| ()).map_err(BundleFault::CheckpointSignature)
    }

    /// Whether every entry is here where all must be.
    pub(super) fn check_entries(&self) -> Result<(), BundleFault> {
        let size = self.description.size;
        let got = u64::try_from(self.standing.leaves.len()).unwrap_or(u64::MAX);
        let want = self.description.entries;
        if got != want {
            return Err(BundleFault::Count { got, want });
        }
        let tail = match &self.completeness {
            Completeness::Whole { .. } => EntryIndex::new(0),
            Completeness::Sealed { seal, .. } => seal.size.next(),
        };
        self.check_all(tail, size)?;
        match &self.description.scope {
            BundleScope::Range(range) => self.check_all(range.from, range.to),
            _ => Ok(()),
        }
    }

    fn check_all(&self, from: EntryIndex, to: TreeSize) -> Result<(), BundleFault> {
        let want = to.get().saturating_sub(from.get());
        let here = self
            .standing
            .leaves
            .range(from..)
            .take_while(|(index, _)| to.has(**index));
        let got = u64::try_from(here.count()).unwrap_or(u64::MAX);
        if got == want {
            Ok(())
        } else {
            Err(BundleFault::Missing { from, to, got, want })
        }
    }

    /// Whether the seal is here, and the entries under each term are those that it counts.
    pub(super) fn check_index(&self) -> Result<(), BundleFault> {
        if let Some(named) = &self.description.seal
            && !self.seal_seen
        {
            return Err(BundleFault::NotTheSeal { index: named.index });
        }
        let Completeness::Sealed { watched, .. } = &self.completeness else {
            return Ok(());
        };
        for (term, Watched { counted, seen }) in watched {
            let term = || Box::new(term.clone());
            let Some(counted) = counted else {
                return Err(BundleFault::NoIndexProof { term: term() });
            };
            let (got, want) = (seen.count(), counted.count());
            if got != want {
                let term = term();
                return Err(BundleFault::Incomplete { term, got, want });
            }
            if seen != counted {
                return Err(BundleFault::OtherEntries { term: term() });
            }
        }
        Ok(())
    }

    /// Whether the primary components are those that the scope asks for.
    pub(super) fn check_scope(&self) -> Result<(), BundleFault> {
        let listed: BTreeSet<_> = self.description.closure.primary.iter().collect();
        let found: BTreeSet<_> = self.gather.found().iter().collect();
        let fault = |id: &&SubjectId, problem| BundleFault::Scope {
            subject: Box::new((*id).clone()),
            problem,
        };
        if let Some(id) = found.difference(&listed).next() {
            return Err(fault(id, "is in the scope, but not listed as primary"));
        }
        match listed.difference(&found).next() {
            Some(id) => Err(fault(id, "is listed as primary, but not in the scope")),
            None => Ok(()),
        }
    }

    /// Whether those that the primary components consist of, run and are in are listed as that. Findings are told of primary and traced
    /// components, so one that is listed as merely consulted would have its findings hidden.
    pub(super) fn check_traced(&mut self) -> Result<(), BundleFault> {
        let reached = gather::traced(&self.sparse, self.gather.found());
        let fault = |id: &SubjectId, problem| {
            let subject = Box::new(id.clone());
            Err(BundleFault::Scope { subject, problem })
        };
        for (id, entry) in &reached {
            if !self.sparse.followed().has(id) {
                let (entry, missing) = (*entry, Term::chain(id));
                self.gaps.insert(Gap { entry, missing });
            } else if !self.description.closure.reports(id) {
                return fault(id, "belongs to a primary component, but is not listed as traced");
            }
        }
        // Where something is missing, the way to the rest may lead through it.
        let traced = &self.description.closure.traced;
        match traced.iter().find(|id| !reached.contains_key(*id)) {
            Some(id) if self.gaps.is_empty() => {
                fault(id, "is listed as traced, but belongs to no primary component")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_exporter(&self, registry: &Registry) -> Result<(), BundleFault> {
        let exporter = &self.description.exporter;
        let fault = |problem| {
            let exporter = exporter.clone();
            Err(BundleFault::Exporter { exporter, problem })
        };
        match registry.participants().get(exporter) {
            None => fault("is not enrolled in the ledger"),
            Some(participant) if !participant.roles.contains(&Role::Auditor) => {
                fault("has not the role auditor")
            }
            Some(participant) if participant.suspended.is_some() => fault("is suspended"),
            Some(_) => Ok(()),
        }
    }

    /// Whether every document that is asked for is here or listed as withheld.
    pub(super) fn check_documents(&self) -> Result<(), BundleFault> {
        let withheld: BTreeSet<_> = self
            .description
            .withheld
            .iter()
            .map(|withheld| withheld.sha256)
            .collect();
        for (digest, entry) in &self.asked {
            if !self.documents.contains_key(digest) && !withheld.contains(digest) {
                let (digest, entry) = (*digest, *entry);
                return Err(BundleFault::NoDocument { digest, entry });
            }
        }
        match withheld.iter().find(|digest| !self.asked.contains_key(digest)) {
            Some(digest) => Err(BundleFault::StrayDocument {
                digest: *digest,
                problem: "is listed as withheld, but no entry about the components asks for it",
            }),
            None => Ok(()),
        }
    }
}
