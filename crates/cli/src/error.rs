//! How a command fails: whose fault it is, what happened, what to do about it.
//!
//! ```text
//! error: entry 3 is not in the tree of size 3 that this checkpoint signs
//!   caused by: audit path has 1 hash, want 2
//! hint: fetch a newer checkpoint with `prova mirror`
//! ```
//! With `--format json`: `{"error":{"blame":…,"message":…,"causes":[…],"hint":…}}`.

use std::{error::Error, fmt, io};

use prova_query::causes;
pub(crate) use prova_store::Blame;
use serde::Serialize;

/// An error that knows whose fault it is.
pub(crate) trait Blamed {
    /// Whose fault it is.
    fn blame(&self) -> Blame;

    /// What to do about it.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Why a command failed, as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandError {
    /// Whose fault it is: `evidence`, `caller` or `program`.
    pub(crate) blame: Blame,
    /// What happened.
    message: String,
    /// What caused it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl CommandError {
    /// A failure without a cause below it.
    pub(crate) fn new(blame: Blame, message: impl Into<String>) -> Self {
        Self {
            blame,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// A mistake of the caller without a cause below it.
    pub(crate) fn caller(message: impl Into<String>) -> Self {
        Self::new(Blame::Caller, message)
    }

    /// An error and its sources.
    pub(crate) fn of(blame: Blame, error: &dyn Error) -> Self {
        let mut causes = causes(error);
        let message = causes.remove(0);
        Self {
            causes,
            ..Self::new(blame, message)
        }
    }

    /// Message and causes in one line, for lists.
    pub(crate) fn one_line(&self) -> String {
        let texts: Vec<_> = std::iter::once(&self.message)
            .chain(&self.causes)
            .map(String::as_str)
            .collect();
        texts.join(": ")
    }

    /// The same failure, as the cause of another.
    pub(crate) fn context(mut self, message: impl Into<String>) -> Self {
        self.causes
            .insert(0, std::mem::replace(&mut self.message, message.into()));
        self
    }

    /// The same failure with advice, unless it has some already.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes
            .iter()
            .try_for_each(|cause| write!(f, "\n  caused by: {cause}"))?;
        self.hint.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

impl<E: Blamed + Error> From<E> for CommandError {
    fn from(error: E) -> Self {
        let shown = Self::of(error.blame(), &error);
        match error.hint() {
            Some(hint) => shown.hint(hint),
            None => shown,
        }
    }
}

/// Says whose fault the errors of a fallible call are, where the errors cannot tell.
pub(crate) trait Blaming<T> {
    /// Turns an error into a mistake of the caller.
    fn or_caller(self) -> Result<T, CommandError>;
    /// Turns an error into bad evidence.
    fn or_evidence(self) -> Result<T, CommandError>;
}

impl<T, E: Error> Blaming<T> for Result<T, E> {
    fn or_caller(self) -> Result<T, CommandError> {
        self.map_err(|error| CommandError::of(Blame::Caller, &error))
    }

    fn or_evidence(self) -> Result<T, CommandError> {
        self.map_err(|error| CommandError::of(Blame::Evidence, &error))
    }
}

/// Whose fault it is that a file named by the caller cannot be read or written.
pub(crate) fn blame_of_io(error: &io::Error) -> Blame {
    match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::InvalidFilename
        | io::ErrorKind::InvalidInput => Blame::Caller,
        _ => Blame::Program,
    }
}
