//! What a subject can have any number of: findings, transfers, names, parts.
//!
//! Each is a row of its own beside the chain, which keeps only what deciding on the next entry needs. So an entry costs the same however long the
//! chain is that it is appended to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Chain, CustodyChange, Detail, Finding, Register, Transfer, UnitLife, View};
use crate::{
    id::{Alias, ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::event::EventKind,
};

/// How often lines are followed to the one that they were joined to.
pub(super) const MAX_JOINS: usize = 1_024;

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
    /// Of a unit: a unit that was put in, and on which of its lines.
    Part(EntryIndex, ComponentId),
    /// Of a slot: what is in it.
    Occupant(ComponentId),
    /// Of a type: who may manufacture it, beside its maker.
    Manufacturer(OrgId),
    /// Of a type: who supplies parts or software of it.
    Supplier(OrgId),
    /// Of an artefact: who released it.
    Release(OrgId),
    /// Of an artefact: a type that it runs on, as a producer says.
    RunsOn(OrgId, ComponentId),
    /// Of a unit: a line beside the one that is shown, by the entry that began it.
    Account(EntryIndex),
    /// Of a unit: a line that was joined to another, by the entry that began it.
    Joined(EntryIndex),
    /// Of a unit: how many lines an organisation began without a birth.
    Begun(OrgId),
    /// That a life has no beginning on record.
    Unborn,
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
    /// [`FactKey::Release`].
    Release,
    /// [`FactKey::RunsOn`].
    RunsOn,
    /// [`FactKey::Account`].
    Account,
    /// [`FactKey::Joined`].
    Joined,
    /// [`FactKey::Begun`].
    Begun,
    /// [`FactKey::Unborn`].
    Unborn,
}

/// What a fact says beside its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// Nothing: that it is there is all.
    Holds,
    /// What is wrong with the entry.
    Findings(Vec<FoundDetail>),
    /// Who sent the unit to whom, and what became of it.
    Transfer(Box<Transfer>),
    /// The change.
    Custody(Box<CustodyChange>),
    /// Where in its parent a part sits.
    Position(Option<String>),
    /// The neighbours of a unit among those in a slot, by when they were put in.
    Between(Box<Neighbours>),
    /// Whether a release runs on some types only.
    Release {
        /// So it is.
        is_limited: bool,
    },
    /// The line.
    Account(Box<UnitLife>),
    /// The line that it was joined to, by the entry that began that.
    Line(EntryIndex),
    /// How many.
    Count(u64),
    /// The first entry, and what it was.
    Unborn(EntryIndex, EventKind),
}

/// Something that is wrong with an entry, and where that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDetail {
    /// Where it counts.
    pub on: FoundAt,
    /// What is wrong.
    pub detail: Detail,
}

/// Where a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FoundAt {
    /// For the subject as a whole.
    Chain,
    /// On one line of a unit, by the entry that began it.
    Line(EntryIndex),
    /// At the entry alone: its speaker may not write there.
    Entry,
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
    pub const ALL: [Self; 14] = [
        Self::Findings,
        Self::Transfer,
        Self::Custody,
        Self::Alias,
        Self::Part,
        Self::Occupant,
        Self::Manufacturer,
        Self::Supplier,
        Self::Release,
        Self::RunsOn,
        Self::Account,
        Self::Joined,
        Self::Begun,
        Self::Unborn,
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
            Self::Part(..) => FactKind::Part,
            Self::Occupant(_) => FactKind::Occupant,
            Self::Manufacturer(_) => FactKind::Manufacturer,
            Self::Supplier(_) => FactKind::Supplier,
            Self::Release(_) => FactKind::Release,
            Self::RunsOn(..) => FactKind::RunsOn,
            Self::Account(_) => FactKind::Account,
            Self::Joined(_) => FactKind::Joined,
            Self::Begun(_) => FactKind::Begun,
            Self::Unborn => FactKind::Unborn,
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
        known.flat_map(|(of, key, fact)| found(of, key, fact, |_| true))
    }
}

/// The findings that count for a subject, in order of entries: of a unit, those on the line that is shown.
///
/// # Errors
/// A row that cannot be read.
pub fn findings<V: View>(view: &V, of: &SubjectId) -> Result<Vec<Finding>, V::Error> {
    let chain = view.chain(of)?;
    let shown = chain.as_ref().and_then(Chain::unit).and_then(|life| life.began);
    let mut facts = view.facts(of, FactKind::Unborn)?;
    facts.extend(view.facts(of, FactKind::Findings)?);
    let counts = |on: FoundAt| match on {
        FoundAt::Chain => true,
        FoundAt::Line(line) => shown == Some(line),
        FoundAt::Entry => false,
    };
    let mut findings: Vec<_> = facts
        .iter()
        .flat_map(|(key, fact)| found(of, key, fact, counts))
        .collect();
    for (key, fact) in view.facts(of, FactKind::Account)? {
        if let (FactKey::Account(entry), Fact::Account(account)) = (key, fact)
            && let Some(by) = account.begun_by
        {
            findings.push(Finding {
                subject: of.clone(),
                entry,
                detail: Detail::OtherAccount { by },
            });
        }
    }
    findings.sort();
    Ok(findings)
}

