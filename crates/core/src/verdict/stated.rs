//! A verdict as a bundle states it.

use serde::Deserialize;

use super::{FORMAT, MAX_VERDICT_BYTES, Verdict};
use crate::{json::JsonError, lifecycle::FindingCode, position::EntryIndex};

/// Why bytes are not a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseVerdictError {
    /// Too large.
    #[error("a verdict of {got} bytes, want {MAX_VERDICT_BYTES} at most")]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// Another format, perhaps a newer one.
    #[error("verdict format «{}», want «{FORMAT}»", crate::text::excerpt(got))]
    Format {
        /// The format found.
        got: String,
    },
    /// Not JSON of this shape.
    #[error("no verdict: {0}")]
    Json(#[from] JsonError),
    /// The content is a verdict's, the bytes are not its canonical form.
    #[error("not in canonical form from byte {position}")]
    NotCanonical {
        /// First byte that differs.
        position: usize,
    },
    /// A finding stands twice, or after one that comes later.
    #[error("finding {position}, «{code}» of entry {entry}, is not in its place")]
    Order {
        /// Which, counted from 0.
        position: usize,
        /// What kind of finding it is.
        code: FindingCode,
        /// The entry at which it shows.
        entry: EntryIndex,
    },
}

/// What a verdict says that was read, to be held against the one that follows from the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedVerdict(pub(super) Verdict);

impl StatedVerdict {
    /// Reads a verdict.
    ///
    /// # Errors
    /// Bytes that are not exactly the canonical form of a verdict of a known format.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseVerdictError> {
        #[derive(Deserialize)]
        struct VerdictPreamble {
            format: String,
        }
        let got = bytes.len();
        if got > MAX_VERDICT_BYTES {
            return Err(ParseVerdictError::Size { got });
        }
        let VerdictPreamble { format } = crate::json::parse(bytes)?;
        if format != FORMAT {
            return Err(ParseVerdictError::Format { got: format });
        }
        let verdict: Verdict = crate::json::parse(bytes)?;
        let canonical = verdict.to_canonical();
        if canonical != bytes {
            let same = canonical.iter().zip(bytes).take_while(|(want, got)| want == got);
            return Err(ParseVerdictError::NotCanonical {
                position: same.count(),
            });
        }
        let pairs = verdict.findings.iter().zip(verdict.findings.iter().skip(1));
        let misplaced = pairs.enumerate().find(|(_, (before, after))| before >= after);
        match misplaced {
            None => Ok(Self(verdict)),
            Some((position, (_, after))) => Err(ParseVerdictError::Order {
                position: position.saturating_add(1),
                code: after.code(),
                entry: after.entry,
            }),
        }
    }

    /// Whether this verdict decides as `found`, whatever its sentences are: a later version may word them better.
    #[must_use]
    pub fn decides_as(&self, found: &Verdict) -> bool {
        decisions(self.0.clone()) == decisions(found.clone())
    }
}

/// A verdict without the reasons for its answers.
fn decisions(mut verdict: Verdict) -> Verdict {
    for answered in &mut verdict.answers {
        answered.reason.clear();
    }
    verdict
}
