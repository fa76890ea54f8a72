//! What a component is made of, at one stage and one size of the ledger.

use prova_core::{
    hash::sha256, id::ComponentId, log::Checkpoint, registry::history::History, time::Timestamp,
    view::trace::Trace,
};

use super::{Edge, Gathering, Item, PedigreeSource, Stage, built::AsBuilt};

/// What a component is made of.
#[derive(Clone, Debug)]
pub struct Pedigree {
    pub(super) checkpoint: Checkpoint,
    pub(super) stage: Stage,
    pub(super) time: Timestamp,
    pub(super) trace: Trace,
    pub(super) items: Vec<Item>,
    pub(super) edges: Vec<Edge>,
}

impl Pedigree {
    /// The pedigree of a component, if the ledger has an entry about it. `at` is the time that the document bears; without it, the latest that
    /// an entry in it claims.
    ///
    /// # Errors
    /// A row or an entry that cannot be read.
    pub fn new<S: PedigreeSource>(
        source: &S,
        component: &ComponentId,
        stage: Stage,
        checkpoint: &Checkpoint,
        history: &History,
        at: Option<Timestamp>,
    ) -> Result<Option<Self>, S::Error> {
        let made = match stage {
            Stage::AsBuilt => Gathering::run(&AsBuilt::new(source), source, component, history)?,
            Stage::AsInstalled => Gathering::run(source, source, component, history)?,
        };
        Ok(made.map(|(trace, gathered)| {
            let rows = gathered.items.iter().flat_map(|item| &item.rows);
            let latest = rows.map(|row| row.time).max();
            let epoch = || Timestamp::from_unix(0).expect("the epoch is a time");
            Self {
                checkpoint: checkpoint.clone(),
                stage,
                time: at.or(latest).unwrap_or_else(epoch),
                trace,
                items: gathered.items,
                edges: gathered.edges,
            }
        }))
    }

    /// A name for this document that no other has: a UUID of version 8 (RFC 9562 §5.8) over what it depends on.
    pub(super) fn uuid(&self, format: &str) -> String {
        let (origin, size) = (self.checkpoint.origin(), self.checkpoint.size());
        let (root, component) = (self.checkpoint.root(), &self.trace.tree.component);
        let (stage, time) = (self.stage.name(), self.time);
        let named =
            format!("prova pedigree\n{format}\n{origin}\n{size}\n{root}\n{component}\n{stage}\n{time}\n");
        let mut half = [0; 16];
        for (byte, hashed) in half.iter_mut().zip(sha256(&[named.as_bytes()])) {
            *byte = hashed;
        }
        let number = u128::from_be_bytes(half);
        let number = number & !(0xf << 76) | (0x8 << 76);
        let number = number & !(0b11 << 62) | (0b10 << 62);
        let group = |shift: u32| (number >> shift) & 0xffff;
        let (first, last) = (number >> 96, number & 0xffff_ffff_ffff);
        format!(
            "{first:08x}-{:04x}-{:04x}-{:04x}-{last:012x}",
            group(80),
            group(64),
            group(48)
        )
    }

    /// What the document rests on, and where the unit is.
    pub(super) fn properties(&self) -> Vec<(&'static str, String)> {
        let mut properties = vec![
            ("prova:origin", self.checkpoint.origin().to_string()),
            ("prova:size", self.checkpoint.size().to_string()),
            ("prova:root", self.checkpoint.root().to_string()),
            ("prova:stage", self.stage.name().to_owned()),
        ];
        if self.stage == Stage::AsInstalled {
            let inside = self.trace.inside.iter();
            properties.extend(inside.map(|unit| ("prova:inside", unit.to_string())));
            if let Some(slot) = &self.trace.slot {
                properties.push(("prova:slot", slot.component.to_string()));
                let operator = slot.operator.as_ref();
                properties.extend(operator.map(|party| ("prova:operator", party.id.to_string())));
                let category = slot.category;
                properties.extend(category.map(|category| ("prova:slot-category", category.to_string())));
            }
            let holder = self.trace.holder.as_ref();
            properties.extend(holder.map(|party| ("prova:holder", party.id.to_string())));
        }
        properties
    }
}
