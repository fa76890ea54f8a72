//! The lines of a unit: who may write on which, and how they begin, pass on and join.
//!
//! ```text
//! birth, or acting as holder ──▶ a line ──▶ both sides sign ──▶ the same line, held by the receiver
//! record     the line of the birth that counts: of the organisation in the unit's id before others, of these the first that the type names
//! accounts   all other lines: they stand beside the record, and hinder nothing
//! ```
//! The chain of a unit has the line that is shown: the record, else the one that was begun first. The others are facts.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Aside, ChangedBy, CustodyChange, Detail, Fact, FactKey, FactKind, FindingCode, FoundAt, Life,
    MAX_NESTING, Moment, Passage, Register, Said, UnitLife, View, applying::Applying, facts::MAX_JOINS,
};
use crate::{
    id::{ComponentId, OrgId, SubjectId},
    position::EntryIndex,
};

/// Most lines of one unit that an organisation begins without a birth.
pub const MAX_LINES_BEGUN: u64 = 16;

/// What is wrong on a line, and when its last speaker spoke.
type KeptWithLine<'a> = (&'a mut BTreeMap<FindingCode, u64>, &'a mut Option<Said>);

impl<V: View> Applying<'_, V> {
    /// What `look` makes of a line of a unit, or of the one that it was joined to.
    pub(super) fn line<T>(
        &self,
        unit: &ComponentId,
        line: EntryIndex,
        look: impl FnOnce(&UnitLife) -> T,
    ) -> Result<Option<T>, V::Error> {
        // As `facts::on_line`, without a copy of the chain.
        let mut at = line;
        for _ in 0..=MAX_JOINS {
            if self.unit(unit, |life| life.began)? == Some(at) {
                return self.unit(unit, |life| Some(look(life)));
            }
            if let Some(Fact::Account(account)) = self.known(unit, &FactKey::Account(at))? {
                return Ok(Some(look(&account)));
            }
            match self.known(unit, &FactKey::Joined(at))? {
                Some(Fact::Line(joined)) => at = joined,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Changes a line of a unit that is a subject.
    pub(super) fn change<T>(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        change: impl FnOnce(&mut UnitLife) -> T,
    ) -> Result<Option<T>, V::Error> {
        if let Some(life) = self.unit_mut(unit).filter(|life| life.began == Some(line)) {
            return Ok(Some(change(life)));
        }
        let key = FactKey::Account(line);
        let Some(Fact::Account(mut account)) = self.known(unit, &key)? else {
            return Ok(None);
        };
        let changed = change(&mut account);
        self.set_fact(unit, key, Some(Fact::Account(account)));
        Ok(Some(changed))
    }

    /// What is kept with a line of a subject: what is wrong on it, and when its last speaker spoke.
    pub(super) fn kept_with(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
    ) -> Result<Option<KeptWithLine<'_>>, V::Error> {
        let id = SubjectId::from(unit.clone());
        let is_shown = self.unit_mut(unit).is_some_and(|life| life.began == Some(line));
        if is_shown {
            let chain = self.changes.chains.get_mut(&id);
            return Ok(chain.map(|chain| (&mut chain.found, &mut chain.said)));
        }
        let key = FactKey::Account(line);
        if self.changes.facts.get(&id, &key).is_none() {
            let fact = self.view.fact(&id, &key)?;
            self.changes.facts.insert(id.clone(), key.clone(), fact);
        }
        Ok(match self.changes.facts.get_mut(&id, &key) {
            Some(Fact::Account(account)) => {
                let aside = account.aside.get_or_insert_default();
                Some((&mut aside.found, &mut aside.said))
            }
            _ => None,
        })
    }

    /// Who decides about a line: of a part, who decides about the outermost unit that it is in.
    pub(super) fn rights(&self, unit: &ComponentId, line: EntryIndex) -> Result<Option<OrgId>, V::Error> {
        let (mut unit, mut line) = (unit.clone(), line);
        for _ in 0..MAX_NESTING {
            let found = self.line(&unit, line, |life| {
                let up = life.inside().map(|(parent, up)| (parent.clone(), up));
                (up, life.owner_of_rights().cloned())
            })?;
            match found {
                Some((Some((parent, up)), _)) => (unit, line) = (parent, up),
                Some((None, owner)) => return Ok(owner),
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The line of a unit that an organisation decides about.
    pub(super) fn held_by(
        &self,
        unit: &ComponentId,
        organisation: &OrgId,
    ) -> Result<Option<EntryIndex>, V::Error> {
        for line in self.lines(unit)? {
            if self.rights(unit, line)?.as_ref() == Some(organisation) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The lines of a unit: the one that is shown, then the others in the order in which they were begun.
    pub(super) fn lines(&self, unit: &ComponentId) -> Result<Vec<EntryIndex>, V::Error> {
        let mut lines: Vec<_> = self.unit(unit, |life| life.began)?.into_iter().collect();
        if self.component(unit, |chain| chain.accounts)?.unwrap_or_default() > 0 {
            let accounts = self.facts(&unit.clone().into(), FactKind::Account)?.into_iter();
            lines.extend(accounts.filter_map(|(key, _)| match key {
                FactKey::Account(line) => Some(line),
                _ => None,
            }));
        }
        Ok(lines)
    }

    /// The line of a unit that the signers decide about: that of the speaker before those of the others.
    pub(super) fn held(&self, unit: &ComponentId) -> Result<Option<EntryIndex>, V::Error> {
        for signer in self.signers() {
            if let Some(line) = self.held_by(unit, signer)? {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The line that the signers act on, if any, and what is wrong with their doing so.
    pub(super) fn acts_on(&mut self, unit: &ComponentId) -> Result<Option<EntryIndex>, V::Error> {
        let line = self.held(unit)?;
        if let Some(line) = line {
            self.speaks_on(unit, line)?;
        }
        Ok(line)
    }

    /// What holds for whatever is said on a line by who may write there.
    pub(super) fn speaks_on(&mut self, unit: &ComponentId, line: EntryIndex) -> Result<(), V::Error> {
        let id = SubjectId::from(unit.clone());
        self.tells_time(&id, FoundAt::Line(line))?;
        if let Some(ended) = self.line(unit, line, |life| life.ended)?.flatten() {
            let event = self.event.event.kind();
            self.find(&id, FoundAt::Line(line), Detail::AfterEnd { event, ended })?;
        }
        Ok(())
    }

    /// Whether the statement may replace what a line says: it had seen what others changed there. Then it counts as the last that did.
    pub(super) fn may_change(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        register: Register,
    ) -> Result<bool, V::Error> {
        let id = SubjectId::from(unit.clone());
        let seen = self.seen.get(&id).copied();
        let signers: BTreeSet<OrgId> = self.signers().cloned().collect();
        let unseen = self.line(unit, line, |life| {
            let last = life.changed.get(&register)?;
            let is_unseen = seen.is_none_or(|seen| last.at > seen) && last.signers.is_disjoint(&signers);
            is_unseen.then_some(last.at)
        })?;
        if let Some(changed) = unseen.flatten() {
            self.find(
                &id,
                FoundAt::Line(line),
                Detail::SignedUnseen { register, changed },
            )?;
            return Ok(false);
        }
        self.changes_now(unit, line, register)?;
        Ok(true)
    }

    /// The statement is the last that changed something on a line.
    pub(super) fn changes_now(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        register: Register,
    ) -> Result<(), V::Error> {
        let (at, signers) = (self.index, self.signers().cloned().collect());
        self.change(unit, line, |life| {
            life.changed.insert(register, ChangedBy { at, signers });
        })?;
        Ok(())
    }

    /// Begins a line of a unit that is a subject; none where the organisation has begun as many as it may, but for that of a birth, of which
    /// there is one.
    pub(super) fn begin(
        &mut self,
        unit: &ComponentId,
        organisation: &OrgId,
        how: Passage,
    ) -> Result<Option<EntryIndex>, V::Error> {
        if how != Passage::Birth {
            let key = FactKey::Begun(organisation.clone());
            let begun = match self.known(unit, &key)? {
                Some(Fact::Count(begun)) => begun,
                _ => 0,
            };
            if begun >= MAX_LINES_BEGUN {
                return Ok(None);
            }
            self.set_fact(unit, key, Some(Fact::Count(begun.saturating_add(1))));
        }
        let line = self.index;
        let begun = UnitLife {
            began: Some(line),
            begun_by: Some(organisation.clone()),
            ..UnitLife::default()
        };
        let id = SubjectId::from(unit.clone());
        if let Some(chain) = self.changes.chains.get_mut(&id)
            && let Life::Unit(shown) = &mut chain.life
        {
            if shown.began.is_none() {
                let recalled = shown.recalled;
                **shown = UnitLife { recalled, ..begun };
            } else {
                chain.accounts = chain.accounts.saturating_add(1);
                let aside = Some(Box::default());
                let account = Box::new(UnitLife { aside, ..begun });
                self.set_fact(unit, FactKey::Account(line), Some(Fact::Account(account)));
            }
        }
        let is_taken = how == Passage::Installation;
        self.passes(unit, line, Some(organisation), how)?;
        if is_taken {
            let by = organisation.clone();
            self.find(&id, FoundAt::Line(line), Detail::NotReceived { by })?;
        }
        self.changes_now(unit, line, Register::Holder)?;
        self.tells_time(&id, FoundAt::Line(line))?;
        Ok(Some(line))
    }

    /// From this entry on `holder` has the unit, on this line.
    pub(super) fn passes(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        holder: Option<&OrgId>,
        how: Passage,
    ) -> Result<(), V::Error> {
        let at = Moment {
            entry: self.index,
            time: self.event.time,
        };
        let change = CustodyChange {
            line,
            at,
            holder: holder.cloned(),
            how,
        };
        let before = self.change(unit, line, |life| life.custody.replace(change))?;
        // Of several changes by one entry the last is how it leaves the unit.
        let before = before.flatten();
        if let Some(before) = before.filter(|before| before.at.entry != at.entry) {
            let key = FactKey::Custody(before.at.entry);
            self.set_fact(unit, key, Some(Fact::Custody(Box::new(before))));
        }
        Ok(())
    }

    /// Both sides signed: the line passes to `to`, out of where it is; a line that it had of its own is joined. What either side had seen does not
    /// matter: the transfer is what both agreed on.
    pub(super) fn hand_over(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        to: &OrgId,
        how: Passage,
    ) -> Result<(), V::Error> {
        let own = self.held_by(unit, to)?.filter(|own| *own != line);
        let own = match own {
            Some(own) => self
                .line(unit, own, |life| life.parent().is_none().then_some(own))?
                .flatten(),
            None => None,
        };
        self.leaves_place(unit, line)?;
        self.passes(unit, line, Some(to), how)?;
        self.changes_now(unit, line, Register::Holder)?;
        match own {
            Some(own) => self.join(unit, own, line),
            None => Ok(()),
        }
    }

    /// What a receiver had on record of its own stays: parts, place, firmware, end; a birth brings its title.
    fn join(&mut self, unit: &ComponentId, own: EntryIndex, line: EntryIndex) -> Result<(), V::Error> {
        let Some(account) = self.line(unit, own, UnitLife::clone)? else {
            return Ok(());
        };
        self.change(unit, line, |life| {
            life.slot = account.slot.or(life.slot.take());
            life.firmware = account.firmware.or(life.firmware.take());
            life.ended = account.ended.or(life.ended);
            // The record stays the record, whatever else is said of its birth on the line that was received.
            if account.is_record || (life.born.is_none() && account.born.is_some()) {
                life.born = account.born;
                life.maker = account.maker;
                life.of_type = account.of_type;
                life.title = account.title;
                life.is_record = account.is_record;
            }
            let kept = account.changed.into_iter();
            life.changed
                .extend(kept.filter(|(register, _)| !matches!(register, Register::Holder | Register::Title)));
        })?;
        if self.unit(unit, |life| life.began)? == Some(own) {
            self.show(unit, line)?;
        }
        if let Some(last) = account.custody {
            let key = FactKey::Custody(last.at.entry);
            self.set_fact(unit, key, Some(Fact::Custody(Box::new(last))));
        }
        self.set_fact(unit, FactKey::Account(own), None);
        self.set_fact(unit, FactKey::Joined(own), Some(Fact::Line(line)));
        if let Some(chain) = self.changes.chains.get_mut(&SubjectId::from(unit.clone())) {
            chain.accounts = chain.accounts.saturating_sub(1);
        }
        Ok(())
    }

    /// From this entry on the line is the one that is shown; the one that was is an account.
    pub(super) fn show(&mut self, unit: &ComponentId, line: EntryIndex) -> Result<(), V::Error> {
        let key = FactKey::Account(line);
        let Some(Fact::Account(mut account)) = self.known(unit, &key)? else {
            return Ok(());
        };
        let Some(chain) = self.changes.chains.get_mut(&SubjectId::from(unit.clone())) else {
            return Ok(());
        };
        let Life::Unit(shown) = &mut chain.life else {
            return Ok(());
        };
        let aside = account.aside.take().unwrap_or_default();
        account.recalled = shown.recalled;
        let mut left = std::mem::replace(shown, account);
        let kept = Aside {
            found: std::mem::replace(&mut chain.found, aside.found),
            said: std::mem::replace(&mut chain.said, aside.said),
        };
        left.aside = Some(Box::new(kept));
        self.set_fact(unit, key, None);
        let Some(began) = left.began else {
            return Ok(());
        };
        self.set_fact(unit, FactKey::Account(began), Some(Fact::Account(left)));
        Ok(())
    }
}
