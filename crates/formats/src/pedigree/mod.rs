//! What a unit is made of, as a bill of materials that other people's tools read: CycloneDX 1.7 ([`cyclonedx`]) or SPDX 2.3 ([`spdx`]).
//!
//! Two stages: [`Stage::AsBuilt`] is each unit as it was when it first left its maker's hands, [`Stage::AsInstalled`] as the ledger knows it now. What
//! types and releases are is said by their latest manifests in both. Every component names the entries that it rests on, by index and leaf hash.
//!
//! The bytes are a function of ledger, checkpoint, component, stage and time. Nothing here is signed; what is stated can be looked up in the
//! ledger, and the ledger's size and root stand in the document. Text from records stays data: JSON escapes it, and where it becomes part of a
//! sentence, control characters are escaped before.

mod built;
pub mod cyclonedx;
pub mod spdx;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prova_core::{
    hash::{Digest, sha256},
    id::{Alias, ComponentId, Kind, SubjectId},
    index::term::Term,
    lifecycle::{Chain, Finding, Life, facts},
    log::Checkpoint,
    position::EntryIndex,
    registry::history::History,
    statement::event::{Attachment, Event, make::Manufacture},
    text::escape,
    time::Timestamp,
    view::{
        component_state::Party,
        message::message,
        timeline::TimelineRow,
        trace::{Entries, Relation, Shown, Trace, TraceNode},
    },
};

use self::built::AsBuilt;

/// Deepest nesting of parts in a document; deeper ones stand beside the others, since readers limit nesting.
const MAX_DEPTH: usize = 16;

/// Where entries come from, and how they are found.
pub trait PedigreeSource: Entries {
    /// The entries under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Self::Error>;
}

/// When in its life a unit is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As each unit was when it was first shipped, received, installed or decommissioned.
    AsBuilt,
    /// As the ledger knows it at the checkpoint.
    AsInstalled,
}

impl Stage {
    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsBuilt => "as-built",
            Self::AsInstalled => "as-installed",
        }
    }
}

/// What a component is made of.
#[derive(Clone, Debug)]
pub struct Pedigree {
    checkpoint: Checkpoint,
    stage: Stage,
    time: Timestamp,
    trace: Trace,
    items: Vec<Item>,
    edges: Vec<Edge>,
}

/// A component in a document, once.
#[derive(Clone, Debug)]
struct Item {
    node: TraceNode,
    /// The product's name, or what the id says.
    name: String,
    version: Option<String>,
    serial: Option<String>,
    birth: Option<Birth>,
    aliases: Vec<Alias>,
    findings: Vec<Finding>,
    rows: Vec<TimelineRow>,
    /// Position in the items of the unit that it is a part of.
    parent: Option<usize>,
}

/// The record of a manufacture.
#[derive(Clone, Debug)]
struct Birth {
    by: Option<Party>,
    manufacture: Manufacture,
}

