//! Units in units. Who decides about the outermost one decides about its parts.

use super::{
    Detail, Fact, FactKey, FoundAt, MAX_NESTING, Passage, Register, TransferState, UnitLife, View,
    applying::Applying,
};
use crate::{
    id::{ComponentId, OrgId},
    position::EntryIndex,
    statement::event::make::{Assemble, Part},
};

impl<V: View> Applying<'_, V> {
    pub(super) fn assemble(&mut self, assemble: &Assemble) -> Result<(), V::Error> {
        let Some(line) = self.acts_as_holder(&assemble.parent)? else {
            return Ok(());
        };
        for Part { component, position } in &assemble.parts {
            self.goes_in((&assemble.parent, line), component, position.as_deref())?;
        }
        Ok(())
    }

    /// Puts a part into a unit, on a line of that unit that the signers decide about. A part that none of them holds begins an account of the
    /// unit's holder.
    pub(super) fn goes_in(
        &mut self,
        (parent, up): (&ComponentId, EntryIndex),
        part: &ComponentId,
        position: Option<&str>,
    ) -> Result<(), V::Error> {
        let Some(holder) = self.rights(parent, up)? else {
            return Ok(());
        };
        // Whether it is there follows from the part's own line.
        if self.unit_mut(parent).is_some() {
            let position = Fact::Position(position.map(str::to_owned));
            self.set_fact(parent, FactKey::Part(up, part.clone()), Some(position));
        }
        let own = match self.held_by(part, &holder)? {
            Some(line) => Some(line),
            None => self.held(part)?,
        };
        let own = match own {
            Some(line) => Some(line),
            None => self.begin(part, &holder, Passage::Installation)?,
        };
        let Some(line) = own else {
            return self.claim(part);
        };
        self.speaks_on(part, line)?;
        if self.is_inside((parent, up), (part, line))? {
            let cycle = Detail::Cycle {
                parent: parent.clone(),
            };
            return self.find(&part.clone().into(), FoundAt::Line(line), cycle);
        }
        let inside = |life: &UnitLife| life.inside().map(|(parent, up)| (parent.clone(), up));
        let known = self.line(part, line, inside)?.flatten();
        if let Some((known, known_up)) = known {
            if known == *parent && known_up == up {
                return Ok(());
            }
            let (parent, known) = (parent.clone(), known.clone());
            let two = Detail::TwoParents { parent, known };
            self.find(&part.clone().into(), FoundAt::Line(line), two)?;
        } else if let Some(held) = self.rights(part, line)?.filter(|held| *held != holder) {
            // Both holders signed.
            let given = Some(self.index);
            let (from, state) = (held, TransferState::Accepted);
            let how = Passage::Receipt { from, given, state };
            self.hand_over(part, line, &holder, how)?;
        }
        if self.may_change(part, line, Register::Holder)? {
            self.leaves_place(part, line)?;
            let parent = parent.clone();
            self.passes(part, line, None, Passage::Insertion { parent, up })?;
        }
        Ok(())
    }

    /// Takes a part out of a unit, on a line of that unit that the signers decide about.
    pub(super) fn taken_out(
        &mut self,
        parent: &ComponentId,
        up: EntryIndex,
        part: &ComponentId,
    ) -> Result<(), V::Error> {
        if self.unit_mut(parent).is_some() {
            self.set_fact(parent, FactKey::Part(up, part.clone()), None);
        }
        let line = match self.rights(parent, up)? {
            Some(holder) => self.held_by(part, &holder)?,
            None => None,
        };
        let Some(line) = line else {
            return self.claim(part);
        };
        self.speaks_on(part, line)?;
        let known = self.line(part, line, |life| life.parent().cloned())?.flatten();
        if known.as_ref() != Some(parent) {
            let parent = parent.clone();
            let detail = match known {
                None => Detail::NotInParent { parent },
                Some(known) => Detail::InAnotherParent { parent, known },
            };
            return self.find(&part.clone().into(), FoundAt::Line(line), detail);
        }
        self.comes_out(part, line, parent.clone())
    }

    /// A part is out of its unit from now on: whoever decided about it there holds it.
    pub(super) fn comes_out(
        &mut self,
        part: &ComponentId,
        line: EntryIndex,
        parent: ComponentId,
    ) -> Result<(), V::Error> {
        let holder: Option<OrgId> = self.rights(part, line)?;
        if !self.may_change(part, line, Register::Holder)? {
            return Ok(());
        }
        self.passes(part, line, holder.as_ref(), Passage::Removal { parent })
    }

    /// Whether `inner` is `outer` or inside it, at any depth that is followed.
    fn is_inside(
        &self,
        (inner, inner_line): (&ComponentId, EntryIndex),
        (outer, outer_line): (&ComponentId, EntryIndex),
    ) -> Result<bool, V::Error> {
        let outer_line = self.line(outer, outer_line, |life| life.began)?.flatten();
        let (mut at, mut line) = (inner.clone(), inner_line);
        for _ in 0..MAX_NESTING {
            let found = self.line(&at, line, |life| {
                (life.began, life.inside().map(|(parent, up)| (parent.clone(), up)))
            })?;
            let Some((began, up)) = found else {
                return Ok(at == *outer);
            };
            if at == *outer && began == outer_line {
                return Ok(true);
            }
            match up {
                Some((parent, up)) => (at, line) = (parent, up),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}
