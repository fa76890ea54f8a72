//! The statement that is signed: in-toto Statement v1 (in-toto/attestation, `spec/v1/statement.md`).
//!
//! ```text
//! {"_type":"https://in-toto.io/Statement/v1","subject":[<subject>,…],"predicateType":<urn>,"predicate":<object>}
//! subject     = {"name":<id>,"digest":{"sha256":<hex>},"annotations":<annotations>}
//! annotations = {"prev":<leaf hash>,"number":<number>,"from":<foreign link>,"aliases":[<alias>,…]}          each member only where it is meant
//! ```
//! `prev` is the leaf hash of the entry that the signer saw last in this subject's chain, absent for the first; statements of the root have `number`
//! in its place (see [`super::action`]). The payload's bytes are kept as signed; nothing re-serialises them.

use std::{borrow::Cow, collections::BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    hash::{Digest, LeafHash},
    id::{Alias, Origin, SubjectId},
    json::{self, JsonError, JsonLimits},
    position::EntryIndex,
    statement::{
        action::{self, ActionsError, RegistryPredicate},
        charter::{self, Charter},
        event::{self, EventPredicate, ShapeError},
        seal::{self, Seal},
    },
};

/// The type of an in-toto Statement, version 1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// Most aliases of one subject in one statement.
pub const MAX_ALIASES: usize = 32;
/// How long texts and lists of a statement may be: whatever is admitted can be kept in rows, shown and exported.
pub const STATEMENT_LIMITS: JsonLimits = JsonLimits {
    text_bytes: 2_048,
    list_members: 256,
};

/// What a party says about subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is about; at least one, none twice.
    pub subjects: Vec<Subject>,
    /// What is said.
    pub predicate: Predicate,
}

/// One thing that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is called in the ledger.
    pub id: SubjectId,
    /// The last entry of its chain, as its signer saw it.
    pub prev: Option<LeafHash>,
    /// How many statements of the root about it came before; only of the root's.
    pub number: Option<u64>,
    /// Where its chain comes from, if from another ledger.
    pub from: Option<ForeignLink>,
    /// Other names of it.
    pub aliases: Vec<Alias>,
}

/// The last entry of a chain in another ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignLink {
    /// The other ledger's origin.
    pub origin: Origin,
    /// The entry's index there.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// The attachment with the proof, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Digest>,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Something happened to components.
    Event(Box<EventPredicate>),
    /// Who may say what.
    Registry(Box<RegistryPredicate>),
    /// What the ledger is; entry 0 only.
    Charter(Box<Charter>),
    /// What the index over the entries before is.
    Seal(Box<Seal>),
}

/// Why a payload is not a statement that a ledger takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not strict JSON, or not of the statement's shape.
    #[error("no statement: {0}")]
    Json(#[from] JsonError),
    /// Another statement type.
    #[error("statement type «{}», want «{STATEMENT_TYPE}»", crate::text::excerpt(got))]
    Type {
        /// The type found.
        got: String,
    },
    /// An unknown predicate type.
    #[error(
        "predicate type «{}», want {}, {}, {} or {}",
        crate::text::excerpt(got),
        event::PREDICATE_TYPE,
        action::PREDICATE_TYPE,
        charter::PREDICATE_TYPE,
        seal::PREDICATE_TYPE
    )]
    PredicateType {
        /// The type found.
        got: String,
    },
    /// The predicate does not have its type's shape.
    #[error("in the predicate: {0}")]
    Predicate(JsonError),
    /// A statement is about nothing.
    #[error("no subject, want one at least")]
    NoSubject,
    /// A subject stands twice.
    #[error("subject {0} stands twice")]
    SubjectTwice(SubjectId),
    /// The digest beside the id is another.
    #[error("subject {id} has the digest {got}, want {want}")]
    Digest {
        /// The subject.
        id: SubjectId,
        /// The digest found.
        got: Digest,
        /// The digest that belongs to it.
        want: Digest,
    },
    /// Too many aliases.
    #[error("subject {id} has {got} aliases, want {MAX_ALIASES} at most")]
    Aliases {
        /// The subject.
        id: SubjectId,
        /// Aliases found.
        got: usize,
    },
    /// Both `prev` and `from`: only a chain's first statement comes from elsewhere.
    #[error(
        "subject {0} has both «prev» and «from»; only the first statement of a chain names where it comes from"
    )]
    PrevAndFrom(SubjectId),
    /// The event does not fit its subjects.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A charter that is not about the ledger alone.
    #[error("a charter is about the ledger alone, want one subject «ledger:<origin>»")]
    NotAboutTheLedger,
    /// Actions that do not fit each other or their subjects.
    #[error(transparent)]
    Actions(#[from] ActionsError),
    /// Only statements of the root are numbered.
    #[error("subject {0} has «number», which statements of the root alone have")]
    Number(SubjectId),
    /// A seal that is not about the index alone.
    #[error("a seal is about the index alone, want one subject «index:<origin>»")]
    NotAboutTheIndex,
}

