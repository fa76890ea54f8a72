//! What Prova signs, hashes, proves and checks: the formats and the rules of a provenance ledger.
//!
//! Everything here answers one of six questions about a component, a network or a whole ledger:
//!
//! | question | answered by | room |
//! | --- | --- | --- |
//! | **Authentic?** Did the named organisation say this, in these bytes? | Ed25519 over a DSSE envelope | [`key`], [`statement`] |
//! | **Entitled?** Was it allowed to say it, with that key, at that point of the ledger? | the registry, itself recorded in the ledger | [`registry`] |
//! | **Unbroken?** Does each statement follow the one its signer had seen? | chains of statements, one for each component | [`lifecycle`], [`ledger`] |
//! | **Complete?** Is anything left out: a recall, a revocation, a transfer? | the verifiable index: proofs of completeness and absence | [`index`] |
//! | **Consistent?** Does everybody see the same ledger? | Merkle log, signed checkpoints, witness cosignatures | [`log`] |
//! | **Acceptable?** Does it meet the rules that apply here, today? | rule packs over verified facts, outside of this crate | – |
//!
//! **Scope.** Names, keys, the log and its proofs, statements and envelopes, the registry, the lives of components, the index, admission, verdicts
//! and what a bundle must hold. `FORMAT.md` beside this crate is the byte-exact specification.
//!
//! **Not here.** Files, clocks, networks and randomness: they come in as arguments. `prova-store` keeps a ledger in a directory,
//! `prova-formats` reads bills of materials, `prova-bundle` packs a bundle into an archive, the `prova` command talks to people.
//!
//! # The rooms
//!
//! A room uses ground files and the rooms above it, never one below:
//!
//! ```text
//! (ground)    hash hex text json time country decimal position progress: what has no meaning of its own
//! id          names of organisations, components and ledgers
//! key         keys and signatures
//! log         the Merkle tree, checkpoints, cosignatures, policies, proofs that stand alone
//! statement   envelopes, statements, events, charter, seal, actions of the registry
//! registry    who may say what, from which entry on
//! lifecycle   what statements add up to: lives of components, and what contradicts the past
//! index       which entries there are under each term: completeness and absence
//! ledger      what may enter, and a whole ledger again from its first entry
//! view        states, timelines, materials and sentences for people and programs
//! verdict     the answers to the six questions
//! bundle      evidence that travels
//! ```
//!
//! # Example
//!
//! A ledger that begins with its charter, and the same from its bytes alone:
//!
//! ```
//! use prova_core::{
//!     id::SubjectId,
//!     key::published_test_key,
//!     ledger::{MemoryRows, Replay},
//!     statement::{
//!         Envelope, Predicate, Statement, Subject,
//!         charter::{Charter, Purpose, Root, RootKey},
//!     },
//! };
//!
//! let (root, log) = (published_test_key("root-a"), published_test_key("log"));
//! let (root, log) = (root.ok_or("no such key")?, log.ok_or("no such key")?);
//! let charter = Charter {
//!     origin: "ledger.example/2026".parse()?,
//!     purpose: Purpose::Test,
//!     time: "2026-03-01T08:00:00Z".parse()?,
//!     log_key: log.public(),
//!     root: Root {
//!         threshold: 1,
//!         keys: vec![RootKey { organisation: "dns:root.example".parse()?, key: root.public() }],
//!     },
//!     critical: Vec::new(),
//! };
//! let statement = Statement {
//!     subjects: vec![Subject::new(SubjectId::Ledger(charter.origin.clone()), None)],
//!     predicate: Predicate::Charter(Box::new(charter)),
//! };
//! let entry = Envelope::sign(statement.encode(), &[&root])?.encode();
//!
//! let (mut replay, mut rows) = (Replay::new(), MemoryRows::default());
//! replay.push(&mut rows, &entry)?;
//! let ledger = replay.finish(&mut rows)?;
//! assert_eq!(ledger.size.get(), 1);
//! assert_eq!(ledger.signatures, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
pub mod progress;
pub mod registry;
pub mod statement;
#[cfg(test)]
mod tests;
pub mod text;
pub mod time;
pub mod verdict;
pub mod view;
