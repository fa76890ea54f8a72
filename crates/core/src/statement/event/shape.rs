//! Which subjects an event is about: structure, so a statement of another shape is refused.
//!
//! ```text
//! manifest      types | artefacts            install       1 slot and units or artefacts    correct    components or acts
//! manufacture   units                        update        units, slots                     evidence   units, types, artefacts
//! assemble      the parent and every part    maintain      units, slots                     restrict   1 act of the signer
//! test          types, artefacts, units      notice        types, artefacts                 finding    components
//! certify       types, artefacts             recall        types, artefacts, units
//! ship          units                        measure       units, slots
//! receive       units                        decommission  units, slots, artefacts
//! store         units
//! ```

use std::collections::BTreeSet;

use super::{Event, EventPredicate, Firmware, MAX_WITH};
use crate::id::{
    ComponentId,
    Kind::{self, Artefact, Slot, Type, Unit},
    SubjectId,
};

/// Why an event does not fit its subjects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A subject of a kind that the event is not about.
    #[error("{event} is not about {subject}; want {want}")]
    Subject {
        /// The event's name.
        event: &'static str,
        /// The id of the first subject that does not fit.
        subject: String,
        /// The kinds wanted.
        want: &'static str,
    },
    /// Too few or too many subjects of a kind.
    #[error("{event} has {got} {kind} subjects, want {want}")]
    Count {
        /// The event's name.
        event: &'static str,
        /// The kind of component that was counted.
        kind: Kind,
        /// Subjects found.
        got: usize,
        /// How many are wanted.
        want: &'static str,
    },
    /// A component in a field that must be a subject, or the other way round.
    #[error("{component} is {is} but not {is_not}")]
    Unlinked {
        /// The component that stands in one place and not in the other.
        component: ComponentId,
        /// Where it stands.
        is: &'static str,
        /// Where it should stand too.
        is_not: &'static str,
    },
    /// A component of another kind in a field.
    #[error("{field} is {got}, want one of kind {want}")]
    Field {
        /// The name of the member that names the component.
        field: &'static str,
        /// The component found.
        got: ComponentId,
        /// The kind wanted.
        want: Kind,
    },
    /// A list that must not be empty, or that names something twice.
    #[error("{field} {problem}")]
    List {
        /// The name of the member with the list.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// An act of another authority.
    #[error("the act {act} is not one of {by}")]
    Authority {
        /// The act's id, with the authority that it belongs to.
        act: String,
        /// The signer.
        by: String,
    },
    /// Who else stands by it is not said in the one way that there is.
    #[error("«with» {problem}")]
    With {
        /// What is wrong.
        problem: &'static str,
    },
    /// A member that the signer marked as critical and this version does not know.
    #[error(
        "critical member «{}» is not known to this version",
        crate::text::excerpt(name)
    )]
    Critical {
        /// The member that this version would have to know.
        name: String,
    },
}

impl EventPredicate {
    /// Checks that the event and its subjects fit.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check_shape(&self, subjects: &[&SubjectId]) -> Result<(), ShapeError> {
        if let Some(name) = self.critical.first() {
            return Err(ShapeError::Critical { name: name.clone() });
        }
        self.check_subjects(subjects)?;
        self.check_with(subjects)
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm an event, in the order of the table above"
    )]
    fn check_subjects(&self, subjects: &[&SubjectId]) -> Result<(), ShapeError> {
        let name = self.event.name();
        let of = |kinds: &[Kind], want| each_of(name, subjects, kinds, want);
        match &self.event {
            Event::Manifest(manifest) => {
                let artefacts = subjects
                    .iter()
                    .any(|id| id.component().is_some_and(|id| id.kind() == Artefact));
                let kind = if artefacts { Artefact } else { Type };
                of(&[kind], "types or artefacts, not both")?;
                all_of_kind("runsOn", &manifest.runs_on, Type)?;
                all_of_kind("replaces", manifest.replaces.as_slice(), kind)
            }
            Event::Manufacture(manufacture) => {
                of(&[Unit], "units")?;
                of_kind("type", &manufacture.of_type, Type)?;
                firmware("firmware", manufacture.firmware.as_ref())
            }
            Event::Assemble(assemble) => {
                of(&[Unit], "units")?;
                let parts: Vec<_> = assemble.parts.iter().map(|part| &part.component).collect();
                if parts.is_empty() {
                    return Err(ShapeError::List {
                        field: "parts",
                        problem: "is empty, want one part at least",
                    });
                }
                linked(subjects, &parts, Some(&assemble.parent), true)
            }
            Event::Test(test) => {
                of(&[Type, Artefact, Unit], "types, artefacts or units")?;
                all_of_kind("artefacts", &test.artefacts, Artefact)
            }
            Event::Certify(certify) => {
                of(&[Type, Artefact], "types or artefacts")?;
                all_of_kind("artefacts", &certify.artefacts, Artefact)
            }
            Event::Ship(_) | Event::Receive(_) | Event::Store(_) => of(&[Unit], "units"),
            Event::Install(install) => {
                of(&[Unit, Artefact, Slot], "one slot and what goes into it")?;
                count(name, subjects, Slot, &|got| got == 1, "1")?;
                if subjects.len() < 2 {
                    return Err(ShapeError::Count {
                        event: name,
                        kind: Unit,
                        got: 0,
                        want: "1 at least",
                    });
                }
                firmware("firmware", install.firmware.as_ref())
            }
            Event::Update(update) => {
                of(&[Unit, Slot], "units or slots")?;
                all_of_kind("from", update.from.as_slice(), Artefact)?;
                firmware("to", Some(&update.to))
            }
            Event::Maintain(maintain) => {
                of(&[Unit, Slot], "units or slots")?;
                let parts: Vec<_> = maintain.parts_in.iter().chain(&maintain.parts_out).collect();
                if !parts.is_empty() && maintain.parent.is_none() {
                    return Err(ShapeError::List {
                        field: "partsIn or partsOut",
                        problem: "has parts, but «parent» is missing",
                    });
                }
                linked(subjects, &parts, maintain.parent.as_ref(), false)
            }
            Event::Notice(notice) => {
                of(&[Type, Artefact], "types or artefacts")?;
                all_of_kind("fixedIn", &notice.fixed_in, Artefact)
            }
            Event::Recall(_) => of(&[Type, Artefact, Unit], "types, artefacts or units"),
            Event::Measure(measure) => {
                of(&[Unit, Slot], "units or slots")?;
                firmware("found", Some(&measure.found))
            }
            Event::Decommission(_) => of(&[Unit, Slot, Artefact], "units, slots or artefacts"),
            Event::Correct(_) => match subjects
                .iter()
                .find(|id| !matches!(id, SubjectId::Component(_) | SubjectId::Act { .. }))
            {
                Some(id) => Err(subject(name, id, "components or acts")),
                None => Ok(()),
            },
            Event::Evidence(_) => of(&[Type, Artefact, Unit], "types, artefacts or units"),
            Event::Finding(_) => of(&[Type, Artefact, Unit, Slot], "components"),
            Event::Restrict(restrict) => {
                all_of_kind("scope.types", &restrict.scope.types, Type)?;
                match subjects {
                    [SubjectId::Act { authority, .. }] if *authority == self.by => Ok(()),
                    [act @ SubjectId::Act { .. }] => Err(ShapeError::Authority {
                        act: act.to_string(),
                        by: self.by.to_string(),
                    }),
                    [.., other] => Err(subject(name, other, "one act")),
                    [] => Err(ShapeError::List {
                        field: "subject",
                        problem: "is empty, want one act",
                    }),
                }
            }
        }
    }

    fn check_with(&self, subjects: &[&SubjectId]) -> Result<(), ShapeError> {
        let wrong = |problem| Err(ShapeError::With { problem });
        let kind = |id: &&SubjectId| id.component().map(ComponentId::kind);
        if self.with.is_empty() {
            Ok(())
        } else if self.with.len() > MAX_WITH {
            wrong("names more than 8 organisations")
        } else if !self.with.is_sorted_by(|one, next| one < next) {
            wrong("is not in ascending order, each organisation once")
        } else if self.with.contains(&self.by) {
            wrong("names who speaks, which stands in «by»")
        } else if subjects.iter().any(|id| !matches!(kind(id), Some(Unit | Slot))) {
            wrong("is for statements about units and slots alone; of anything else there is one issuer")
        } else {
            Ok(())
        }
    }
}

