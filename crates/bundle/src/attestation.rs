//! What is signed about a bundle: that somebody exported it, that somebody received it.
//!
//! ```text
//! signature.dsse.json         envelope (one signature) around
//!   {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"tagmanifest-sha256.txt","digest":{"sha256":<hex>}}],
//!    "predicateType":"urn:prova:bundle:1",
//!    "predicate":{"origin":<origin>,"size":<size>,"root":<hex>,"case":<text>,"exporter":<org>,"at":<time>}}        case only where there is one
//! custody/<n>.dsse.json       the same around
//!   {…"subject":[{"name":<the file before>,"digest":{"sha256":<hex>}}],"predicateType":"urn:prova:bundle-custody:1",
//!    "predicate":{"by":<org>,"at":<time>,"key":<public key>,"remark":<text>}}                                     remark only where there is one
//! ```
//! The file before the first hand-over is `signature.dsse.json`, before another the hand-over before it: each signs all earlier
//! ones. The statements are compact JSON in this order; a reader encodes again and compares. The envelope is that of an entry.
//!
//! The exporter is a participant that may speak after the last entry of the checkpoint, in the role *auditor*. Whoever receives a
//! bundle need not be one, so a hand-over carries its key; whether the ledger knows that key as the organisation's is part of what
//! is reported.

use prova_core::{
    bundle::{Description, description::Remark},
    checkpoint::Origin,
    dsse::{Envelope, EnvelopeError, EnvelopeSignature, pre_authentication_encoding},
    event::role::Role,
    hash::{Digest, NodeHash},
    keys::{KeyId, PublicKey, SecretKey},
    org::OrgId,
    position::TreeSize,
    registry::{EntitlementError, Registry},
    sign::verify_audit,
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::name::FileName;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The predicate type of an export.
pub const EXPORT_TYPE: &str = "urn:prova:bundle:1";
/// The predicate type of a hand-over.
pub const CUSTODY_TYPE: &str = "urn:prova:bundle-custody:1";

/// What an exporter signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The ledger.
    pub origin: Origin,
    /// Entries that the checkpoint covers.
    pub size: TreeSize,
    /// The root that it signs.
    pub root: NodeHash,
    /// The case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Remark>,
    /// Who signs.
    pub exporter: OrgId,
    /// When, as the exporter claims.
    pub at: Timestamp,
}

/// What somebody signs who receives a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Who received it.
    pub by: OrgId,
    /// When, as the receiver claims.
    pub at: Timestamp,
    /// The key that signs.
    pub key: PublicKey,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
}

/// Whether the ledger says whose key it is that signed a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The organisation's own, in use.
    Enrolled,
    /// The ledger does not know the key: who received the bundle is a claim.
    Unknown,
}

