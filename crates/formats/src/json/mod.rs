//! Reading JSON (RFC 8259) from hostile streams: one element in memory at a time, every refusal with its place.
//!
//! A [`shape::Shape`] says what to do with a value of the stream; [`node::NodeShape`] turns a *bounded* value into a
//! [`node::Node`]; [`fields::Fields`] takes members out of one and warns where they are not what the schema wants.

pub(crate) mod context;
pub(crate) mod fields;
pub(crate) mod gauge;
pub(crate) mod node;
pub(crate) mod shape;
