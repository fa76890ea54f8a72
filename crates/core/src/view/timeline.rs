//! The life of a component: one row for each entry about it, one for each that mentions it from elsewhere, and how it stands at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    country::Country,
    hash::LeafHash,
    id::{Alias, SubjectId},
    lifecycle::{Detail, Finding, View, distrust, facts},
    position::EntryIndex,
    registry::history::History,
    statement::{
        ForeignLink, Predicate, Verified,
        event::{Attachment, Event, role::Role},
    },
    time::Timestamp,
    view::{
        component_state::{ComponentState, Party},
        message::details_with_messages,
        sentence::{place, sentence},
    },
};

/// One entry in a life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineRow {
    /// Where the entry stands in the ledger.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// When it happened, as the signer claims.
    pub time: Timestamp,
    /// Who speaks; for a registry entry, the first of those who signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Party>,
    /// In which role, for an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Who else signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Party>,
    /// The event's name, those of the registry's actions, `charter` or `seal`.
    pub event: String,
    /// What it says, as one sentence that follows the speaker's name.
    pub sentence: String,
    /// Subjects of the statement.
    pub subjects: usize,
    /// Where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where it happened, if the statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Other names of the component that the entry states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Where the chain comes from, if this is its first entry and it comes from another ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ForeignLink>,
    /// Documents that the entry names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Attachment>,
    /// What is wrong with it.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "details_with_messages"
    )]
    pub findings: Vec<Detail>,
    /// What is wrong with it at the entry alone, or on another line than the one that is told: it changed nothing here.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "details_with_messages"
    )]
    pub aside: Vec<Detail>,
    /// Entries that correct or dispute it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrected_by: Vec<Correction>,
}

/// A life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The component, or the ledger, whose life it is.
    pub subject: SubjectId,
    /// How it stands after all entries; absent for the ledger itself and for what is only mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<ComponentState>,
    /// The entries about it, oldest first.
    pub rows: Vec<TimelineRow>,
    /// Entries that mention it or correct one of its entries, but are about others.
    pub mentions: Vec<TimelineRow>,
}

/// An entry that says of another that it is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Correction {
    /// Where it stands.
    pub entry: EntryIndex,
    /// Who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Party>,
    /// Whether that is who said what is wrong.
    pub is_own: bool,
}

impl TimelineRow {
    /// An entry as a row in the life of `subject`, or as one of no life in particular; without findings and corrections.
    #[must_use]
    pub fn new(index: EntryIndex, entry: &Verified, subject: Option<&SubjectId>, history: &History) -> Self {
        let (statement, registry) = (entry.statement(), history.now());
        let stated = subject.and_then(|id| statement.subjects.iter().find(|stated| stated.id == *id));
        let mut speakers = history
            .speakers(index, entry)
            .into_iter()
            .map(|org| Party::new(&org, registry));
        let (time, event) = match &statement.predicate {
            Predicate::Event(event) => (event.time, event.event.name().to_owned()),
            Predicate::Registry(predicate) => (predicate.time, predicate.names().join(", ")),
            Predicate::Charter(charter) => (charter.time, "charter".to_owned()),
            Predicate::Seal(seal) => (seal.time, "seal".to_owned()),
        };
        let predicate = statement.event();
        let at = predicate.and_then(|event| event.place.as_ref());
        let site_country = predicate.and_then(|event| match &event.event {
            Event::Manufacture(manufacture) => Some(manufacture.site.country),
            Event::Store(store) => Some(store.site.country),
            _ => None,
        });
        Self {
            index,
            leaf: entry.leaf(),
            time,
            by: speakers.next(),
            role: predicate.map(|event| event.role),
            countersigned: speakers.collect(),
            event,
            sentence: sentence(statement, Some(registry)),
            subjects: statement.subjects.len(),
            place: at.map(place).filter(|place| !place.is_empty()),
            country: at.and_then(|place| place.country).or(site_country),
            aliases: stated.map(|stated| stated.aliases.clone()).unwrap_or_default(),
            from: stated.and_then(|stated| stated.from.clone()),
            documents: predicate
                .map(|event| event.documents().into_iter().cloned().collect())
                .unwrap_or_default(),
            findings: Vec::new(),
            aside: Vec::new(),
            corrected_by: Vec::new(),
        }
    }
}

/// What is wrong with an entry because keys that signed it are distrusted.
#[must_use]
pub fn distrusted(index: EntryIndex, entry: &Verified, history: &History) -> Vec<Detail> {
    let keys = entry.signers().iter();
    keys.filter_map(|key| distrust(history.now(), key, index))
        .collect()
}

impl Timeline {
    /// The life of `subject` from verified entries: those about it, and any others that mention it or one of its entries.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn new<V: View>(
        view: &V,
        subject: &SubjectId,
        entries: &BTreeMap<EntryIndex, Verified>,
        history: &History,
    ) -> Result<Self, V::Error> {
        let mut recorded: BTreeMap<EntryIndex, Vec<Finding>> = BTreeMap::new();
        for finding in facts::findings(view, subject)? {
            recorded.entry(finding.entry).or_default().push(finding);
        }
        let standing = ComponentState::of(view, subject, history.now())?;
        let mut corrections: BTreeMap<LeafHash, Vec<Correction>> = BTreeMap::new();
        for (index, entry) in entries {
            let said = entry.statement().event();
            if let Some((Event::Correct(correct), by)) = said.map(|said| (&said.event, &said.by)) {
                corrections.entry(correct.target).or_default().push(Correction {
                    entry: *index,
                    by: Some(Party::new(by, history.now())),
                    is_own: false,
                });
            }
        }
        let (mut rows, mut mentions) = (Vec::new(), Vec::new());
        for (index, entry) in entries {
            let mut row = TimelineRow::new(*index, entry, Some(subject), history);
            row.corrected_by = corrections.get(&entry.leaf()).cloned().unwrap_or_default();
            for correction in &mut row.corrected_by {
                correction.is_own = correction.by.is_some() && correction.by == row.by;
            }
            let is_about = entry
                .statement()
                .subjects
                .iter()
                .any(|stated| stated.id == *subject);
            let recorded = recorded.remove(index).filter(|_| is_about);
            let mut findings = recorded.unwrap_or_default();
            findings.extend(
                distrusted(*index, entry, history)
                    .into_iter()
                    .map(|detail| Finding {
                        subject: subject.clone(),
                        entry: *index,
                        detail,
                    }),
            );
            findings.sort();
            findings.dedup();
            row.findings = findings.into_iter().map(|finding| finding.detail).collect();
            if is_about {
                let at_entry = facts::findings_at(view, subject, *index)?.into_iter();
                let all = at_entry.map(|finding| finding.detail);
                row.aside = all.filter(|detail| !row.findings.contains(detail)).collect();
            }
            if is_about { &mut rows } else { &mut mentions }.push(row);
        }
        Ok(Self {
            subject: subject.clone(),
            standing,
            rows,
            mentions,
        })
    }

    /// The findings in this life, in order of entries.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let of_row = |row: &TimelineRow| {
            let finding = |detail: &Detail| Finding {
                subject: self.subject.clone(),
                entry: row.index,
                detail: detail.clone(),
            };
            row.findings.iter().map(finding).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of_row).collect()
    }
}

#[cfg(test)]
mod tests;
