//! Keys and what they sign: one key, one signature, many together.

pub mod batch;
pub mod public;
pub mod signature;
pub mod test_keys;
