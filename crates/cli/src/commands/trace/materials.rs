//! What a bill of materials lists, from the attachment that a manifest names.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use prova_core::hash::Digest;
use prova_formats::{
    bom::{self, Bom, Component, ComponentIndex, Unstated},
    limits::Limits,
};
use prova_store::{AttachmentError, Snapshot};
use serde::Serialize;

use super::tree::Branch;
use crate::{
    error::CommandError,
    plain::{counted, plain},
};

/// Components of one bill of materials that text shows, unless all are asked for.
pub(super) const SHOWN: usize = 20;

/// A bill of materials.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Materials {
    /// Why nothing is listed; absent if the document was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Whether the document kept is another than the one named: the evidence is bad.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) changed: bool,
    /// Format and version, as the document itself says.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// What it lists, in the order of the document.
    components: Vec<Material>,
    /// What it says, or leaves open, that it does not know.
    unknowns: Vec<Unknown>,
    /// Where it deviates from its schema.
    warnings: Vec<String>,
}

/// A component of a bill of materials.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    /// Zero-based position in the document.
    index: u32,
    /// Positions of its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<u32>,
    /// What sort of thing it is, in CycloneDX's words.
    kind: String,
    /// The name that the bill gives it.
    name: String,
    /// The version that the bill gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Who supplied it: supplier, else manufacturer, else publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    /// Package URLs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    purls: Vec<String>,
    /// Licences as the bill writes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licences: Vec<String>,
}

/// A gap.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unknown {
    /// Position of the component that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<u32>,
    /// `supplierMissing`, `supplierNotAsserted`, `completeness`, `relationship` or `other`.
    kind: &'static str,
    /// In words.
    text: String,
}

impl Materials {
    /// Reads the attachment with this digest.
    pub(super) fn read(snapshot: &Snapshot, digest: &Digest) -> Result<Self, CommandError> {
        let Some(file) = snapshot.attachment(digest)? else {
            return Ok(Self::unread("the ledger does not keep the document".to_owned()));
        };
        let changed = |got: &Digest| Self {
            changed: true,
            ..Self::unread(format!("the kept document was changed: it has the digest {got}"))
        };
        match snapshot.read_attachment(digest, &mut io::sink()) {
            Err(AttachmentError::Digest { got, .. }) => return Ok(changed(&got)),
            checked => checked?,
        };
        let reading = match bom::read(file, &Limits::default()) {
            Ok(reading) => reading,
            Err(error) => return Ok(Self::unread(format!("the document cannot be read: {error}"))),
        };
        // It may have been changed since.
        if reading.digest != *digest {
            return Ok(changed(&reading.digest));
        }
        let mut warnings: Vec<_> = reading.warnings.iter().map(ToString::to_string).collect();
        if reading.unlisted_warnings > 0 {
            warnings.push(format!("and {} more", reading.unlisted_warnings));
        }
        let parts = reading.bom.parts();
        let of_version = reading.bom.document.version;
        Ok(Self {
            problem: None,
            changed: false,
            version: Some(of_version.to_string()),
            components: reading
                .bom
                .components
                .iter()
                .map(|component| Material::new(component, parts.get(&component.index)))
                .collect(),
            unknowns: reading
                .bom
                .unknowns
                .iter()
                .map(|unknown| Unknown::new(unknown, &reading.bom))
                .collect(),
            warnings,
        })
    }

