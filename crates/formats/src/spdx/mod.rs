//! SPDX JSON 2.2 and 2.3 (ISO/IEC 5962:2021 is 2.2.1).

mod document;
mod member;
mod package;
mod relationship;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    document::DOCUMENT,
    member::{DISTINCTIVE, finish, read_member},
};
