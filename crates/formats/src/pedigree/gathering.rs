//! The way through a unit: each component in it once, with the entries that it rests on.

use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    id::{ComponentId, Kind, SubjectId},
    index::term::Term,
    lifecycle::{Chain, Life, facts},
    registry::history::History,
    statement::event::Event,
    view::{
        component_state::Party,
        timeline::TimelineRow,
        trace::{Entries, Relation, Shown, Trace, TraceNode},
    },
};

use super::{Birth, Edge, Item, PedigreeSource};

/// Deepest nesting of parts in a document; deeper ones stand beside the others, since readers limit nesting.
const MAX_DEPTH: usize = 16;

/// Items that are being gathered.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) items: Vec<Item>,
    pub(super) edges: Vec<Edge>,
    seen: BTreeSet<ComponentId>,
}

/// Where they come from: rows at a stage, entries as they are.
pub(super) struct Gathering<'a, V, S> {
    view: &'a V,
    source: &'a S,
    history: &'a History,
    gathered: Gathered,
}

impl<V: Entries, S: PedigreeSource<Error = V::Error>> Gathering<'_, V, S> {
    pub(super) fn run(
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
        let birth = chain.as_ref().map(|chain| self.birth(chain));
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
            birth: birth.transpose()?.flatten(),
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
            Life::Artefact(life) => {
                let told: BTreeSet<_> = life.released.into_iter().chain(life.manifest).collect();
                told.into_iter().collect()
            }
            Life::Slot(_) | Life::Act(_) | Life::Index(_) => Vec::new(),
        };
        let mut rows = Vec::new();
        for index in indices.into_iter().filter(|index| *index <= chain.last) {
            let entry = self.source.entry(index)?;
            let mut stated = entry.statement().subjects.iter();
            if stated.any(|stated| stated.id == subject) {
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
