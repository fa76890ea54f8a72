//! What a file is that somebody was given: any that Prova writes or reads, told by its content.

use std::{
    error::Error,
    io::{Cursor, Read, Seek},
};

use prova_bundle::{bag::Bag, name::FileName};
use prova_core::{
    bundle::Description,
    hash::NodeHash,
    id::{OrgId, Origin},
    index::{FalseSeal, IndexProof, Listing, TermOutcome, term::Term},
    key::{KeyId, PublicKey, is_published_test_key},
    log::{Equivocation, Policy, SignedCheckpoint, TlogProof, Vkey},
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{DecodeEntryError, Unverified},
    time::Timestamp,
    verdict::bundle_scope::BundleScope,
    view::inspection::StatementInspection,
};
use serde::Serialize;

/// What a bundle's archive begins with.
pub const BUNDLE_START: &[u8] = b"PK\x03\x04";

/// Why it is not known what a file is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectFileError {
    /// Nothing that Prova writes or reads begins so.
    #[error(
        "not a file of a known kind; want envelopes, a statement, a checkpoint, a proof, a listing, a bundle, a policy or a key"
    )]
    UnknownKind,
    /// It begins like one of a kind, and is none.
    #[error("it begins like {kind}, but is none")]
    Malformed {
        /// What it begins like.
        kind: &'static str,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// One of several envelopes in a file is none.
    #[error("line {line} is not an envelope")]
    Envelope {
        /// Which line, counted from 1.
        line: u64,
        /// What is wrong with it.
        source: Box<DecodeEntryError>,
    },
}

/// A file, looked at. Nothing in it is verified but the signatures of envelopes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum InspectedFile {
    /// Envelopes, one a line.
    Envelopes {
        /// Each, in the order of the lines.
        envelopes: Vec<StatementInspection>,
    },
    /// A statement that nobody has signed.
    Statement {
        /// What it says.
        statement: Box<StatementInspection>,
    },
    /// A signed checkpoint.
    Checkpoint(CheckpointOutline),
    /// A `.tlog-proof`: an entry is in a log.
    #[serde(rename_all = "camelCase")]
    InclusionProof {
        /// Which entry.
        index: EntryIndex,
        /// Of which tree.
        checkpoint: CheckpointOutline,
        /// What the proof carries beside: the entry, if it is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        entry: Option<Box<StatementInspection>>,
    },
    /// A proof of what an index holds for a term.
    #[serde(rename_all = "camelCase")]
    IndexProof {
        /// The term that it is about.
        term: Term,
        /// How many entries it counts.
        entries: u64,
    },
    /// All entries under a term.
    #[serde(rename_all = "camelCase")]
    Listing {
        /// The term that it is about.
        term: Term,
        /// How many entries it lists.
        entries: usize,
    },
    /// A proof that a ledger's key made a false seal.
    FalseSeal,
    /// A proof that a log's key contradicts itself.
    #[serde(rename_all = "camelCase")]
    Equivocation {
        /// What it shows, in words.
        sentence: String,
    },
    /// An evidence bundle.
    Bundle(Box<BundleOutline>),
    /// A C2SP `tlog-policy`.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// Verifier keys of the logs that it accepts.
        logs: Vec<String>,
        /// Verifier keys of the witnesses that it knows.
        witnesses: Vec<String>,
    },
    /// A public key, as text or in PEM.
    #[serde(rename_all = "camelCase")]
    PublicKey {
        /// The key in the form that registries have it in.
        key: PublicKey,
        /// The id that signatures name it by.
        key_id: KeyId,
        /// Whether everybody has its private half.
        published: bool,
    },
    /// The verifier key of a log or a witness.
    #[serde(rename_all = "camelCase")]
    VerifierKey {
        /// The name that it signs under.
        name: String,
        /// The key, as notes name it.
        key: String,
    },
    /// A private key. Nothing of it is read but the label.
    #[serde(rename_all = "camelCase")]
    PrivateKey {
        /// Whether a passphrase is needed to use it.
        encrypted: bool,
    },
}

