//! Signed notes: a text, an empty line, and lines that sign the text (C2SP `signed-note` v1.0.0).
//!
//! ```text
//! note = text "\n" line …          text: UTF-8 that ends in a newline; no other character below U+0020
//! line = "— " name " " base64(key id || signature) "\n"          key id: 4 bytes     signature: at least 1 byte
//! ```
//!
//! The text is parted from the lines by the note's last empty line. Parsing keeps every byte: what parses encodes to
//! what was parsed.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::{
    id::{KeyName, ParseKeyNameError},
    log::{Cosignature, CosignatureTime, DecodeCosignatureError, KeyId, SignatureType, Vkey},
};

/// The largest note, in bytes: room for hundreds of post-quantum signatures, too little to hurt.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// The largest number of signatures. The specification asks for 16 at least; the Go implementation stops at 100.
pub const MAX_SIGNATURES: usize = 100;

/// The text of a note, with its final newline: what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteText(String);

/// Why a text cannot be the text of a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNoteTextError {
    /// The last line has no newline.
    #[error("text does not end in a newline")]
    NoNewline,
    /// A control character other than newline.
    #[error("line {line} of the text has control character {got:#04x}")]
    Control {
        /// One-based line.
        line: usize,
        /// The byte found.
        got: u8,
    },
    /// There is no room for a signature.
    #[error("text of {got} bytes, want at most {MAX_NOTE_BYTES}")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
}

impl NoteText {
    /// The text, final newline included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of a checkpoint, whose parts cannot have control characters.
    pub(crate) const fn from_checkpoint(text: String) -> Self {
        Self(text)
    }

    /// The lines, without their newlines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator('\n')
    }
}

impl FromStr for NoteText {
    type Err = ParseNoteTextError;

    fn from_str(text: &str) -> Result<Self, ParseNoteTextError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(ParseNoteTextError::TooLarge { got: text.len() });
        }
        if let Some((line, got)) = control_character(text) {
            return Err(ParseNoteTextError::Control { line, got });
        }
        if !text.ends_with('\n') {
            return Err(ParseNoteTextError::NoNewline);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The first control character that is no newline, and its one-based line.
fn control_character(text: &str) -> Option<(usize, u8)> {
    (1..).zip(text.split('\n')).find_map(|(line, characters)| {
        characters
            .bytes()
            .find(|byte| *byte < b' ')
            .map(|byte| (line, byte))
    })
}

/// One line that signs a note. Whether it is right is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

/// Why a line is not a signature line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSignatureLineError {
    /// It does not begin with an em dash (U+2014) and a space.
    #[error("line does not begin with an em dash and a space")]
    NoDash,
    /// There is no space between name and signature.
    #[error("line has no signature after the name")]
    NoSignature,
    /// The name is not a key name.
    #[error(transparent)]
    Name(#[from] ParseKeyNameError),
    /// The signature is not base64.
    #[error("signature is not canonical base64 with padding")]
    Base64,
    /// The signature has no room for a key id and a signature.
    #[error("signature has {got} bytes, want 4 of the key id and at least 1 more")]
    TooShort {
        /// Bytes found.
        got: usize,
    },
}

impl NoteSignature {
    /// A signature line of any type: `signature` is what follows the key id.
    pub(crate) const fn new(name: KeyName, id: KeyId, signature: Vec<u8>) -> Self {
        Self { name, id, signature }
    }

    /// Signs a text with Ed25519 (type 0x01); `sign` makes the signature of a message under `key`.
    pub fn sign(
        name: &KeyName,
        key: &VerifyingKey,
        text: &NoteText,
        sign: impl FnOnce(&[u8]) -> Signature,
    ) -> Self {
        Self {
            id: KeyId::of(name, SignatureType::Ed25519, key),
            name: name.clone(),
            signature: sign(text.0.as_bytes()).to_vec(),
        }
    }

    /// Who claims to have signed.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Which of the signer's keys it claims.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What follows the key id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    fn claims(&self, key: &Vkey) -> bool {
        self.name == *key.name() && self.id == key.id()
    }
}

impl FromStr for NoteSignature {
    type Err = ParseSignatureLineError;

