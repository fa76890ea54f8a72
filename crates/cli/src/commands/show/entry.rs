//! One entry, whole.

use std::io::{self, Write};

use prova_core::{
    hash::LeafHash,
    key::public::KeyId,
    ledger::replay::distrust,
    lifecycle::Finding,
    position::EntryIndex,
    statement::dsse::Envelope,
    view::{
        message::{message, with_messages},
        timeline::Row,
    },
};
use prova_query::Reading;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    error::{Blaming as _, CommandError},
    plain::{indented, plain},
    ui::Show,
};

/// What `show` prints of one entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryOutput {
    /// Where it stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// Its length.
    bytes: usize,
    /// What it says, with its speaker, as one sentence.
    sentence: String,
    /// Its signatures, all of which are good.
    signatures: Vec<SignatureShown>,
    /// What is wrong with it.
    #[serde(serialize_with = "with_messages")]
    findings: Vec<Finding>,
    /// The statement, byte for byte as signed.
    statement: Box<RawValue>,
}

/// A signature that is good.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureShown {
    /// The key that it is by.
    key: KeyId,
    /// Whose it is: an organisation's id; absent for keys of the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// The organisation's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `good`: it is by this key over these bytes, and the key was in use here.
    status: &'static str,
    /// Why what the key signed here is distrusted now.
    #[serde(skip_serializing_if = "Option::is_none")]
    distrusted: Option<String>,
}

/// Reads an entry.
pub(super) fn read(reading: &Reading, index: EntryIndex) -> Result<EntryOutput, CommandError> {
    let bytes = reading.snapshot().entry(index)?;
    let entry = reading.history().verify(index, &bytes)?;
    let payload = Envelope::decode(&bytes).or_evidence()?.payload().to_vec();
    let statement = String::from_utf8(payload).or_evidence()?;
    let statement = RawValue::from_string(statement).or_evidence()?;
    let registry = reading.registry();
    let signature = |key: &KeyId| {
        let organisation = registry.keys().get(key).map(|record| &record.organisation);
        SignatureShown {
            key: *key,
            organisation: organisation.map(ToString::to_string),
            name: organisation.map(|organisation| registry.name(organisation).to_owned()),
            status: "good",
            distrusted: distrust(registry, key, index).as_ref().map(message),
        }
    };
    let row = Row::new(index, &entry, None, reading.history());
    let by = row
        .by
        .as_ref()
        .map_or_else(String::new, |by| format!("{} ", by.shown()));
    Ok(EntryOutput {
        index,
        leaf: entry.leaf(),
        bytes: bytes.len(),
        sentence: format!("{by}{}", row.sentence),
        signatures: entry.signers().iter().map(signature).collect(),
        findings: reading.findings(index, &entry)?,
        statement,
    })
}

impl Show for EntryOutput {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "entry {}, {} bytes, leaf hash {}",
            self.index, self.bytes, self.leaf
        )?;
        writeln!(out, "{}", plain(&self.sentence))?;
        for signature in &self.signatures {
            let name = signature.name.as_deref().map_or("the root", |name| name);
            writeln!(
                out,
                "signature by {} with key {}: {}",
                plain(name),
                signature.key,
                signature.status
            )?;
            if let Some(reason) = &signature.distrusted {
                writeln!(out, "  ! distrusted: {}", plain(reason))?;
            }
        }
        for finding in &self.findings {
            writeln!(
                out,
                "! {} of {}: {}",
                finding.code(),
                finding.subject,
                plain(&message(&finding.detail))
            )?;
        }
        writeln!(out, "{}", indented(self.statement.get()))
    }
}
