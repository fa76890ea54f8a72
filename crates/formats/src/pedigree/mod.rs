//! What a unit is made of, as a bill of materials that other people's tools read: CycloneDX 1.7 ([`cyclonedx`]) or SPDX 2.3 ([`spdx`]).
//!
//! Two stages: [`Stage::AsBuilt`] is each unit as it was when it first left its maker's hands, [`Stage::AsInstalled`] as the ledger knows it now. What
//! types and releases are is said by their latest manifests in both. Every component names the entries that it rests on, by index and leaf hash.
//!
//! The bytes are a function of ledger, checkpoint, component, stage and time. Nothing here is signed; what is stated can be looked up in the
//! ledger, and the ledger's size and root stand in the document. Text from records stays data: JSON escapes it, and where it becomes part of a
//! sentence, control characters are escaped before.

mod built;
pub mod cyclonedx;
mod gathering;
mod item;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
mod pedigree;
mod source;
pub mod spdx;
mod stage;
#[cfg(test)]
mod tests;

use self::{
    gathering::Gathering,
    item::{Birth, Edge, Item, named_by_digest},
};
pub use self::{pedigree::Pedigree, source::PedigreeSource, stage::Stage};
