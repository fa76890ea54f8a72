//! How a component stands after all entries about it: who holds it, where it is, what it runs.

use serde::Serialize;

use crate::{
    hash::LeafHash,
    id::{Alias, ComponentId, OrgId, Origin, SubjectId},
    lifecycle::{Chain, Life, MAX_NESTING, Transfer, TransferState, UnitLife, View, facts},
    position::EntryIndex,
    registry::Registry,
    statement::event::{
        category::{AreaClass, Category},
        notice::ActStatus,
    },
    time::Timestamp,
    view::custody::CustodyLine,
};

/// An organisation and its name in the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// What it is called in the ledger.
    pub id: OrgId,
    /// Its name; absent where it is not enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A transfer of custody, with the names of its parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustodyTransfer {
    /// Who gave it.
    pub from: Party,
    /// Who got it, or is to get it.
    pub to: Party,
    /// Who carries the unit, if the shipper names somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Party>,
    /// Who gets title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_to: Option<Party>,
    /// The `ship` entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped: Option<EntryIndex>,
    /// The last `receive` entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<EntryIndex>,
    /// Where it stands.
    pub state: TransferState,
}

/// A unit inside another, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartPosition {
    /// The part.
    pub component: ComponentId,
    /// Where it sits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// How a component stands. Members that do not apply to its kind are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComponentState {
    /// Entries in its chain.
    pub entries: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<EntryIndex>,
    /// The last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<EntryIndex>,
    /// Leaf hash of the last: what the next statement must follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<LeafHash>,
    /// The latest time claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The ledger that its chain comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
    /// Other names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The product's name, of a type or artefact, or of a unit's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version of an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is in a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Where a slot is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaClass>,
    /// The type of a unit.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub of_type: Option<ComponentId>,
    /// The producer of an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producer: Option<Party>,
    /// The entry by which its producer released an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<EntryIndex>,
    /// Who holds a unit; of a part, who holds the unit that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Party>,
    /// Who held a unit until then.
    #[serde(skip_serializing_if = "CustodyLine::is_empty")]
    pub custody: CustodyLine,
    /// Who has legal title to a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Party>,
    /// The transfers of a unit, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<CustodyTransfer>,
    /// The unit that a part is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<ComponentId>,
    /// The parts of a unit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartPosition>,
    /// The slot that a unit, or the unit that it is in, is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<ComponentId>,
    /// What is in a slot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occupants: Vec<ComponentId>,
    /// What a unit or slot runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<ComponentId>,
    /// The last recall of a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled: Option<EntryIndex>,
    /// Where an act of an authority stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<ActStatus>,
    /// The entry that ended its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EntryIndex>,
}

impl Party {
    /// The organisation as the registry knows it.
    #[must_use]
    pub fn new(id: &OrgId, registry: &Registry) -> Self {
        let participant = registry.participants().get(id);
        Self {
            id: id.clone(),
            name: participant.map(|participant| participant.name.clone()),
        }
    }

    /// Its name, or its id where it has none.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.id.as_str())
    }
}

/// A unit on the line that is shown, and the units that it is in on the lines on which it is in them, outermost last; follows [`MAX_NESTING`]
/// of them.
///
/// # Errors
/// A row that cannot be read.
pub fn within<V: View>(view: &V, unit: &ComponentId) -> Result<Vec<(ComponentId, Chain)>, V::Error> {
    let mut path: Vec<(ComponentId, Chain)> = Vec::new();
    let mut at = Some((unit.clone(), None));
    while let Some((id, line)) = at.take().filter(|_| path.len() < MAX_NESTING) {
        let seen = path.iter().any(|(known, _)| *known == id);
        let subject = SubjectId::from(id.clone());
        if let Some(mut chain) = view.chain(&subject)?.filter(|_| !seen) {
            if let Some(line) = line
                && let Some(life) = facts::on_line(view, &subject, line, UnitLife::clone)?
            {
                chain.life = Life::Unit(Box::new(life));
            }
            let inside = chain.unit().and_then(UnitLife::inside);
            at = inside.map(|(parent, up)| (parent.clone(), Some(up)));
            path.push((id, chain));
        }
    }
    Ok(path)
}

impl ComponentState {
    /// How a subject stands, if there is any entry about it.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn of<V: View>(view: &V, subject: &SubjectId, registry: &Registry) -> Result<Option<Self>, V::Error> {
        let Some(chain) = view.chain(subject)? else {
            return Ok(None);
        };
        let mut standing = Self {
            entries: chain.length,
            first: Some(chain.first),
            last: Some(chain.last),
            head: Some(chain.head),
            time: Some(chain.time),
            from: chain.from.clone(),
            aliases: facts::aliases(view, subject)?.into_iter().collect(),
            ended: chain.ended(),
            ..Self::default()
        };
        match &chain.life {
            Life::Type(life) => {
                standing.name.clone_from(&life.name);
                standing.category = life.category;
            }
            Life::Artefact(life) => {
                standing.name.clone_from(&life.name);
                standing.version.clone_from(&life.version);
                standing.producer = life.producer.as_ref().map(|org| Party::new(org, registry));
                standing.released = life.released;
            }
            Life::Unit(_) => {
                if let Some(unit) = subject.component() {
                    standing.fill_unit(view, unit, &chain, registry)?;
                }
            }
            Life::Slot(life) => {
                standing.category = life.category;
                standing.area = life.area;
                standing.occupants = facts::occupants(view, subject)?.into_iter().collect();
                standing.firmware.clone_from(&life.firmware);
            }
            Life::Act(status) => standing.act = *status,
            Life::Index(_) => {}
        }
        Ok(Some(standing))
    }

    fn fill_unit<V: View>(
        &mut self,
        view: &V,
        unit: &ComponentId,
        chain: &Chain,
        registry: &Registry,
    ) -> Result<(), V::Error> {
        let Some(life) = chain.unit() else {
            return Ok(());
        };
        let path = within(view, unit)?;
        let party = |org: &OrgId| Party::new(org, registry);
        if let Some(of_type) = &life.of_type {
            let of_type = view.chain(&SubjectId::from(of_type.clone()))?;
            let of_type = of_type.as_ref().and_then(Chain::type_life);
            self.name = of_type.and_then(|life| life.name.clone());
            self.category = of_type.and_then(|life| life.category);
        }
        self.of_type.clone_from(&life.of_type);
        self.custody = CustodyLine::of(view, unit, registry)?;
        self.holder = self.custody.holder().cloned();
        self.title = life.title.as_ref().map(party);
        let subject = SubjectId::from(unit.clone());
        self.transfers = facts::transfers(view, &subject)?
            .iter()
            .map(|transfer| CustodyTransfer::new(transfer, registry))
            .collect();
        self.parent = life.parent().cloned();
        let part = |(component, position)| PartPosition { component, position };
        self.parts = facts::parts(view, &subject)?.into_iter().map(part).collect();
        self.slot = path
            .iter()
            .find_map(|(_, chain)| chain.unit().and_then(|life| life.slot.clone()));
        self.firmware.clone_from(&life.firmware);
        self.recalled = life.recalled;
        Ok(())
    }
}

impl CustodyTransfer {
    fn new(transfer: &Transfer, registry: &Registry) -> Self {
        let party = |org: &OrgId| Party::new(org, registry);
        Self {
            from: party(&transfer.from),
            to: party(&transfer.to),
            carrier: transfer.carrier.as_ref().map(party),
            title_to: transfer.title_to.as_ref().map(party),
            shipped: transfer.shipped.map(|(index, _)| index),
            received: transfer.received,
            state: transfer.state,
        }
    }
}
