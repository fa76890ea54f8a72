//! What a bill of materials lists, from the attachment that a manifest names.

use std::collections::BTreeSet;

use prova_core::hash::Digest;
use prova_formats::{
    bom::{self, Bom, BomReading, Component, ComponentIndex, ReadBomError, Unknown, Unstated},
    limits::Limits,
};
use prova_store::{AttachmentError, Snapshot};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// Why it is not known what a bill of materials lists.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BillFault {
    /// The ledger has only its digest.
    #[error("the ledger does not keep the document")]
    NotKept,
    /// What is kept is another document than the one named: the evidence is bad.
    #[error("the kept document was changed: it has the digest {got}")]
    Changed {
        /// The digest of what is kept.
        got: Digest,
    },
    /// It is the one named, and no bill of materials that can be read.
    #[error("the document cannot be read: {0}")]
    Unreadable(#[source] ReadBomError),
}

/// A bill of materials.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Materials {
    /// Why nothing is listed; absent if the document was read.
    #[serde(flatten)]
    pub problem: Option<BillFault>,
    /// Format and version, as the document itself says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it lists, in the order of the document.
    pub components: Vec<Material>,
    /// What it says, or leaves open, that it does not know.
    pub unknowns: Vec<MaterialGap>,
    /// Where it deviates from its schema.
    pub warnings: Vec<String>,
}

/// A component of a bill of materials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Material {
    /// Zero-based position in the document.
    pub index: u32,
    /// Positions of its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<u32>,
    /// What sort of thing it is, in CycloneDX's words.
    pub kind: String,
    /// What the document calls it.
    pub name: String,
    /// The version that the bill gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who supplied it: supplier, else manufacturer, else publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Its package URLs (ECMA-427).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purls: Vec<String>,
    /// The licences that the document states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<String>,
}

/// Something that a bill of materials does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MaterialGap {
    /// Position of the component that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<u32>,
    /// What is not told.
    pub kind: MaterialGapKind,
    /// The same in words.
    pub text: String,
}

/// What a bill of materials does not tell; in order of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum MaterialGapKind {
    /// Whether a list is complete: the document says that it is not, or that nobody knows.
    Completeness,
    /// Anything else.
    Other,
    /// The other end of a relationship is not asserted.
    Relationship,
    /// No supplier is stated.
    SupplierMissing,
    /// The document says that it does not assert the supplier.
    SupplierNotAsserted,
}

impl Serialize for BillFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_changed = matches!(self, Self::Changed { .. });
        let mut members = serializer.serialize_struct("BillFault", 2)?;
        members.serialize_field("problem", &self.to_string())?;
        if is_changed {
            members.serialize_field("changed", &true)?;
        }
        members.end()
    }
}

impl Materials {
    /// Reads the attachment with this digest, once: parsed and hashed on the way. What was parsed counts only if it is the document named.
    ///
    /// # Errors
    /// The attachment's file cannot be read. A document that is absent, changed or no bill of materials is no error here, but
    /// [`Materials::problem`].
    pub fn read(snapshot: &Snapshot, digest: &Digest) -> Result<Self, AttachmentError> {
        let Some(mut content) = snapshot.attachment(digest)? else {
            return Ok(BillFault::NotKept.into());
        };
        let read = bom::read(&mut content, &Limits::default());
        match content.finish() {
            Err(AttachmentError::Digest { got, .. }) => return Ok(BillFault::Changed { got }.into()),
            checked => checked?,
        };
        Ok(read.map_or_else(|error| BillFault::Unreadable(error).into(), Self::from))
    }

    /// Whether the document kept is another than the one named: the evidence is bad.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        matches!(self.problem, Some(BillFault::Changed { .. }))
    }
}

impl From<BillFault> for Materials {
    fn from(problem: BillFault) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }
}

impl From<BomReading> for Materials {
    fn from(reading: BomReading) -> Self {
        let mut warnings: Vec<_> = reading.warnings.iter().map(ToString::to_string).collect();
        if reading.unlisted_warnings > 0 {
            warnings.push(format!("and {} more", reading.unlisted_warnings));
        }
        let bom = &reading.bom;
        let parts = bom.parts();
        let material = |component: &Component| Material::new(component, parts.get(&component.index));
        Self {
            problem: None,
            version: Some(bom.document.version.to_string()),
            components: bom.components.iter().map(material).collect(),
            unknowns: bom
                .unknowns
                .iter()
                .map(|unknown| MaterialGap::new(unknown, bom))
                .collect(),
            warnings,
        }
    }
}