/// What a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointOutline {
    /// The log.
    pub origin: Origin,
    /// Entries that it covers.
    pub size: TreeSize,
    /// The root over them.
    pub root: NodeHash,
    /// Under which names it is signed.
    pub signers: Vec<String>,
}

/// What a bundle claims to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleOutline {
    /// The ledger.
    pub origin: Origin,
    /// Entries that its checkpoint covers.
    pub size: TreeSize,
    /// What it is about.
    pub scope: BundleScope,
    /// How many entries it has.
    pub entries: u64,
    /// Documents that are named and not in it.
    pub withheld: usize,
    /// The case that it was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Who made it.
    pub exporter: OrgId,
    /// When, as the exporter claims.
    pub at: Timestamp,
}

impl From<&SignedCheckpoint> for CheckpointOutline {
    fn from(signed: &SignedCheckpoint) -> Self {
        let (checkpoint, signatures) = (signed.checkpoint(), signed.note().signatures());
        Self {
            origin: checkpoint.origin().clone(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            signers: signatures
                .iter()
                .map(|signature| signature.name().to_string())
                .collect(),
        }
    }
}

impl InspectedFile {
    /// Tells what a file is. `registry` is that of a ledger at hand, to say whose keys signed.
    ///
    /// # Errors
    /// A file of no known kind, or one that begins like one and is damaged.
    pub fn read(bytes: &[u8], registry: Option<&Registry>) -> Result<Self, InspectFileError> {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        if bytes.starts_with(BUNDLE_START) {
            return Self::read_bundle(Cursor::new(bytes));
        }
        if let Some(label) = first.strip_prefix("-----BEGIN ") {
            return pem(label.trim_end_matches('-'), text);
        }
        if first == "c2sp.org/tlog-proof@v1" {
            return inclusion(bytes, registry);
        }
        if first == "urn:prova:index-proof:1" {
            let proof = IndexProof::parse(bytes).map_err(malformed("an index proof"))?;
            return Ok(Self::IndexProof {
                term: proof.term().clone(),
                entries: match proof.outcome() {
                    TermOutcome::Listed(accumulator) => accumulator.count(),
                    TermOutcome::Absent(_) => 0,
                },
            });
        }
        if first == "urn:prova:equivocation:1" {
            let proof = Equivocation::parse(bytes).map_err(malformed("a proof of equivocation"))?;
            return Ok(Self::Equivocation {
                sentence: proof.sentence(),
            });
        }
        if first.starts_with('{') {
            return json(bytes, first, registry);
        }
        if let Ok(key) = first.parse::<PublicKey>()
            && text.trim_end() == first
        {
            return Ok(Self::public_key(key));
        }
        if let Ok(key) = first.parse::<Vkey>()
            && text.trim_end() == first
        {
            return Ok(Self::VerifierKey {
                name: key.name().to_string(),
                key: key.to_string(),
            });
        }
        if text.contains("\n\n\u{2014} ") {
            let signed = SignedCheckpoint::parse(bytes).map_err(malformed("a signed checkpoint"))?;
            return Ok(Self::Checkpoint(CheckpointOutline::from(&signed)));
        }
        let is_policy = |line: &str| {
            ["log ", "witness ", "group ", "quorum "]
                .iter()
                .any(|word| line.starts_with(word))
        };
        if text.lines().any(is_policy) {
            let policy = Policy::parse(bytes).map_err(malformed("a trust policy"))?;
            return Ok(Self::Policy {
                logs: policy.logs().iter().map(|log| log.key.to_string()).collect(),
                witnesses: policy
                    .witnesses()
                    .iter()
                    .map(|witness| witness.key.to_string())
                    .collect(),
            });
        }
        Err(InspectFileError::UnknownKind)
    }

