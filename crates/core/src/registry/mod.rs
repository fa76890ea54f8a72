//! Who may say what, at which position of the ledger.
//!
//! The registry is itself recorded: the charter founds it, registry entries change it. The root numbers those about each organisation; each
//! organisation links its own.
//! Entitlement is a matter of *position*, not of a clock: a key speaks from the entry after its enrolment up to its revocation.
//! Thresholds count distinct organisations, never signatures.
//!
//! **May use** ground files, names, keys and statements. **Promises** that whether a key may speak at an entry depends on the registry entries
//! before it and on nothing else.

mod before;
mod change;
mod error;
pub mod history;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
mod registry;
#[cfg(test)]
mod tests;

pub use self::{
    change::{MAX_KEYS_IN_USE, MAX_OWN_ROTATIONS},
    error::{EntitlementError, RegistryError},
    registry::{Distrusted, KeyRecord, Participant, Registry, RootWord},
};
