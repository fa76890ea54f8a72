//! A verdict as a bundle states it: of the present format, or of the first, in which findings had a sentence for a detail.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{FORMAT, MAX_VERDICT_BYTES, Verdict};
use crate::{
    id::SubjectId,
    json::JsonError,
    lifecycle::{Finding, FindingCode},
    position::EntryIndex,
};

/// The first format. Bundles in it are read for ever.
const FIRST_FORMAT: &str = "prova-verdict/1";

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
pub struct StatedVerdict(pub(super) StatedForm);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StatedForm {
    Present(Verdict),
    First(Verdict<FirstFinding>),
}

/// A finding of the first format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FirstFinding {
    code: FindingCode,
    subject: SubjectId,
    entry: EntryIndex,
    /// A sentence, which decides nothing.
    detail: String,
}

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
        match format.as_str() {
            FORMAT => {
                let verdict: Verdict = canonical(bytes)?;
                let pairs = verdict.findings.iter().zip(verdict.findings.iter().skip(1));
                let misplaced = pairs.enumerate().find(|(_, (before, after))| before >= after);
                match misplaced {
                    None => Ok(Self(StatedForm::Present(verdict))),
                    Some((position, (_, after))) => Err(ParseVerdictError::Order {
                        position: position.saturating_add(1),
                        code: after.code(),
                        entry: after.entry,
                    }),
                }
            }
            FIRST_FORMAT => Ok(Self(StatedForm::First(canonical(bytes)?))),
            _ => Err(ParseVerdictError::Format { got: format }),
        }
    }

    /// Whether this verdict decides as `found`, whatever its sentences are: a later version may word them better.
    #[must_use]
    pub fn decides_as(&self, found: &Verdict) -> bool {
        match &self.0 {
            StatedForm::Present(stated) => decisions(stated.clone()) == decisions(found.clone()),
            StatedForm::First(stated) => {
                let mut stated = decisions(stated.clone());
                stated
                    .findings
                    .iter_mut()
                    .for_each(|finding| finding.detail.clear());
                let mut findings: Vec<_> = found.findings.iter().map(FirstFinding::from).collect();
                findings.sort_by(|a, b| (a.entry, &a.subject, a.code).cmp(&(b.entry, &b.subject, b.code)));
                let mut found = decisions(found.with_findings(findings));
                FIRST_FORMAT.clone_into(&mut found.format);
                stated == found
            }
        }
    }
}

impl From<&Finding> for FirstFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code(),
            subject: finding.subject.clone(),
            entry: finding.entry,
            detail: String::new(),
        }
    }
}

fn canonical<F: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Verdict<F>, ParseVerdictError> {
    let verdict: Verdict<F> = crate::json::parse(bytes)?;
    let canonical = verdict.to_canonical();
    if canonical == bytes {
        return Ok(verdict);
    }
    let same = canonical.iter().zip(bytes).take_while(|(want, got)| want == got);
    Err(ParseVerdictError::NotCanonical {
        position: same.count(),
    })
}

/// A verdict without the reasons for its answers.
fn decisions<F>(mut verdict: Verdict<F>) -> Verdict<F> {
    for answered in &mut verdict.answers {
        answered.reason.clear();
    }
    verdict
}
