//! What one component is made of, to be written as a bill of materials.

use prova_core::{
    id::{ComponentId, Kind},
    time::Timestamp,
};
use prova_formats::pedigree::{Pedigree, Stage};
use prova_store::Blame;

use crate::{
    chosen_entries::ExportSubject,
    reading::{Reading, SubjectError},
};

/// Why there is no bill of materials of what was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PedigreeError {
    /// It is not one component.
    #[error("a bill of materials is of one component, want one unit, type or artefact")]
    NotOne,
    /// A place is not made of anything.
    #[error("a bill of materials is of a unit, type or artefact, found the slot {slot}")]
    Slot {
        /// The slot that was asked for.
        slot: ComponentId,
    },
    /// There is no entry about it, or what there is cannot be read.
    #[error(transparent)]
    Subject(#[from] SubjectError),
}

impl PedigreeError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::NotOne | Self::Slot { .. } => Blame::Caller,
            Self::Subject(error) => error.blame(),
        }
    }
}

/// The pedigree of the one component that was asked for, at the end of the ledger. `at` is the time that a document of it bears; without it, the
/// latest that an entry in it claims.
///
/// # Errors
/// See [`PedigreeError`].
pub fn pedigree(
    reading: &Reading,
    what: &[ExportSubject],
    stage: Stage,
    at: Option<Timestamp>,
) -> Result<Pedigree, PedigreeError> {
    let component = match what {
        [ExportSubject::Subject(subject)] => subject.component(),
        _ => None,
    };
    let component = component.ok_or(PedigreeError::NotOne)?;
    if component.kind() == Kind::Slot {
        let slot = component.clone();
        return Err(PedigreeError::Slot { slot });
    }
    let checkpoint = reading.snapshot().checkpoint();
    let pedigree = Pedigree::new(reading, component, stage, checkpoint, reading.history(), at);
    let absent = || SubjectError::NoEntry {
        subject: component.clone().into(),
    };
    Ok(pedigree.map_err(SubjectError::from)?.ok_or_else(absent)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn only_one_component_that_is_known_has_a_bill() {
        let scene = Scene::new();
        let reading = scene.reading();
        let made = |texts: &[&str]| {
            let what: Vec<_> = texts.iter().map(|text| text.parse().unwrap()).collect();
            pedigree(&reading, &what, Stage::AsInstalled, None)
        };
        let (known, unknown) = (Scene::unit("S1").to_string(), Scene::unit("S9").to_string());
        made(&[&known]).unwrap();
        assert!(matches!(made(&["4"]), Err(PedigreeError::NotOne)));
        assert!(matches!(made(&[&known, &known]), Err(PedigreeError::NotOne)));
        assert!(matches!(
            made(&["slot:dns:north.example/site-1/aau-1"]),
            Err(PedigreeError::Slot { .. })
        ));
        let error = made(&[&unknown]).unwrap_err();
        assert!(
            matches!(error, PedigreeError::Subject(SubjectError::NoEntry { .. })),
            "{error}"
        );
        assert_eq!(error.blame(), Blame::Caller);
    }
}
