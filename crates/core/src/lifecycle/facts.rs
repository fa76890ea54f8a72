//! What a subject can have any number of: findings, transfers, names, parts.
//!
//! Each is a row of its own beside the chain, which keeps only what deciding on the next entry needs. So an entry costs the same however long the
//! chain is that it is appended to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Chain, CustodyChange, Detail, Finding, Transfer, View};
use crate::{
    id::{Alias, ComponentId, OrgId, SubjectId},
    position::EntryIndex,
};

/// Which of a subject's facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FactKey {
    /// What is wrong with an entry of its chain.
    Findings(EntryIndex),
    /// Of a unit: a transfer that is not open any more, by the entry that began it.
    Transfer(EntryIndex),
    /// Of a unit: a change of who holds it, before the last one, by the entry that made it.
    Custody(EntryIndex),
    /// Another name.
    Alias(Alias),
    /// Of a unit: a unit in it.
    Part(ComponentId),
    /// Of a slot: what is in it.
    Occupant(ComponentId),
    /// Of a type: who may manufacture it, beside its maker.
    Manufacturer(OrgId),
    /// Of a type: who supplies parts or software of it.
    Supplier(OrgId),
    /// Of an artefact: a type that it runs on.
    RunsOn(ComponentId),
}

/// What facts there can be of a subject, as their rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// [`FactKey::Findings`].
    Findings,
    /// [`FactKey::Transfer`].
    Transfer,
    /// [`FactKey::Custody`].
    Custody,
    /// [`FactKey::Alias`].
    Alias,
    /// [`FactKey::Part`].
    Part,
    /// [`FactKey::Occupant`].
    Occupant,
    /// [`FactKey::Manufacturer`].
    Manufacturer,
    /// [`FactKey::Supplier`].
    Supplier,
    /// [`FactKey::RunsOn`].
    RunsOn,
}

/// What a fact says beside its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// Nothing: that it is there is all.
    Holds,
    /// What is wrong with the entry.
    Findings(Vec<Detail>),
    /// Who sent the unit to whom, and what became of it.
    Transfer(Box<Transfer>),
    /// The change.
    Custody(Box<CustodyChange>),
    /// Where in its parent a part sits.
    Position(Option<String>),
    /// The neighbours of a unit among those in a slot, by when they were put in.
    Between(Box<Neighbours>),
}

/// The neighbours of a unit among those in a slot: by these it can be taken out of their list wherever it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbours {
    /// The one put in before it.
    pub before: Option<ComponentId>,
    /// The one put in after it.
    pub after: Option<ComponentId>,
}

impl FactKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Findings,
        Self::Transfer,
        Self::Custody,
        Self::Alias,
        Self::Part,
        Self::Occupant,
        Self::Manufacturer,
        Self::Supplier,
        Self::RunsOn,
    ];
}

impl FactKey {
    /// Which kind of fact it is.
    #[must_use]
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Findings(_) => FactKind::Findings,
            Self::Transfer(_) => FactKind::Transfer,
            Self::Custody(_) => FactKind::Custody,
            Self::Alias(_) => FactKind::Alias,
            Self::Part(_) => FactKind::Part,
            Self::Occupant(_) => FactKind::Occupant,
            Self::Manufacturer(_) => FactKind::Manufacturer,
            Self::Supplier(_) => FactKind::Supplier,
            Self::RunsOn(_) => FactKind::RunsOn,
        }
    }
}

/// Facts in memory, those known to be gone among them: rows of their own, or changes that lie above others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<(SubjectId, FactKey), Option<Fact>>);

impl Facts {
    /// Keeps a fact, or that it is gone.
    pub fn insert(&mut self, of: SubjectId, key: FactKey, fact: Option<Fact>) {
        self.0.insert((of, key), fact);
    }

    /// Keeps what others say, where they differ.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Keeps only the facts about these subjects.
    pub(crate) fn retain(&mut self, keep: impl Fn(&SubjectId) -> bool) {
        self.0.retain(|(of, _), _| keep(of));
    }

    /// The fact with this key, or that it is gone; absent where nothing is known of it.
    #[must_use]
    pub fn get(&self, of: &SubjectId, key: &FactKey) -> Option<Option<&Fact>> {
        self.0.get(&(of.clone(), key.clone())).map(Option::as_ref)
    }

    pub(super) fn get_mut(&mut self, of: &SubjectId, key: &FactKey) -> Option<&mut Fact> {
        self.0.get_mut(&(of.clone(), key.clone()))?.as_mut()
    }

    /// The facts of one kind about a subject where `below` lie under these, in order of their keys.
    #[must_use]
    pub fn over(&self, of: &SubjectId, kind: FactKind, below: Vec<(FactKey, Fact)>) -> Vec<(FactKey, Fact)> {
        let first = (of.clone(), FactKey::Findings(EntryIndex::new(0)));
        let here = self.0.range(first..).take_while(|((id, _), _)| id == of);
        let mut facts: BTreeMap<_, _> = below.into_iter().collect();
        for ((_, key), fact) in here.filter(|((_, key), _)| key.kind() == kind) {
            match fact {
                Some(fact) => facts.insert(key.clone(), fact.clone()),
                None => facts.remove(key),
            };
        }
        facts.into_iter().collect()
    }

