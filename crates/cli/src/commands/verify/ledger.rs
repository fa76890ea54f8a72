//! A whole ledger, or one component in it: everything derived from bytes again.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::Path,
};

use prova_core::{
    id::component::SubjectId,
    ledger::{fault::EntryFault, replay::ReplayError},
    lifecycle::Finding,
    position::EntryIndex,
    verdict::{Answer, Grounds, Question, ReasonCode, Scope, Trust, Verdict},
    view::message::message,
};
use prova_query::{Reading, SubjectError};
use prova_store::{Audit, AuditError, ReadError, Snapshot, audit};
use serde::Serialize;

use super::report;
use crate::{
    error::{Blame, Blamed, CommandError},
    ledger::LedgerArgs,
    plain::{counted, plain},
    ui::{Show, Status, Ui},
};

const FSCK: &str = "`prova fsck` lists everything that is wrong with the files";

impl Blamed for AuditError {
    fn blame(&self) -> Blame {
        AuditError::blame(self).into()
    }

    fn hint(&self) -> Option<String> {
        (self.blame() == prova_store::Blame::Evidence).then(|| FSCK.to_owned())
    }
}

/// The verdict on a whole ledger.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LedgerVerdict {
    #[serde(flatten, serialize_with = "Verdict::with_messages")]
    verdict: Verdict,
    /// Signatures that were verified.
    signatures: u64,
    /// Components that entries are about.
    components: u64,
    /// Organisations enrolled.
    participants: usize,
}

