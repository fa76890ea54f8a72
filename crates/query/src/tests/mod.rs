//! What the tests of all modules are made of.

pub(crate) mod scene;