    /// Tells what is in a bundle, of which nothing but its list of files and its description is held in memory.
    ///
    /// # Errors
    /// A file that is not a bundle.
    pub fn read_bundle(file: impl Read + Seek) -> Result<Self, InspectFileError> {
        const KIND: &str = "an evidence bundle";
        let mut bag = Bag::open(file).map_err(malformed(KIND))?;
        let description = bag.read(FileName::Description).map_err(malformed(KIND))?;
        let description = Description::parse(&description).map_err(malformed(KIND))?;
        Ok(Self::Bundle(Box::new(BundleOutline {
            origin: description.origin,
            size: description.size,
            scope: description.scope,
            entries: description.entries,
            withheld: description.withheld.len(),
            case: description.case.map(|case| case.as_str().to_owned()),
            exporter: description.exporter,
            at: description.at,
        })))
    }

    fn public_key(key: PublicKey) -> Self {
        let key_id = key.key_id();
        Self::PublicKey {
            key,
            key_id,
            published: is_published_test_key(&key_id),
        }
    }
}

/// Keeps what is wrong with something that begins like `kind`.
fn malformed<E: Error + Send + Sync + 'static>(kind: &'static str) -> impl FnOnce(E) -> InspectFileError {
    move |source| InspectFileError::Malformed {
        kind,
        source: Box::new(source),
    }
}

fn pem(label: &str, text: &str) -> Result<InspectedFile, InspectFileError> {
    match label {
        "PRIVATE KEY" => Ok(InspectedFile::PrivateKey { encrypted: false }),
        "ENCRYPTED PRIVATE KEY" => Ok(InspectedFile::PrivateKey { encrypted: true }),
        "PUBLIC KEY" => PublicKey::from_spki_pem(text)
            .map(InspectedFile::public_key)
            .map_err(malformed("a public key")),
        _ => Err(InspectFileError::UnknownKind),
    }
}

fn inclusion(bytes: &[u8], registry: Option<&Registry>) -> Result<InspectedFile, InspectFileError> {
    let proof = TlogProof::parse(bytes).map_err(malformed("a proof of inclusion"))?;
    let entry = Unverified::decode(proof.extra()).ok();
    Ok(InspectedFile::InclusionProof {
        index: proof.inclusion().index(),
        checkpoint: CheckpointOutline::from(proof.checkpoint()),
        entry: entry.map(|entry| Box::new(StatementInspection::new(&entry, registry))),
    })
}

/// Envelopes are JSON, as are a statement and two kinds of listing.
fn json(bytes: &[u8], first: &str, registry: Option<&Registry>) -> Result<InspectedFile, InspectFileError> {
    if first.starts_with("{\"payload\"") {
        let lines = bytes.split(|byte| *byte == b'\n').zip(1_u64..);
        let lines = lines.filter(|(line, _)| !line.is_empty());
        let envelope = |(bytes, line)| match Unverified::decode(bytes) {
            Ok(entry) => Ok(StatementInspection::new(&entry, registry)),
            Err(error) => Err(InspectFileError::Envelope {
                line,
                source: Box::new(error),
            }),
        };
        let envelopes = lines.map(envelope).collect::<Result<_, _>>()?;
        return Ok(InspectedFile::Envelopes { envelopes });
    }
    if first.starts_with("{\"type\":\"urn:prova:listing:1\"") {
        let listing = Listing::parse(bytes).map_err(malformed("a listing"))?;
        return Ok(InspectedFile::Listing {
            term: listing.term().clone(),
            entries: listing.entries().len(),
        });
    }
    if first.starts_with("{\"type\":\"urn:prova:false-seal:1\"") {
        FalseSeal::parse(bytes).map_err(malformed("a proof of a false seal"))?;
        return Ok(InspectedFile::FalseSeal);
    }
    StatementInspection::of_payload(bytes, registry)
        .map(|statement| InspectedFile::Statement {
            statement: Box::new(statement),
        })
        .map_err(malformed("a statement"))
}

#[cfg(test)]
mod tests;
