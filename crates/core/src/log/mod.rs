//! The log: its tree, signed notes and checkpoints, who vouches for them, and proofs that stand alone.

pub mod checkpoint;
pub mod cosignature;
pub mod equivocation;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod tlog_proof;
pub mod vkey;