/// What one component has to do with another.
#[derive(Clone, Debug)]
struct Edge {
    from: ComponentId,
    relation: Relation,
    to: ComponentId,
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
    fn uuid(&self, format: &str) -> String {
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
    fn properties(&self) -> Vec<(&'static str, String)> {
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

impl Item {
    /// Whether it is an instance, of which a ledger never knows that all parts are recorded.
    fn is_unit(&self) -> bool {
        self.node.component.kind() == Kind::Unit
    }

    /// What neither format has a place for.
    fn properties(&self) -> Vec<(&'static str, String)> {
        let node = &self.node;
        let mut properties = vec![("prova:id", node.component.to_string())];
        properties.extend(
            node.category
                .map(|category| ("prova:category", category.to_string())),
        );
        let maker = node.maker.as_ref();
        properties.extend(maker.map(|party| ("prova:maker", party.id.to_string())));
        if let Some(birth) = &self.birth {
            let by = birth.by.as_ref();
            properties.extend(by.map(|party| ("prova:manufacturer", party.id.to_string())));
            let site = &birth.manufacture.site;
            let name = site.name.as_deref().map(|name| format!(" {}", escape(name)));
            properties.push((
                "prova:made-in",
                site.country.to_string() + &name.unwrap_or_default(),
            ));
        }
        if node.released == Some(false) {
            properties.push(("prova:released", "no manifest of its producer".to_owned()));
        }
        match node.shown {
            Shown::Unknown => {
                properties.push(("prova:unknown", "the ledger has no entry about it".to_owned()));
            }
            Shown::Cut => properties.push(("prova:cut", "what is inside is not listed".to_owned())),
            Shown::Whole | Shown::Elsewhere => {}
        }
        properties.extend(
            self.aliases
                .iter()
                .map(|alias| ("prova:alias", alias.to_string())),
        );
        for supply in &node.supplies {
            let category = supply.category.map(|category| category.to_string());
            let supplier = supply.supplier.as_ref().map(|supplier| format!("by {supplier}"));
            let made = supply
                .country_of_origin
                .map(|country| format!("made in {country}"));
            let said = [category, supplier, made].into_iter().flatten();
            let said: Vec<_> = std::iter::once(escape(&supply.what)).chain(said).collect();
            properties.push(("prova:supplied", said.join(", ")));
        }
        let unknowns = node.known_unknowns.iter();
        properties.extend(unknowns.map(|text| ("prova:known-unknown", escape(text))));
        properties.extend(self.findings.iter().map(|finding| {
            let text = format!(
                "entry {} {}: {}",
                finding.entry,
                finding.code(),
                escape(&message(&finding.detail))
            );
            ("prova:finding", text)
        }));
        properties.extend(self.rows.iter().map(|row| {
            let text = format!("entry {} leaf {} {} {}", row.index, row.leaf, row.event, row.time);
            ("prova:entry", text)
        }));
        properties
    }

    /// Its life in sentences, one a line.
    fn notes(&self) -> String {
        let lines: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                let by = row
                    .by
                    .as_ref()
                    .map(|party| escape(party.shown()))
                    .unwrap_or_default();
                format!(
                    "entry {}, {}: {by} {}",
                    row.index,
                    row.time,
                    escape(&row.sentence)
                )
            })
            .collect();
        lines.join("\n")
    }

    /// Documents that entries about it name, beside bills of materials, each once.
    fn evidence(&self) -> Vec<&Attachment> {
        let boms = self.node.boms.iter().map(|bom| bom.document.sha256);
        let mut seen: BTreeSet<Digest> = boms.collect();
        let documents = self.rows.iter().flat_map(|row| &row.documents);
        documents
            .filter(|document| seen.insert(document.sha256))
            .collect()
    }

    /// The first other name of a scheme.
    fn alias(&self, scheme: &str) -> Option<&str> {
        let names = self.aliases.iter().map(Alias::as_str);
        names.into_iter().find(|name| name.starts_with(scheme))
    }

    /// Who made it, where that is recorded.
    fn manufacturer(&self) -> Option<&Party> {
        self.birth.as_ref().and_then(|birth| birth.by.as_ref())
    }
}

/// A name for a document by its digest (RFC 6920 §3).
fn named_by_digest(digest: &Digest) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}

/// Items that are being gathered.
#[derive(Default)]
struct Gathered {
    items: Vec<Item>,
    edges: Vec<Edge>,
    seen: BTreeSet<ComponentId>,
}

/// Where they come from: rows at a stage, entries as they are.
struct Gathering<'a, V, S> {
    view: &'a V,
    source: &'a S,
    history: &'a History,
    gathered: Gathered,
}

