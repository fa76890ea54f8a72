//! CycloneDX JSON 1.4 to 1.7 (ECMA-424).

mod component;
mod entity;
mod member;
mod metadata;
mod properties;
mod statements;
#[cfg(test)]
mod tests;
mod tree;

use self::member::since;
pub(crate) use self::{
    entity::{is_cpe, purl, stated_digest, unstated},
    member::{DISTINCTIVE, read_member},
};
