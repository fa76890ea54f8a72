//! Who held a unit, from when to when, and how it passed.
//!
//! A part is held by whoever holds the outermost unit that it is in. So its spans are its own and, while it was inside, those of that unit:
//!
//! ```text
//! part    birth ───────┐ put in                 ┌─ taken out ───────▶
//! unit    birth ───────┴─────────── receipt ────┴───────────────────▶
//! spans   maker        │ maker      │ receiver  │ receiver
//! ```
//! What is told is bounded by [`MAX_SPANS`], the latest ones; the changes of each unit that it was in are read once for it.

use std::{collections::BTreeMap, rc::Rc};

use serde::Serialize;

use crate::{
    id::{ComponentId, OrgId},
    lifecycle::{CustodyChange, MAX_NESTING, Moment, Passage, TransferState, View, facts},
    position::EntryIndex,
    registry::Registry,
    view::component_state::Party,
};

/// Most spans that are told of a unit: the latest.
pub const MAX_SPANS: usize = 1_000;

/// How a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HandOverState {
    /// Both sides signed for it.
    Confirmed,
    /// Sent; nobody signed for its arrival.
    Pending,
    /// Received, and objected to: broken seals, a dispute, another receiver than the consignee, a second shipment.
    Disputed,
    /// No record by both sides: somebody else just has it.
    Missing,
}

/// A time in which nothing about the custody of a unit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustodySpan {
    /// Who held it; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Party>,
    /// When it began.
    pub from: Moment,
    /// When the next one began; absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The unit that it was in and that changed hands; absent where it changed hands itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<ComponentId>,
    /// How it came about; absent where the entries that would tell are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<Passage>,
    /// How the hand-over stands, if it was received or came from another known holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOverState>,
}

/// One line of custody: it begins with a birth or with somebody acting as holder, and passes from one holder to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustodyLine {
    /// Its spans, oldest first; each ends where the next begins.
    pub spans: Vec<CustodySpan>,
    /// Whether there were others before them, which are not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_earlier: bool,
}

/// A change that begins a span, and the unit in whose chain it is.
struct Beginning {
    unit: ComponentId,
    change: CustodyChange,
}

struct Telling<'a, V> {
    view: &'a V,
    registry: &'a Registry,
    /// The unit asked for.
    unit: &'a ComponentId,
    /// The changes of each unit that was looked at, oldest first.
    changes: BTreeMap<(ComponentId, Option<EntryIndex>), Rc<[CustodyChange]>>,
    /// Latest first.
    spans: Vec<CustodySpan>,
}

impl HandOverState {
    /// What it means, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Confirmed => "handed over, signed by both sides",
            Self::Pending => "sent; nobody signed for its arrival",
            Self::Disputed => "disputed hand-over",
            Self::Missing => "no hand-over on record",
        }
    }
}

impl CustodySpan {
    /// How it came about, in words that follow the holder's name.
    #[must_use]
    pub fn passage(&self) -> String {
        let told = match &self.how {
            None => "the entries that would tell are not here".to_owned(),
            Some(Passage::Birth) => "made it".to_owned(),
            Some(Passage::Receipt { .. }) => String::new(),
            Some(Passage::Installation) if self.hand_over.is_some() => "installed".to_owned(),
            Some(Passage::Installation) => "first holder on record".to_owned(),
            Some(Passage::Insertion { parent, .. }) => format!("put into {parent}"),
            Some(Passage::Removal { parent }) => format!("taken out of {parent}"),
        };
        let with = self.with.as_ref().map(|unit| format!("with {unit}"));
        let state = self.hand_over.map(|state| state.meaning().to_owned());
        let told = [with, Some(told), state].into_iter().flatten();
        told.filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; ")
    }
}

impl CustodyLine {
    /// The custody of a unit.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn of<V: View>(view: &V, unit: &ComponentId, registry: &Registry) -> Result<Self, V::Error> {
        let mut telling = Telling {
            view,
            registry,
            unit,
            changes: BTreeMap::new(),
            spans: Vec::new(),
        };
        telling.tell((unit, None), None, None, 1)?;
        let has_earlier = telling.is_full();
        let mut spans = telling.spans;
        spans.reverse();
        let mut before: Option<&OrgId> = None;
        let states: Vec<_> = spans
            .iter()
            .map(|span| {
                let holder = span.holder.as_ref().map(|party| &party.id);
                state(span, std::mem::replace(&mut before, holder))
            })
            .collect();
        for (span, state) in spans.iter_mut().zip(states) {
            span.hand_over = state;
        }
        spans.drain(..spans.len().saturating_sub(MAX_SPANS));
        if let Some(gap) = view.gap() {
            cut(&mut spans, gap);
        }
        Ok(Self { spans, has_earlier })
    }

    /// Who holds it now, as far as known.
    #[must_use]
    pub fn holder(&self) -> Option<&Party> {
        self.spans.last()?.holder.as_ref()
    }

    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

