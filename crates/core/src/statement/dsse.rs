//! The envelope around a statement: DSSE v1 (secure-systems-lab/dsse, `envelope.md` and `protocol.md`, v1.0.0).
//!
//! ```text
//! entry     = {"payload":"<base64>","payloadType":"application/vnd.in-toto+json","signatures":[<signature>,…]}
//! signature = {"keyid":"<64 lower-case hexadecimal digits>","sig":"<base64 of 64 bytes>"}
//! signed    = "DSSEv1" SP len(type) SP type SP len(payload) SP payload       lengths: bytes, in decimal
//! ```
//! The entry is compact JSON in this one order, with padded standard base64 (RFC 4648 §4) and signatures in ascending order of
//! key id, each key once: its bytes are a function of its content. A reader encodes what it read and compares.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};

use crate::key::{KeyId, SecretKey, Signature};

/// The media type of an in-toto statement, the one payload type that a ledger takes.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// Most bytes of an entry: a C2SP entry bundle prefixes each with a 16-bit length.
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// Most signatures of an envelope.
pub const MAX_SIGNATURES: usize = 32;

/// The template of an entry, up to the payload and from its closing quote to the first signature.
const HEAD: &str = "{\"payload\":\"";
const MIDDLE: &str = ",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[";

/// A payload and its signatures, canonical but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature over the pre-authentication encoding of an envelope's payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// The key that the signature claims to be by.
    pub key: KeyId,
    /// 64 bytes of Ed25519 over the pre-authentication encoding.
    pub signature: Signature,
}

/// Why bytes are not an envelope that a ledger takes, or why an envelope cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Over the limit.
    #[error(
        "an envelope of {got} bytes, want {MAX_ENTRY_BYTES} at most; large documents are attachments, long lists of units several statements"
    )]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// Not JSON of the wanted shape.
    #[error("no DSSE envelope: {0}")]
    Json(#[from] crate::json::JsonError),
    /// Another payload type.
    #[error("payload type «{}», want «{PAYLOAD_TYPE}»", crate::text::excerpt(got))]
    PayloadType {
        /// The type found.
        got: String,
    },
    /// The payload or a signature is not base64 of the wanted length.
    #[error("the {field} is not {want}")]
    Base64 {
        /// The member of the envelope that is not base64.
        field: &'static str,
        /// The form wanted.
        want: &'static str,
    },
    /// None or too many signatures.
    #[error("{got} signatures, want 1 to {MAX_SIGNATURES}")]
    SignatureCount {
        /// Signatures found.
        got: usize,
    },
    /// Signatures out of order, or two by one key.
    #[error("signature {position} is not in ascending order of key id")]
    SignatureOrder {
        /// Zero-based position of the first signature out of order.
        position: usize,
    },
    /// The content is an envelope's, the bytes are not its canonical form.
    #[error(
        "not in canonical form from byte {position}; want compact JSON in the order payload, payloadType, signatures"
    )]
    NotCanonical {
        /// First byte that differs from the canonical form.
        position: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EnvelopeWire {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: KeyId,
    sig: String,
}

/// The bytes that a signature covers (DSSE `protocol.md`, «Signature Definition»).
#[must_use]
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    encode_pre_authentication(payload, &mut message);
    message
}

/// Puts the same in the place of whatever is in `message`.
pub(crate) fn encode_pre_authentication(payload: &[u8], message: &mut Vec<u8>) {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    message.clear();
    message.reserve(head.len().saturating_add(payload.len()));
    message.extend_from_slice(head.as_bytes());
    message.extend_from_slice(payload);
}

impl Envelope {
    /// Signs `payload` with each of `keys`.
    ///
    /// # Errors
    /// No key, too many, one twice, or an envelope over the size limit.
    pub fn sign(payload: Vec<u8>, keys: &[&SecretKey]) -> Result<Self, EnvelopeError> {
        let message = pre_authentication_encoding(&payload);
        let signatures = keys
            .iter()
            .map(|key| EnvelopeSignature {
                key: key.public().key_id(),
                signature: key.sign(&message),
            })
            .collect();
        Self::new(payload, signatures)
    }

