//! What a bill of materials lists, as branches of the tree.

use std::collections::{BTreeMap, BTreeSet};

use prova_query::{Material, MaterialGapKind, Materials};

use super::tree::Branch;
use crate::plain::{counted, plain};

/// Components of one bill of materials that text shows, unless all are asked for.
pub(super) const SHOWN: usize = 20;

/// What is listed, as branches of a tree with at most `most` components.
pub(super) fn branches(materials: &Materials, most: usize) -> Vec<Branch> {
    if let Some(problem) = &materials.problem {
        return vec![Branch::leaf(plain(&problem.to_string()))];
    }
    let inner: BTreeSet<u32> = materials
        .components
        .iter()
        .flat_map(|material| &material.parts)
        .copied()
        .collect();
    let mut drawing = Drawing {
        materials,
        drawn: BTreeSet::new(),
        most,
    };
    let every = || materials.components.iter().map(|material| material.index);
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
    match materials.components.len().saturating_sub(drawing.drawn.len()) {
        0 => {}
        more => branches.push(Branch::leaf(format!("and {more} more; --all shows them"))),
    }
    let mut gaps: BTreeMap<MaterialGapKind, usize> = BTreeMap::new();
    for unknown in &materials.unknowns {
        let count = gaps.entry(unknown.kind).or_default();
        *count = count.saturating_add(1);
    }
    for (kind, count) in gaps {
        let what = match kind {
            MaterialGapKind::SupplierMissing => counted(
                count,
                "component without a supplier",
                "components without a supplier",
            ),
            MaterialGapKind::SupplierNotAsserted => {
                counted(count, "supplier is not asserted", "suppliers are not asserted")
            }
            MaterialGapKind::Completeness => counted(count, "list is not complete", "lists are not complete"),
            MaterialGapKind::Relationship => counted(
                count,
                "relationship is not asserted",
                "relationships are not asserted",
            ),
            MaterialGapKind::Other => counted(count, "other gap", "other gaps"),
        };
        branches.push(Branch::leaf(format!("not known: {what}")));
    }
    if !materials.warnings.is_empty() {
        let deviations = counted(materials.warnings.len(), "place", "places");
        branches.push(Branch::leaf(format!("deviates from its schema in {deviations}")));
    }
    branches
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
            text: plain(&label(material)),
            below,
        })
    }
}

/// A component on a line of the tree.
fn label(material: &Material) -> String {
    let version = material.version.as_ref().map(|version| format!(" {version}"));
    let supplier = material
        .supplier
        .as_ref()
        .map(|supplier| format!(", supplied by {supplier}"));
    format!(
        "{}{}, {}{}",
        material.name,
        version.unwrap_or_default(),
        material.kind,
        supplier.unwrap_or_default()
    )
}
