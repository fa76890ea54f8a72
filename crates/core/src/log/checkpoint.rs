//! Checkpoints: what a log says its tree is (C2SP `tlog-checkpoint` v1.0.0).
//!
//! ```text
//! text = origin "\n" decimal(size) "\n" base64(root) "\n" extension …       extension = line, not empty, "\n"
//! ```
//!
//! Extension lines are read and kept, never written: the specification advises against them, and not every cosignature
//! covers them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::{
    decimal,
    hash::NodeHash,
    id::{KeyName, Origin, ParseOriginError},
    log::{
        AssembleNoteError, KeyId, Note, NoteSignature, NoteText, ParseNoteError, VerifySignatureError, Vkey,
        merkle::MAX_TREE_SIZE,
    },
    position::TreeSize,
    text::excerpt,
};

/// What a log says: this many entries, this root.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: NodeHash,
    extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCheckpointError {
    /// There are too few lines.
    #[error("checkpoint has {got} lines, want at least 3: origin, size, root")]
    Lines {
        /// Lines found.
        got: usize,
    },
    /// The first line is not an origin.
    #[error(transparent)]
    Origin(#[from] ParseOriginError),
    /// The second line is not a size.
    #[error(
        "tree size «{got}», want a decimal number up to {} without leading zeroes",
        MAX_TREE_SIZE
    )]
    Size {
        /// The line found, escaped.
        got: String,
    },
    /// The third line is not a hash.
    #[error("root is not 32 bytes in canonical base64 with padding")]
    Root,
    /// The tree without entries has one root.
    #[error("tree of size 0 has root {got}, want {want}")]
    EmptyRoot {
        /// The root stated.
        got: NodeHash,
        /// The root of the empty tree.
        want: NodeHash,
    },
    /// Nothing may stand after an empty line.
    #[error("line {line} of the checkpoint is empty")]
    EmptyLine {
        /// One-based line.
        line: usize,
    },
}

impl Checkpoint {
    /// The checkpoint of a log.
    ///
    /// # Errors
    /// A size above [`MAX_TREE_SIZE`], or an empty tree with another root than that of the empty tree.
    pub fn new(origin: Origin, size: TreeSize, root: NodeHash) -> Result<Self, ParseCheckpointError> {
        if size > MAX_TREE_SIZE {
            return Err(ParseCheckpointError::Size {
                got: size.to_string(),
            });
        }
        let empty = NodeHash::of_empty_tree();
        if size == TreeSize::EMPTY && root != empty {
            return Err(ParseCheckpointError::EmptyRoot {
                got: root,
                want: empty,
            });
        }
        Ok(Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Reads the text of a note as a checkpoint.
    ///
    /// # Errors
    /// Anything that departs from the format.
    pub fn parse(text: &NoteText) -> Result<Self, ParseCheckpointError> {
        let lines: Vec<&str> = text.lines().collect();
        let [origin, size, root, extensions @ ..] = lines.as_slice() else {
            return Err(ParseCheckpointError::Lines { got: lines.len() });
        };
        let parsed = decimal::parse(size)
            .map(TreeSize::new)
            .ok_or_else(|| ParseCheckpointError::Size { got: excerpt(size) })?;
        let root = parse_hash(root).ok_or(ParseCheckpointError::Root)?;
        let mut checkpoint = Self::new(origin.parse()?, parsed, root)?;
        if let Some((line, _)) = (4..).zip(extensions).find(|(_, extension)| extension.is_empty()) {
            return Err(ParseCheckpointError::EmptyLine { line });
        }
        checkpoint.extensions = extensions.iter().map(ToString::to_string).collect();
        Ok(checkpoint)
    }

    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> NoteText {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, hash_line(&self.root));
        for extension in &self.extensions {
            text.push_str(extension);
            text.push('\n');
        }
        NoteText::from_checkpoint(text)
    }

    /// Which log.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of their tree.
    #[must_use]
    pub const fn root(&self) -> &NodeHash {
        &self.root
    }

    /// Lines after the third, which mean nothing here.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// A hash as a line of a checkpoint or a proof has it.
pub(crate) fn hash_line(hash: &NodeHash) -> String {
    STANDARD.encode(hash.as_bytes())
}

/// The hash of which `line` is the base64 text.
pub(crate) fn parse_hash(line: &str) -> Option<NodeHash> {
    let bytes = STANDARD.decode(line).ok()?;
    bytes.try_into().ok().map(NodeHash::from_bytes)
}

/// A checkpoint with signatures that have not been verified yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why bytes are not a signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSignedCheckpointError {
    /// They are not a note.
    #[error(transparent)]
    Note(#[from] ParseNoteError),
    /// The note's text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] ParseCheckpointError),
}

/// Why a checkpoint is not one by a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyCheckpointError {
    /// It is another log's.
    #[error("checkpoint of {got}, want one of {}", excerpt(want.as_str()))]
    Origin {
        /// The origin found.
        got: Origin,
        /// The name of the key.
        want: KeyName,
    },
    /// The log's key has not signed it.
    #[error("checkpoint has no signature by {} with key {id}", excerpt(name.as_str()))]
    NotSigned {
        /// The name of the key whose signature is wanted.
        name: KeyName,
        /// The id of the log's key.
        id: KeyId,
    },
    /// The signature is bad.
    #[error("signature of {} on its checkpoint is bad", excerpt(name.as_str()))]
    Signature {
        /// The log.
        name: KeyName,
        /// What is wrong.
        #[source]
        reason: VerifySignatureError,
    },
}

impl SignedCheckpoint {
    /// Parses a checkpoint and its signatures; nothing is verified.
    ///
    /// # Errors
    /// The bytes are not a note, or its text not a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseSignedCheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// Signs a checkpoint for its log, under the name that its origin is; `sign` makes the signature under `key`.
    ///
    /// # Errors
    /// The checkpoint has extension lines beyond the size of a note.
    pub fn sign(
        checkpoint: Checkpoint,
        key: &VerifyingKey,
        sign: impl FnOnce(&[u8]) -> Signature,
    ) -> Result<Self, AssembleNoteError> {
        let text = checkpoint.to_text();
        let signature = NoteSignature::sign(checkpoint.origin.as_key_name(), key, &text, sign);
        let note = Note::new(text, vec![signature])?;
        Ok(Self { checkpoint, note })
    }

    /// The same with one more signature, which takes the place of those with the same name and key id.
    ///
    /// # Errors
    /// The note would exceed its limits.
    pub fn with_signature(self, signature: NoteSignature) -> Result<Self, AssembleNoteError> {
        Ok(Self {
            note: self.note.with_signature(signature)?,
            ..self
        })
    }

    /// What the note says, whoever says it.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note that the checkpoint is the text of.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint, if the log with this key signed it. Witnesses are a [`Policy`](crate::log::Policy)'s business.
    ///
    /// # Errors
    /// Another origin than the key's name, no signature by the key, or a bad one.
    pub fn verify(&self, log: &Vkey) -> Result<&Checkpoint, VerifyCheckpointError> {
        if self.checkpoint.origin.as_key_name() != log.name() {
            return Err(VerifyCheckpointError::Origin {
                got: self.checkpoint.origin.clone(),
                want: log.name().clone(),
            });
        }
        match self.note.verify_by(log) {
            Ok(Some(_)) => Ok(&self.checkpoint),
            Ok(None) => Err(VerifyCheckpointError::NotSigned {
                name: log.name().clone(),
                id: log.id(),
            }),
            Err(reason) => Err(VerifyCheckpointError::Signature {
                name: log.name().clone(),
                reason,
            }),
        }
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests;
