//! What a bundle is about.
//!
//! ```text
//! {"components":[<subject id>,…]}            these; ascending, none twice
//! {"organisation":<org>}                     all that it said, countersigned or was registered by, and the components in it
//! {"type":<component id>}                    a type, and every unit that mentions it
//! {"slot":<component id>}                    a slot, and what was ever in it
//! {"range":{"from":<index>,"to":<size>}}     every entry from `from` on, before `to`
//! {"time":{"from":<time>,"to":<time>}}       components with an entry whose claimed time is in it, both ends included
//! ```
//! Claimed times are nobody's proof, so of the last it cannot be decided whether a component was left out; of each component that is in it, it can.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    index::term::Term,
    position::{EntryIndex, TreeSize},
    time::Timestamp,
};

/// Most components that one bundle is asked for.
pub const MAX_COMPONENTS: usize = 10_000;

/// What a bundle is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum BundleScope {
    /// These components or acts.
    Components(#[serde(deserialize_with = "crate::json::at_most::<MAX_COMPONENTS, _, _>")] Vec<SubjectId>),
    /// What one organisation said, countersigned or was registered by.
    Organisation(OrgId),
    /// A type, and every unit that mentions it.
    Type(ComponentId),
    /// A slot, and what was ever in it.
    Slot(ComponentId),
    /// A stretch of the ledger.
    Range(IndexRange),
    /// What claims to have happened in a period.
    Time(Period),
}

/// A stretch of the ledger: every entry from `from` on, before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexRange {
    /// The first entry.
    pub from: EntryIndex,
    /// The size of the ledger after the last entry.
    pub to: TreeSize,
}

/// A stretch of claimed time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// Why there can be no bundle about something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// No component, or too many.
    #[error("{got} components, want 1 to {MAX_COMPONENTS}")]
    Count {
        /// Components found.
        got: usize,
    },
    /// Components out of order, or one twice.
    #[error("{0} is not in ascending order of the components, or stands twice")]
    Order(SubjectId),
    /// The ledger or its index as a component.
    #[error("{0} is no component and no act")]
    Subject(SubjectId),
    /// A component of another kind.
    #[error("{got} is not of kind {want}")]
    Kind {
        /// The component found.
        got: ComponentId,
        /// The kind wanted.
        want: Kind,
    },
    /// A range that ends before it begins, or beyond the ledger.
    #[error("the range {from}..{to} is empty or goes beyond the ledger of {size} entries")]
    Range {
        /// Its first entry.
        from: EntryIndex,
        /// Its end.
        to: TreeSize,
        /// The ledger's size.
        size: TreeSize,
    },
    /// A period that ends before it begins.
    #[error("the period ends at {to}, before it begins at {from}")]
    Period {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
}

impl BundleScope {
    /// The scope of these components, in order.
    #[must_use]
    pub fn components(ids: impl IntoIterator<Item = SubjectId>) -> Self {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort();
        ids.dedup();
        Self::Components(ids)
    }

    /// The scope of a whole ledger of this size.
    #[must_use]
    pub fn ledger(size: TreeSize) -> Self {
        Self::Range(IndexRange {
            from: EntryIndex::new(0),
            to: size,
        })
    }

    /// Checks what a type cannot, for a ledger of this size.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self, size: TreeSize) -> Result<(), ScopeError> {
        let of_kind = |got: &ComponentId, want| {
            let got = got.clone();
            if got.kind() == want {
                Ok(())
            } else {
                Err(ScopeError::Kind { got, want })
            }
        };
        match self {
            Self::Components(ids) => {
                let got = ids.len();
                if !(1..=MAX_COMPONENTS).contains(&got) {
                    return Err(ScopeError::Count { got });
                }
                let is_one = |id: &&SubjectId| matches!(id, SubjectId::Component(_) | SubjectId::Act { .. });
                if let Some(other) = ids.iter().find(|id| !is_one(id)) {
                    return Err(ScopeError::Subject(other.clone()));
                }
                match ids.iter().zip(ids.iter().skip(1)).find(|(one, next)| one >= next) {
                    Some((_, next)) => Err(ScopeError::Order(next.clone())),
                    None => Ok(()),
                }
            }
            Self::Organisation(_) => Ok(()),
            Self::Type(id) => of_kind(id, Kind::Type),
            Self::Slot(id) => of_kind(id, Kind::Slot),
            Self::Range(IndexRange { from, to }) => {
                if to.has(*from) && *to <= size {
                    Ok(())
                } else {
                    let (from, to) = (*from, *to);
                    Err(ScopeError::Range { from, to, size })
                }
            }
            Self::Time(Period { from, to }) => {
                let (from, to) = (*from, *to);
                if from <= to {
                    Ok(())
                } else {
                    Err(ScopeError::Period { from, to })
                }
            }
        }
    }

    /// The terms whose entries the scope begins with: what they mention is in the bundle, and that none is missing is proved.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        match self {
            Self::Components(ids) => ids.iter().cloned().map(Term::Id).collect(),
            Self::Organisation(org) => vec![Term::By(org.clone())],
            Self::Type(id) | Self::Slot(id) => vec![Term::Id(id.clone().into())],
            Self::Range(_) | Self::Time(_) => Vec::new(),
        }
    }
}

