//! Sigstore bundles, version 0.3 (`sigstore_bundle.proto` of sigstore/protobuf-specs), one for each signer of an entry.
//!
//! ```text
//! {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
//!  "verificationMaterial":{"publicKey":{"hint":"<key id>"},"tlogEntries":[]},
//!  "dsseEnvelope":{"payload":"<base64>","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"<base64>","keyid":"<key id>"}]}}
//! ```
//! A bundle has one signature, and its key id is the hint. `tlogEntries` is empty on purpose: each of its elements must carry the body of a Rekor entry,
//! whose hash is the leaf, and a leaf of this log is the envelope itself. A receipt ([`crate::cose`]) or a `.tlog-proof` shows inclusion.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prova_core::statement::{Envelope, EnvelopeSignature, PAYLOAD_TYPE};
use serde::Serialize;

/// The media type of a bundle.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SigstoreBundle {
    media_type: &'static str,
    verification_material: VerificationMaterial,
    dsse_envelope: DsseEnvelope,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerificationMaterial {
    public_key: PublicKeyIdentifier,
    tlog_entries: [(); 0],
}

#[derive(Serialize)]
struct PublicKeyIdentifier {
    hint: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DsseEnvelope {
    payload: String,
    payload_type: &'static str,
    signatures: [DsseSignature; 1],
}

#[derive(Serialize)]
struct DsseSignature {
    sig: String,
    keyid: String,
}

impl SigstoreBundle {
    fn new(payload: &[u8], signature: &EnvelopeSignature) -> Self {
        let keyid = signature.key.to_string();
        Self {
            media_type: MEDIA_TYPE,
            verification_material: VerificationMaterial {
                public_key: PublicKeyIdentifier { hint: keyid.clone() },
                tlog_entries: [],
            },
            dsse_envelope: DsseEnvelope {
                payload: BASE64.encode(payload),
                payload_type: PAYLOAD_TYPE,
                signatures: [DsseSignature {
                    sig: BASE64.encode(signature.signature.as_bytes()),
                    keyid,
                }],
            },
        }
    }
}

/// The bundles of an entry, in the order of its signatures: each one line of JSON without its end.
#[must_use]
pub fn bundles(envelope: &Envelope) -> Vec<String> {
    let bundle = |signature| SigstoreBundle::new(envelope.payload(), signature);
    let json = |bundle| serde_json::to_string(&bundle).expect("strings and lists always encode");
    envelope.signatures().iter().map(bundle).map(json).collect()
}

#[cfg(test)]
mod tests {
    use prova_core::key::SecretKey;

    use super::*;

    #[test]
    fn every_signer_gets_a_bundle_with_one_signature_and_the_payload_as_signed() {
        let keys = [SecretKey::from_seed([1; 32]), SecretKey::from_seed([2; 32])];
        let envelope = Envelope::sign(b"{ \"odd\" :1}".to_vec(), &[&keys[0], &keys[1]]).unwrap();
        let made = bundles(&envelope);
        assert_eq!(made.len(), 2);
        for (bundle, signature) in made.iter().zip(envelope.signatures()) {
            let sig = BASE64.encode(signature.signature.as_bytes());
            let key = signature.key;
            assert_eq!(
                *bundle,
                format!(
                    "{{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":{{\"publicKey\":\
                     {{\"hint\":\"{key}\"}},\"tlogEntries\":[]}},\"dsseEnvelope\":{{\"payload\":\"eyAib2RkIiA6MX0=\",\"payloadType\":\
                     \"application/vnd.in-toto+json\",\"signatures\":[{{\"sig\":\"{sig}\",\"keyid\":\"{key}\"}}]}}}}"
                )
            );
        }
    }
}
