//! A whole ledger, or one subject in it, verified: everything is derived from bytes again, and the answers say what they rest on.

use std::{collections::BTreeSet, error::Error, fmt};

use prova_core::{
    id::SubjectId,
    ledger::{EntryFault, ReplayError},
    lifecycle::facts,
    position::EntryIndex,
    verdict::{Grounds, Question, ReasonCode, Trust, Verdict, VerdictScope},
};
use prova_store::{Audit, AuditError, Blame, Progress, ReadError, Snapshot, audit};
use serde::Serialize;

use crate::{
    causes::causes,
    page::ledger_page,
    reading::{Reading, ReadingError, SubjectError, states},
};

/// Where an audit stopped.
#[derive(Debug)]
pub struct StoppedAudit {
    /// Why it stopped.
    pub error: Box<AuditError>,
    /// What that says to a reader; absent where the evidence is not to blame.
    pub verdict: Option<Box<Verdict>>,
}

impl fmt::Display for StoppedAudit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for StoppedAudit {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl StoppedAudit {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        self.error.blame()
    }
}

/// Why there is no verdict that holds on a subject.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifySubjectError {
    /// The ledger does not hold.
    #[error(transparent)]
    Stopped(#[from] StoppedAudit),
    /// It holds, and has nothing about the subject, or cannot be read again.
    #[error(transparent)]
    Subject(#[from] SubjectError),
}

impl VerifySubjectError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Stopped(stopped) => stopped.blame(),
            Self::Subject(error) => error.blame(),
        }
    }
}

/// The verdict on a whole ledger.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerVerdict {
    /// The answers and findings.
    #[serde(flatten, serialize_with = "Verdict::with_messages")]
    pub verdict: Verdict,
    /// How many signatures were verified.
    pub signatures: u64,
    /// How many components entries are about.
    pub components: u64,
    /// How many organisations are enrolled.
    pub participants: usize,
}

/// The verdict on one subject, and the ledger that it was read from.
#[derive(Debug)]
pub struct SubjectVerdict {
    /// The answers and findings.
    pub verdict: Verdict,
    /// The entries that the answers rest on.
    pub grounds: Grounds,
    subject: SubjectId,
    reading: Reading,
}

impl LedgerVerdict {
    /// Audits a ledger.
    ///
    /// # Errors
    /// The first place where it does not hold.
    pub fn of(
        snapshot: &Snapshot,
        trust: Option<&Trust>,
        progress: &dyn Progress,
    ) -> Result<Self, StoppedAudit> {
        let audit = audited(snapshot, VerdictScope::Ledger, trust, progress)?;
        Ok(Self {
            signatures: audit.signatures,
            components: audit.components,
            participants: audit.registry.participants().len(),
            verdict: Verdict::on_ledger(
                snapshot.signed_checkpoint(),
                snapshot.charter().leaf(),
                audit.registry.purpose(),
                trust,
                audit.findings,
            ),
        })
    }
}

impl SubjectVerdict {
    /// Audits a ledger and answers for one subject in it.
    ///
    /// # Errors
    /// See [`VerifySubjectError`].
    pub fn of(
        snapshot: Snapshot,
        subject: &SubjectId,
        trust: Option<&Trust>,
        progress: &dyn Progress,
    ) -> Result<Self, VerifySubjectError> {
        let audit = audited(&snapshot, VerdictScope::Subject(subject.clone()), trust, progress)?;
        let reading = Reading::audited(snapshot, audit).map_err(SubjectError::from)?;
        // Not all that was found: what counts for the subject.
        let findings = facts::findings(&reading, subject).map_err(SubjectError::from)?;
        let grounds = reading.grounds(subject)?;
        let signed = reading.snapshot().signed_checkpoint();
        let charter = reading.snapshot().charter().leaf();
        let purpose = reading.registry().purpose();
        let about = subject.clone();
        Ok(Self {
            verdict: Verdict::on_subject(about, signed, charter, purpose, trust, &grounds, findings),
            grounds,
            subject: subject.clone(),
            reading,
        })
    }

    /// The verdict as a page for people.
    ///
    /// # Errors
    /// An entry or a row that cannot be read.
    pub fn page(&self) -> Result<Vec<u8>, ReadingError> {
        let Grounds { chain, mentions, .. } = &self.grounds;
        let entries: BTreeSet<_> = chain.iter().chain(mentions).copied().collect();
        let entries = entries.into_iter().collect();
        ledger_page(&self.reading, &self.subject, entries, self.verdict.clone())
    }
}

impl Reading {
    /// The entries that the answers about a subject rest on.
    ///
    /// # Errors
    /// See [`SubjectError`]; one that no entry is about is one of them.
    pub fn grounds(&self, subject: &SubjectId) -> Result<Grounds, SubjectError> {
        let mut grounds = Grounds::default();
        let mut enrolments = BTreeSet::new();
        for (index, entry) in self.related(subject)? {
            if states(&entry, subject) {
                grounds.chain.push(index);
                let keys = self.registry().keys();
                let records = entry.signers().iter().filter_map(|key| keys.get(key));
                enrolments.extend(records.map(|record| record.enrolled));
            } else {
                grounds.mentions.push(index);
            }
        }
        if grounds.chain.is_empty() {
            let subject = subject.clone();
            return Err(SubjectError::NoEntry { subject });
        }
        grounds.enrolments = enrolments.into_iter().collect();
        Ok(grounds)
    }
}