    /// Parses a line without its newline.
    fn from_str(line: &str) -> Result<Self, ParseSignatureLineError> {
        let line = line.strip_prefix("— ").ok_or(ParseSignatureLineError::NoDash)?;
        let (name, signature) = line.split_once(' ').ok_or(ParseSignatureLineError::NoSignature)?;
        let name = name.parse()?;
        let bytes = STANDARD
            .decode(signature)
            .map_err(|_| ParseSignatureLineError::Base64)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => Ok(Self {
                name,
                id: KeyId::from_bytes(*id),
                signature: signature.to_vec(),
            }),
            _ => Err(ParseSignatureLineError::TooShort { got: bytes.len() }),
        }
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_bytes().as_slice(), &self.signature].concat();
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A signature that was checked, by a key that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedSignature<'k> {
    /// The known key that it is by.
    pub key: &'k Vkey,
    /// When it was made, where its type says so.
    pub time: Option<CosignatureTime>,
}

/// Why a signature is not one by the key whose name and id it bears.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifySignatureError {
    /// An Ed25519 signature has 64 bytes.
    #[error("Ed25519 signature has {got} bytes, want 64")]
    Length {
        /// Bytes found.
        got: usize,
    },
    /// A cosignature begins with a time.
    #[error(transparent)]
    Cosignature(#[from] DecodeCosignatureError),
    /// The text or the signature was changed, or another key made it.
    #[error("signature does not verify")]
    Refused,
}

/// Why nobody known has signed a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyNoteError {
    /// A signature bears the name and id of a known key and is not by it.
    #[error("signature of {} with key {id} is bad", crate::text::escape(name.as_str()))]
    Signature {
        /// The name of the known key.
        name: KeyName,
        /// The id of the key that the line names.
        id: KeyId,
        /// What is wrong.
        #[source]
        reason: VerifySignatureError,
    },
    /// No signature is by a known key.
    #[error("none of {signatures} signatures is by one of {keys} known keys")]
    Unknown {
        /// Signatures found.
        signatures: usize,
        /// Keys known.
        keys: usize,
    },
}

/// A text with signatures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    text: NoteText,
    signatures: Vec<NoteSignature>,
}

/// Why a text and signatures make no note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleNoteError {
    /// A note has at least one signature.
    #[error("note has no signature, want at least 1")]
    NoSignature,
    /// There are too many.
    #[error("note has {got} signatures, want at most {MAX_SIGNATURES}")]
    TooManySignatures {
        /// Signatures found.
        got: usize,
    },
    /// All together is too large.
    #[error("note has {got} bytes, want at most {MAX_NOTE_BYTES}")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
}

/// Why bytes are not a signed note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNoteError {
    /// The bytes are not UTF-8.
    #[error("note is not UTF-8 at byte {offset}")]
    Utf8 {
        /// The first byte that is wrong.
        offset: usize,
    },
    /// A control character other than newline.
    #[error("line {line} of the note has control character {got:#04x}")]
    Control {
        /// One-based line.
        line: usize,
        /// The byte found.
        got: u8,
    },
    /// Nothing parts a text from signatures.
    #[error("note has no empty line before its signatures")]
    NoEmptyLine,
    /// The last line was cut off.
    #[error("note does not end in a newline")]
    NoNewline,
    /// A line after the text is not a signature.
    #[error("line {line} of the note is no signature")]
    SignatureLine {
        /// One-based line.
        line: usize,
        /// What is wrong.
        #[source]
        reason: ParseSignatureLineError,
    },
    /// Too large, or too few or too many signatures.
    #[error(transparent)]
    Assemble(#[from] AssembleNoteError),
}

impl Note {
    /// The note of a text and its signatures.
    ///
    /// # Errors
    /// No signature, or more than the limits allow.
    pub fn new(text: NoteText, signatures: Vec<NoteSignature>) -> Result<Self, AssembleNoteError> {
        check_count(signatures.len())?;
        let note = Self { text, signatures };
        let got = note.to_string().len();
        if got > MAX_NOTE_BYTES {
            return Err(AssembleNoteError::TooLarge { got });
        }
        Ok(note)
    }

