//! The one place that reads the clock.

use std::{env, time::SystemTime};

use prova_core::time::{ParseTimeError, Timestamp};

use crate::error::{Blame, Blamed};

/// The environment variable that stands in for the clock, so that tests and demonstrations give the same bytes every time.
const VARIABLE: &str = "PROVA_TIME";

/// Why it is not known what time it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ClockError {
    /// The variable holds something else.
    #[error("the environment variable {VARIABLE} holds no time")]
    Variable {
        /// The cause.
        source: ParseTimeError,
    },
    /// The system's clock shows a year before 1970 or after 9999.
    #[error("the system's clock shows no time between 1970 and 9999")]
    System,
}

impl Blamed for ClockError {
    fn blame(&self) -> Blame {
        match self {
            Self::Variable { .. } => Blame::Caller,
            Self::System => Blame::Program,
        }
    }
}

/// The time, in whole seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub(crate) fn now() -> Result<Timestamp, ClockError> {
    if let Some(time) = env::var_os(VARIABLE) {
        let time = time.to_string_lossy();
        return time.parse().map_err(|source| ClockError::Variable { source });
    }
    let elapsed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|_| ClockError::System)?;
    i64::try_from(elapsed.as_secs())
        .ok()
        .and_then(Timestamp::from_unix)
        .ok_or(ClockError::System)
}