    /// The envelope of a payload and signatures made elsewhere; puts the signatures in order.
    ///
    /// # Errors
    /// No signature, too many, two by one key, or an envelope over the size limit.
    pub fn new(payload: Vec<u8>, mut signatures: Vec<EnvelopeSignature>) -> Result<Self, EnvelopeError> {
        signatures.sort_by_key(|signature| signature.key);
        let envelope = Self { payload, signatures };
        envelope.check_signatures()?;
        let got = envelope.encode().len();
        if got > MAX_ENTRY_BYTES {
            return Err(EnvelopeError::Size { got });
        }
        Ok(envelope)
    }

    fn check_signatures(&self) -> Result<(), EnvelopeError> {
        let got = self.signatures.len();
        if got == 0 || got > MAX_SIGNATURES {
            return Err(EnvelopeError::SignatureCount { got });
        }
        let keys = self.signatures.iter().map(|signature| signature.key);
        match keys.clone().zip(keys.skip(1)).position(|(one, next)| one >= next) {
            Some(position) => Err(EnvelopeError::SignatureOrder {
                position: position.saturating_add(1),
            }),
            None => Ok(()),
        }
    }

    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// Bytes that are not exactly the canonical form of an envelope.
    pub fn decode(entry: &[u8]) -> Result<Self, EnvelopeError> {
        if entry.len() > MAX_ENTRY_BYTES {
            return Err(EnvelopeError::Size { got: entry.len() });
        }
        match Self::read(entry) {
            Some(envelope) => envelope.check_signatures().map(|()| envelope),
            None => Err(Self::refuse(entry)),
        }
    }

