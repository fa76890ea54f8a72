//! Names: organisations, components, and the other names that components have.

pub mod alias;
pub mod component;
pub mod organisation;
