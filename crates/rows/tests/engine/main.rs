//! The engine of sorted runs against a map, and on disks that fail.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that overflows fails"
)]

mod faults;
mod numbers;
mod oracle;
