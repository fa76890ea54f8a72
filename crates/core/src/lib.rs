//! What Prova signs, hashes, proves and checks: the formats and the rules of a provenance ledger.
//!
//! **Scope.** Identities, statements, envelopes, the lifecycle of components, the registry, the Merkle log, signed
//! checkpoints, proofs and verdicts. `FORMAT.md` beside this crate is the byte-exact specification.
//!
//! **Not here.** Files, clocks, networks and randomness: they come in as arguments. `prova-store` keeps a ledger in a
//! directory, `prova-formats` reads bills of materials, the `prova` command talks to people.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod admission;
pub mod alias;
pub mod batch;
pub mod bundle;
pub mod charter;
pub mod checkpoint;
pub mod component;
pub mod cosignature;
pub mod country;
mod decimal;
pub mod dsse;
pub mod entry;
pub mod equivocation;
pub mod event;
pub mod hash;
pub mod hex;
pub mod history;
pub mod index;
pub mod json;
pub mod keys;
pub mod lifecycle;
pub mod merkle;
pub mod note;
pub mod org;
pub mod policy;
pub mod position;
pub mod registry;
pub mod replay;
#[cfg(test)]
mod scene;
pub mod seal;
pub mod sentence;
pub mod sign;
pub mod standing;
pub mod statement;
pub mod term;
pub mod test_keys;
pub mod text;
pub mod time;
pub mod timeline;
pub mod tlog_proof;
pub mod trace;
pub mod verdict;
pub mod vkey;
