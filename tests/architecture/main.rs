//! The rules of the house that a reader can rely on, and that no compiler checks: one file for each.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test that fails may panic, and prints what it counted"
)]

mod arrows;
mod docs;
mod lines;
mod names;
mod pages;
mod rooms;
mod source;
mod text;
