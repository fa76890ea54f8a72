//! Cosignatures: a witness states which tree it has seen, and when (C2SP `tlog-cosignature` v1.0.1).
//!
//! ```text
//! message   = "cosignature/v1\ntime " decimal(time) "\n" text of the checkpoint, final newline included
//! signature = time u64 BE || Ed25519 over the message, 64 bytes                      time: at most 2^63 − 1
//! ```

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::{
    id::KeyName,
    log::{Checkpoint, KeyId, NoteSignature, NoteText, SignatureType},
};

const MAX_SECONDS: u64 = 9_223_372_036_854_775_807;

/// When a cosignature was made: seconds since 1970-01-01T00:00:00Z without leap seconds, as its signer states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CosignatureTime(u64);

impl CosignatureTime {
    /// The time after so many seconds, if they are at most 2^63 − 1.
    #[must_use]
    pub const fn new(seconds: u64) -> Option<Self> {
        if seconds <= MAX_SECONDS {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// The seconds.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// What a witness signs at this time.
    pub(crate) fn message(self, text: &NoteText) -> Vec<u8> {
        format!("cosignature/v1\ntime {self}\n{}", text.as_str()).into_bytes()
    }
}

impl fmt::Display for CosignatureTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time, and the signature over it and a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    time: CosignatureTime,
    signature: Signature,
}

/// Why bytes are not a cosignature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeCosignatureError {
    /// A cosignature has 72 bytes.
    #[error("cosignature has {got} bytes, want 72")]
    Length {
        /// Bytes found.
        got: usize,
    },
    /// The time is above the limit.
    #[error("cosignature has time {got}, want at most {MAX_SECONDS}")]
    Time {
        /// Seconds found.
        got: u64,
    },
}

impl Cosignature {
    /// Reads what follows the key id of a signature line.
    ///
    /// # Errors
    /// Another length, or a time above 2^63 − 1.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeCosignatureError> {
        let length = |_| DecodeCosignatureError::Length { got: bytes.len() };
        let bytes = <&[u8; 72]>::try_from(bytes).map_err(length)?;
        let (seconds, signature) = bytes
            .split_first_chunk::<8>()
            .ok_or(DecodeCosignatureError::Length { got: bytes.len() })?;
        let got = u64::from_be_bytes(*seconds);
        let time = CosignatureTime::new(got).ok_or(DecodeCosignatureError::Time { got })?;
        let signature = Signature::from_slice(signature)
            .map_err(|_| DecodeCosignatureError::Length { got: bytes.len() })?;
        Ok(Self { time, signature })
    }

    /// The line with which a witness cosigns a checkpoint; `sign` makes the signature of a message under `key`.
    ///
    /// The signature does not cover the name: a witness that appears under two names needs two keys.
    pub fn sign(
        name: &KeyName,
        key: &VerifyingKey,
        time: CosignatureTime,
        checkpoint: &Checkpoint,
        sign: impl FnOnce(&[u8]) -> Signature,
    ) -> NoteSignature {
        let signature = sign(&time.message(&checkpoint.to_text()));
        let id = KeyId::of(name, SignatureType::CosignatureV1, key);
        NoteSignature::new(name.clone(), id, Self { time, signature }.encode())
    }

    /// The 72 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [self.time.0.to_be_bytes().as_slice(), &self.signature.to_bytes()].concat()
    }

    /// When it was made.
    #[must_use]
    pub const fn time(&self) -> CosignatureTime {
        self.time
    }

    /// The Ed25519 signature.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::log::{SignedCheckpoint, VerifySignatureError, Vkey};

    /// The checkpoint of C2SP `tlog-cosignature` v1.0.1, with its two signatures.
    const EXAMPLE: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

    #[test]
    fn the_published_cosignature_is_read_and_its_message_is_the_published_one() {
        let signed = SignedCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(signed.to_string(), EXAMPLE);
        let line = signed.note().signatures()[1].clone();
        let cosignature = Cosignature::decode(line.signature()).unwrap();
        assert_eq!(cosignature.time().get(), 1_679_315_147);
        assert_eq!(cosignature.encode(), line.signature());
        let message = cosignature.time().message(&signed.checkpoint().to_text());
        let want = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(String::from_utf8(message).unwrap(), want);
    }

    #[test]
    fn a_cosignature_is_bound_to_its_time_and_checkpoint() {
        let key = SigningKey::from_bytes(&[9; 32]);
        let public = key.verifying_key();
        let signed = SignedCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        let name: KeyName = "witness.example/1".parse().unwrap();
        let time = CosignatureTime::new(1_700_000_000).unwrap();
        let line = Cosignature::sign(&name, &public, time, signed.checkpoint(), |message| {
            key.sign(message)
        });
        let vkey = Vkey::new(name, SignatureType::CosignatureV1, public);
        let cosigned = signed.clone().with_signature(line.clone()).unwrap();
        let verified = cosigned.note().verify_by(&vkey).unwrap().unwrap();
        assert_eq!((verified.key, verified.time), (&vkey, Some(time)));
        assert_eq!(signed.note().verify_by(&vkey), Ok(None));

        for bit in 0..72 * 8 {
            let mut bytes = line.signature().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let changed = NoteSignature::new(line.name().clone(), line.id(), bytes);
            let changed = signed.clone().with_signature(changed).unwrap();
            let want = if bit == 7 {
                let got = (1 << 63) | time.get();
                VerifySignatureError::Cosignature(DecodeCosignatureError::Time { got })
            } else {
                VerifySignatureError::Refused
            };
            assert_eq!(changed.note().verify_by(&vkey), Err(want), "{bit}");
        }
        let other = EXAMPLE.replace("20852163", "20852164");
        let other = SignedCheckpoint::parse(other.as_bytes())
            .unwrap()
            .with_signature(line)
            .unwrap();
        assert_eq!(other.note().verify_by(&vkey), Err(VerifySignatureError::Refused));
    }

    #[test]
    fn other_lengths_and_times_are_refused() {
        for got in [0, 8, 64, 71, 73, 2428] {
            assert_eq!(
                Cosignature::decode(&vec![0; got]),
                Err(DecodeCosignatureError::Length { got })
            );
        }
        assert_eq!(
            Cosignature::decode(&[0xff; 72]),
            Err(DecodeCosignatureError::Time { got: u64::MAX })
        );
        assert_eq!(CosignatureTime::new(1 << 63), None);
    }
}
