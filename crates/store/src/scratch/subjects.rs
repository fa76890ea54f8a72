//! All subjects in order of their text, a window of names at a time.

use std::{collections::BTreeMap, vec::IntoIter};

use prova_core::{id::SubjectId, lifecycle::Chain};

use super::Scratch;
use crate::rows::{RowError, codec};

/// Goes through the log once for each window.
pub(crate) struct Subjects<'a> {
    scratch: &'a Scratch,
    prefix: &'a str,
    /// The last name given; the next window begins after it.
    last: Option<String>,
    window: IntoIter<(String, u64)>,
    ended: bool,
}

impl<'a> Subjects<'a> {
    pub(super) fn new(scratch: &'a Scratch, prefix: &'a str) -> Self {
        Self {
            scratch,
            prefix,
            last: None,
            window: Vec::new().into_iter(),
            ended: false,
        }
    }

    /// The names that come next, and where the newest chain of each is.
    fn next_window(&self) -> Result<BTreeMap<String, u64>, RowError> {
        let mut rows = self.scratch.rows();
        rows.settle()?;
        let mut names = BTreeMap::new();
        rows.log.go_through(|met| {
            let after_last = self.last.as_ref().is_none_or(|last| met.name > *last);
            if !met.name.is_empty() && met.name.starts_with(self.prefix) && after_last {
                names.insert(met.name, met.place);
                if names.len() > self.scratch.limits.names {
                    names.pop_last();
                }
            }
            Ok(())
        })?;
        Ok(names)
    }

    fn read(&self, name: &str, place: u64) -> Result<(SubjectId, Chain), RowError> {
        let (_, row) = self.scratch.rows().log.read(place)?;
        let chain = codec::decode(&row).map_err(RowError::row("chain"))?;
        let subject = name.parse().map_err(|error| RowError::Row {
            kind: "chain",
            reason: format!("its key is no subject: {error}"),
        })?;
        Ok((subject, chain))
    }
}

impl Iterator for Subjects<'_> {
    type Item = Result<(SubjectId, Chain), RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if self.window.len() == 0 {
            match self.next_window() {
                Ok(names) => self.window = names.into_iter().collect::<Vec<_>>().into_iter(),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        let Some((name, place)) = self.window.next() else {
            self.ended = true;
            return None;
        };
        let row = self.read(&name, place);
        self.ended = row.is_err();
        self.last = Some(name);
        Some(row)
    }
}
