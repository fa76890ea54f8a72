//! What the tests of all rooms are made of.

pub(crate) mod scene;