/// The findings at an entry about one of its subjects, wherever they count.
///
/// # Errors
/// A row that cannot be read.
pub fn findings_at<V: View>(view: &V, of: &SubjectId, index: EntryIndex) -> Result<Vec<Finding>, V::Error> {
    let mut findings = Vec::new();
    for key in [FactKey::Unborn, FactKey::Findings(index)] {
        if let Some(fact) = view.fact(of, &key)? {
            let found = found(of, &key, &fact, |_| true).into_iter();
            findings.extend(found.filter(|finding| finding.entry == index));
        }
    }
    findings.sort();
    Ok(findings)
}

/// The findings that a fact is.
fn found(of: &SubjectId, key: &FactKey, fact: &Fact, counts: impl Fn(FoundAt) -> bool) -> Vec<Finding> {
    let finding = |entry, detail| Finding {
        subject: of.clone(),
        entry,
        detail,
    };
    match (key, fact) {
        (FactKey::Findings(entry), Fact::Findings(all)) => {
            let counted = all.iter().filter(|found| counts(found.on));
            counted
                .map(|found| finding(*entry, found.detail.clone()))
                .collect()
        }
        (FactKey::Unborn, Fact::Unborn(first, got)) => {
            let want = birth(of);
            let detail = want.map(|want| Detail::NoBirth { got: *got, want });
            detail.into_iter().map(|detail| finding(*first, detail)).collect()
        }
        _ => Vec::new(),
    }
}

/// The event that a life begins with, of those that begin with one.
pub(super) fn birth(of: &SubjectId) -> Option<EventKind> {
    match of.component()?.kind() {
        Kind::Unit => Some(EventKind::Manufacture),
        Kind::Type | Kind::Artefact => Some(EventKind::Manifest),
        Kind::Slot => None,
    }
}

/// The transfers of a unit on the line that is shown, the open one among them, oldest first.
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
    let life = chain.as_ref().and_then(Chain::unit);
    let shown = life.and_then(|life| life.began);
    transfers.extend(life.and_then(|life| life.shipment.clone()));
    transfers.retain(|transfer| shown.is_none_or(|shown| shown == transfer.line));
    transfers.sort_by_key(Transfer::began);
    Ok(transfers)
}

/// The changes of who holds a unit on the line that is shown, the last one among them, oldest first.
///
/// # Errors
/// A row that cannot be read.
pub fn custody<V: View>(view: &V, unit: &SubjectId) -> Result<Vec<CustodyChange>, V::Error> {
    let chain = view.chain(unit)?;
    let life = chain.as_ref().and_then(Chain::unit);
    match life.and_then(|life| life.began) {
        Some(shown) => custody_on(view, unit, shown),
        None => {
            let facts = view.facts(unit, FactKind::Custody)?;
            Ok(facts.into_iter().filter_map(change).collect())
        }
    }
}

fn change((_, fact): (FactKey, Fact)) -> Option<CustodyChange> {
    match fact {
        Fact::Custody(change) => Some(*change),
        _ => None,
    }
}

