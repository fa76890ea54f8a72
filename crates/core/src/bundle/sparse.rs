//! Lives from some of a ledger's entries: those of the components that are followed, and of nobody else.
//!
//! An entry may be about others too: the other units of a consignment, the slot beside a unit. They are *projected away*: their links are not
//! checked and nothing is found on them. Where an event lets one subject's state decide about another, that subject must be followed as well;
//! so what is found on a followed component is exactly what a replay of the whole ledger finds on it. What is missing for that is *wanted*.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use crate::{
    hash::LeafHash,
    id::{Alias, ComponentId, Kind, OrgId, SubjectId},
    lifecycle::{self, Chain, Changes, Fact, FactKey, FactKind, Layer, Lives, MAX_NESTING, Moment, View},
    position::EntryIndex,
    statement::{
        Subject,
        event::{Event, EventPredicate, operation::MaintenanceAction},
    },
};

/// Whose chains are known in full.
#[derive(Clone, Debug)]
pub(super) enum Followed {
    /// Everybody's.
    All,
    /// Those of these subjects, and the holders of these aliases.
    These {
        subjects: BTreeSet<SubjectId>,
        aliases: BTreeSet<Alias>,
    },
}

/// What must be followed too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Want {
    Chain(SubjectId),
    Alias(Alias),
}

/// The chains of those who are followed, so far.
#[derive(Clone, Debug)]
pub(super) struct Sparse {
    followed: Followed,
    lives: Lives,
    /// The first entry that depends on the chain of a unit that is not followed.
    gap: Option<Moment>,
}

/// What an entry is applied on: the chains before it; notes what is asked for and not followed.
struct Window<'a> {
    sparse: &'a Sparse,
    wanted: RefCell<BTreeSet<Want>>,
}

impl Followed {
    pub(super) fn has(&self, id: &SubjectId) -> bool {
        match self {
            Self::All => true,
            Self::These { subjects, .. } => subjects.contains(id),
        }
    }

    pub(super) fn has_alias(&self, alias: &Alias) -> bool {
        match self {
            Self::All => true,
            Self::These { aliases, .. } => aliases.contains(alias),
        }
    }
}

impl Layer for Sparse {
    type Below = Lives;
    type Error = Infallible;

    fn below(&self) -> &Lives {
        &self.lives
    }

    fn own_gap(&self) -> Option<Moment> {
        self.gap
    }
}

