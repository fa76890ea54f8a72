//! What is told of one subject: its life, who held it, what it is made of.

use std::collections::BTreeMap;

use prova_core::{
    id::SubjectId,
    key::KeyId,
    lifecycle::Finding,
    position::EntryIndex,
    registry::history::History,
    statement::Verified,
    view::{
        timeline::Timeline,
        trace::{Entries, Trace},
    },
};

/// Why a subject is in a report; those asked for come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relevance {
    /// It was asked for.
    Asked,
    /// What was asked for rests on it: a type, a part, a release, a slot.
    Related,
}

/// Most entries that are told of one subject; the page counts the others.
const ENTRIES_TOLD: usize = 1_000;

/// What a row takes beside its sentence, and a component in a tree, in characters.
const ROW_WEIGHT: usize = 500;
const NODE_WEIGHT: usize = 1_000;

/// One subject.
#[derive(Clone, Debug)]
pub struct Page {
    /// Why it is here.
    pub relevance: Relevance,
    /// Its life.
    pub timeline: Timeline,
    /// What it is made of; of a component that there is an entry about.
    pub trace: Option<Trace>,
    /// The keys that signed each of its entries.
    pub signers: BTreeMap<EntryIndex, Vec<KeyId>>,
    /// Later entries, which are not told.
    pub untold: usize,
}

impl Page {
    /// Reads a subject from the entries at `indices`: those about it, and those that mention it or judge one of its entries. Of very many the
    /// first 1,000 are told.
    ///
    /// # Errors
    /// A row or an entry that cannot be read.
    pub fn read<E: Entries>(
        entries: &E,
        subject: &SubjectId,
        relevance: Relevance,
        indices: &[EntryIndex],
        history: &History,
    ) -> Result<Self, E::Error> {
        let mut related: BTreeMap<EntryIndex, Verified> = BTreeMap::new();
        let told = indices.get(..ENTRIES_TOLD).unwrap_or(indices);
        for index in told {
            related.insert(*index, entries.entry(*index)?);
        }
        let timeline = Timeline::new(entries, subject, &related, history)?;
        let trace = match subject.component() {
            Some(component) => Trace::new(entries, component, history.now())?,
            None => None,
        };
        let signers = related
            .iter()
            .map(|(index, entry)| (*index, entry.signers().to_vec()))
            .collect();
        Ok(Self {
            relevance,
            timeline,
            trace,
            signers,
            untold: indices.len().saturating_sub(told.len()),
        })
    }

    /// Whose page it is.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.timeline.subject
    }

    /// What is wrong in its life.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.timeline.findings()
    }

    /// About how many characters it takes to tell, so that all pages together stay within bounds.
    pub(crate) fn weight(&self) -> usize {
        let rows = self.timeline.rows.iter().chain(&self.timeline.mentions);
        let rows = rows.map(|row| row.sentence.len().saturating_add(ROW_WEIGHT));
        let custody = self.timeline.standing.as_ref().map(|standing| &standing.custody);
        let spans = custody
            .map_or(0, |custody| custody.spans.len())
            .saturating_mul(ROW_WEIGHT);
        let nodes = self.trace.as_ref().map_or(0, |trace| trace.tree.walk().len());
        let tree = nodes.saturating_mul(NODE_WEIGHT);
        rows.fold(tree.saturating_add(spans), usize::saturating_add)
    }
}