fn audited(
    snapshot: &Snapshot,
    scope: VerdictScope,
    trust: Option<&Trust>,
    progress: &dyn Progress,
) -> Result<Audit, StoppedAudit> {
    audit(snapshot, progress).map_err(|error| {
        let verdict = failed(&error).map(|(why, entry)| {
            let reason = causes(&error).join(": ");
            let verdict = Verdict::stopped(scope, snapshot.signed_checkpoint(), trust, why, entry, &reason);
            Box::new(verdict)
        });
        StoppedAudit {
            error: error.into(),
            verdict,
        }
    })
}

/// Which question bad evidence fails and for what kind of reason, and the entry where it shows.
fn failed(error: &AuditError) -> Option<((Question, ReasonCode), Option<EntryIndex>)> {
    if error.blame() != Blame::Evidence {
        return None;
    }
    let bytes = (Question::Authentic, ReasonCode::NotInLog);
    let missing = (Question::Complete, ReasonCode::EntryMissing);
    Some(match error {
        AuditError::Entry { source, .. } => {
            let ReplayError::Entry(EntryFault { index, refusal }) = source.as_ref() else {
                return None;
            };
            let why = (Question::failed_by(refusal), ReasonCode::of_refusal(refusal));
            (why, Some(*index))
        }
        AuditError::Read(ReadError::Leaf { index, .. }) => (bytes, Some(*index)),
        AuditError::Read(ReadError::Bundle { entry, .. }) => (bytes, Some(*entry)),
        AuditError::Read(ReadError::Missing { entry, .. } | ReadError::Tile { entry, .. })
        | AuditError::Tile { entry, .. } => (missing, Some(*entry)),
        _ => (missing, None),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use prova_core::verdict::Answer;
    use prova_store::NoProgress;

    use super::*;
    use crate::tests::scene::Scene;

    fn indices(entries: &[EntryIndex]) -> Vec<u64> {
        entries.iter().map(|index| index.get()).collect()
    }

    #[test]
    fn a_verdict_on_a_ledger_counts_what_was_verified() {
        let scene = Scene::new();
        let verdict = LedgerVerdict::of(scene.writer.snapshot(), None, &NoProgress).unwrap();
        assert_eq!(
            (verdict.signatures, verdict.components, verdict.participants),
            (8, 2, 3)
        );
        assert_eq!(verdict.verdict.failed().count(), 0);
    }

    #[test]
    fn the_grounds_of_a_verdict_are_its_chain_and_who_enrolled_the_signers() {
        let scene = Scene::new();
        let snapshot = scene.writer.snapshot().clone();
        let verdict = SubjectVerdict::of(snapshot, &Scene::unit("S1"), None, &NoProgress).unwrap();
        assert_eq!(indices(&verdict.grounds.chain), [4, 6, 7]);
        assert_eq!(indices(&verdict.grounds.mentions), [0; 0]);
        assert_eq!(indices(&verdict.grounds.enrolments), [1, 3]);
        let page = String::from_utf8(verdict.page().unwrap()).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("AAU3900/S1"));
    }

    #[test]
    fn there_is_no_verdict_on_what_no_entry_is_about() {
        let snapshot = Scene::new().writer.snapshot().clone();
        let error = SubjectVerdict::of(snapshot, &Scene::unit("S9"), None, &NoProgress).unwrap_err();
        assert!(
            matches!(error, VerifySubjectError::Stopped(_)),
            "the directory is gone: {error}"
        );
        let scene = Scene::new();
        let snapshot = scene.writer.snapshot().clone();
        let error = SubjectVerdict::of(snapshot, &Scene::unit("S9"), None, &NoProgress).unwrap_err();
        assert!(
            matches!(error, VerifySubjectError::Subject(SubjectError::NoEntry { .. })),
            "{error}"
        );
    }

    #[test]
    fn where_an_audit_stops_the_verdict_names_the_entry_and_why() {
        let scene = Scene::new();
        let bundle = scene.directory.path().join("tile/entries/000.p/8");
        let mut bytes = fs::read(&bundle).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&bundle, bytes).unwrap();
        let stopped = LedgerVerdict::of(scene.writer.snapshot(), None, &NoProgress).unwrap_err();
        assert_eq!(stopped.error.blame(), Blame::Evidence);
        let verdict = stopped.verdict.unwrap();
        let failed: Vec<_> = verdict.failed().collect();
        let [answered] = failed.as_slice() else {
            panic!("one question fails")
        };
        assert_eq!(
            (answered.question, answered.answer),
            (Question::Authentic, Answer::Fails)
        );
        assert_eq!(indices(&answered.entries), [7]);
    }
}