/// Why an exporter's signature or a hand-over is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// No envelope.
    #[error("{name} is no envelope")]
    Envelope {
        /// The file.
        name: FileName,
        /// Why.
        source: EnvelopeError,
    },
    /// More signatures than one.
    #[error("{name} has {got} signatures, want 1")]
    Signatures {
        /// The file.
        name: FileName,
        /// Signatures found.
        got: usize,
    },
    /// Not the statement in its one form.
    #[error("{name} is not a statement of type {want} in its one form")]
    Statement {
        /// The file.
        name: FileName,
        /// The predicate type wanted.
        want: &'static str,
    },
    /// About another file.
    #[error("{name} signs {got_name} with digest {got}, which is not the file before it in the bundle")]
    Subject {
        /// The file.
        name: FileName,
        /// The file that it signs.
        got_name: String,
        /// The digest that it signs.
        got: Digest,
    },
    /// The export is another one than the description says.
    #[error("{name} signs another ledger, size, root, case, exporter or time than data/bundle.json says")]
    Description {
        /// The file.
        name: FileName,
    },
    /// By a key that nobody may export with.
    #[error("{name} is signed by a key that may not export")]
    Entitlement {
        /// The file.
        name: FileName,
        /// Why.
        source: Box<EntitlementError>,
    },
    /// By somebody else.
    #[error("{name} is signed by a key of {got}, want one of {want}")]
    Organisation {
        /// The file.
        name: FileName,
        /// Whose key it is.
        got: OrgId,
        /// Whose it should be.
        want: OrgId,
    },
    /// By an organisation that is no auditor.
    #[error("{exporter} exported the bundle without the role auditor")]
    NoAuditor {
        /// Who exported it.
        exporter: OrgId,
    },
    /// By another key than the hand-over names.
    #[error("{name} is signed by the key {got}, and names the key {want}")]
    Key {
        /// The file.
        name: FileName,
        /// The key that signed.
        got: KeyId,
        /// The key named.
        want: KeyId,
    },
    /// The signature is wrong.
    #[error("the signature of {name} by the key {key} is wrong")]
    Signature {
        /// The file.
        name: FileName,
        /// The key.
        key: KeyId,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: [Subject; 1],
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sha256 {
    sha256: Digest,
}

/// A file and its digest: what is signed.
type File = (FileName, Digest);

impl Export {
    /// What is to be signed of a bundle.
    #[must_use]
    pub fn of(description: &Description) -> Self {
        Self {
            origin: description.origin.clone(),
            size: description.size,
            root: description.root,
            case: description.case.clone(),
            exporter: description.exporter.clone(),
            at: description.at,
        }
    }

    /// Signs a tag manifest.
    ///
    /// # Errors
    /// A statement too large for an envelope, which none is.
    pub fn sign(&self, tags: Digest, key: &SecretKey) -> Result<Vec<u8>, AttestationError> {
        sign(
            FileName::Signature,
            (FileName::TagManifest, tags),
            EXPORT_TYPE,
            self,
            key,
        )
    }

    /// Whether this is the exporter's signature over a bundle of this description.
    ///
    /// # Errors
    /// See [`AttestationError`].
    pub fn verify(
        file: &[u8],
        tags: Digest,
        description: &Description,
        registry: &Registry,
    ) -> Result<KeyId, AttestationError> {
        let name = FileName::Signature;
        let (signed, envelope) = read::<Self>(name, file, (FileName::TagManifest, tags), EXPORT_TYPE)?;
        if signed != Self::of(description) {
            return Err(AttestationError::Description { name });
        }
        let signature = one(name, &envelope)?;
        check_exporter(&signed.exporter, signature.key, registry)?;
        let key = registry.public_key(&signature.key);
        check_signature(name, &envelope, key)?;
        Ok(signature.key)
    }
}

/// Whether an organisation may export with a key, after the last entry that the registry knows.
///
/// # Errors
/// Not in use, of somebody else, or of an organisation without the role *auditor*.
pub fn check_exporter(exporter: &OrgId, key: KeyId, registry: &Registry) -> Result<(), AttestationError> {
    let name = FileName::Signature;
    let speakers = registry
        .speakers(&[key])
        .map_err(|source| AttestationError::Entitlement {
            name,
            source: Box::new(source),
        })?;
    if let Some(got) = speakers.into_iter().find(|speaker| *speaker != exporter) {
        let (got, want) = (got.clone(), exporter.clone());
        return Err(AttestationError::Organisation { name, got, want });
    }
    let roles = registry
        .participants()
        .get(exporter)
        .map(|participant| &participant.roles);
    if roles.is_some_and(|roles| roles.contains(&Role::Auditor)) {
        Ok(())
    } else {
        let exporter = exporter.clone();
        Err(AttestationError::NoAuditor { exporter })
    }
}

impl HandOver {
    /// Signs the receipt of a bundle whose last file is `before`.
    ///
    /// # Errors
    /// A statement too large for an envelope, which none is.
    pub fn sign(&self, number: u16, before: &[u8], key: &SecretKey) -> Result<Vec<u8>, AttestationError> {
        let subject = (name_before(number), Digest::of(before));
        sign(FileName::Custody(number), subject, CUSTODY_TYPE, self, key)
    }

    /// Whether this is a hand-over after the file `before`, and whether the ledger knows who signed it.
    ///
    /// # Errors
    /// See [`AttestationError`].
    pub fn verify(
        number: u16,
        file: &[u8],
        before: &[u8],
        registry: &Registry,
    ) -> Result<(Self, Standing), AttestationError> {
        let name = FileName::Custody(number);
        let subject = (name_before(number), Digest::of(before));
        let (signed, envelope) = read::<Self>(name, file, subject, CUSTODY_TYPE)?;
        let (got, want) = (one(name, &envelope)?.key, signed.key.key_id());
        if got != want {
            return Err(AttestationError::Key { name, got, want });
        }
        check_signature(name, &envelope, Some(&signed.key))?;
        let standing = match registry.keys().get(&got) {
            None => Standing::Unknown,
            Some(record) if record.organisation != signed.by => {
                return Err(AttestationError::Organisation {
                    name,
                    got: record.organisation.clone(),
                    want: signed.by,
                });
            }
            // A key that ended may have been stolen: nobody vouches for it any more.
            Some(record) if record.ended.is_some() => Standing::Unknown,
            Some(_) => Standing::Enrolled,
        };
        Ok((signed, standing))
    }
}

fn name_before(number: u16) -> FileName {
    match number.saturating_sub(1) {
        0 => FileName::Signature,
        before => FileName::Custody(before),
    }
}

fn encode<P: Serialize>((name, digest): File, predicate_type: &str, predicate: &P) -> Vec<u8> {
    let statement = Statement {
        kind: STATEMENT.to_owned(),
        subject: [Subject {
            name: name.to_string(),
            digest: Sha256 { sha256: digest },
        }],
        predicate_type: predicate_type.to_owned(),
        predicate,
    };
    serde_json::to_vec(&statement).expect("texts and numbers are JSON")
}

fn sign<P: Serialize>(
    name: FileName,
    subject: File,
    predicate_type: &str,
    predicate: &P,
    key: &SecretKey,
) -> Result<Vec<u8>, AttestationError> {
    Envelope::sign(encode(subject, predicate_type, predicate), &[key])
        .map(|envelope| envelope.encode())
        .map_err(|source| AttestationError::Envelope { name, source })
}

fn read<P: Serialize + DeserializeOwned>(
    name: FileName,
    file: &[u8],
    (want_name, want): File,
    predicate_type: &'static str,
) -> Result<(P, Envelope), AttestationError> {
    let envelope = Envelope::decode(file).map_err(|source| AttestationError::Envelope { name, source })?;
    let no_statement = || AttestationError::Statement {
        name,
        want: predicate_type,
    };
    let statement: Statement<P> = serde_json::from_slice(envelope.payload()).map_err(|_| no_statement())?;
    let [subject] = &statement.subject;
    let got = subject.digest.sha256;
    if subject.name != want_name.to_string() || got != want {
        return Err(AttestationError::Subject {
            name,
            got_name: prova_core::text::excerpt(&subject.name),
            got,
        });
    }
    // Comparing the bytes compares the type identifiers, and refuses members that stand twice.
    if encode((want_name, want), predicate_type, &statement.predicate) != envelope.payload() {
        return Err(no_statement());
    }
    Ok((statement.predicate, envelope))
}

fn one(name: FileName, envelope: &Envelope) -> Result<&EnvelopeSignature, AttestationError> {
    match envelope.signatures() {
        [signature] => Ok(signature),
        signatures => Err(AttestationError::Signatures {
            name,
            got: signatures.len(),
        }),
    }
}

fn check_signature(
    name: FileName,
    envelope: &Envelope,
    key: Option<&PublicKey>,
) -> Result<(), AttestationError> {
    let EnvelopeSignature { key: id, signature } = one(name, envelope)?;
    let message = pre_authentication_encoding(envelope.payload());
    let verified = key.is_some_and(|key| verify_audit(key, &message, signature).is_ok());
    if verified {
        Ok(())
    } else {
        Err(AttestationError::Signature { name, key: *id })
    }
}
