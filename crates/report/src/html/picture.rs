//! Custody as a picture: a lane for each organisation, a bar while it holds the unit, a line for each hand-over.
//!
//! ```text
//!                 manufacture   ship     receive    install
//!  maker          ███████████████▒▒▒▒▒▒▒▒
//!                                ╲
//!  operator                       ╲─✓──▶███████████████▶        ✓ both signed, ? on its way, ! no record, × disputed
//! ```
//! Coordinates are whole numbers, so the same custody gives the same bytes. A table beside it says the same in words.

use std::collections::BTreeSet;

use maud::{Markup, html};
use prova_core::{
    time::Timestamp,
    view::{
        component_state::ComponentState,
        custody::{CustodySpan, HandOverState},
    },
};

use super::{
    foreign::{fitting, foreign},
    lanes::{Bar, LanePassage, Lanes, Mark},
    link,
};
use crate::{page::Page, report::Report};

/// Most steps of a picture; of a longer life only the steps at which custody changes are drawn.
const COLUMNS_SHOWN: usize = 24;
/// Most steps at all; beyond that there is only the table.
const COLUMNS_DRAWN: usize = 80;
/// Most lanes; beyond that there is only the table.
const LANES_DRAWN: usize = 24;

/// The width that a picture fills where it can, and how wide its columns may be.
const WIDTH: usize = 850;
const COLUMN: std::ops::RangeInclusive<usize> = 84..=120;
const LANE: usize = 58;
const HEAD: usize = 48;
const FOOT: usize = 30;
const BAR: usize = 12;

const STATES: [HandOverState; 4] = [
    HandOverState::Confirmed,
    HandOverState::Pending,
    HandOverState::Disputed,
    HandOverState::Missing,
];

/// The picture, its legend and its table.
pub(super) fn custody(report: &Report, page: &Page, standing: &ComponentState, number: usize) -> Markup {
    let anchor = format!("component-{number}");
    let lanes = &Lanes::new(&page.timeline, standing, report.history.now());
    let columns = columns(lanes);
    let drawn =
        (columns.len() <= COLUMNS_DRAWN && lanes.parties.len() <= LANES_DRAWN).then(|| PictureDrawing {
            lanes,
            columns: &columns,
            ended: standing.ended.is_some(),
        });
    html! {
        figure.custody {
            @if let Some(drawing) = drawn {
                (link::scrolling(&format!("Picture of custody of component {number}"), &drawing.svg(&anchor)))
                (legend(lanes))
            }
            (link::scrolling(&format!("Custody of component {number}"), &table(report, lanes, standing)))
        }
    }
}

/// The marks that get a column.
fn columns(lanes: &Lanes) -> Vec<usize> {
    if lanes.marks.len() <= COLUMNS_SHOWN {
        return (0..lanes.marks.len()).collect();
    }
    let bars = lanes.bars.iter().flat_map(|bar| [Some(bar.from), bar.until]);
    let passed = lanes
        .hand_overs
        .iter()
        .flat_map(|hand_over| [Some(hand_over.left), hand_over.arrived]);
    let last = lanes.marks.len().checked_sub(1);
    let kept: BTreeSet<_> = bars.chain(passed).chain([last]).flatten().collect();
    kept.into_iter().collect()
}

struct PictureDrawing<'a> {
    lanes: &'a Lanes,
    columns: &'a [usize],
    /// Whether the life is over.
    ended: bool,
}

/// A place on the picture.
#[derive(Clone, Copy)]
struct Point {
    x: usize,
    y: usize,
}

