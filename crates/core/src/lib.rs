//! What Prova signs, hashes, proves and checks: the formats and the rules of a provenance ledger.
//!
//! **Scope.** Identities, statements, envelopes, the lifecycle of components, the registry, the Merkle log, signed
//! checkpoints, proofs and verdicts. `FORMAT.md` beside this crate is the byte-exact specification.
//!
//! **Not here.** Files, clocks, networks and randomness: they come in as arguments. `prova-store` keeps a ledger in a
//! directory, `prova-formats` reads bills of materials, the `prova` command talks to people.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod bundle;
pub mod country;
mod decimal;
pub mod hash;
pub mod hex;
pub mod id;
pub mod index;
pub mod json;
pub mod key;
pub mod ledger;
pub mod lifecycle;
pub mod log;
pub mod position;
pub mod registry;
#[cfg(test)]
mod scene;
pub mod statement;
pub mod text;
pub mod time;
pub mod verdict;
pub mod view;