    /// The canonical form is one template, so it is read as one. `None`: the bytes are not it.
    fn read(entry: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(entry).ok()?;
        let (payload, mut rest) = text.strip_prefix(HEAD)?.split_once('"')?;
        rest = rest.strip_prefix(MIDDLE)?;
        let mut signatures = Vec::with_capacity(1);
        loop {
            let (key, after) = rest.strip_prefix("{\"keyid\":\"")?.split_at_checked(64)?;
            let (sig, after) = after.strip_prefix("\",\"sig\":\"")?.split_at_checked(88)?;
            // 88 characters can stand for two bytes more, if none of them are padding.
            let mut bytes = [0; 66];
            let length = BASE64.decode_slice(sig, &mut bytes).ok()?;
            signatures.push(EnvelopeSignature {
                key: key.parse().ok()?,
                signature: bytes.get(..length)?.try_into().ok()?,
            });
            rest = after.strip_prefix("\"}")?;
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        (rest == "]}").then_some(())?;
        Some(Self {
            payload: BASE64.decode(payload).ok()?,
            signatures,
        })
    }

    /// What is wrong with bytes that are not the canonical form.
    fn refuse(entry: &[u8]) -> EnvelopeError {
        match Self::understand(entry) {
            Err(error) => error,
            Ok(envelope) => {
                let canonical = envelope.encode();
                let position = canonical
                    .iter()
                    .zip(entry)
                    .take_while(|(want, got)| want == got)
                    .count();
                EnvelopeError::NotCanonical { position }
            }
        }
    }

    /// The envelope that another JSON form of it means.
    fn understand(entry: &[u8]) -> Result<Self, EnvelopeError> {
        let wire: EnvelopeWire = crate::json::parse(entry)?;
        if wire.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType {
                got: wire.payload_type,
            });
        }
        let payload = BASE64.decode(&wire.payload).map_err(|_| EnvelopeError::Base64 {
            field: "payload",
            want: "padded standard base64",
        })?;
        let signatures = wire
            .signatures
            .iter()
            .map(|signature| {
                let bytes = BASE64
                    .decode(&signature.sig)
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok());
                let bytes = bytes.ok_or(EnvelopeError::Base64 {
                    field: "signature",
                    want: "base64 of 64 bytes",
                })?;
                Ok(EnvelopeSignature {
                    key: signature.keyid,
                    signature: Signature::from_bytes(bytes),
                })
            })
            .collect::<Result<_, EnvelopeError>>()?;
        let envelope = Self { payload, signatures };
        envelope.check_signatures()?;
        Ok(envelope)
    }

    /// The entry's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut entry = Vec::with_capacity(self.payload.len().saturating_mul(2).saturating_add(256));
        entry.extend_from_slice(HEAD.as_bytes());
        entry.extend_from_slice(BASE64.encode(&self.payload).as_bytes());
        entry.push(b'"');
        entry.extend_from_slice(MIDDLE.as_bytes());
        for (position, signature) in self.signatures.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let sig = BASE64.encode(signature.signature.as_bytes());
            let text = format!("{comma}{{\"keyid\":\"{}\",\"sig\":\"{sig}\"}}", signature.key);
            entry.extend_from_slice(text.as_bytes());
        }
        entry.extend_from_slice(b"]}");
        entry
    }

    /// The payload, byte for byte as signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, in ascending order of key id.
    #[must_use]
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    fn two_signed() -> Envelope {
        Envelope::sign(b"{}".to_vec(), &[&key(1), &key(2)]).unwrap()
    }

    #[test]
    fn the_encoding_that_is_signed_is_that_of_the_specification() {
        assert_eq!(
            pre_authentication_encoding(b"hello world"),
            b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
        );
    }

    #[test]
    fn an_envelope_survives_a_round_trip_and_no_other_bytes_are_it() {
        let envelope = two_signed();
        let entry = envelope.encode();
        assert_eq!(Envelope::decode(&entry), Ok(envelope.clone()));
        for position in 0..entry.len() {
            assert!(Envelope::decode(&entry[..position]).is_err(), "cut at {position}");
            for bit in 0..8 {
                let mut flipped = entry.clone();
                flipped[position] ^= 1 << bit;
                assert_ne!(
                    Envelope::decode(&flipped),
                    Ok(envelope.clone()),
                    "bit {bit} of byte {position}"
                );
            }
        }
    }

    #[test]
    fn other_forms_of_the_same_content_are_refused() {
        let entry = String::from_utf8(two_signed().encode()).unwrap();
        let signature = entry
            .split('[')
            .nth(1)
            .unwrap()
            .split("},")
            .next()
            .unwrap()
            .to_owned()
            + "}";
        for (other, want) in [
            (entry.replace(":[", ": ["), "not in canonical form from byte 76"),
            (
                entry.replace("\"e30=\"", "\"e30\""),
                "the payload is not padded standard base64",
            ),
            (
                entry.replace("/vnd", "\\/vnd"),
                "not in canonical form from byte 44",
            ),
            (
                entry.replace("in-toto", "other"),
                "payload type «application/vnd.other+json», want",
            ),
            (
                entry.replace("{\"payload\"", "{\"x\":1,\"payload\""),
                "no DSSE envelope: unknown field `x`",
            ),
            (
                entry.replace("[{", &format!("[{signature},{{")),
                "signature 1 is not in ascending order of key id",
            ),
            (format!("{entry}\n"), "not in canonical form from byte"),
            (
                r#"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}"#.into(),
                "0 signatures, want 1 to 32",
            ),
        ] {
            let error = Envelope::decode(other.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(want), "{error}\nwant {want}\nof {other}");
        }
    }

    #[test]
    fn the_size_limit_holds_both_ways() {
        let over = Envelope::sign(vec![b' '; 49_000], &[&key(1)]);
        assert!(matches!(over, Err(EnvelopeError::Size { .. })));
        assert_eq!(
            Envelope::decode(&[b' '; 65_536]),
            Err(EnvelopeError::Size { got: 65_536 })
        );
    }
}