#[derive(Serialize, Deserialize)]
struct StatementWire<'a> {
    #[serde(rename = "_type", borrow)]
    type_: Cow<'a, str>,
    subject: Vec<WireSubject>,
    #[serde(rename = "predicateType", borrow)]
    predicate_type: Cow<'a, str>,
    #[serde(borrow)]
    predicate: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct WireSubject {
    name: SubjectId,
    digest: WireDigests,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    annotations: Annotations,
}

/// A digest set: other algorithms may stand beside SHA-256 and are not read.
#[derive(Serialize, Deserialize)]
struct WireDigests {
    sha256: Digest,
}

#[derive(Default, Serialize, Deserialize)]
struct Annotations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prev: Option<LeafHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<ForeignLink>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<Alias>,
}

impl Annotations {
    fn is_empty(&self) -> bool {
        self.prev.is_none() && self.number.is_none() && self.from.is_none() && self.aliases.is_empty()
    }
}

impl Subject {
    /// A subject whose chain begins or goes on at `prev`.
    #[must_use]
    pub fn new(id: impl Into<SubjectId>, prev: Option<LeafHash>) -> Self {
        Self {
            id: id.into(),
            prev,
            number: None,
            from: None,
            aliases: Vec::new(),
        }
    }

    /// A subject of the root's statement with this number about it.
    #[must_use]
    pub fn numbered(id: SubjectId, number: u64) -> Self {
        Self {
            number: Some(number),
            ..Self::new(id, None)
        }
    }

    fn read(wire: WireSubject) -> Result<Self, StatementError> {
        let id = wire.name;
        let (got, want) = (wire.digest.sha256, id.digest());
        if got != want {
            return Err(StatementError::Digest { id, got, want });
        }
        let Annotations {
            prev,
            number,
            from,
            aliases,
        } = wire.annotations;
        if aliases.len() > MAX_ALIASES {
            return Err(StatementError::Aliases {
                id,
                got: aliases.len(),
            });
        }
        if prev.is_some() && from.is_some() {
            return Err(StatementError::PrevAndFrom(id));
        }
        Ok(Self {
            id,
            prev,
            number,
            from,
            aliases,
        })
    }
}

impl Statement {
    /// Reads a payload.
    ///
    /// # Errors
    /// A payload that is not strict JSON, not a statement, or whose event does not fit its subjects.
    pub fn decode(payload: &[u8]) -> Result<Self, StatementError> {
        let wire: StatementWire<'_> = json::parse_within(payload, STATEMENT_LIMITS)?;
        if wire.type_ != STATEMENT_TYPE {
            return Err(StatementError::Type {
                got: wire.type_.into_owned(),
            });
        }
        let subjects = wire
            .subject
            .into_iter()
            .map(Subject::read)
            .collect::<Result<Vec<_>, _>>()?;
        let predicate = wire.predicate.get();
        let predicate = match wire.predicate_type.as_ref() {
            event::PREDICATE_TYPE => Predicate::Event(typed(predicate)?),
            action::PREDICATE_TYPE => Predicate::Registry(typed(predicate)?),
            charter::PREDICATE_TYPE => Predicate::Charter(typed(predicate)?),
            seal::PREDICATE_TYPE => Predicate::Seal(typed(predicate)?),
            _ => {
                return Err(StatementError::PredicateType {
                    got: wire.predicate_type.into_owned(),
                });
            }
        };
        let statement = Self { subjects, predicate };
        statement.check()?;
        Ok(statement)
    }