impl View for Window<'_> {
    type Error = Infallible;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, Infallible> {
        if !self.sparse.followed.has(id) {
            self.wanted.borrow_mut().insert(Want::Chain(id.clone()));
        }
        self.sparse.chain(id)
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, Infallible> {
        if !self.sparse.followed.has_alias(alias) {
            self.wanted.borrow_mut().insert(Want::Alias(alias.clone()));
        }
        self.sparse.alias_holder(by, alias)
    }

    // Nothing is noted here: the chain is asked for before its facts are.
    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, Infallible> {
        self.sparse.fact(of, key)
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, Infallible> {
        self.sparse.facts(of, kind)
    }
}

fn of_kind(id: &SubjectId, kind: Kind) -> bool {
    id.component().is_some_and(|component| component.kind() == kind)
}

/// Whether the subjects of an event act on each other, so that those projected away must be there in outline.
fn binds(event: &Event) -> bool {
    matches!(
        event,
        Event::Assemble(_)
            | Event::Install(_)
            | Event::Update(_)
            | Event::Measure(_)
            | Event::Maintain(_)
            | Event::Decommission(_)
    )
}

impl Sparse {
    pub(super) fn new(followed: Followed) -> Self {
        Self {
            followed,
            lives: Lives::default(),
            gap: None,
        }
    }

    pub(super) fn followed(&self) -> &Followed {
        &self.followed
    }

    /// The chain of a subject, without a copy.
    pub(super) fn of(&self, id: &SubjectId) -> Option<&Chain> {
        self.lives.chains.get(id)
    }

    /// Keeps what an entry changes, where everybody is followed.
    pub(super) fn extend(&mut self, changes: Changes) {
        self.lives.extend(changes);
    }

    /// Applies an event to its followed subjects, and returns what must be followed for that and is not. What it finds on them is among their facts.
    /// `seen` is the last entry of a subject's chain that the signers had seen.
    pub(super) fn apply<E>(
        &mut self,
        (index, leaf): (EntryIndex, LeafHash),
        (stated, event): (&[Subject], &EventPredicate),
        seen: impl Fn(&Subject, Option<&Chain>) -> Result<Option<EntryIndex>, E>,
    ) -> Result<BTreeSet<Want>, E> {
        let new_holders = self.new_holders(stated, event);
        if !stated.iter().any(|subject| self.followed.has(&subject.id)) {
            self.lives.aliases.extend(new_holders);
            return Ok(BTreeSet::new());
        }
        let mut subjects = Vec::with_capacity(stated.len());
        for subject in stated {
            if self.followed.has(&subject.id) {
                let chain = self.lives.chains.get(&subject.id);
                let seen = seen(subject, chain)?;
                subjects.push((subject.clone(), chain.cloned(), seen));
            } else if binds(&event.event) {
                let outline = Subject {
                    aliases: Vec::new(),
                    from: None,
                    ..subject.clone()
                };
                subjects.push((outline, None, None));
            }
        }
        let mut wanted = self.bound(stated, &event.event);
        let of_others = new_holders
            .iter()
            .filter(|(_, holder)| !self.followed.has(holder));
        let of_others: Vec<_> = of_others.map(|(alias, id)| (alias.clone(), id.clone())).collect();
        self.lives.aliases.extend(of_others);
        let window = Window {
            sparse: self,
            wanted: RefCell::default(),
        };
        let mut changes = match lifecycle::apply(&window, index, leaf, event, subjects) {
            Ok(changes) => changes,
            Err(never) => match never {},
        };
        wanted.append(&mut window.wanted.into_inner());
        let followed = &self.followed;
        let kept = changes.chains.into_iter().filter(|(id, _)| followed.has(id));
        self.lives.chains.extend(kept);
        changes.facts.retain(|id| followed.has(id));
        self.lives.facts.extend(changes.facts);
        self.lives.aliases.extend(new_holders);
        if wanted
            .iter()
            .any(|want| matches!(want, Want::Chain(id) if of_kind(id, Kind::Unit)))
        {
            let (entry, time) = (index, event.time);
            self.gap.get_or_insert(Moment { entry, time });
        }
        Ok(wanted)
    }

    /// The instance aliases with which this entry is the first of its speaker's to make a unit, and which.
    fn new_holders(&self, stated: &[Subject], event: &EventPredicate) -> BTreeMap<(OrgId, Alias), SubjectId> {
        let mut new = BTreeMap::new();
        if !matches!(event.event, Event::Manufacture(_)) {
            return new;
        }
        for subject in stated.iter().filter(|subject| of_kind(&subject.id, Kind::Unit)) {
            for alias in subject.aliases.iter().filter(|alias| alias.names_an_instance()) {
                let key = (event.by.clone(), alias.clone());
                if !self.lives.aliases.contains_key(&key) {
                    new.entry(key).or_insert_with(|| subject.id.clone());
                }
            }
        }
        new
    }

    /// The subjects of the entry whose state decides about the followed ones, and are not followed themselves.
    fn bound(&self, stated: &[Subject], event: &Event) -> BTreeSet<Want> {
        let is_followed = |id: &ComponentId| self.followed.has(&SubjectId::from(id.clone()));
        let any = |kind| {
            let of = |subject: &&Subject| of_kind(&subject.id, kind);
            stated
                .iter()
                .filter(of)
                .any(|subject| self.followed.has(&subject.id))
        };
        let all = |kind| {
            let of = move |subject: &&Subject| of_kind(&subject.id, kind);
            stated.iter().filter(of).map(|subject| subject.id.clone())
        };
        let mut wanted: BTreeSet<SubjectId> = BTreeSet::new();
        match event {
            Event::Assemble(assemble) => {
                let parts = assemble.parts.iter();
                let bound = parts.filter(|part| is_followed(&part.component)).take(1);
                wanted.extend(bound.map(|_| assemble.parent.clone().into()));
            }
            Event::Maintain(maintain) => {
                let mut parts = maintain.parts_in.iter().chain(&maintain.parts_out);
                if parts.any(is_followed) {
                    wanted.extend(maintain.parent.iter().cloned().map(SubjectId::from));
                }
                if maintain.action == MaintenanceAction::Remove && any(Kind::Slot) {
                    wanted.extend(all(Kind::Unit));
                }
            }
            Event::Decommission(_) if any(Kind::Slot) => wanted.extend(all(Kind::Unit)),
            Event::Install(_) => wanted.extend(all(Kind::Artefact)),
            _ => {}
        }
        if binds(event) {
            // A unit in outline has no parent, so the way up must not lead through one.
            for subject in stated.iter().filter(|subject| self.followed.has(&subject.id)) {
                let mut at = subject.id.clone();
                for _ in 0..MAX_NESTING {
                    let life = self.lives.chains.get(&at).and_then(Chain::unit);
                    match life.and_then(|life| life.parent().cloned()) {
                        Some(parent) => at = parent.into(),
                        None => break,
                    }
                }
                wanted.insert(at);
            }
        }
        let missing = wanted.into_iter().filter(|id| !self.followed.has(id));
        missing.map(Want::Chain).collect()
    }
}
