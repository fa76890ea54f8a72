//! What is signed: envelopes, statements, and what they can say.

pub mod action;
pub mod charter;
pub mod dsse;
pub mod entry;
pub mod event;
pub mod in_toto;
pub mod seal;
