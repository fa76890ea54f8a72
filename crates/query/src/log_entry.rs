//! The entries of a ledger in their order, each as one line says it.

use prova_core::{
    country::Country,
    hash::LeafHash,
    id::SubjectId,
    index::term::Term,
    lifecycle::Finding,
    position::EntryIndex,
    statement::event::role::Role,
    time::Timestamp,
    view::{component_state::Party, message::with_messages, timeline::TimelineRow},
};
use serde::Serialize;

use crate::reading::{Reading, ReadingError};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Where it stands in the ledger.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// When it happened, as the signer claims.
    pub time: Timestamp,
    /// The event's or registry action's name, `charter` or `seal`.
    pub event: String,
    /// Who speaks; for a registry entry, the first of those who signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Party>,
    /// In which role, for an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Who else signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Party>,
    /// What it states something about.
    pub subjects: Vec<SubjectId>,
    /// What it says, as one sentence that follows the speaker's name.
    pub sentence: String,
    /// Where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where it happened, if the statement tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "with_messages")]
    pub findings: Vec<Finding>,
}

impl Reading {
    /// The entries from an index on, oldest first, of one term or of all; each is read when it is asked for.
    ///
    /// # Errors
    /// The term's row cannot be read. An entry that cannot be read is an error in its place.
    pub fn log(
        &self,
        about: Option<&Term>,
        from: EntryIndex,
    ) -> Result<Box<dyn Iterator<Item = Result<LogEntry, ReadingError>> + '_>, ReadingError> {
        Ok(match about {
            Some(term) => {
                let posting = self.posting(term)?.into_iter();
                let wanted = posting.filter(move |index| *index >= from);
                Box::new(wanted.map(|index| self.log_entry(index, &self.snapshot().entry(index)?)))
            }
            None => Box::new(self.snapshot().entries(from).map(|read| {
                let (index, bytes) = read?;
                self.log_entry(index, &bytes)
            })),
        })
    }

    fn log_entry(&self, index: EntryIndex, bytes: &[u8]) -> Result<LogEntry, ReadingError> {
        let entry = self.history().verify(index, bytes)?;
        let findings = self.findings(index, &entry)?;
        let subjects = entry.statement().subjects.iter();
        let row = TimelineRow::new(index, &entry, None, self.history());
        Ok(LogEntry {
            index,
            leaf: row.leaf,
            time: row.time,
            event: row.event,
            by: row.by,
            role: row.role,
            countersigned: row.countersigned,
            subjects: subjects.map(|subject| subject.id.clone()).collect(),
            sentence: row.sentence,
            place: row.place,
            country: row.country,
            findings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn the_log_begins_where_it_is_asked_to_and_follows_a_term() {
        let scene = Scene::new();
        let reading = scene.reading();
        let indices = |about: Option<&str>, from| -> Vec<u64> {
            let term = about.map(|term| term.parse().unwrap());
            let log = reading.log(term.as_ref(), EntryIndex::new(from)).unwrap();
            log.map(|entry| entry.unwrap().index.get()).collect()
        };
        assert_eq!(indices(None, 0), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(indices(None, 6), [6, 7]);
        assert_eq!(indices(None, 8), [0; 0]);
        assert_eq!(
            indices(Some("id:unit:dns:nordlys.example/AAU3900/S1"), 0),
            [4, 6, 7]
        );
        assert_eq!(indices(Some("id:unit:dns:nordlys.example/AAU3900/S1"), 7), [7]);
        assert_eq!(indices(Some("by:dns:stranger.example"), 0), [0; 0]);
    }

    #[test]
    fn a_line_says_who_speaks_about_what() {
        let scene = Scene::new();
        let mut log = scene
            .reading()
            .log(None, EntryIndex::new(4))
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<_>>();
        let made = log.swap_remove(0);
        assert_eq!(made.event, "manufacture");
        assert_eq!(made.by.unwrap().shown(), "Nordlys Radio");
        assert_eq!(made.subjects, [Scene::unit("S1")]);
        assert_eq!(made.findings, []);
    }
}