    /// Checks what a type cannot: that subjects are there once each and fit the predicate.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), StatementError> {
        let ids: Vec<_> = self.subjects.iter().map(|subject| &subject.id).collect();
        if ids.len() > 1 {
            let mut seen = BTreeSet::new();
            if let Some(twice) = ids.iter().find(|id| !seen.insert(**id)) {
                return Err(StatementError::SubjectTwice((*twice).clone()));
            }
        }
        if !matches!(self.predicate, Predicate::Registry(_))
            && let Some(numbered) = self.subjects.iter().find(|subject| subject.number.is_some())
        {
            return Err(StatementError::Number(numbered.id.clone()));
        }
        match (&self.predicate, ids.as_slice()) {
            (_, []) => Err(StatementError::NoSubject),
            (Predicate::Event(event), ids) => Ok(event.check_shape(ids)?),
            (Predicate::Registry(registry), _) => Ok(registry.check(&self.subjects)?),
            (Predicate::Charter(_), [SubjectId::Ledger(_)]) => Ok(()),
            (Predicate::Charter(_), _) => Err(StatementError::NotAboutTheLedger),
            (Predicate::Seal(_), [SubjectId::Index(_)]) => Ok(()),
            (Predicate::Seal(_), _) => Err(StatementError::NotAboutTheIndex),
        }
    }

    /// The payload of this statement, as compact JSON in the order of this page.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (predicate_type, predicate) = match &self.predicate {
            Predicate::Event(event) => (event::PREDICATE_TYPE, serde_json::value::to_raw_value(event)),
            Predicate::Registry(action) => (action::PREDICATE_TYPE, serde_json::value::to_raw_value(action)),
            Predicate::Charter(charter) => {
                (charter::PREDICATE_TYPE, serde_json::value::to_raw_value(charter))
            }
            Predicate::Seal(seal) => (seal::PREDICATE_TYPE, serde_json::value::to_raw_value(seal)),
        };
        let predicate = predicate.expect("predicates have text keys only and their members serialise");
        let subject = self.subjects.iter().map(|subject| WireSubject {
            name: subject.id.clone(),
            digest: WireDigests {
                sha256: subject.id.digest(),
            },
            annotations: Annotations {
                prev: subject.prev,
                number: subject.number,
                from: subject.from.clone(),
                aliases: subject.aliases.clone(),
            },
        });
        let wire = StatementWire {
            type_: STATEMENT_TYPE.into(),
            subject: subject.collect(),
            predicate_type: predicate_type.into(),
            predicate: &predicate,
        };
        serde_json::to_vec(&wire).expect("a statement has text keys only and its members serialise")
    }

    /// The event, if the statement is one.
    #[must_use]
    pub fn event(&self) -> Option<&EventPredicate> {
        match &self.predicate {
            Predicate::Event(event) => Some(event),
            Predicate::Registry(_) | Predicate::Charter(_) | Predicate::Seal(_) => None,
        }
    }
}

fn typed<'a, T: Deserialize<'a>>(predicate: &'a str) -> Result<Box<T>, StatementError> {
    // Strictness was checked with the whole payload, of which the predicate is a part.
    serde_json::from_str(predicate)
        .map(Box::new)
        .map_err(|error| StatementError::Predicate(crate::json::syntax(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_quotes_of_a_predicate_is_escaped() {
        let subject = SubjectId::from(crate::tests::scene::component("unit:dns:nordlys.example/A/1"));
        let payload = format!(
            r#"{{"_type":"{STATEMENT_TYPE}","subject":[{{"name":"{subject}","digest":{{"sha256":"{}"}}}}],"predicateType":"{}","predicate":{{"by":"dns:nordlys.example","role":"a\u001b[2J"}}}}"#,
            subject.digest(),
            event::PREDICATE_TYPE
        );
        let error = Statement::decode(payload.as_bytes()).unwrap_err().to_string();
        assert!(
            error.starts_with(r"in the predicate: unknown variant `a\u{1b}[2J`, expected one of"),
            "{error}"
        );
    }
}