impl PictureDrawing<'_> {
    fn svg(&self, anchor: &str) -> Markup {
        let (width, height) = (self.width(), self.height());
        let floor = height.saturating_sub(FOOT);
        html! {
            svg.lanes viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img"
                aria-labelledby={ "t-" (anchor) " d-" (anchor) } {
                title id={ "t-" (anchor) } { "Who held the unit, step by step" }
                desc id={ "d-" (anchor) } { "Each lane is an organisation and each column an entry. The table that follows says the same in words." }
                @for (column, mark) in self.marks() {
                    @let x = self.x(column);
                    line.step x1=(x) y1=(HEAD) x2=(x) y2=(floor) {}
                    text.event.found[mark.found] x=(x) y="18" text-anchor="middle" {
                        @if mark.found { "! " } (mark.event)
                    }
                    text.small x=(x) y="35" text-anchor="middle" { "entry " (mark.index) }
                    text.small x=(x) y=(height.saturating_sub(8)) text-anchor="middle" { (mark.time.date()) }
                }
                @for (lane, party) in self.lanes.parties.iter().enumerate() {
                    @let y = y(lane);
                    line.lane x1="0" y1=(y) x2=(width) y2=(y) {}
                    text.party x="2" y=(y.saturating_sub(15)) { (fitting(party.shown(), 40)) }
                }
                @for bar in &self.lanes.bars { (self.bar(bar)) }
                @for hand_over in &self.lanes.hand_overs { (self.transit(hand_over)) }
                @for hand_over in &self.lanes.hand_overs { (self.hand_over(hand_over)) }
            }
        }
    }

    fn marks(&self) -> impl Iterator<Item = (usize, &Mark)> {
        let marks = self.columns.iter().enumerate();
        marks.filter_map(|(column, mark)| self.lanes.marks.get(*mark).map(|mark| (column, mark)))
    }

    fn column(&self) -> usize {
        let even = WIDTH.checked_div(self.columns.len()).unwrap_or(WIDTH);
        even.clamp(*COLUMN.start(), *COLUMN.end())
    }

    fn width(&self) -> usize {
        self.columns.len().saturating_mul(self.column())
    }

    fn x(&self, column: usize) -> usize {
        let left = self.column().saturating_mul(column);
        left.saturating_add(self.column() / 2)
    }

    fn height(&self) -> usize {
        let lanes = self.lanes.parties.len().saturating_mul(LANE);
        HEAD.saturating_add(lanes).saturating_add(FOOT)
    }

    fn at(&self, mark: usize) -> usize {
        self.x(self.columns.partition_point(|column| *column < mark))
    }

    fn lane(&self, holder: &prova_core::id::OrgId) -> usize {
        let mut parties = self.lanes.parties.iter();
        y(parties.position(|party| party.id == *holder).unwrap_or_default())
    }

    fn bar(&self, bar: &Bar) -> Markup {
        let end = self.width().saturating_sub(14);
        let (from, until) = (self.at(bar.from), bar.until.map_or(end, |mark| self.at(mark)));
        let y = self.lane(&bar.holder);
        let lasts = bar.until.is_none() && !self.ended;
        let length = until.saturating_sub(from).max(BAR);
        html! {
            rect.held x=(from.saturating_sub(BAR / 2)) y=(y.saturating_sub(BAR / 2))
                width=(length.saturating_add(BAR / 2)) height=(BAR) rx=(BAR / 2) {}
            @if lasts {
                path.held d={ "M" (until) " " (y.saturating_sub(11)) "l12 11l-12 11z" } {}
            }
        }
    }

    /// The stretch in which the unit was on its way and its sender still answered for it.
    fn transit(&self, hand_over: &LanePassage) -> Markup {
        let holds = |bar: &&Bar| {
            bar.holder == hand_over.from.id
                && bar.from <= hand_over.left
                && bar.until.is_none_or(|until| until > hand_over.left)
        };
        let bar = self.lanes.bars.iter().find(holds);
        let until = bar.and_then(|bar| [bar.until, hand_over.arrived].into_iter().flatten().min());
        let end = self.width().saturating_sub(14);
        let (from, until) = (self.at(hand_over.left), until.map_or(end, |mark| self.at(mark)));
        let is_shipped = bar.is_some() && hand_over.state != HandOverState::Missing;
        let y = self
            .lane(&hand_over.from.id)
            .saturating_sub(BAR / 2)
            .saturating_add(2);
        let width = until.saturating_sub(from);
        html! {
            @if is_shipped && width > BAR {
                rect.transit x=(from) y=(y) width=(width.saturating_sub(4)) height=(BAR.saturating_sub(4)) rx="4" {}
            }
        }
    }

    fn hand_over(&self, hand_over: &LanePassage) -> Markup {
        let end = self.width().saturating_sub(8);
        let from = Point {
            x: self.at(hand_over.left),
            y: self.lane(&hand_over.from.id),
        };
        let to = Point {
            x: hand_over.arrived.map_or(end, |mark| self.at(mark)),
            y: self.lane(&hand_over.to.id),
        };
        let middle = Point {
            x: from.x.midpoint(to.x),
            y: from.y.midpoint(to.y),
        };
        let class = class_of(hand_over.state);
        html! {
            @if from.y != to.y {
                path.passed.(class) d={
                    "M" (from.x) " " (from.y) "C" (middle.x) " " (from.y) " " (middle.x) " " (to.y) " " (to.x) " " (to.y)
                } {}
                circle.end.(class) cx=(to.x) cy=(to.y) r="5" {}
                (badge(hand_over.state, middle))
            }
        }
    }
}