impl IndexRange {
    /// Whether the entry is in it.
    #[must_use]
    pub fn has(&self, index: EntryIndex) -> bool {
        index >= self.from && self.to.has(index)
    }
}

impl Period {
    /// Whether the time is in it.
    #[must_use]
    pub fn has(&self, time: Timestamp) -> bool {
        (self.from..=self.to).contains(&time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::{component, id, org};

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds).unwrap()
    }

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        let unit = id("unit:dns:nordlys.example/AAU/1");
        for (scope, want) in [
            (
                BundleScope::components([unit.clone(), unit.clone()]),
                r#"{"components":["unit:dns:nordlys.example/AAU/1"]}"#,
            ),
            (
                BundleScope::Organisation(org("nordlys")),
                r#"{"organisation":"dns:nordlys.example"}"#,
            ),
            (
                BundleScope::Type(component("type:dns:nordlys.example/AAU/A")),
                r#"{"type":"type:dns:nordlys.example/AAU/A"}"#,
            ),
            (
                BundleScope::ledger(TreeSize::new(7)),
                r#"{"range":{"from":0,"to":7}}"#,
            ),
            (
                BundleScope::Time(Period {
                    from: time(0),
                    to: time(1),
                }),
                r#"{"time":{"from":"1970-01-01T00:00:00Z","to":"1970-01-01T00:00:01Z"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&scope).unwrap(), want);
            assert_eq!(serde_json::from_str::<BundleScope>(want).unwrap(), scope);
            assert_eq!(scope.check(TreeSize::new(7)), Ok(()));
        }
    }

    #[test]
    fn what_nothing_can_be_about_is_refused() {
        let (unit, other) = (
            id("unit:dns:nordlys.example/AAU/1"),
            id("unit:dns:nordlys.example/AAU/2"),
        );
        let of_type = component("type:dns:nordlys.example/AAU/A");
        let size = TreeSize::new(7);
        let range = |from, to| {
            BundleScope::Range(IndexRange {
                from: EntryIndex::new(from),
                to: TreeSize::new(to),
            })
        };
        for (scope, want) in [
            (BundleScope::Components(vec![]), ScopeError::Count { got: 0 }),
            (
                BundleScope::Components(vec![other, unit.clone()]),
                ScopeError::Order(unit),
            ),
            (
                BundleScope::Components(vec![id("ledger:scene.example/ledger")]),
                ScopeError::Subject(id("ledger:scene.example/ledger")),
            ),
            (
                BundleScope::Slot(of_type.clone()),
                ScopeError::Kind {
                    got: of_type,
                    want: Kind::Slot,
                },
            ),
            (
                range(3, 3),
                ScopeError::Range {
                    from: EntryIndex::new(3),
                    to: TreeSize::new(3),
                    size,
                },
            ),
            (
                range(3, 8),
                ScopeError::Range {
                    from: EntryIndex::new(3),
                    to: TreeSize::new(8),
                    size,
                },
            ),
            (
                BundleScope::Time(Period {
                    from: time(1),
                    to: time(0),
                }),
                ScopeError::Period {
                    from: time(1),
                    to: time(0),
                },
            ),
        ] {
            assert_eq!(scope.check(size), Err(want));
        }
    }
}
