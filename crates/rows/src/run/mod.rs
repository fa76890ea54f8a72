//! A run: rows in order, written once, in a file of its own.
//!
//! ```text
//! runs/<id>   = block … || piece …           id: ten digits
//! block       = rows in order                see `block`; those of the level above have a row for each: its first key → its address
//! address     = offset u64 || length u32 || check (8)                 check: of the block
//! piece       = 512 words of the filter, the last piece the rest || check (8)
//! check       = first 8 bytes of SHA-256(bytes); of a piece SHA-256(check of the root || number u32 || bytes)      big-endian
//! ```
//! The blocks are a tree whose root the manifest names, so that what is changed, missing or another run's is never read as rows. A
//! temporary run has no name, no manifest, and zeros for its checks.

mod check;
mod cursor;
mod description;
mod failure;
mod files;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
mod run;
mod upper;
mod writer;

use self::{
    check::{Check, check, check_piece},
    description::{PIECE_WORDS, size},
    failure::{damaged, failed, unreadable},
};
pub(crate) use self::{
    cursor::RunCursor,
    description::{BlockAddress, DESCRIPTION_BYTES, RunDescription},
    files::RunFiles,
    run::Run,
    upper::UpperBlocks,
    writer::RunWriter,
};
pub(crate) use crate::block::RunKind;