fn subject(event: &'static str, id: &SubjectId, want: &'static str) -> ShapeError {
    ShapeError::Subject {
        event,
        subject: id.to_string(),
        want,
    }
}

fn each_of(
    event: &'static str,
    subjects: &[&SubjectId],
    kinds: &[Kind],
    want: &'static str,
) -> Result<(), ShapeError> {
    let fits = |id: &SubjectId| {
        id.component()
            .is_some_and(|component| kinds.contains(&component.kind()))
    };
    match subjects.iter().find(|id| !fits(id)) {
        Some(id) => Err(subject(event, id, want)),
        None => Ok(()),
    }
}

fn count(
    event: &'static str,
    subjects: &[&SubjectId],
    kind: Kind,
    fits: &dyn Fn(usize) -> bool,
    want: &'static str,
) -> Result<(), ShapeError> {
    let got = subjects
        .iter()
        .filter(|id| id.component().is_some_and(|component| component.kind() == kind))
        .count();
    if fits(got) {
        Ok(())
    } else {
        Err(ShapeError::Count {
            event,
            kind,
            got,
            want,
        })
    }
}

fn of_kind(field: &'static str, component: &ComponentId, want: Kind) -> Result<(), ShapeError> {
    if component.kind() == want {
        Ok(())
    } else {
        Err(ShapeError::Field {
            field,
            got: component.clone(),
            want,
        })
    }
}

fn all_of_kind(field: &'static str, components: &[ComponentId], want: Kind) -> Result<(), ShapeError> {
    components
        .iter()
        .try_for_each(|component| of_kind(field, component, want))
}

fn firmware(field: &'static str, firmware: Option<&Firmware>) -> Result<(), ShapeError> {
    firmware.map_or(Ok(()), |firmware| of_kind(field, &firmware.artefact, Artefact))
}

/// Parts and parent are subjects, each once; with `exactly`, they are all the subjects.
fn linked(
    subjects: &[&SubjectId],
    parts: &[&ComponentId],
    parent: Option<&ComponentId>,
    exactly: bool,
) -> Result<(), ShapeError> {
    let linked: BTreeSet<_> = subjects.iter().filter_map(|id| id.component()).collect();
    let mut named = BTreeSet::new();
    for component in parts.iter().copied().chain(parent) {
        of_kind("a part or parent", component, Unit)?;
        if !named.insert(component) {
            return Err(ShapeError::List {
                field: "parent and parts",
                problem: "name one component twice",
            });
        }
        if !linked.contains(component) {
            return Err(ShapeError::Unlinked {
                component: component.clone(),
                is: "a parent or part",
                is_not: "a subject",
            });
        }
    }
    match linked
        .iter()
        .find(|component| exactly && !named.contains(*component))
    {
        Some(component) => Err(ShapeError::Unlinked {
            component: (*component).clone(),
            is: "a subject",
            is_not: "a parent or part",
        }),
        None => Ok(()),
    }
}
