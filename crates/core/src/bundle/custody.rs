//! Who made a bundle and who has had it since: signed statements over its tag manifest. They are in the bundle, not in the ledger.
//!
//! ```text
//! signature.dsse.json     {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"tagmanifest-sha256.txt","digest":{"sha256":<hex>}}],
//!                          "predicateType":"urn:prova:bundle:1","predicate":{"exporter":<org>,"at":<time>,"origin":<origin>,"size":<size>,
//!                          "root":<hex>,"case":<text>}}
//! custody/0001.dsse.json  … "predicateType":"urn:prova:bundle-custody:1","predicate":{"by":<org>,"at":<time>,"prev":<hex>,"remark":<text>}}
//! ```
//! Each is one DSSE envelope, as an entry of the ledger is (`FORMAT.md` §3), with exactly one signature, and its payload compact JSON with the
//! members in this order; `case` and `remark` only where there is one. `prev` is SHA-256 of the file before: of `signature.dsse.json` for the
//! first hand-over. The registry that decides who may sign is the one at the bundle's size.

use serde::{Deserialize, Serialize};

use super::description::{Description, Remark};
use crate::{
    hash::{Digest, NodeHash},
    id::{OrgId, Origin},
    json::JsonError,
    key::{KeyId, SecretKey, verify_admission},
    position::TreeSize,
    registry::{EntitlementError, Registry},
    statement::{
        Envelope, EnvelopeError, Keyring, STATEMENT_TYPE, event::role::Role, pre_authentication_encoding,
    },
    text::excerpt,
    time::Timestamp,
};

/// The predicate type of the statement that an exporter signs.
pub const EXPORT_TYPE: &str = "urn:prova:bundle:1";
/// The predicate type of the statement that a receiver signs.
pub const CUSTODY_TYPE: &str = "urn:prova:bundle-custody:1";
/// The file that these statements are about.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// What an exporter signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Who made the bundle.
    pub exporter: OrgId,
    /// When, as it claims.
    pub at: Timestamp,
    /// The ledger.
    pub origin: Origin,
    /// Entries that the checkpoint covers.
    pub size: TreeSize,
    /// The root that it signs.
    pub root: NodeHash,
    /// The case that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Remark>,
}

/// What a receiver signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Who received the bundle.
    pub by: OrgId,
    /// When, as it claims.
    pub at: Timestamp,
    /// SHA-256 of the statement before.
    pub prev: Digest,
    /// What there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
}

