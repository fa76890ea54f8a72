//! The log: the Merkle tree over all entries, who signs its head, and proofs that stand without the ledger.
//!
//! ```text
//! merkle ──▶ checkpoint (a signed note: note, vkey) ──▶ cosignature, policy ──▶ tlog_proof ──▶ equivocation
//! ```
//! Everything here is a published format (RFC 9162, C2SP), byte for byte; an entry is some bytes, and what they say is not asked.
//!
//! **May use** ground files, names and keys. **Promises** that what is read and written again is the same bytes, and that a proof that
//! verifies needs trust in nobody but the keys of the policy.

mod checkpoint;
mod cosignature;
mod equivocation;
pub mod merkle;
mod note;
mod policy;
mod tlog_proof;
mod vkey;

pub use self::{
    checkpoint::{
        Checkpoint, ParseCheckpointError, ParseSignedCheckpointError, SignedCheckpoint, VerifyCheckpointError,
    },
    cosignature::{Cosignature, CosignatureTime, DecodeCosignatureError},
    equivocation::{Equivocation, EquivocationError, MAX_EQUIVOCATION_BYTES, ParseEquivocationError},
    note::{
        AssembleNoteError, MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteSignature, NoteText, ParseNoteError,
        ParseNoteTextError, ParseSignatureLineError, VerifiedSignature, VerifyNoteError,
        VerifySignatureError,
    },
    policy::{
        Evaluation, LogOutcome, MAX_POLICY_BYTES, ParsePolicyError, Policy, PolicyLineError, PolicyLog,
        PolicyName, PolicyWitness, QuorumOutcome, RefusedByPolicyError, WitnessOutcome,
    },
    tlog_proof::{
        AssembleProofError, MAX_EXTRA_BYTES, ParseProofError, TlogProof, VerifiedEntry, VerifyProofError,
    },
    vkey::{KeyId, ParseVkeyError, SignatureType, Vkey},
};
