//! A bundle of evidence: no ledger, network or database is needed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use prova_bundle::{
    bag::{Bag, OpenBagError, ReadBagError},
    verify::{BagEntries, VerifiedBundle, VerifyError, verify as verify_bag},
    zip::{OpenArchiveError, ReadFileError, looks_like_archive},
};
use prova_core::{
    bundle::{ReopenError, Verifier},
    verdict::{Answer, Gap, Verdict},
};
use prova_query::bundle_page;
use serde::Serialize;

use super::{
    ledger::{show_answers, show_findings, status},
    seen,
};
use crate::{
    error::{Blame, CommandError, blame_of_io},
    input, output,
    plain::{counted, plain},
    trust::{TrustArgs, show_standing},
    ui::{Show, Status, Ui},
};

/// Most gaps that are listed; the others are counted.
const LISTED: usize = 10;

/// What a bundle shows to a reader.
#[derive(Serialize)]
struct BundleVerdict<'a> {
    #[serde(flatten, serialize_with = "Verdict::with_messages")]
    verdict: &'a Verdict,
    #[serde(skip)]
    file: PathBuf,
    #[serde(skip)]
    verified: Option<&'a VerifiedBundle>,
}

/// Bytes that tell a bundle from a proof.
pub(crate) const START_BYTES: u64 = 4;

/// Whether a file is a bundle, by its name or as it begins.
pub(crate) fn is_bundle(path: &Path, start: &[u8]) -> bool {
    let is_named = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    is_named || looks_like_archive(start)
}

/// Opens a bundle's file.
pub(crate) fn open(path: &Path) -> Result<File, CommandError> {
    if input::is_stream(path) {
        let error = CommandError::caller(format!("a bundle cannot be read from {}", input::shown(path)));
        return Err(error.hint(
            "save it as a file: its end is looked at first, and a pipe has none before all of it is read",
        ));
    }
    Ok(input::open_file(path)?)
}

/// Verifies a bundle, and shows the verdict of a reader with this trust, as a page as well where `report` names a file.
pub(super) fn verify(
    path: &Path,
    trust: &TrustArgs,
    earlier: &seen::SeenArgs,
    report: Option<&Path>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let mut bag = Bag::open(open(path)?).map_err(|error| failed(path, &error.into()))?;
    let verified = match verify_bag(&mut bag, &ui.progress("verifying", "files")) {
        Ok(verified) => verified,
        Err(error) => {
            if let VerifyError::Fault { source, of, .. } = &error {
                let (description, checkpoint) = of.as_ref();
                let believed = trust.about(checkpoint.checkpoint().origin())?;
                let believed = believed.as_ref().map(|policy| &policy.trust);
                let verdict = Verifier::refuse(description, checkpoint, source, believed);
                show(path, &verdict, None, ui)?;
            }
            return Err(failed(path, &error));
        }
    };
    // First: a bundle of a forked ledger is not to be called one that holds.
    seen::compare(&verified.dossier, earlier, ui)?;
    let believed = trust.about(verified.dossier.history().now().origin())?;
    let verdict = verified
        .dossier
        .verdict(believed.as_ref().map(|policy| &policy.trust));
    if let Some(report) = report {
        let page = bundle_page(&verified.dossier, &BagEntries::new(&mut bag), &verdict);
        output::write(report, &page.map_err(|error| changed_since(path, *error))?)?;
    }
    show(path, &verdict, Some(&verified), ui)?;
    status(&verdict, ui)
}

/// What was just verified cannot be read again.
fn changed_since(path: &Path, error: ReopenError<ReadBagError>) -> CommandError {
    match error {
        ReopenError::Read { source, .. } => failed(path, &source.into()),
        other => CommandError::of(Blame::Evidence, &other)
            .context(format!("{} was changed while it was read", path.display())),
    }
}

fn show(
    path: &Path,
    verdict: &Verdict,
    verified: Option<&VerifiedBundle>,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let shown = BundleVerdict {
        verdict,
        file: path.to_owned(),
        verified,
    };
    ui.item(&shown)
}