/// Why a statement about a bundle does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// Not an envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Not a statement of this shape.
    #[error("no statement about a bundle: {0}")]
    Json(#[from] JsonError),
    /// Something fixed is another.
    #[error("{field} is «{}», want «{}»", excerpt(got), excerpt(want))]
    Differs {
        /// The name of the member that differs.
        field: &'static str,
        /// What was found.
        got: String,
        /// What was expected.
        want: String,
    },
    /// The payload is not in its canonical form.
    #[error("the payload is not in canonical form")]
    NotCanonical,
    /// None or several signatures.
    #[error("{got} signatures, want 1")]
    Signatures {
        /// Signatures found.
        got: usize,
    },
    /// The signature is wrong.
    #[error("the signature by key {0} is wrong")]
    BadSignature(KeyId),
    /// The key may not speak.
    #[error(transparent)]
    Entitlement(#[from] EntitlementError),
    /// The key is another organisation's.
    #[error("key {key} is of {got}, want one of {want}")]
    Signer {
        /// The key that signed.
        key: KeyId,
        /// The organisation that the registry has for the key.
        got: OrgId,
        /// Who is said to sign.
        want: OrgId,
    },
    /// The exporter is no auditor.
    #[error("{0} has not the role auditor in the ledger")]
    NoAuditor(OrgId),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustodyWire<P> {
    #[serde(rename = "_type")]
    type_: String,
    subject: [CustodyWireSubject; 1],
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustodyWireSubject {
    name: String,
    digest: WireDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDigest {
    sha256: Digest,
}

/// A predicate of a statement about a bundle.
trait About: Serialize + for<'de> Deserialize<'de> {
    const TYPE: &'static str;

    fn speaker(&self) -> &OrgId;
}

impl About for Export {
    const TYPE: &'static str = EXPORT_TYPE;

    fn speaker(&self) -> &OrgId {
        &self.exporter
    }
}

impl About for HandOver {
    const TYPE: &'static str = CUSTODY_TYPE;

    fn speaker(&self) -> &OrgId {
        &self.by
    }
}

fn payload<P: About>(manifest: Digest, predicate: &P) -> Vec<u8> {
    let wire = CustodyWire {
        type_: STATEMENT_TYPE.to_owned(),
        subject: [CustodyWireSubject {
            name: TAG_MANIFEST.to_owned(),
            digest: WireDigest { sha256: manifest },
        }],
        predicate_type: P::TYPE.to_owned(),
        predicate,
    };
    serde_json::to_vec(&wire).expect("a statement has text keys only and its members serialise")
}

fn differs(field: &'static str, got: &impl ToString, want: &impl ToString) -> Result<(), CustodyError> {
    let (got, want) = (got.to_string(), want.to_string());
    if got == want {
        Ok(())
    } else {
        Err(CustodyError::Differs { field, got, want })
    }
}

/// Reads and verifies a statement by a participant of the ledger about the bundle with this tag manifest.
fn verified<P: About>(file: &[u8], manifest: Digest, registry: &Registry) -> Result<P, CustodyError> {
    let envelope = Envelope::decode(file)?;
    let wire: CustodyWire<P> = crate::json::parse(envelope.payload())?;
    differs("the statement's type", &wire.type_, &STATEMENT_TYPE)?;
    differs("the predicate's type", &wire.predicate_type, &P::TYPE)?;
    let [subject] = &wire.subject;
    differs("the subject", &subject.name, &TAG_MANIFEST)?;
    differs("the tag manifest's digest", &subject.digest.sha256, &manifest)?;
    let predicate = wire.predicate;
    if payload(manifest, &predicate) != envelope.payload() {
        return Err(CustodyError::NotCanonical);
    }
    let [signature] = envelope.signatures() else {
        let got = envelope.signatures().len();
        return Err(CustodyError::Signatures { got });
    };
    let key = signature.key;
    let got = registry.speaker(&key)?;
    let want = predicate.speaker();
    if got != want {
        let (got, want) = (got.clone(), want.clone());
        return Err(CustodyError::Signer { key, got, want });
    }
    let public = registry
        .public_key(&key)
        .ok_or(EntitlementError::UnknownKey(key))?;
    let message = pre_authentication_encoding(envelope.payload());
    verify_admission(public, &message, &signature.signature).map_err(|_| CustodyError::BadSignature(key))?;
    Ok(predicate)
}

impl Export {
    /// What the exporter of a described bundle signs.
    #[must_use]
    pub fn of(description: &Description) -> Self {
        Self {
            exporter: description.exporter.clone(),
            at: description.at,
            origin: description.origin.clone(),
            size: description.size,
            root: description.root,
            case: description.case.clone(),
        }
    }

    /// The payload to be signed, for a tag manifest with this digest.
    #[must_use]
    pub fn payload(&self, manifest: Digest) -> Vec<u8> {
        payload(manifest, self)
    }

    /// The bytes of `signature.dsse.json`.
    ///
    /// # Errors
    /// An envelope over its size limit.
    pub fn sign(&self, manifest: Digest, key: &SecretKey) -> Result<Vec<u8>, EnvelopeError> {
        Ok(Envelope::sign(self.payload(manifest), &[key])?.encode())
    }

    /// Verifies `signature.dsse.json`: an auditor of the ledger signed this tag manifest, and says what the description says.
    ///
    /// # Errors
    /// See [`CustodyError`].
    pub fn verify(
        file: &[u8],
        manifest: Digest,
        description: &Description,
        registry: &Registry,
    ) -> Result<Self, CustodyError> {
        let export: Self = verified(file, manifest, registry)?;
        let want = Self::of(description);
        differs("the exporter", &export.exporter, &want.exporter)?;
        differs("the time", &export.at, &want.at)?;
        differs("the origin", &export.origin, &want.origin)?;
        differs("the size", &export.size, &want.size)?;
        differs("the root", &export.root, &want.root)?;
        let case = |export: &Self| export.case.as_ref().map(ToString::to_string).unwrap_or_default();
        differs("the case", &case(&export), &case(&want))?;
        let roles = registry
            .participants()
            .get(&export.exporter)
            .map(|participant| &participant.roles);
        if roles.is_some_and(|roles| roles.contains(&Role::Auditor)) {
            Ok(export)
        } else {
            Err(CustodyError::NoAuditor(export.exporter))
        }
    }
}

impl HandOver {
    /// A hand-over that follows the statement in `before`: `signature.dsse.json`, or the last one in `custody/`.
    #[must_use]
    pub fn after(before: &[u8], by: OrgId, at: Timestamp, remark: Option<Remark>) -> Self {
        let prev = Digest::of(before);
        Self { by, at, prev, remark }
    }

    /// The payload to be signed, for a tag manifest with this digest.
    #[must_use]
    pub fn payload(&self, manifest: Digest) -> Vec<u8> {
        payload(manifest, self)
    }

    /// The bytes of the file in `custody/`.
    ///
    /// # Errors
    /// An envelope over its size limit.
    pub fn sign(&self, manifest: Digest, key: &SecretKey) -> Result<Vec<u8>, EnvelopeError> {
        Ok(Envelope::sign(self.payload(manifest), &[key])?.encode())
    }

    /// Verifies a file in `custody/`: a participant of the ledger signed this tag manifest, after the statement in `before`.
    ///
    /// # Errors
    /// See [`CustodyError`].
    pub fn verify(
        file: &[u8],
        before: &[u8],
        manifest: Digest,
        registry: &Registry,
    ) -> Result<Self, CustodyError> {
        let hand_over: Self = verified(file, manifest, registry)?;
        differs("the statement before", &hand_over.prev, &Digest::of(before))?;
        Ok(hand_over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bundle::tests::{exported, scene},
        tests::scene::{key, org},
    };

    #[test]
    fn an_auditor_signs_and_others_take_over_in_turn() {
        let (scene, description) = (scene(), exported().description);
        let registry = scene.registry.as_ref().unwrap();
        let manifest = Digest::of(b"a tag manifest");
        let export = Export::of(&description);
        let signed = export.sign(manifest, &key("auditor")).unwrap();
        assert_eq!(
            Export::verify(&signed, manifest, &description, registry),
            Ok(export.clone())
        );
        let at = "2026-05-01T08:00:00Z".parse().unwrap();
        let first = HandOver::after(&signed, org("regulator"), at, None);
        let one = first.sign(manifest, &key("regulator")).unwrap();
        assert_eq!(HandOver::verify(&one, &signed, manifest, registry), Ok(first));
        let second = HandOver::after(&one, org("operator-north"), at, Some("by hand".parse().unwrap()));
        let two = second.sign(manifest, &key("operator-north")).unwrap();
        assert_eq!(HandOver::verify(&two, &one, manifest, registry), Ok(second));
        // One that is left out is missed by the next.
        assert!(matches!(
            HandOver::verify(&two, &signed, manifest, registry),
            Err(CustodyError::Differs {
                field: "the statement before",
                ..
            })
        ));
        // A statement of one type is not one of the other.
        assert!(HandOver::verify(&signed, &signed, manifest, registry).is_err());
        let text = String::from_utf8(export.payload(manifest)).unwrap();
        assert!(text.starts_with(r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"tagmanifest-sha256.txt","digest":{"sha256":""#));
    }

    #[test]
    fn what_is_not_the_exporters_is_refused() {
        let (scene, description) = (scene(), exported().description);
        let registry = scene.registry.as_ref().unwrap();
        let manifest = Digest::of(b"a tag manifest");
        let export = Export::of(&description);
        let good = export.sign(manifest, &key("auditor")).unwrap();
        let verify = |file: &[u8]| Export::verify(file, manifest, &description, registry).unwrap_err();
        assert!(matches!(
            verify(&export.sign(manifest, &key("nordlys")).unwrap()),
            CustodyError::Signer { .. }
        ));
        assert!(matches!(
            verify(&export.sign(manifest, &key("root-a")).unwrap()),
            CustodyError::Entitlement(_)
        ));
        assert!(matches!(
            verify(&export.sign(Digest::of(b"another"), &key("auditor")).unwrap()),
            CustodyError::Differs {
                field: "the tag manifest's digest",
                ..
            }
        ));
        let other = Export {
            case: None,
            ..export.clone()
        };
        assert!(matches!(
            verify(&other.sign(manifest, &key("auditor")).unwrap()),
            CustodyError::Differs {
                field: "the case",
                ..
            }
        ));
        let vendors = Description {
            exporter: org("nordlys"),
            ..description.clone()
        };
        let signed = Export::of(&vendors).sign(manifest, &key("nordlys")).unwrap();
        assert_eq!(
            Export::verify(&signed, manifest, &vendors, registry),
            Err(CustodyError::NoAuditor(org("nordlys")))
        );
        let two = Envelope::sign(export.payload(manifest), &[&key("auditor"), &key("nordlys")]).unwrap();
        assert_eq!(verify(&two.encode()), CustodyError::Signatures { got: 2 });
        let spaced = String::from_utf8(export.payload(manifest))
            .unwrap()
            .replacen(':', ": ", 1);
        let spaced = Envelope::sign(spaced.into_bytes(), &[&key("auditor")]).unwrap();
        assert_eq!(verify(&spaced.encode()), CustodyError::NotCanonical);
        for bit in (0..good.len() * 8).step_by(11) {
            let mut flipped = good.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                Export::verify(&flipped, manifest, &description, registry).is_err(),
                "bit {bit}"
            );
        }
    }
}