/// The changes of who holds a unit on one of its lines, oldest first; after it was joined to another, those of that one.
///
/// # Errors
/// A row that cannot be read.
pub fn custody_on<V: View>(
    view: &V,
    unit: &SubjectId,
    line: EntryIndex,
) -> Result<Vec<CustodyChange>, V::Error> {
    let facts = view.facts(unit, FactKind::Custody)?;
    let mut all: Vec<_> = facts.into_iter().filter_map(change).collect();
    let last = on_line(view, unit, line, |life| life.custody.clone())?;
    all.extend(last.flatten());
    all.sort_by_key(|change| change.at.entry);
    let mut told: Vec<CustodyChange> = Vec::new();
    let mut at = line;
    for _ in 0..=MAX_JOINS {
        let before = told.last().map(|last| (last.at.entry, last.holder.clone()));
        let mut of_line = all.iter().filter(|change| change.line == at).peekable();
        // It was joined where the other line came to who held this one.
        if let Some((entry, holder)) = before {
            let comes = |change: &&CustodyChange| change.at.entry <= entry || change.holder != holder;
            while of_line.next_if(comes).is_some() {}
        }
        told.extend(of_line.cloned());
        match view.fact(unit, &FactKey::Joined(at))? {
            Some(Fact::Line(joined)) => at = joined,
            _ => break,
        }
    }
    Ok(told)
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

/// What `look` makes of a line of a unit, or of the one that it was joined to.
///
/// # Errors
/// A row that cannot be read.
pub fn on_line<V: View, T>(
    view: &V,
    unit: &SubjectId,
    line: EntryIndex,
    look: impl FnOnce(&UnitLife) -> T,
) -> Result<Option<T>, V::Error> {
    let chain = view.chain(unit)?;
    let mut at = line;
    for _ in 0..=MAX_JOINS {
        if let Some(shown) = chain
            .as_ref()
            .and_then(Chain::unit)
            .filter(|life| life.began == Some(at))
        {
            return Ok(Some(look(shown)));
        }
        if let Some(Fact::Account(account)) = view.fact(unit, &FactKey::Account(at))? {
            return Ok(Some(look(&account)));
        }
        match view.fact(unit, &FactKey::Joined(at))? {
            Some(Fact::Line(joined)) => at = joined,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Whether a unit moved out of a slot by what the slot's organisation signed.
///
/// # Errors
/// A row that cannot be read.
pub fn has_left<V: View>(view: &V, slot: &ComponentId, unit: &ComponentId) -> Result<bool, V::Error> {
    let Some(operator) = slot.org() else {
        return Ok(false);
    };
    let id = SubjectId::from(unit.clone());
    let look = |life: &UnitLife| {
        let last = life.changed.get(&Register::Place);
        let left = last.is_some_and(|last| last.signers.contains(operator));
        (life.slot.as_ref() == Some(slot), left)
    };
    let shown = view.chain(&id)?.as_ref().and_then(Chain::unit).map(look);
    let mut lines: Vec<_> = shown.into_iter().collect();
    for (_, fact) in view.facts(&id, FactKind::Account)? {
        if let Fact::Account(account) = fact {
            lines.push(look(&account));
        }
    }
    let is_there = lines.iter().any(|(is_there, _)| *is_there);
    Ok(!is_there && lines.iter().any(|(_, left)| *left))
}

/// The units in a unit on the line that is shown, and where: those whose own line says so too.
///
/// # Errors
/// A row that cannot be read.
pub fn parts<V: View>(view: &V, unit: &SubjectId) -> Result<BTreeMap<ComponentId, Option<String>>, V::Error> {
    let mut parts = BTreeMap::new();
    let chain = view.chain(unit)?;
    let shown = chain.as_ref().and_then(Chain::unit).and_then(|life| life.began);
    for fact in view.facts(unit, FactKind::Part)? {
        if let (FactKey::Part(line, part), Fact::Position(position)) = fact
            && (shown.is_none() || on_line(view, unit, line, |life| life.began)?.flatten() == shown)
            && is_in(view, &part, unit, shown)?
        {
            parts.insert(part, position);
        }
    }
    Ok(parts)
}

/// Whether a line of a part lies in a unit, on the line of that which is shown, and whose holder says so. Of a part without a line, or whose
/// chain is not here, nothing says that it left.
fn is_in<V: View>(
    view: &V,
    part: &ComponentId,
    unit: &SubjectId,
    of_unit: Option<EntryIndex>,
) -> Result<bool, V::Error> {
    let id = SubjectId::from(part.clone());
    let up = |life: &UnitLife| {
        let (parent, up) = life.inside()?;
        (SubjectId::from(parent.clone()) == *unit).then_some(up)
    };
    let chain = view.chain(&id)?;
    let Some(shown) = chain
        .as_ref()
        .and_then(Chain::unit)
        .filter(|life| life.began.is_some())
    else {
        return Ok(true);
    };
    let mut lines = vec![up(shown)];
    for (_, fact) in view.facts(&id, FactKind::Account)? {
        if let Fact::Account(account) = fact {
            lines.push(up(&account));
        }
    }
    for up in lines.into_iter().flatten() {
        if of_unit.is_none() || on_line(view, unit, up, |life| life.began)?.flatten() == of_unit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is in a slot.
///
/// # Errors
/// A row that cannot be read.
pub fn occupants<V: View>(view: &V, slot: &SubjectId) -> Result<BTreeSet<ComponentId>, V::Error> {
    let mut occupants = BTreeSet::new();
    for (key, _) in view.facts(slot, FactKind::Occupant)? {
        if let (FactKey::Occupant(occupant), Some(id)) = (key, slot.component())
            && (occupant.kind() != Kind::Unit || !has_left(view, id, &occupant)?)
        {
            occupants.insert(occupant);
        }
    }
    Ok(occupants)
}
