//! Where custody stands on a picture: a column for each entry, a lane for each organisation.
//!
//! Who held a unit and how it passed is told by [`prova_core::view::custody`]; here it is only laid out.

use std::collections::BTreeMap;

use prova_core::{
    id::OrgId,
    lifecycle::{Passage, TransferState},
    position::EntryIndex,
    registry::Registry,
    time::Timestamp,
    view::{
        component_state::{ComponentState, CustodyTransfer, Party},
        custody::{CustodySpan, HandOverState},
        timeline::Timeline,
    },
};

/// An entry: a step on the picture's axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) index: EntryIndex,
    pub(super) time: Timestamp,
    pub(super) event: String,
    /// Who speaks, where it is an entry about the unit.
    by: Option<OrgId>,
    /// Whether there is a finding at this entry in the unit's chain.
    pub(super) found: bool,
}

/// A known holder, from one mark to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) holder: OrgId,
    pub(super) from: usize,
    /// Absent while it lasts.
    pub(super) until: Option<usize>,
}

/// The unit passes, or should pass, from one organisation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LanePassage {
    pub(super) from: Party,
    pub(super) to: Party,
    /// The mark at which it left, or at which the last holder was last seen.
    pub(super) left: usize,
    /// The mark at which it arrived.
    pub(super) arrived: Option<usize>,
    pub(super) state: HandOverState,
}

/// The custody of a unit, laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lanes {
    /// Who is in it, in order of appearance.
    pub(super) parties: Vec<Party>,
    /// Oldest first.
    pub(super) marks: Vec<Mark>,
    pub(super) bars: Vec<Bar>,
    pub(super) hand_overs: Vec<LanePassage>,
}

impl Lanes {
    /// The custody of a unit whose life this is.
    pub(super) fn new(timeline: &Timeline, standing: &ComponentState, registry: &Registry) -> Self {
        let mut lanes = Self {
            parties: Vec::new(),
            marks: marks(timeline, &standing.custody.spans),
            bars: Vec::new(),
            hand_overs: Vec::new(),
        };
        let mut before = None;
        for span in &standing.custody.spans {
            lanes.span(span, before.replace(span), registry);
        }
        for transfer in &standing.transfers {
            lanes.sent(transfer);
        }
        lanes.hand_overs.sort_by_key(|hand_over| hand_over.left);
        lanes.parties = lanes.in_order(&standing.custody.spans);
        lanes
    }

    /// Where an entry stands.
    pub(super) fn mark(&self, entry: EntryIndex) -> Option<usize> {
        self.marks.binary_search_by_key(&entry, |mark| mark.index).ok()
    }

    /// Adds a span, and the hand-over at its beginning.
    fn span(&mut self, span: &CustodySpan, before: Option<&CustodySpan>, registry: &Registry) {
        let (Some(arrived), Some(holder)) = (self.mark(span.from.entry), &span.holder) else {
            return;
        };
        self.bars.push(Bar {
            holder: holder.id.clone(),
            from: arrived,
            until: span.until.and_then(|until| self.mark(until.entry)),
        });
        let Some(state) = span.hand_over else { return };
        let last = before.and_then(|before| Some((before, before.holder.as_ref()?)));
        let (giver, left) = match (&span.how, last) {
            (Some(Passage::Receipt { from, given, .. }), last) => {
                let goes_on = |before: &CustodySpan| match &before.how {
                    Some(Passage::Receipt { given: earlier, .. }) => earlier == given,
                    _ => false,
                };
                // What a carrier took is under way still, and goes on from the carrier.
                let left = match last.filter(|(before, _)| given.is_some() && goes_on(before)) {
                    Some((before, _)) => Some(before.from.entry),
                    None => *given,
                };
                let giver = last.map_or_else(|| Party::new(from, registry), |(_, holder)| holder.clone());
                (giver, left)
            }
            (_, Some((_, holder))) => (holder.clone(), None),
            (_, None) => return,
        };
        let left = left.and_then(|entry| self.mark(entry));
        let left = match (left, state, last) {
            (Some(left), ..) => left,
            (None, HandOverState::Missing, Some((before, holder))) => {
                self.last_seen(&holder.id, before, arrived)
            }
            _ => arrived,
        };
        self.hand_overs.push(LanePassage {
            from: giver,
            to: holder.clone(),
            left,
            arrived: Some(arrived),
            state,
        });
    }

    /// The last entry by a holder before somebody else had the unit.
    fn last_seen(&self, holder: &OrgId, span: &CustodySpan, until: usize) -> usize {
        let from = self.mark(span.from.entry).unwrap_or(until);
        let marks = self.marks.get(from..until).unwrap_or_default();
        let seen = marks.iter().rposition(|mark| mark.by.as_ref() == Some(holder));
        from.saturating_add(seen.unwrap_or_default())
    }

    /// Adds a shipment that did not arrive.
    fn sent(&mut self, transfer: &CustodyTransfer) {
        let state = match transfer.state {
            TransferState::Open => HandOverState::Pending,
            TransferState::Double => HandOverState::Disputed,
            TransferState::Accepted | TransferState::Disputed => return,
        };
        let carrier = transfer.carrier.as_ref().zip(transfer.received);
        let (from, left) = match carrier {
            Some((carrier, received)) => (carrier, Some(received)),
            None => (&transfer.from, transfer.shipped),
        };
        if let Some(left) = left.and_then(|entry| self.mark(entry)) {
            self.hand_overs.push(LanePassage {
                from: from.clone(),
                to: transfer.to.clone(),
                left,
                arrived: None,
                state,
            });
        }
    }

    fn in_order(&self, spans: &[CustodySpan]) -> Vec<Party> {
        let holders = spans.iter().filter_map(|span| {
            let holder = span.holder.as_ref()?;
            Some((self.mark(span.from.entry)?, holder))
        });
        let ends = self.hand_overs.iter().flat_map(|hand_over| {
            [
                (hand_over.left, &hand_over.from),
                (hand_over.arrived.unwrap_or(usize::MAX), &hand_over.to),
            ]
        });
        let mut order: Vec<_> = holders.chain(ends).collect();
        order.sort();
        let mut parties: Vec<Party> = Vec::new();
        for (_, party) in order {
            if !parties.iter().any(|known| known.id == party.id) {
                parties.push(party.clone());
            }
        }
        parties
    }
}

/// The entries about a unit, and those by which the unit that it was in changed hands.
fn marks(timeline: &Timeline, spans: &[CustodySpan]) -> Vec<Mark> {
    let mut marks: BTreeMap<_, _> = spans.iter().map(|span| (span.from.entry, begins(span))).collect();
    for row in &timeline.rows {
        let mark = Mark {
            index: row.index,
            time: row.time,
            event: row.event.clone(),
            by: row.by.as_ref().map(|party| party.id.clone()),
            found: !row.findings.is_empty(),
        };
        marks.insert(row.index, mark);
    }
    marks.into_values().collect()
}

fn begins(span: &CustodySpan) -> Mark {
    Mark {
        index: span.from.entry,
        time: span.from.time,
        event: match &span.how {
            Some(Passage::Birth) => "manufacture",
            Some(Passage::Receipt { .. }) => "receive",
            Some(Passage::Installation) => "install",
            Some(Passage::Insertion { .. }) => "put in",
            Some(Passage::Removal { .. }) => "taken out",
            None => "not here",
        }
        .to_owned(),
        by: None,
        found: false,
    }
}

#[cfg(test)]
mod tests;
