//! Evidence that travels: what a bundle says, and whether it holds.
//!
//! A bundle has everything about some components of a ledger: the entries verbatim, the proofs that they are in the log, the proofs that none is
//! missing. What is decided here needs no file, archive or network: [`Verifier`] takes a bundle's parts in a fixed order, one at a time, and
//! makes a [`Dossier`] of them, on which [`crate::view::trace`], [`crate::view::component_state`] and [`crate::view::timeline`] work as they do on a ledger.
//!
//! ```text
//! Verifier::new(description, checkpoint) → index_proof* → entry* (ascending) → attachment* → finish → Dossier → verdict(trust)
//! ```
//!
//! **May use** every other room. **Promises** that a bundle holds only if every part of it was checked.

pub mod closure;
pub mod custody;
pub mod description;
mod dossier;
mod fault;
mod gather;
mod sparse;
#[cfg(test)]
mod tests;
mod verify;

pub use self::{
    description::Description,
    dossier::{Dossier, EntryBytes, Opened, ReopenError},
    fault::BundleFault,
    verify::Verifier,
};