/// The verdict on one subject, or where an audit stopped.
#[derive(Serialize)]
#[serde(transparent)]
struct SubjectVerdict(#[serde(serialize_with = "Verdict::with_messages")] Verdict);

/// Verifies the whole ledger.
pub(super) fn whole(ledger: &LedgerArgs, trust: Option<&Trust>, ui: &mut Ui) -> Result<Status, CommandError> {
    let snapshot = open(ledger)?;
    let audit = audited(&snapshot, Scope::Ledger, trust, ui)?;
    let shown = LedgerVerdict {
        signatures: audit.signatures,
        components: audit.components,
        participants: audit.registry.participants().len(),
        verdict: Verdict::on_ledger(snapshot.signed_checkpoint(), trust, audit.findings),
    };
    ui.result(&shown)?;
    status(&shown.verdict)
}

/// Verifies the whole ledger, and answers for one subject.
pub(super) fn subject(
    ledger: &LedgerArgs,
    subject: &SubjectId,
    trust: Option<&Trust>,
    page: Option<&Path>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let snapshot = open(ledger)?;
    let mut audit = audited(&snapshot, Scope::Subject(subject.clone()), trust, ui)?;
    let findings = std::mem::take(&mut audit.findings);
    let findings = findings
        .into_iter()
        .filter(|finding| finding.subject == *subject)
        .collect();
    let reading = Reading::audited(snapshot, audit)?;
    let mut grounds = Grounds::default();
    let mut enrolments = BTreeSet::new();
    for (index, entry) in reading.related(subject)? {
        if entry
            .statement()
            .subjects
            .iter()
            .any(|stated| stated.id == *subject)
        {
            grounds.chain.push(index);
            let keys = reading.registry().keys();
            let records = entry.signers().iter().filter_map(|key| keys.get(key));
            enrolments.extend(records.map(|record| record.enrolled));
        } else {
            grounds.mentions.push(index);
        }
    }
    if grounds.chain.is_empty() {
        let subject = subject.clone();
        return Err(SubjectError::NoEntry { subject }.into());
    }
    grounds.enrolments = enrolments.into_iter().collect();
    let signed = reading.snapshot().signed_checkpoint();
    let shown = SubjectVerdict(Verdict::on_subject(
        subject.clone(),
        signed,
        trust,
        &grounds,
        findings,
    ));
    if let Some(path) = page {
        let related = grounds.chain.iter().chain(&grounds.mentions).copied();
        let related: BTreeSet<_> = related.collect();
        let entries = related.into_iter().collect();
        report::write(&reading, subject, entries, shown.0.clone(), path)?;
    }
    ui.result(&shown)?;
    status(&shown.0)
}

fn open(ledger: &LedgerArgs) -> Result<Snapshot, CommandError> {
    ledger.snapshot().map_err(|error| match error.blame {
        Blame::Evidence => error.hint(FSCK),
        Blame::Caller | Blame::Program => error,
    })
}

/// Audits; where that stops because the evidence is bad, the verdict is shown before the error.
fn audited(
    snapshot: &Snapshot,
    scope: Scope,
    trust: Option<&Trust>,
    ui: &mut Ui,
) -> Result<Audit, CommandError> {
    let error = match audit(snapshot, &ui.progress("verifying", "entries")) {
        Ok(audit) => return Ok(audit),
        Err(error) => error,
    };
    if let Some((why, entry)) = failed(&error) {
        let reason = CommandError::of(Blame::Evidence, &error).to_string();
        let reason = reason.replace("\n  caused by: ", ": ");
        let verdict = Verdict::stopped(scope, snapshot.signed_checkpoint(), trust, why, entry, &reason);
        ui.result(&SubjectVerdict(verdict))?;
    }
    Err(error.into())
}

/// Which question bad evidence fails and for what kind of reason, and the entry where it shows.
fn failed(error: &AuditError) -> Option<((Question, ReasonCode), Option<EntryIndex>)> {
    if error.blame() != prova_store::Blame::Evidence {
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

/// How a verdict ends the command.
pub(super) fn status(verdict: &Verdict) -> Result<Status, CommandError> {
    match verdict.failed().next() {
        Some(failed) => Err(CommandError::new(Blame::Evidence, failed.reason.clone())),
        // Where there is a gap, what follows it has not been looked for: that none was found says nothing.
        None if verdict.findings.is_empty() && verdict.gaps.is_empty() => Ok(Status::Holds),
        None => Ok(Status::NotMet),
    }
}

impl Show for LedgerVerdict {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = &self.verdict;
        let counts = format!(
            "{}, {}, {}, {}",
            verdict.origin,
            counted(verdict.size.get(), "entry", "entries"),
            counted(self.signatures, "signature", "signatures"),
            counted(self.components, "component", "components")
        );
        let checkpoint = format!("checkpoint of size {} with root {}", verdict.size, verdict.root);
        let open: Vec<_> = verdict
            .answers
            .iter()
            .filter(|answered| answered.answer == Answer::CannotBeDecided)
            .map(|answered| answered.question.name())
            .collect();
        if verdict.findings.is_empty() && verdict.failed().next().is_none() {
            write!(out, "holds: {counts}, no findings; {checkpoint}")?;
            if !open.is_empty() {
                write!(out, "; cannot be decided: {}", open.join(", "))?;
            }
            return writeln!(out);
        }
        writeln!(out, "{counts}; {checkpoint}")?;
        show_answers(verdict, out)?;
        show_findings(&verdict.findings, out)
    }
}

impl Show for SubjectVerdict {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = &self.0;
        let subject = match &verdict.scope {
            Scope::Subject(subject) => format!("{subject} in "),
            Scope::Ledger | Scope::Entry(_) | Scope::Bundle(_) => String::new(),
        };
        writeln!(
            out,
            "{subject}{}; checkpoint of size {} with root {}",
            verdict.origin, verdict.size, verdict.root
        )?;
        show_answers(verdict, out)?;
        show_findings(&verdict.findings, out)
    }
}

pub(super) fn show_answers(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    for answered in &verdict.answers {
        let (question, answer) = (answered.question.name(), answered.answer.to_string());
        writeln!(out, "  {question:<10}  {answer:<17}  {}", plain(&answered.reason))?;
    }
    Ok(())
}

/// Findings by component, in order of the components' first ones.
pub(super) fn show_findings(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut order = Vec::new();
    let mut by_subject: BTreeMap<&SubjectId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let of_subject = by_subject.entry(&finding.subject).or_default();
        if of_subject.is_empty() {
            order.push(&finding.subject);
        }
        of_subject.push(finding);
    }
    let count = counted(findings.len(), "finding", "findings");
    writeln!(
        out,
        "{count} in {}",
        counted(order.len(), "component", "components")
    )?;
    for subject in order {
        writeln!(out, "\n{subject}")?;
        for finding in by_subject.get(subject).into_iter().flatten() {
            writeln!(
                out,
                "  entry {}: {}: {}",
                finding.entry,
                finding.code(),
                plain(&message(&finding.detail))
            )?;
        }
    }
    Ok(())
}
