//! What people and programs look at: the state of a component, its timeline, what it is made of, and the sentences for all of it.
//!
//! **May use** everything that is recorded. **Promises** that nothing is decided here: a view shows what lives and the registry say, and works
//! alike on an open ledger and on a bundle.

pub mod component_state;
pub mod custody;
pub mod inspection;
pub mod message;
pub mod sentence;
pub mod timeline;
pub mod trace;
