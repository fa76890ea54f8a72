//! The rows that lives are kept in: what is known before an entry, what the entry changes, and views that lie over others.
//!
//! ```text
//! View      what a decision asks: chains, holders of aliases, facts
//! Changes   what one entry leaves
//! Lives     changes of many entries, kept in memory: a view by itself
//! Layer     a view over another one: its own lives where it has them, and what is below elsewhere
//! ```

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
};

use super::{Chain, Fact, FactKey, FactKind, Facts, Finding, Moment};
use crate::id::{Alias, OrgId, SubjectId};

/// What is known before an entry: rows that somebody keeps.
pub trait View {
    /// Why a row cannot be read.
    type Error;

    /// The chain of a subject.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, Self::Error>;

    /// The unit that an organisation made first with an instance alias.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, Self::Error>;

    /// A fact about a subject.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, Self::Error>;

    /// All facts of one kind about a subject. Deciding on an entry asks for a type's suppliers, and for the lines of a unit that has several.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, Self::Error>;

    /// From when on it is not known who holds units, because the chains of others that this depends on are not here.
    fn gap(&self) -> Option<Moment> {
        None
    }
}

/// The rows that an entry changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The new state of every subject's chain.
    pub chains: BTreeMap<SubjectId, Chain>,
    /// Instance aliases that organisations made units with for the first time.
    pub aliases: BTreeMap<(OrgId, Alias), SubjectId>,
    /// Facts about them that are new, or gone.
    pub facts: Facts,
}

impl Changes {
    /// The findings at the entry.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        self.facts.findings()
    }
}

/// The changes of any number of entries, kept in memory.
#[derive(Clone, Debug, Default)]
pub struct Lives {
    /// The state of each chain after the last entry that changed it.
    pub chains: HashMap<SubjectId, Chain>,
    /// The unit that each organisation made first with an instance alias.
    pub aliases: HashMap<(OrgId, Alias), SubjectId>,
    /// Facts that are new, changed or gone.
    pub facts: Facts,
}

impl Lives {
    /// Keeps what one more entry changes.
    pub fn extend(&mut self, changes: Changes) {
        self.chains.extend(changes.chains);
        self.aliases.extend(changes.aliases);
        self.facts.extend(changes.facts);
    }
}

impl View for Lives {
    type Error = Infallible;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, Infallible> {
        Ok(self.chains.get(id).cloned())
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, Infallible> {
        Ok(self.aliases.get(&(by.clone(), alias.clone())).cloned())
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, Infallible> {
        Ok(self.facts.get(of, key).flatten().cloned())
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, Infallible> {
        Ok(self.facts.over(of, kind, Vec::new()))
    }
}

/// A view over another view. Without lives of its own it is the view below under another name.
pub trait Layer {
    /// The view that is asked for what is not among the layer's own lives.
    type Below: View;
    /// Why a row cannot be read; an error of the view below is one of these.
    type Error: From<<Self::Below as View>::Error>;

    /// The view below.
    fn below(&self) -> &Self::Below;

    /// What lies over it, if anything.
    fn lives(&self) -> Option<&Lives> {
        None
    }

    /// From when on the layer itself does not know who holds units.
    fn own_gap(&self) -> Option<Moment> {
        None
    }
}

impl<L: Layer> View for L {
    type Error = L::Error;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, L::Error> {
        match self.lives().and_then(|lives| lives.chains.get(id)) {
            Some(chain) => Ok(Some(chain.clone())),
            None => Ok(self.below().chain(id)?),
        }
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, L::Error> {
        match self
            .lives()
            .and_then(|lives| lives.aliases.get(&(by.clone(), alias.clone())))
        {
            Some(holder) => Ok(Some(holder.clone())),
            None => Ok(self.below().alias_holder(by, alias)?),
        }
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, L::Error> {
        match self.lives().and_then(|lives| lives.facts.get(of, key)) {
            Some(fact) => Ok(fact.cloned()),
            None => Ok(self.below().fact(of, key)?),
        }
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, L::Error> {
        let below = self.below().facts(of, kind)?;
        Ok(match self.lives() {
            Some(lives) => lives.facts.over(of, kind, below),
            None => below,
        })
    }
    fn gap(&self) -> Option<Moment> {
        self.own_gap().or_else(|| self.below().gap())
    }
}
