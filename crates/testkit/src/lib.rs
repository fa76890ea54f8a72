//! What tests need: statements signed with the published test keys, whole ledgers of any length, disks
//! that fail, an engine of rows to hold others against, and an auditor that shares no code with the store.
//!
//! For tests only: a mistake in a test ends it with a panic.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    reason = "what builds or checks a test may fail loudly"
)]

pub mod builder;
pub mod chance;
pub mod disk;
pub mod generator;
pub mod independent;
pub mod oracle;
