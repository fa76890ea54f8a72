//! The report on a bundle for people: the exporter puts one into it, and a reader makes one's own.

use prova_core::{
    bundle::{Dossier, EntryBytes, ReopenError, description::Description},
    id::component::SubjectId,
    index::term::Term,
    verdict::{BundleScope, Verdict},
    view::component_state::Party,
};
use prova_report::{Case, Gap, Kept, Relevance, Report, Wanted, Withheld, render};

/// The report on what a bundle holds, as HTML. The same bundle and verdict give the same page.
pub(crate) fn page<B: EntryBytes>(
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
        .map(|withheld| Withheld {
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
        .map(|gap| Gap {
            missing: gap.missing.clone(),
            entry: Some(gap.entry),
            detail: None,
        })
        .collect();
    let mut page = Vec::new();
    // Memory takes whatever is written.
    let _ = render(&report, &mut page);
    Ok(page)
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
