//! What is said of a run that cannot be read or written.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use crate::EngineError;

/// What a directory that cannot be read or written says.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> EngineError {
    EngineError::Failed {
        reason: format!("{}: {error}", path.display()),
    }
}

/// What a file that cannot be read or written says.
pub(super) fn failed(id: u32) -> impl Fn(io::Error) -> EngineError {
    move |error| match error.kind() {
        ErrorKind::NotFound => damaged(id, "is missing"),
        ErrorKind::UnexpectedEof => damaged(id, "is cut"),
        _ => EngineError::Failed {
            reason: format!("run {id}: {error}"),
        },
    }
}

pub(super) fn damaged(run: u32, what: &str) -> EngineError {
    EngineError::Damaged {
        reason: format!("run {run} {what}"),
    }
}