/// Whose fault it is that a bundle does not hold: the bundle's, unless it cannot be read at all.
pub(crate) fn failed(path: &Path, error: &VerifyError) -> CommandError {
    let broken = match error {
        VerifyError::Open(
            OpenBagError::Archive(OpenArchiveError::Read(source))
            | OpenBagError::Read(ReadBagError::File(ReadFileError::Read { source, .. })),
        )
        | VerifyError::Read(ReadBagError::File(ReadFileError::Read { source, .. })) => Some(source),
        _ => None,
    };
    let blame = match broken {
        Some(source) if source.kind() != io::ErrorKind::UnexpectedEof => blame_of_io(source),
        _ => Blame::Evidence,
    };
    let shown = CommandError::of(blame, error).context(format!("{} does not hold", path.display()));
    match error {
        VerifyError::Open(OpenBagError::Archive(OpenArchiveError::Name { .. }))
        | VerifyError::Description(prova_core::bundle::description::DescriptionError::Format { .. }) => shown
            .hint("a bundle of a later version needs a later version of prova; nothing was written anywhere"),
        VerifyError::Open(OpenBagError::Archive(_)) => shown
            .hint("ask for the file as it was exported: unpacking and packing again makes another archive"),
        _ => shown.hint("ask whoever exported it for the bundle as it was, and compare the two files"),
    }
}

impl Show for BundleVerdict<'_> {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { verdict, file, .. } = self;
        let checkpoint = format!("checkpoint of size {} with root {}", verdict.size, verdict.root);
        let holds = verdict.findings.is_empty()
            && verdict.gaps.is_empty()
            && verdict.failed().next().is_none()
            && verdict.is_anchored()
            && self.verified.is_some();
        show_standing(verdict, out)?;
        let counts = self.verified.map_or_else(String::new, |verified| {
            let entries = verified.dossier.entries().len();
            let signatures = counted(verified.dossier.signatures(), "signature", "signatures");
            format!(", {}, {signatures}", counted(entries, "entry", "entries"))
        });
        if holds {
            let open = verdict
                .answers
                .iter()
                .filter(|answered| answered.answer == Answer::CannotBeDecided);
            let open: Vec<_> = open.map(|answered| answered.question.name()).collect();
            write!(
                out,
                "holds: {}{counts}, no findings; {checkpoint}",
                verdict.origin
            )?;
            if !open.is_empty() {
                write!(out, "; cannot be decided: {}", open.join(", "))?;
            }
            writeln!(out)?;
            return self.show_custody(out);
        }
        writeln!(
            out,
            "{}: {}{counts}; {checkpoint}",
            file.display(),
            verdict.origin
        )?;
        show_answers(verdict, out)?;
        self.show_custody(out)?;
        show_gaps(&verdict.gaps, out)?;
        show_findings(&verdict.findings, out)
    }
}

/// What a bundle lacks, without which lives cannot be followed.
fn show_gaps(gaps: &[Gap], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = gaps.first() else {
        return Ok(());
    };
    writeln!(
        out,
        "{}: findings from entry {} on are not told, but for distrusted keys, since what they rest on is not here",
        counted(gaps.len(), "gap", "gaps"),
        first.entry
    )?;
    for Gap { entry, missing } in gaps.iter().take(LISTED) {
        let missing = missing.to_string();
        writeln!(out, "  entry {entry}: what is under «{}»", plain(&missing))?;
    }
    match gaps.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

impl BundleVerdict<'_> {
    /// Who made it, who has had it, and what it does not have.
    fn show_custody(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(verified) = self.verified else {
            return Ok(());
        };
        let export = &verified.export;
        write!(out, "  exported by {} at {}", export.exporter, export.at)?;
        match &export.case {
            Some(case) => writeln!(out, " for case «{}»", plain(case.as_str()))?,
            None => writeln!(out)?,
        }
        for hand_over in &verified.custody {
            write!(out, "  received by {} at {}", hand_over.by, hand_over.at)?;
            match &hand_over.remark {
                Some(remark) => writeln!(out, ": {}", plain(remark.as_str()))?,
                None => writeln!(out)?,
            }
        }
        let mut reasons = BTreeMap::<_, Vec<_>>::new();
        for withheld in &verified.dossier.description().withheld {
            let why = (&withheld.reason, &withheld.authority);
            reasons.entry(why).or_default().push(withheld.sha256);
        }
        for ((reason, authority), documents) in reasons {
            write!(out, "  withheld: ")?;
            match documents.as_slice() {
                [document] => write!(out, "document {document}")?,
                _ => write!(out, "{} documents, listed in data/bundle.json", documents.len())?,
            }
            write!(out, ": {}", plain(reason.as_str()))?;
            match authority {
                Some(authority) => writeln!(out, ", by {}", plain(authority.as_str()))?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }
}
