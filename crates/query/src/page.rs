//! A verdict with all that it rests on, as a page for people: on a component in a ledger, and on a bundle.

use std::collections::BTreeSet;

use prova_core::{
    bundle::{Dossier, EntryBytes, ReopenError, description::Description},
    id::SubjectId,
    index::term::Term,
    lifecycle::View as _,
    position::EntryIndex,
    verdict::{BundleScope, Verdict},
    view::{component_state::Party, trace::Trace},
};
use prova_report::{
    Case, ENTRIES_SHOWN, Kept, MissingTerm, Relevance, Report, Wanted, WithheldDocument, render,
};

use crate::reading::{Reading, ReadingError, states};

/// The page on a subject of a ledger, as HTML, from the entries that are told about it. The same ledger and verdict give the same page.
///
/// # Errors
/// An entry or a row that cannot be read.
pub fn ledger_page(
    reading: &Reading,
    subject: &SubjectId,
    entries: Vec<EntryIndex>,
    verdict: Verdict,
) -> Result<Vec<u8>, ReadingError> {
    let mut wanted = vec![Wanted {
        subject: subject.clone(),
        relevance: Relevance::Asked,
        entries,
    }];
    for related in related(reading, subject)? {
        wanted.push(Wanted {
            entries: first_about(reading, &related)?,
            subject: related,
            relevance: Relevance::Related,
        });
    }
    let checkpoint = reading.snapshot().signed_checkpoint().to_string();
    let history = reading.history().clone();
    let report = Report::read(reading, wanted, verdict, checkpoint, history, Kept::Ledger)?;
    Ok(rendered(&report))
}

/// What a component is, is made of, runs, and is installed in.
fn related(reading: &Reading, subject: &SubjectId) -> Result<BTreeSet<SubjectId>, ReadingError> {
    let Some(component) = subject.component() else {
        return Ok(BTreeSet::new());
    };
    let Some(trace) = Trace::new(reading, component, reading.registry())? else {
        return Ok(BTreeSet::new());
    };
    let below = trace.tree.walk();
    let around = trace
        .inside
        .iter()
        .chain(trace.slot.iter().map(|slot| &slot.component));
    let all = below.iter().map(|node| &node.component).chain(around);
    Ok(all
        .map(|id| SubjectId::from(id.clone()))
        .filter(|id| id != subject)
        .collect())
}

/// The first entries about a subject, without those that only mention it: of a type, every unit does.
fn first_about(reading: &Reading, subject: &SubjectId) -> Result<Vec<EntryIndex>, ReadingError> {
    let Some(chain) = reading.chain(subject)? else {
        return Ok(Vec::new());
    };
    let mut indices = Vec::new();
    for index in reading
        .posting(&Term::Id(subject.clone()))?
        .into_iter()
        .take(ENTRIES_SHOWN)
    {
        if index > chain.last {
            break;
        }
        if states(&reading.read(index)?, subject) {
            indices.push(index);
        }
    }
    Ok(indices)
}

/// The page on what a bundle holds, as HTML: the exporter puts one into it, and a reader makes one's own. The same bundle and verdict give the
/// same page.
///
/// # Errors
/// An entry that was verified cannot be read again.
pub fn bundle_page<B: EntryBytes>(
    dossier: &Dossier,
    bytes: &B,
    verdict: &Verdict,
) -> Result<Vec<u8>, Box<ReopenError<B::Error>>> {
    let description = dossier.description();
    let closure = &description.closure;
    let wanted = |relevance| {
        move |subject: &SubjectId| Wanted {
            subject: subject.clone(),
            relevance,
            entries: dossier.posting(&Term::chain(subject)).to_vec(),
        }
    };
    let asked = closure.primary.iter().map(wanted(Relevance::Asked));
    let related = closure.consulted.iter().chain(&closure.traced);
    let mut report = Report::read(
        &dossier.open(bytes),
        asked.chain(related.map(wanted(Relevance::Related))).collect(),
        verdict.clone(),
        dossier.checkpoint().to_string(),
        dossier.history().clone(),
        Kept::Bundle,
    )?;
    let exporter = party(dossier, description);
    report.case = Case {
        id: description.case.as_ref().map(ToString::to_string),
        exporter: Some(exporter.clone()),
        at: Some(description.at),
        scope: Some(scope(&description.scope)),
        notes: Vec::new(),
    };
    report.withheld = description
        .withheld
        .iter()
        .map(|withheld| WithheldDocument {
            sha256: withheld.sha256,
            name: None,
            by: Some(exporter.clone()),
            reason: withheld.reason.to_string(),
            authority: withheld.authority.as_ref().map(ToString::to_string),
            entries: Vec::new(),
        })
        .collect();
    report.gaps = dossier
        .gaps()
        .iter()
        .map(|gap| MissingTerm {
            missing: gap.missing.clone(),
            entry: Some(gap.entry),
            detail: None,
        })
        .collect();
    Ok(rendered(&report))
}

fn rendered(report: &Report) -> Vec<u8> {
    let mut page = Vec::new();
    // Memory takes whatever is written.
    let _ = render(report, &mut page);
    page
}

fn party(dossier: &Dossier, description: &Description) -> Party {
    let participants = dossier.history().now().participants();
    let exporter = participants.get(&description.exporter);
    Party {
        id: description.exporter.clone(),
        name: exporter.map(|participant| participant.name.clone()),
    }
}

/// What was asked for, in words.
fn scope(scope: &BundleScope) -> String {
    match scope {
        BundleScope::Components(ids) => {
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            ids.join(", ")
        }
        BundleScope::Organisation(org) => format!("everything that {org} said, and the components in it"),
        BundleScope::Type(id) => format!("{id} and every unit of it"),
        BundleScope::Slot(id) => format!("{id} and what was ever in it"),
        BundleScope::Range(range) => format!("entries {} to {}, without the last", range.from, range.to),
        BundleScope::Time(period) => format!("what claims a time from {} to {}", period.from, period.to),
    }
}