    /// All of them, in order of subjects and keys.
    pub fn iter(&self) -> impl Iterator<Item = (&SubjectId, &FactKey, Option<&Fact>)> {
        self.0.iter().map(|((of, key), fact)| (of, key, fact.as_ref()))
    }

    /// The findings among them, in order of subjects and entries.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let known = self
            .0
            .iter()
            .filter_map(|((of, key), fact)| Some((of, key, fact.as_ref()?)));
        known.flat_map(|(of, key, fact)| found(of, key, fact))
    }
}

/// The findings in the chain of a subject, in order of entries.
///
/// # Errors
/// A row that cannot be read.
pub fn findings<V: View>(view: &V, of: &SubjectId) -> Result<Vec<Finding>, V::Error> {
    let facts = view.facts(of, FactKind::Findings)?;
    let by_entry: BTreeMap<_, _> = facts.into_iter().collect();
    let findings = by_entry.iter().flat_map(|(key, fact)| found(of, key, fact));
    Ok(findings.collect())
}

/// The findings at an entry in the chain of one of its subjects.
///
/// # Errors
/// A row that cannot be read.
pub fn findings_at<V: View>(view: &V, of: &SubjectId, index: EntryIndex) -> Result<Vec<Finding>, V::Error> {
    let key = FactKey::Findings(index);
    let fact = view.fact(of, &key)?;
    Ok(fact.map(|fact| found(of, &key, &fact)).unwrap_or_default())
}

/// The findings that a fact is.
fn found(of: &SubjectId, key: &FactKey, fact: &Fact) -> Vec<Finding> {
    let (FactKey::Findings(entry), Fact::Findings(details)) = (key, fact) else {
        return Vec::new();
    };
    let findings = details.iter().map(|detail| Finding {
        subject: of.clone(),
        entry: *entry,
        detail: detail.clone(),
    });
    findings.collect()
}

/// The transfers of a unit, the open one among them, oldest first.
///
/// # Errors
/// A row that cannot be read.
pub fn transfers<V: View>(view: &V, unit: &SubjectId) -> Result<Vec<Transfer>, V::Error> {
    let facts = view.facts(unit, FactKind::Transfer)?.into_iter();
    let mut transfers: Vec<_> = facts
        .filter_map(|(_, fact)| match fact {
            Fact::Transfer(transfer) => Some(*transfer),
            _ => None,
        })
        .collect();
    let chain = view.chain(unit)?;
    transfers.extend(
        chain
            .as_ref()
            .and_then(Chain::unit)
            .and_then(|life| life.shipment.clone()),
    );
    transfers.sort_by_key(Transfer::began);
    Ok(transfers)
}

/// The changes of who holds a unit, the last one among them, oldest first.
///
/// # Errors
/// A row that cannot be read.
pub fn custody<V: View>(view: &V, unit: &SubjectId) -> Result<Vec<CustodyChange>, V::Error> {
    let facts = view.facts(unit, FactKind::Custody)?.into_iter();
    let mut changes: Vec<_> = facts
        .filter_map(|(_, fact)| match fact {
            Fact::Custody(change) => Some(*change),
            _ => None,
        })
        .collect();
    let chain = view.chain(unit)?;
    changes.extend(
        chain
            .as_ref()
            .and_then(Chain::unit)
            .and_then(|life| life.custody.clone()),
    );
    changes.sort_by_key(|change| change.at.entry);
    Ok(changes)
}

/// Other names of a subject.
///
/// # Errors
/// A row that cannot be read.
pub fn aliases<V: View>(view: &V, of: &SubjectId) -> Result<BTreeSet<Alias>, V::Error> {
    let facts = view.facts(of, FactKind::Alias)?.into_iter();
    let aliases = facts.filter_map(|(key, _)| match key {
        FactKey::Alias(alias) => Some(alias),
        _ => None,
    });
    Ok(aliases.collect())
}

/// The units in a unit, and where.
///
/// # Errors
/// A row that cannot be read.
pub fn parts<V: View>(view: &V, unit: &SubjectId) -> Result<BTreeMap<ComponentId, Option<String>>, V::Error> {
    let facts = view.facts(unit, FactKind::Part)?.into_iter();
    let parts = facts.filter_map(|fact| match fact {
        (FactKey::Part(part), Fact::Position(position)) => Some((part, position)),
        _ => None,
    });
    Ok(parts.collect())
}

/// What is in a slot.
///
/// # Errors
/// A row that cannot be read.
pub fn occupants<V: View>(view: &V, slot: &SubjectId) -> Result<BTreeSet<ComponentId>, V::Error> {
    let facts = view.facts(slot, FactKind::Occupant)?.into_iter();
    let occupants = facts.filter_map(|(key, _)| match key {
        FactKey::Occupant(occupant) => Some(occupant),
        _ => None,
    });
    Ok(occupants.collect())
}
