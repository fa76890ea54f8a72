//! What a component is made of and where it is, with what the bills of materials of its types and releases list.

use std::collections::{BTreeMap, btree_map::Entry};

use prova_core::{hash::Digest, id::ComponentId, view::trace::Trace};
use prova_store::{AttachmentError, Blame};
use serde::Serialize;

use crate::{
    materials::Materials,
    reading::{Reading, SubjectError},
};

/// Why a component cannot be traced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompositionError {
    /// There is no entry about it, or what there is cannot be read.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The file of a bill of materials cannot be read.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
}

impl CompositionError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Subject(error) => error.blame(),
            Self::Attachment(error) => error.blame(),
        }
    }
}

/// A component from its place down to what it is made of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Composition {
    /// The tree of types, parts, firmware and occupants.
    #[serde(flatten)]
    pub trace: Trace,
    /// The bills of materials that nodes of the tree name, by digest; each is read once.
    pub materials: BTreeMap<Digest, Materials>,
}

impl Composition {
    /// Traces a component and reads the bills of materials on the way.
    ///
    /// # Errors
    /// See [`CompositionError`].
    pub fn read(reading: &Reading, component: &ComponentId) -> Result<Self, CompositionError> {
        let trace = Trace::new(reading, component, reading.registry()).map_err(SubjectError::from)?;
        let trace = trace.ok_or_else(|| SubjectError::NoEntry {
            subject: component.clone().into(),
        })?;
        let mut materials = BTreeMap::new();
        for bom in trace.tree.walk().into_iter().flat_map(|node| &node.boms) {
            let digest = bom.document.sha256;
            if let Entry::Vacant(vacant) = materials.entry(digest) {
                vacant.insert(Materials::read(reading.snapshot(), &digest)?);
            }
        }
        Ok(Self { trace, materials })
    }

    /// Whether a bill of materials that is kept is another than the one named: the evidence is bad.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.materials.values().any(Materials::is_changed)
    }
}

#[cfg(test)]
mod tests {
    use prova_core::statement::event::role::Role;
    use prova_testkit::builder::{component, unit};
    use serde_json::json;

    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn a_unit_brings_the_bill_of_its_type() {
        let mut scene = Scene::new();
        let bill =
            br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"device","name":"AAU"}]}"#;
        let sha256 = scene.writer.put_attachment(&mut &bill[..]).unwrap();
        let manifest = json!({"manifest": {"name": "AAU", "boms": [{
            "format": "CycloneDX", "version": "1.6", "components": 1,
            "document": {"sha256": sha256, "mediaType": "application/vnd.cyclonedx+json"},
        }]}});
        let manifest = serde_json::from_value(manifest).unwrap();
        let of_type = component("type:dns:nordlys.example/AAU3900/R1");
        let entry = scene.statements.event(
            "dns:nordlys.example",
            Role::Designer,
            manifest,
            vec![of_type],
            &["nordlys"],
        );
        scene.append(&[entry]);
        let composition = Composition::read(&scene.reading(), &unit("S1")).unwrap();
        assert_eq!(composition.materials[&sha256].components[0].name, "AAU");
        assert!(!composition.is_changed());
    }

    #[test]
    fn what_nobody_named_is_not_traced() {
        let error = Composition::read(&Scene::new().reading(), &unit("S9")).unwrap_err();
        assert!(
            matches!(error, CompositionError::Subject(SubjectError::NoEntry { .. })),
            "{error}"
        );
        assert_eq!(error.blame(), Blame::Caller);
    }
}
