//! The page: each section is a template that takes a [`Report`](crate::Report) and gives escaped markup.
//!
//! ```text
//! <!DOCTYPE html> <html lang="en"> head: charset, content security policy, the one style sheet
//!   header: what it is about, the case          nav: the sections
//!   main: 1 verdict  2 findings  3 what is not here  4 components  5 who signed  6 entries  7 how to verify it
//!   footer: origin, size, root, checkpoint
//! ```
//! The policy allows nothing but the style sheet, by its SHA-256 (CSP Level 3 §2.3.1); so there is no style attribute anywhere.

mod answers;
mod components;
mod document;
mod entries;
mod findings;
mod foreign;
mod lanes;
mod life;
mod link;
mod picture;
mod signers;
#[cfg(test)]
mod tests;
mod tree;
mod verifying;

pub use self::document::render;
