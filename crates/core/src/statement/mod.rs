//! What is signed: envelopes, the statements in them, and the four things that a statement can say.
//!
//! ```text
//! entry = DSSE envelope (dsse) { in-toto statement (in_toto) { event | registry action | charter | seal } }
//! ```
//! [`entry::Unverified`] can do one thing, be verified; only that makes an [`entry::Verified`], and the rules of the ledger take nothing else.
//!
//! **May use** ground files, names and keys. **Promises** that an entry's bytes are a function of its content, that payload bytes are never
//! made anew, and that nothing here depends on what stands in a ledger but the keys, which are asked for through [`entry::Keyring`].

pub mod action;
pub mod charter;
pub mod dsse;
pub mod entry;
pub mod event;
pub mod in_toto;
pub mod seal;