fn y(lane: usize) -> usize {
    lane.saturating_mul(LANE)
        .saturating_add(HEAD)
        .saturating_add(LANE.saturating_sub(20))
}

fn badge(state: HandOverState, at: Point) -> Markup {
    html! {
        g.badge.(class_of(state)) {
            circle cx=(at.x) cy=(at.y) r="9" {}
            text x=(at.x) y=(at.y.saturating_add(4)) text-anchor="middle" { (sign(state)) }
        }
    }
}

fn class_of(state: HandOverState) -> &'static str {
    match state {
        HandOverState::Confirmed => "confirmed",
        HandOverState::Pending => "pending",
        HandOverState::Disputed => "disputed",
        HandOverState::Missing => "missing",
    }
}

fn sign(state: HandOverState) -> &'static str {
    match state {
        HandOverState::Confirmed => "✓",
        HandOverState::Pending => "?",
        HandOverState::Disputed => "×",
        HandOverState::Missing => "!",
    }
}

fn legend(lanes: &Lanes) -> Markup {
    let has = |state: &HandOverState| lanes.hand_overs.iter().any(|hand_over| hand_over.state == *state);
    html! {
        figcaption {
            ul.legend {
                li { svg width="34" height="20" viewBox="0 0 34 20" aria-hidden="true" { rect.held x="1" y="4" width="32" height="12" rx="6" {} } " holds it" }
                @if lanes.hand_overs.iter().any(|hand_over| hand_over.state != HandOverState::Missing) {
                    li {
                        svg width="34" height="20" viewBox="0 0 34 20" aria-hidden="true" {
                            rect.held x="1" y="4" width="32" height="12" rx="6" {}
                            rect.transit x="7" y="6" width="24" height="8" rx="4" {}
                        }
                        " has sent it"
                    }
                }
                @for state in STATES.into_iter().filter(has) {
                    li {
                        svg width="34" height="20" viewBox="0 0 34 20" aria-hidden="true" {
                            path.passed.(class_of(state)) d="M0 10H34" {}
                            (badge(state, Point { x: 17, y: 10 }))
                        }
                        " " (state.meaning())
                    }
                }
            }
        }
    }
}

fn table(report: &Report, lanes: &Lanes, standing: &ComponentState) -> Markup {
    let step = |time: Timestamp, entry| html! { (time.date()) ", " (link::entry(report, entry)) };
    let until = |span: &CustodySpan| match span.until {
        Some(until) => step(until.time, until.entry),
        None if standing.ended.is_some() => html! { "the end of its life" },
        None => html! { "today, as far as recorded" },
    };
    let pending = lanes
        .hand_overs
        .iter()
        .filter(|hand_over| hand_over.arrived.is_none());
    let sent = |hand_over: &LanePassage| {
        lanes
            .marks
            .get(hand_over.left)
            .map(|mark| step(mark.time, mark.index))
    };
    html! {
        table {
            caption { "Who held it, and how it came to them" }
            thead { tr { th scope="col" { "Holder" } th scope="col" { "From" } th scope="col" { "Until" } th scope="col" { "How it came" } } }
            tbody {
                @if standing.custody.has_earlier {
                    tr { th scope="row" { "others" } td { "—" } td { "—" } td { "earlier holders are not told here" } }
                }
                @for span in &standing.custody.spans {
                    tr {
                        th scope="row" { @if let Some(holder) = &span.holder { (link::name(holder)) } @else { "not known" } }
                        td { (step(span.from.time, span.from.entry)) }
                        td { (until(span)) }
                        td { (foreign(&span.passage())) }
                    }
                }
                @for hand_over in pending {
                    tr {
                        th scope="row" { (link::name(&hand_over.to)) }
                        td { "not yet" }
                        td { "—" }
                        td {
                            "sent by " (link::name(&hand_over.from)) " on " @if let Some(sent) = sent(hand_over) { (sent) } "; "
                            "nobody signed for its arrival"
                        }
                    }
                }
            }
        }
    }
}
