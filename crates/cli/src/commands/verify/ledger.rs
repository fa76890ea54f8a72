//! A whole ledger, or one component in it: everything derived from bytes again.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use prova_core::{
    id::SubjectId,
    lifecycle::Finding,
    verdict::{Answer, ReasonCode, Trust, Verdict, VerdictScope},
    view::message::message,
};
use prova_query::{LedgerVerdict, StoppedAudit, SubjectVerdict, VerifySubjectError};
use prova_store::Snapshot;
use serde::Serialize;

use crate::{
    error::{Blame, Blamed, CommandError},
    ledger::LedgerArgs,
    output,
    plain::{counted, plain},
    trust::{ACCEPT, TrustArgs, show_standing},
    trust_store::OTHER_CHARTER,
    ui::{Show, Status, Ui},
};

const FSCK: &str = "`prova fsck` lists everything that is wrong with the files";

impl Blamed for StoppedAudit {
    fn blame(&self) -> Blame {
        StoppedAudit::blame(self)
    }

    fn hint(&self) -> Option<String> {
        (Blamed::blame(self) == Blame::Evidence).then(|| FSCK.to_owned())
    }
}

impl Blamed for VerifySubjectError {
    fn blame(&self) -> Blame {
        VerifySubjectError::blame(self)
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Stopped(stopped) => stopped.hint(),
            Self::Subject(error) => error.hint(),
            _ => None,
        }
    }
}

/// The verdict on one subject, or where an audit stopped.
#[derive(Serialize)]
#[serde(transparent)]
struct VerdictOutput<'a>(#[serde(serialize_with = "Verdict::with_messages")] &'a Verdict);

/// Verifies the whole ledger.
pub(super) fn whole(ledger: &LedgerArgs, trust: &TrustArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let snapshot = open(ledger)?;
    let trust = believed(&snapshot, trust)?;
    match LedgerVerdict::of(&snapshot, trust.as_ref(), &ui.progress("verifying", "entries")) {
        Ok(verified) => {
            ui.result(&verified)?;
            status(&verified.verdict, ui)
        }
        Err(stopped) => {
            show_stopped(&stopped, ui)?;
            Err(stopped.into())
        }
    }
}

/// Verifies the whole ledger, and answers for one subject.
pub(super) fn subject(
    ledger: &LedgerArgs,
    subject: &SubjectId,
    trust: &TrustArgs,
    page: Option<&Path>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let snapshot = open(ledger)?;
    let trust = believed(&snapshot, trust)?;
    match SubjectVerdict::of(
        snapshot,
        subject,
        trust.as_ref(),
        &ui.progress("verifying", "entries"),
    ) {
        Ok(verified) => {
            if let Some(path) = page {
                output::write(path, &verified.page()?)?;
            }
            ui.result(&VerdictOutput(&verified.verdict))?;
            status(&verified.verdict, ui)
        }
        Err(error) => {
            if let VerifySubjectError::Stopped(stopped) = &error {
                show_stopped(stopped, ui)?;
            }
            Err(error.into())
        }
    }
}

fn open(ledger: &LedgerArgs) -> Result<Snapshot, CommandError> {
    ledger.snapshot().map_err(|error| match error.blame {
        Blame::Evidence => error.hint(FSCK),
        Blame::Caller | Blame::Program => error,
    })
}

/// Whom the reader believes about a ledger.
fn believed(snapshot: &Snapshot, trust: &TrustArgs) -> Result<Option<Trust>, CommandError> {
    let believed = trust.about(snapshot.founding().origin())?;
    Ok(believed.map(|policy| policy.trust))
}

/// Where an audit stopped because the evidence is bad, the verdict is shown before the error.
fn show_stopped(stopped: &StoppedAudit, ui: &mut Ui) -> Result<(), CommandError> {
    match &stopped.verdict {
        Some(verdict) => ui.result(&VerdictOutput(verdict)),
        None => Ok(()),
    }
}

/// How a verdict ends the command.
pub(super) fn status(verdict: &Verdict, ui: &Ui) -> Result<Status, CommandError> {
    if let Some(failed) = verdict.failed().next() {
        let error = CommandError::new(Blame::Evidence, failed.reason.clone());
        return Err(match failed.code {
            ReasonCode::OtherCharter => error.hint(OTHER_CHARTER),
            _ => error,
        });
    }
    if !verdict.is_anchored() {
        ui.note(ACCEPT);
    }
    // Where there is a gap, what follows it has not been looked for: that none was found says nothing.
    if !verdict.findings.is_empty() || !verdict.gaps.is_empty() {
        return Ok(Status::NotMet);
    }
    Ok(if verdict.is_anchored() {
        Status::Holds
    } else {
        Status::Undecided
    })
}

impl Show for LedgerVerdict {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = &self.verdict;
        show_standing(verdict, out)?;
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
        if verdict.findings.is_empty() && verdict.failed().next().is_none() && verdict.is_anchored() {
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

impl Show for VerdictOutput<'_> {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = self.0;
        show_standing(verdict, out)?;
        let subject = match &verdict.scope {
            VerdictScope::Subject(subject) => format!("{subject} in "),
            VerdictScope::Ledger | VerdictScope::Entry(_) | VerdictScope::Bundle(_) => String::new(),
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