    fn unread(problem: String) -> Self {
        Self {
            problem: Some(problem),
            changed: false,
            version: None,
            components: Vec::new(),
            unknowns: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What is listed, as branches of a tree with at most `most` components.
    pub(super) fn branches(&self, most: usize) -> Vec<Branch> {
        if let Some(problem) = &self.problem {
            return vec![Branch::leaf(plain(problem))];
        }
        let inner: BTreeSet<u32> = self
            .components
            .iter()
            .flat_map(|material| &material.parts)
            .copied()
            .collect();
        let mut drawing = Drawing {
            materials: self,
            drawn: BTreeSet::new(),
            most,
        };
        let every = || self.components.iter().map(|material| material.index);
        let mut branches: Vec<_> = every()
            .filter(|index| !inner.contains(index))
            .filter_map(|index| drawing.branch(index))
            .collect();
        // Components that contain each other hang on none.
        branches.extend(
            every()
                .filter_map(|index| drawing.branch(index))
                .collect::<Vec<_>>(),
        );
        match self.components.len().saturating_sub(drawing.drawn.len()) {
            0 => {}
            more => branches.push(Branch::leaf(format!("and {more} more; --all shows them"))),
        }
        let mut gaps: BTreeMap<&'static str, usize> = BTreeMap::new();
        for unknown in &self.unknowns {
            let count = gaps.entry(unknown.kind).or_default();
            *count = count.saturating_add(1);
        }
        for (kind, count) in gaps {
            let what = match kind {
                "supplierMissing" => counted(
                    count,
                    "component without a supplier",
                    "components without a supplier",
                ),
                "supplierNotAsserted" => {
                    counted(count, "supplier is not asserted", "suppliers are not asserted")
                }
                "completeness" => counted(count, "list is not complete", "lists are not complete"),
                "relationship" => counted(
                    count,
                    "relationship is not asserted",
                    "relationships are not asserted",
                ),
                _ => counted(count, "other gap", "other gaps"),
            };
            branches.push(Branch::leaf(format!("not known: {what}")));
        }
        if !self.warnings.is_empty() {
            let deviations = counted(self.warnings.len(), "place", "places");
            branches.push(Branch::leaf(format!("deviates from its schema in {deviations}")));
        }
        branches
    }
}

struct Drawing<'a> {
    materials: &'a Materials,
    drawn: BTreeSet<u32>,
    most: usize,
}

impl Drawing<'_> {
    /// A component and its parts, unless it was drawn or enough are.
    fn branch(&mut self, index: u32) -> Option<Branch> {
        let material = usize::try_from(index)
            .ok()
            .and_then(|at| self.materials.components.get(at))?;
        if self.drawn.len() >= self.most || !self.drawn.insert(index) {
            return None;
        }
        let below = material
            .parts
            .iter()
            .filter_map(|part| self.branch(*part))
            .collect();
        Some(Branch {
            text: plain(&material.label()),
            below,
        })
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

    fn label(&self) -> String {
        let version = self.version.as_ref().map(|version| format!(" {version}"));
        let supplier = self
            .supplier
            .as_ref()
            .map(|supplier| format!(", supplied by {supplier}"));
        format!(
            "{}{}, {}{}",
            self.name,
            version.unwrap_or_default(),
            self.kind,
            supplier.unwrap_or_default()
        )
    }
}

impl Unknown {
    fn new(unknown: &bom::Unknown, bom: &Bom) -> Self {
        let component = unknown.component.and_then(|index| bom.component(index));
        let about = component.map(|component| component.name.clone());
        let about = about.or_else(|| unknown.about.as_ref().map(ToString::to_string));
        let about = about.unwrap_or_else(|| "the document".to_owned());
        let (kind, text) = match &unknown.what {
            Unstated::SupplierMissing => ("supplierMissing", format!("no supplier of {about} is stated")),
            Unstated::SupplierNotAsserted => (
                "supplierNotAsserted",
                format!("the supplier of {about} is not asserted"),
            ),
            Unstated::Completeness { aggregate, .. } => (
                "completeness",
                format!("a list of {about} is stated as {aggregate}"),
            ),
            Unstated::Relationship { stated } => (
                "relationship",
                format!("the other end of {stated} of {about} is not asserted"),
            ),
            _ => ("other", format!("something about {about} is not stated")),
        };
        Self {
            component: unknown.component.map(ComponentIndex::get),
            kind,
            text,
        }
    }
}