impl<V: View> Telling<'_, V> {
    /// One more than is told, so that it is known whether there are others, and who held it before.
    fn is_full(&self) -> bool {
        self.spans.len() > MAX_SPANS
    }

    /// The changes on a line of a unit, or on the one that is shown.
    fn changes(
        &mut self,
        unit: &ComponentId,
        line: Option<EntryIndex>,
    ) -> Result<Rc<[CustodyChange]>, V::Error> {
        let key = (unit.clone(), line);
        if let Some(known) = self.changes.get(&key) {
            return Ok(Rc::clone(known));
        }
        let id = unit.clone().into();
        let changes: Rc<[_]> = match line {
            Some(line) => facts::custody_on(self.view, &id, line)?.into(),
            None => facts::custody(self.view, &id)?.into(),
        };
        self.changes.insert(key, Rc::clone(&changes));
        Ok(changes)
    }

    /// Adds the spans of `unit`, latest first, from `until` back to when the unit asked for `entered` it, at this depth of nesting.
    fn tell(
        &mut self,
        (unit, line): (&ComponentId, Option<EntryIndex>),
        entered: Option<&Beginning>,
        mut until: Option<Moment>,
        depth: usize,
    ) -> Result<(), V::Error> {
        let changes = self.changes(unit, line)?;
        let is_before = |change: &CustodyChange| until.is_none_or(|until| change.at.entry < until.entry);
        let told = changes.get(..changes.partition_point(is_before));
        for change in told.unwrap_or_default().iter().rev() {
            if self.is_full() {
                return Ok(());
            }
            let own = Beginning {
                unit: unit.clone(),
                change: change.clone(),
            };
            let is_earlier = |entered: &&Beginning| change.at.entry <= entered.change.at.entry;
            let entry = entered.filter(is_earlier);
            let begins = entry.unwrap_or(&own);
            match change.inside().filter(|_| depth < MAX_NESTING) {
                Some((parent, up)) => {
                    self.tell((parent, Some(up)), Some(begins), until, depth.saturating_add(1))?;
                }
                None => self.span(begins, change.holder.as_ref(), until),
            }
            if entry.is_some() {
                return Ok(());
            }
            until = Some(change.at);
        }
        // Nobody is known to have held the unit before its first change.
        if let Some(entered) = entered {
            self.span(entered, None, until);
        }
        Ok(())
    }

    fn span(&mut self, begins: &Beginning, holder: Option<&OrgId>, until: Option<Moment>) {
        self.spans.push(CustodySpan {
            holder: holder.map(|org| Party::new(org, self.registry)),
            from: begins.change.at,
            until,
            with: Some(&begins.unit).filter(|unit| *unit != self.unit).cloned(),
            how: Some(begins.change.how.clone()),
            hand_over: None,
        });
    }
}

/// From a gap on nothing is known.
fn cut(spans: &mut Vec<CustodySpan>, gap: Moment) {
    if spans.is_empty() {
        return;
    }
    spans.retain(|span| span.from.entry < gap.entry);
    if let Some(last) = spans.last_mut() {
        last.until = Some(gap);
    }
    spans.push(CustodySpan {
        holder: None,
        from: gap,
        until: None,
        with: None,
        how: None,
        hand_over: None,
    });
}

/// How the hand-over at the beginning of a span stands, after a known holder.
fn state(span: &CustodySpan, before: Option<&OrgId>) -> Option<HandOverState> {
    match span.how.as_ref()? {
        Passage::Birth => None,
        Passage::Receipt { from, given, state } => Some(
            if given.is_none() || before.is_some_and(|before| before != from) {
                HandOverState::Missing
            } else if *state == TransferState::Disputed {
                HandOverState::Disputed
            } else {
                HandOverState::Confirmed
            },
        ),
        Passage::Installation | Passage::Insertion { .. } | Passage::Removal { .. } => {
            let holder = span.holder.as_ref()?;
            before
                .filter(|before| **before != holder.id)
                .map(|_| HandOverState::Missing)
        }
    }
}

#[cfg(test)]
mod tests;
