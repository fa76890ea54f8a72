//! The six questions, and what the evidence answers.
//!
//! An answer is *holds*, *fails* or *cannot be decided, because this is missing*: gaps are shown, never hidden. Findings make no answer fail:
//! they are authentic statements that contradict each other or leave something open, and stand beside the answers.
//!
//! **May use** everything that is recorded or shown. **Promises** that a verdict's bytes are a function of what it says.

mod answer;
pub mod bundle_scope;
mod gap;
mod stated;
#[cfg(test)]
mod tests;
mod trust;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
mod verdict;

pub use self::{
    answer::{Answer, Answered, Question, ReasonCode, consistent},
    bundle_scope::BundleScope,
    gap::Gap,
    stated::{ParseVerdictError, StatedVerdict},
    trust::Trust,
    verdict::{FORMAT, Grounds, MAX_VERDICT_BYTES, Verdict, VerdictScope},
};