impl Material {
    fn new(component: &Component, parts: Option<&BTreeSet<ComponentIndex>>) -> Self {
        Self {
            index: component.index.get(),
            parts: parts.into_iter().flatten().map(|part| part.get()).collect(),
            kind: component.kind.to_string(),
            name: component.name.clone(),
            version: component.version.clone(),
            supplier: component.supplied_by().map(str::to_owned),
            purls: component.purls.iter().map(ToString::to_string).collect(),
            licences: component
                .licences
                .iter()
                .map(|licence| licence.text.clone())
                .collect(),
        }
    }
}

impl MaterialGap {
    fn new(unknown: &Unknown, bom: &Bom) -> Self {
        let component = unknown.component.and_then(|index| bom.component(index));
        let about = component.map(|component| component.name.clone());
        let about = about.or_else(|| unknown.about.as_ref().map(ToString::to_string));
        let about = about.unwrap_or_else(|| "the document".to_owned());
        let (kind, text) = match &unknown.what {
            Unstated::SupplierMissing => (
                MaterialGapKind::SupplierMissing,
                format!("no supplier of {about} is stated"),
            ),
            Unstated::SupplierNotAsserted => (
                MaterialGapKind::SupplierNotAsserted,
                format!("the supplier of {about} is not asserted"),
            ),
            Unstated::Completeness { aggregate, .. } => (
                MaterialGapKind::Completeness,
                format!("a list of {about} is stated as {aggregate}"),
            ),
            Unstated::Relationship { stated } => (
                MaterialGapKind::Relationship,
                format!("the other end of {stated} of {about} is not asserted"),
            ),
            _ => (
                MaterialGapKind::Other,
                format!("something about {about} is not stated"),
            ),
        };
        Self {
            component: unknown.component.map(ComponentIndex::get),
            kind,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tests::scene::Scene;

    const BOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"zlib","version":"1.3.1","components":[{"type":"file","name":"zlib.h"}]}]}"#;

    #[test]
    fn a_bill_is_listed_with_parts_and_gaps() {
        let mut scene = Scene::new();
        let digest = scene.writer.put_attachment(&mut BOM.as_bytes()).unwrap();
        let materials = Materials::read(scene.writer.snapshot(), &digest).unwrap();
        assert!(materials.problem.is_none() && !materials.is_changed());
        assert_eq!(materials.version.as_deref(), Some("CycloneDX 1.6"));
        let names: Vec<_> = materials
            .components
            .iter()
            .map(|of| (of.index, of.name.as_str(), of.parts.as_slice()))
            .collect();
        assert_eq!(names, [(0, "zlib", &[1][..]), (1, "zlib.h", &[])]);
        assert!(
            materials
                .unknowns
                .iter()
                .any(|gap| gap.kind == MaterialGapKind::SupplierMissing && gap.component == Some(0))
        );
        let json = serde_json::to_value(&materials).unwrap();
        assert_eq!((json.get("problem"), json.get("changed")), (None, None));
        assert_eq!(json["unknowns"][0]["kind"], "supplierMissing");
    }

    #[test]
    fn a_document_that_is_absent_changed_or_none_is_told_apart() {
        let mut scene = Scene::new();
        let absent = Digest::of(b"elsewhere");
        let snapshot = scene.writer.snapshot().clone();
        let materials = Materials::read(&snapshot, &absent).unwrap();
        assert!(matches!(materials.problem, Some(BillFault::NotKept)));

        let none = scene.writer.put_attachment(&mut &b"%PDF-1.7"[..]).unwrap();
        let materials = Materials::read(&snapshot, &none).unwrap();
        assert!(matches!(materials.problem, Some(BillFault::Unreadable(_))));
        let json = serde_json::to_value(&materials).unwrap();
        assert!(
            json["problem"]
                .as_str()
                .unwrap()
                .starts_with("the document cannot be read: ")
        );
        assert_eq!(json.get("changed"), None);

        // What cannot be parsed any more is changed all the same, to its last byte.
        let digest = scene.writer.put_attachment(&mut BOM.as_bytes()).unwrap();
        let hex = digest.to_string();
        let file = scene
            .directory
            .path()
            .join(format!("attachments/{}/{hex}", &hex[..2]));
        let cut = BOM.replacen('{', "[", 1);
        fs::write(file, &cut).unwrap();
        let materials = Materials::read(&snapshot, &digest).unwrap();
        let got = Digest::of(cut.as_bytes());
        assert!(matches!(&materials.problem, Some(BillFault::Changed { got: found }) if *found == got));
        assert!(materials.is_changed());
        assert_eq!(serde_json::to_value(&materials).unwrap()["changed"], true);
    }
}