impl<V: Entries, S: PedigreeSource<Error = V::Error>> Gathering<'_, V, S> {
    fn run(
        view: &V,
        source: &S,
        component: &ComponentId,
        history: &History,
    ) -> Result<Option<(Trace, Gathered)>, V::Error> {
        let Some(trace) = Trace::new(view, component, history.now())? else {
            return Ok(None);
        };
        let mut gathering = Gathering {
            view,
            source,
            history,
            gathered: Gathered::default(),
        };
        // Types by id, since only one of the nodes about a type says all.
        let whole = trace.tree.walk().into_iter();
        let whole: BTreeMap<_, _> = whole
            .filter(|node| node.shown == Shown::Whole)
            .map(|node| (&node.component, node))
            .collect();
        gathering.take(&trace.tree, None, 0, &whole)?;
        let gathered = gathering.gathered;
        Ok(Some((trace, gathered)))
    }

    /// Takes a node and those below it, each component once. Trees are at most [`prova_core::lifecycle::MAX_NESTING`] deep.
    fn take(
        &mut self,
        node: &TraceNode,
        parent: Option<usize>,
        depth: usize,
        whole: &BTreeMap<&ComponentId, &TraceNode>,
    ) -> Result<(), V::Error> {
        // Where a component comes again, the tree says little about it.
        let node = whole.get(&node.component).copied().map_or_else(
            || node.clone(),
            |known| TraceNode {
                position: node.position.clone(),
                ..known.clone()
            },
        );
        if !self.gathered.seen.insert(node.component.clone()) {
            return Ok(());
        }
        let at = self.gathered.items.len();
        let item = self.item(&node, parent, whole)?;
        self.gathered.items.push(item);
        let below = depth.saturating_add(1);
        for child in &node.children {
            self.gathered.edges.push(Edge {
                from: node.component.clone(),
                relation: child.relation,
                to: child.component.clone(),
            });
            let is_nested = child.relation == Relation::Part && below <= MAX_DEPTH;
            self.take(child, is_nested.then_some(at), below, whole)?;
        }
        Ok(())
    }

    fn item(
        &self,
        node: &TraceNode,
        parent: Option<usize>,
        whole: &BTreeMap<&ComponentId, &TraceNode>,
    ) -> Result<Item, V::Error> {
        let id = &node.component;
        let subject = SubjectId::from(id.clone());
        let chain = self.view.chain(&subject)?;
        let rows = chain.as_ref().map(|chain| self.rows(id, chain)).transpose()?;
        let of_type = node
            .children
            .iter()
            .find(|child| child.relation == Relation::Type);
        let of_type = of_type.map(|child| whole.get(&child.component).copied().unwrap_or(child));
        let (part, last) = segments(id);
        let (name, version, serial) = match id.kind() {
            Kind::Unit => {
                let named = of_type.map(|of_type| {
                    let (part, revision) = segments(&of_type.component);
                    (of_type.name.clone().or(part), revision)
                });
                let (name, revision) = named.unwrap_or_default();
                (name.or(part), revision, last)
            }
            Kind::Type => (node.name.clone().or(part), last, None),
            Kind::Artefact | Kind::Slot => (node.name.clone(), node.version.clone(), None),
        };
        let filled = |text: &String| !text.is_empty();
        let (name, version) = (name.filter(filled), version.filter(filled));
        // Ids of some schemes name no maker; that of the type answers for the unit.
        let maker = node
            .maker
            .clone()
            .or_else(|| of_type.and_then(|of_type| of_type.maker.clone()));
        Ok(Item {
            name: name.unwrap_or_else(|| id.to_string()),
            version,
            serial,
            birth: chain
                .as_ref()
                .map(|chain| self.birth(chain))
                .transpose()?
                .flatten(),
            aliases: facts::aliases(self.view, &subject)?.into_iter().collect(),
            findings: facts::findings(self.view, &subject)?,
            rows: rows.unwrap_or_default(),
            parent,
            node: TraceNode {
                children: Vec::new(),
                maker,
                ..node.clone()
            },
        })
    }

    fn birth(&self, chain: &Chain) -> Result<Option<Birth>, V::Error> {
        let Some(index) = chain.unit().and_then(|life| life.born) else {
            return Ok(None);
        };
        let entry = self.source.entry(index)?;
        Ok(entry.statement().event().and_then(|event| match &event.event {
            Event::Manufacture(manufacture) => Some(Birth {
                by: Some(Party::new(&event.by, self.history.now())),
                manufacture: manufacture.clone(),
            }),
            _ => None,
        }))
    }

    /// The entries that a component rests on: all of a unit's, the manifests of a type or release. (A type is mentioned by each of its units.)
    fn rows(&self, id: &ComponentId, chain: &Chain) -> Result<Vec<TimelineRow>, V::Error> {
        let subject = SubjectId::from(id.clone());
        let indices = match &chain.life {
            Life::Unit(_) if chain.length == 0 => Vec::new(),
            Life::Unit(_) => self.source.posting(&Term::Id(subject.clone()))?,
            Life::Type(life) => life.manifest.into_iter().collect(),
            Life::Artefact(life) => life
                .released
                .into_iter()
                .chain(life.manifest)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            Life::Slot(_) | Life::Act(_) | Life::Index(_) => Vec::new(),
        };
        let mut rows = Vec::new();
        for index in indices.into_iter().filter(|index| *index <= chain.last) {
            let entry = self.source.entry(index)?;
            if entry
                .statement()
                .subjects
                .iter()
                .any(|stated| stated.id == subject)
            {
                rows.push(TimelineRow::new(index, &entry, Some(&subject), self.history));
            }
        }
        Ok(rows)
    }
}

/// Part number, and revision or serial number, as the id has them.
fn segments(id: &ComponentId) -> (Option<String>, Option<String>) {
    let text = id.as_str();
    if let Some(sgtin) = text.strip_prefix("unit:sgtin:") {
        return (None, sgtin.split_once('.').map(|(_, serial)| serial.to_owned()));
    }
    let mut segments = text.rsplitn(3, '/');
    match (segments.next(), segments.next(), segments.next()) {
        (Some(last), Some(part), Some(_)) => (Some(part.to_owned()), Some(last.to_owned())),
        _ => (None, None),
    }
}
