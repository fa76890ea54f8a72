//! Why rows cannot be read or written.

/// Why rows cannot be read or written. What the reasons say is fit to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The files cannot be read or written: no space, no permission, a broken disk.
    #[error("files of rows failed: {reason}")]
    Failed {
        /// Which file, and what the system says.
        reason: String,
    },
    /// The files hold what was never written to them.
    #[error("files of rows are damaged: {reason}")]
    Damaged {
        /// What was found.
        reason: String,
    },
}
