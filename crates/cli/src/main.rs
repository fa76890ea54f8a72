//! The `prova` command.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

#[allow(dead_code, reason = "the commands that use it come next")]
mod keyfile;
#[allow(dead_code, reason = "the commands that use it come next")]
mod passphrase;

fn main() {}
