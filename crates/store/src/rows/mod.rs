//! The rows of the store: what their keys and values say, above an engine of bytes.
//!
//! ```text
//! schema, codec        keys and values as bytes
//! store_rows           typed rows: chains, facts, leaves, postings; index_rows: the verifiable index
//! batch                rows to be written together
//! grouping             which rows are looked for together, and which two are one
//! ```
//! **May use** the disk and the engine (`prova-rows`). **Promises** that a row is what was written or an error: every row can be made again
//! from the entries, and none is the only copy of anything.

mod batch;
pub(crate) mod codec;
mod error;
mod grouping;
mod index_rows;
pub(crate) mod schema;
mod store_rows;

pub(crate) use self::batch::RowBatch;
pub use self::error::RowError;
pub(crate) use self::index_rows::{
    IndexBuckets, IndexRow, damaged, decode_leaves, encode_leaves, encode_subtrees,
};
pub(crate) use self::store_rows::StoreRows;
