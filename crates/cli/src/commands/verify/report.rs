//! The verdict on a component with all that it rests on, as a page for people.

use std::{collections::BTreeSet, path::Path};

use prova_core::{
    id::component::SubjectId,
    index::term::Term,
    lifecycle::View as _,
    position::EntryIndex,
    verdict::Verdict,
    view::trace::{Entries as _, Trace},
};
use prova_query::Reading;
use prova_report::{ENTRIES_SHOWN, Kept, Relevance, Report, Wanted, render};

use crate::{
    error::{Blame, CommandError},
    output,
};

/// Writes the report on a subject.
pub(super) fn write(
    reading: &Reading,
    subject: &SubjectId,
    entries: Vec<EntryIndex>,
    verdict: Verdict,
    path: &Path,
) -> Result<(), CommandError> {
    let mut wanted = vec![Wanted {
        subject: subject.clone(),
        relevance: Relevance::Asked,
        entries,
    }];
    for related in related(reading, subject)? {
        wanted.push(Wanted {
            entries: about(reading, &related)?,
            subject: related,
            relevance: Relevance::Related,
        });
    }
    let checkpoint = reading.snapshot().signed_checkpoint().to_string();
    let report = Report::read(
        reading,
        wanted,
        verdict,
        checkpoint,
        reading.history().clone(),
        Kept::Ledger,
    )?;
    let mut page = Vec::new();
    render(&report, &mut page).map_err(|error| CommandError::of(Blame::Program, &error))?;
    Ok(output::write(path, &page)?)
}

/// What a component is, is made of, runs, and is installed in.
fn related(reading: &Reading, subject: &SubjectId) -> Result<BTreeSet<SubjectId>, CommandError> {
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

/// The entries about a subject, without those that only mention it: of a type, every unit does.
fn about(reading: &Reading, subject: &SubjectId) -> Result<Vec<EntryIndex>, CommandError> {
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
        let entry = reading.entry(index)?;
        let mut subjects = entry.statement().subjects.iter();
        if subjects.any(|stated| stated.id == *subject) {
            indices.push(index);
        }
    }
    Ok(indices)
}
