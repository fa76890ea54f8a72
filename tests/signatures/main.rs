//! Ed25519 from outside: published vectors, crafted edge cases and mixtures, each held against a verifier written out here.
//!
//! Each signature is judged four ways, which must agree as the rules say: admission, audit, audit in a batch, and
//! [`reference::judge`], which writes the two equations out over curve25519-dalek. Counts go to standard error.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "a test"
)]

mod craft;
mod edge;
mod mixture;
mod reference;
mod wycheproof;

use std::io::Write as _;

/// Says what a test counted. The harness keeps back what `println!` writes, and a count is for reading when all is well.
fn count(line: &str) {
    let mut out = std::io::stderr().lock();
    out.write_all(format!("signatures: {line}\n").as_bytes()).unwrap();
}
