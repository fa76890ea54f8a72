//! One entry, whole: what it says, who signed it and what is wrong with it.

use prova_core::{
    hash::LeafHash,
    key::KeyId,
    lifecycle::{Finding, distrust},
    position::EntryIndex,
    statement::{Envelope, EnvelopeError},
    view::{
        message::{message, with_messages},
        timeline::TimelineRow,
    },
};
use prova_store::Blame;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::reading::{Reading, ReadingError};

/// Why an entry cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryDetailError {
    /// It cannot be read, or is not signed as it claims.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// Its bytes are no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What is in the envelope is not JSON.
    #[error(transparent)]
    Statement(#[from] serde_json::Error),
}

impl EntryDetailError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Reading(error) => error.blame(),
            Self::Envelope(_) | Self::Statement(_) => Blame::Evidence,
        }
    }
}

/// An entry, whole.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryDetail {
    /// Where it stands in the ledger.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// What it says, with its speaker, as one sentence.
    pub sentence: String,
    /// Its signatures, all of which are good.
    pub signatures: Vec<SignatureDetail>,
    /// What is wrong with it.
    #[serde(serialize_with = "with_messages")]
    pub findings: Vec<Finding>,
    /// The statement, byte for byte as signed.
    pub statement: Box<RawValue>,
}

/// A signature that is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureDetail {
    /// The key that made it.
    pub key: KeyId,
    /// Whose key it is: an organisation's id; absent for keys of the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The organisation's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `good`: it is by this key over these bytes, and the key was in use here.
    pub status: &'static str,
    /// Why what the key signed here is distrusted now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrusted: Option<String>,
}

impl EntryDetail {
    /// Reads an entry.
    ///
    /// # Errors
    /// See [`EntryDetailError`].
    pub fn read(reading: &Reading, index: EntryIndex) -> Result<Self, EntryDetailError> {
        let bytes = reading.snapshot().entry(index).map_err(ReadingError::from)?;
        let entry = reading
            .history()
            .verify(index, &bytes)
            .map_err(ReadingError::from)?;
        let statement = serde_json::from_slice(Envelope::decode(&bytes)?.payload())?;
        let registry = reading.registry();
        let signature = |key: &KeyId| {
            let organisation = registry.keys().get(key).map(|record| &record.organisation);
            SignatureDetail {
                key: *key,
                organisation: organisation.map(ToString::to_string),
                name: organisation.map(|organisation| registry.name(organisation).to_owned()),
                status: "good",
                distrusted: distrust(registry, key, index).as_ref().map(message),
            }
        };
        let row = TimelineRow::new(index, &entry, None, reading.history());
        let by = row
            .by
            .as_ref()
            .map_or_else(String::new, |by| format!("{} ", by.shown()));
        Ok(Self {
            index,
            leaf: entry.leaf(),
            bytes: bytes.len(),
            sentence: format!("{by}{}", row.sentence),
            signatures: entry.signers().iter().map(signature).collect(),
            findings: reading.findings(index, &entry)?,
            statement,
        })
    }
}

#[cfg(test)]
mod tests {
    use prova_testkit::builder::TestLedger;

    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn an_entry_has_its_statement_as_signed_and_whose_keys_signed_it() {
        let mut scene = Scene::new();
        let revocation = scene.statements.revoke("nordlys", Some(EntryIndex::new(4)));
        scene.append(&[revocation]);
        let entry = EntryDetail::read(&scene.reading(), EntryIndex::new(4)).unwrap();
        let [signature] = entry.signatures.as_slice() else {
            panic!("one signature")
        };
        assert_eq!(signature.key, TestLedger::key_id("nordlys"));
        assert_eq!(signature.name.as_deref(), Some("Nordlys Radio"));
        assert!(signature.distrusted.is_some());
        assert_eq!(entry.findings.len(), 1);
        let bytes = scene.writer.snapshot().entry(EntryIndex::new(4)).unwrap();
        assert_eq!(
            entry.statement.get().as_bytes(),
            Envelope::decode(&bytes).unwrap().payload()
        );
    }

    #[test]
    fn an_entry_beyond_the_end_is_the_callers_mistake() {
        let error = EntryDetail::read(&Scene::new().reading(), EntryIndex::new(99)).unwrap_err();
        assert_eq!(error.blame(), Blame::Caller);
    }
}
