//! Entries that somebody chose to hand on, in formats that other people's tools read.

use std::{collections::BTreeMap, str::FromStr};

use prova_core::{
    id::{ParseComponentError, SubjectId},
    key::SecretKey,
    position::{EntryIndex, TreeSize},
    statement::{Envelope, EnvelopeError, Verified},
};
use prova_formats::{
    cose::{ReceiptError, receipt},
    intoto, sigstore,
};
use prova_store::{Blame, ReadError};

use crate::reading::{Reading, SubjectError};

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportSubject {
    /// One entry, by its index.
    Entry(EntryIndex),
    /// The entries about a subject.
    Subject(SubjectId),
}

/// An index, or the id of a subject.
impl FromStr for ExportSubject {
    type Err = ParseComponentError;

    fn from_str(text: &str) -> Result<Self, ParseComponentError> {
        match text.parse() {
            Ok(index) => Ok(Self::Entry(EntryIndex::new(index))),
            Err(_) => text.parse().map(Self::Subject),
        }
    }
}

/// Why entries cannot be handed on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChosenEntriesError {
    /// The ledger ends before one of them.
    #[error("there is no entry {index} in a ledger of size {size}")]
    Beyond {
        /// The entry that was asked for.
        index: EntryIndex,
        /// How many there are.
        size: TreeSize,
    },
    /// Nothing is about a subject, or an entry is not signed as it claims.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The bytes of an entry or of its proof cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The bytes of an entry are no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A receipt names what its entry is about, and this one is about nothing.
    #[error("entry {index} has no subject")]
    NoSubject {
        /// Where the entry stands.
        index: EntryIndex,
    },
    /// There is no receipt for an entry.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl ChosenEntriesError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Beyond { .. } | Self::Receipt(ReceiptError::OneLeaf) => Blame::Caller,
            Self::Subject(error) => error.blame(),
            Self::Read(error) => error.blame(),
            Self::Envelope(_) | Self::NoSubject { .. } | Self::Receipt(ReceiptError::Inclusion(_)) => {
                Blame::Evidence
            }
            Self::Receipt(_) => Blame::Program,
        }
    }
}

/// Entries whose signatures were verified, each once, in the order of the ledger.
#[derive(Debug)]
pub struct ChosenEntries<'a> {
    reading: &'a Reading,
    entries: BTreeMap<EntryIndex, Verified>,
}

impl<'a> ChosenEntries<'a> {
    /// The entries that were asked for.
    ///
    /// # Errors
    /// See [`ChosenEntriesError`].
    pub fn read(reading: &'a Reading, what: &[ExportSubject]) -> Result<Self, ChosenEntriesError> {
        let mut entries = BTreeMap::new();
        for what in what {
            match what {
                ExportSubject::Entry(index) => {
                    let (index, size) = (*index, reading.snapshot().size());
                    if !size.has(index) {
                        return Err(ChosenEntriesError::Beyond { index, size });
                    }
                    entries.insert(index, reading.read(index).map_err(SubjectError::from)?);
                }
                ExportSubject::Subject(subject) => entries.extend(reading.about(subject)?),
            }
        }
        Ok(Self { reading, entries })
    }

    /// Where they stand, ascending.
    pub fn indices(&self) -> impl Iterator<Item = EntryIndex> {
        self.entries.keys().copied()
    }

    /// An in-toto bundle: the envelopes, one a line.
    ///
    /// # Errors
    /// See [`ChosenEntriesError`].
    pub fn in_toto(&self) -> Result<Vec<u8>, ChosenEntriesError> {
        Ok(intoto::lines(&self.envelopes()?))
    }

    /// Sigstore bundles in JSON Lines: one for each signer of each entry.
    ///
    /// # Errors
    /// See [`ChosenEntriesError`].
    pub fn sigstore(&self) -> Result<Vec<u8>, ChosenEntriesError> {
        let envelopes = self.envelopes()?;
        let lines = envelopes.iter().flat_map(sigstore::bundles);
        Ok(lines.flat_map(|line| (line + "\n").into_bytes()).collect())
    }

    /// COSE receipts, one after the other, signed with the key of the ledger's checkpoints.
    ///
    /// # Errors
    /// See [`ChosenEntriesError`].
    pub fn receipts(&self, log_key: &SecretKey) -> Result<Vec<u8>, ChosenEntriesError> {
        let snapshot = self.reading.snapshot();
        let mut receipts = Vec::new();
        for (&index, entry) in &self.entries {
            let inclusion = snapshot.inclusion(index)?;
            let subject = entry.statement().subjects.first();
            let subject = subject.ok_or(ChosenEntriesError::NoSubject { index })?;
            let (leaf, checkpoint) = (entry.leaf(), snapshot.checkpoint());
            receipts.extend(receipt(&leaf, &subject.id, &inclusion, checkpoint, log_key)?);
        }
        Ok(receipts)
    }

    fn envelopes(&self) -> Result<Vec<Envelope>, ChosenEntriesError> {
        let bytes = self.indices().map(|index| self.reading.snapshot().entry(index));
        bytes.map(|bytes| Ok(Envelope::decode(&bytes?)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use prova_testkit::builder::key;

    use super::*;
    use crate::tests::scene::Scene;

    fn subjects(texts: &[&str]) -> Vec<ExportSubject> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn an_entry_that_is_named_twice_goes_out_once() {
        let scene = Scene::new();
        let reading = scene.reading();
        let unit = Scene::unit("S1").to_string();
        let chosen = ChosenEntries::read(&reading, &subjects(&["7", &unit, "4"])).unwrap();
        let indices: Vec<_> = chosen.indices().map(EntryIndex::get).collect();
        assert_eq!(indices, [4, 6, 7]);
        let lines = |bytes| String::from_utf8(bytes).unwrap().lines().count();
        assert_eq!(lines(chosen.in_toto().unwrap()), 3);
        assert_eq!(lines(chosen.sigstore().unwrap()), 3);
        assert!(!chosen.receipts(&key("log")).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let scene = Scene::new();
        let reading = scene.reading();
        let unit = Scene::unit("S9").to_string();
        for (text, want) in [
            ("8", "there is no entry 8 in a ledger of size 8".to_owned()),
            (&unit, format!("the ledger has no entry about {unit}")),
        ] {
            let error = ChosenEntries::read(&reading, &subjects(&[text])).unwrap_err();
            assert_eq!(error.to_string(), want);
            assert_eq!(error.blame(), Blame::Caller);
        }
    }
}