    /// Parses a note; nothing is verified.
    ///
    /// # Errors
    /// Anything that departs from the format.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseNoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(AssembleNoteError::TooLarge { got: bytes.len() }.into());
        }
        let note = std::str::from_utf8(bytes).map_err(|error| ParseNoteError::Utf8 {
            offset: error.valid_up_to(),
        })?;
        if let Some((line, got)) = control_character(note) {
            return Err(ParseNoteError::Control { line, got });
        }
        if !note.ends_with('\n') {
            return Err(ParseNoteError::NoNewline);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(ParseNoteError::NoEmptyLine)?;
        let text = format!("{text}\n");
        check_count(lines.split_terminator('\n').count())?;
        // The text's lines, the empty line, and counting from one.
        let first = text.split('\n').count().saturating_add(1);
        let signatures = (first..)
            .zip(lines.split_terminator('\n'))
            .map(|(line, signature)| {
                signature
                    .parse()
                    .map_err(|reason| ParseNoteError::SignatureLine { line, reason })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: NoteText(text),
            signatures,
        })
    }

    /// The signed text.
    #[must_use]
    pub const fn text(&self) -> &NoteText {
        &self.text
    }

    /// The signatures in their order, verified or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The note with one more signature, which takes the place of those with the same name and id.
    ///
    /// # Errors
    /// The note would exceed its limits.
    pub fn with_signature(mut self, signature: NoteSignature) -> Result<Self, AssembleNoteError> {
        self.signatures
            .retain(|other| other.name != signature.name || other.id != signature.id);
        self.signatures.push(signature);
        Self::new(self.text, self.signatures)
    }

    /// Checks every signature that bears the name and id of `key`; none if there is no such signature.
    ///
    /// # Errors
    /// One of them is bad. A key may sign twice, but not once well and once badly.
    pub fn verify_by<'k>(
        &self,
        key: &'k Vkey,
    ) -> Result<Option<VerifiedSignature<'k>>, VerifySignatureError> {
        let mut first = None;
        for signature in self.signatures.iter().filter(|signature| signature.claims(key)) {
            let time = verify(key, &self.text, &signature.signature)?;
            first.get_or_insert(VerifiedSignature { key, time });
        }
        Ok(first)
    }

    /// Checks the signatures by known keys; signatures by others are ignored, as the specification demands.
    ///
    /// # Errors
    /// A signature by a known key is bad, or none is there.
    pub fn verify<'k>(&self, keys: &'k [Vkey]) -> Result<Vec<VerifiedSignature<'k>>, VerifyNoteError> {
        let mut verified = Vec::new();
        for key in keys {
            verified.extend(self.verify_by(key).map_err(|reason| VerifyNoteError::Signature {
                name: key.name().clone(),
                id: key.id(),
                reason,
            })?);
        }
        if verified.is_empty() {
            return Err(VerifyNoteError::Unknown {
                signatures: self.signatures.len(),
                keys: keys.len(),
            });
        }
        Ok(verified)
    }
}

fn check_count(got: usize) -> Result<(), AssembleNoteError> {
    match got {
        0 => Err(AssembleNoteError::NoSignature),
        1..=MAX_SIGNATURES => Ok(()),
        _ => Err(AssembleNoteError::TooManySignatures { got }),
    }
}

fn verify(
    key: &Vkey,
    text: &NoteText,
    signature: &[u8],
) -> Result<Option<CosignatureTime>, VerifySignatureError> {
    let (message, signature, time) = match key.signature_type() {
        SignatureType::Ed25519 => {
            let signature = Signature::from_slice(signature)
                .map_err(|_| VerifySignatureError::Length { got: signature.len() })?;
            (text.0.as_bytes().to_vec(), signature, None)
        }
        SignatureType::CosignatureV1 => {
            let cosignature = Cosignature::decode(signature)?;
            let time = cosignature.time();
            (time.message(text), *cosignature.signature(), Some(time))
        }
    };
    key.key()
        .verify_strict(&message, &signature)
        .map_err(|_| VerifySignatureError::Refused)?;
    Ok(time)
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text.0)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

#[cfg(test)]
mod tests;
