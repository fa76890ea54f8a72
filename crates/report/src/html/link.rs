//! The small pieces that all sections use: references to entries and components, names, times, digests.

use maud::{Markup, html};
use prova_core::{
    id::{ComponentId, Kind, SubjectId},
    position::EntryIndex,
    time::Timestamp,
    view::{
        component_state::{ComponentState, Party},
        sentence::short,
    },
};

use super::foreign::{fitting, foreign};
use crate::{page::Page, report::Report};

/// Most entries that a list of references shows before it counts the rest.
const ENTRIES_LISTED: usize = 12;

/// Most characters of a product's name in a heading: it is its signer's text, and must not fill the page.
const NAME_SHOWN: usize = 60;

/// A reference to an entry, which leads to it if it is in the report.
pub(super) fn entry(report: &Report, index: EntryIndex) -> Markup {
    labelled(report, index, &format!("entry {index}"))
}

fn labelled(report: &Report, index: EntryIndex, label: &str) -> Markup {
    html! {
        @if report.entries.contains_key(&index) {
            a.entry href={ "#entry-" (index) } { (label) }
        } @else {
            span.entry title="not in this report" { (label) }
        }
    }
}

/// References to entries: `entries 3, 7 and 9`.
pub(super) fn entries(report: &Report, indices: &[EntryIndex]) -> Markup {
    let shown = indices.get(..ENTRIES_LISTED).unwrap_or(indices);
    let more = indices.len().saturating_sub(shown.len());
    html! {
        @match shown {
            [] => {}
            [one] => (entry(report, *one)),
            _ => {
                "entries "
                @for (position, index) in shown.iter().enumerate() {
                    @if position > 0 { ", " }
                    (labelled(report, *index, &index.to_string()))
                }
                @if more > 0 { " and " (more) " more" }
            }
        }
    }
}

/// A subject's id, which leads to its page if it has one.
pub(super) fn subject(report: &Report, subject: &SubjectId) -> Markup {
    let id = html! { code.id { (foreign(&subject.to_string())) } };
    html! {
        @if let Some(number) = report.page_of(subject) {
            a href={ "#component-" (number) } { (id) }
        } @else { (id) }
    }
}

/// A subject by the name that people know it by, if it has a page; by its id otherwise.
pub(super) fn known(report: &Report, id: &SubjectId) -> Markup {
    let page = report.pages.iter().find(|page| page.subject() == id);
    match (page, report.page_of(id)) {
        (Some(page), Some(number)) => {
            let title = titled(id, page.timeline.standing.as_ref());
            html! { a href={ "#component-" (number) } { (foreign(&title)) } }
        }
        _ => subject(report, id),
    }
}

/// An organisation by its name, with its id.
pub(super) fn party(party: &Party) -> Markup {
    html! {
        @if let Some(name) = &party.name {
            (foreign(name)) " " span.quiet { "(" (foreign(party.id.as_str())) ")" }
        } @else { (foreign(party.id.as_str())) }
    }
}

/// An organisation by its name alone.
pub(super) fn name(party: &Party) -> Markup {
    foreign(party.shown())
}

/// A moment to the minute; to the second where somebody claimed one.
pub(super) fn time(time: Timestamp) -> Markup {
    let text = time.to_string();
    let shown = text.replace('T', " ");
    let shown = shown.trim_end_matches('Z');
    html! { time datetime=(text) { (shown.strip_suffix(":00").unwrap_or(shown)) " UTC" } }
}

/// Lines as they stand, in a box that scrolls by keyboard too.
pub(super) fn listing(label: &str, text: &str) -> Markup {
    html! {
        pre tabindex="0" role="region" aria-label=(label) {
            @for line in text.lines() { (foreign(line)) "\n" }
        }
    }
}

/// A table in a box that scrolls by keyboard too.
pub(super) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// Most members of a list inside another.
const MEMBERS_LISTED: usize = 20;

/// The first members of a list, each as an item; then how many more there are.
pub(super) fn members<T>(members: &[T], show: impl Fn(&T) -> Markup) -> Markup {
    let more = members.len().saturating_sub(MEMBERS_LISTED);
    html! {
        @for member in members.iter().take(MEMBERS_LISTED) { li { (show(member)) } }
        @if more > 0 { li { "and " (more) " more" } }
    }
}

/// `1 entry`, `2 entries`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

/// What kind of subject it is, in one word.
pub(super) fn kind(subject: &SubjectId) -> &'static str {
    match subject.component().map(ComponentId::kind) {
        Some(Kind::Type) => "Type",
        Some(Kind::Artefact) => "Release",
        Some(Kind::Unit) => "Unit",
        Some(Kind::Slot) => "Slot",
        None => "Record",
    }
}

/// The name by which people know a subject: a product's name, or what tells it apart in its id.
pub(super) fn titled(subject: &SubjectId, standing: Option<&ComponentState>) -> String {
    let name = standing.and_then(|standing| standing.name.as_deref());
    let name = name.map(|name| fitting(name, NAME_SHOWN));
    let version = standing.and_then(|standing| standing.version.as_deref());
    let version = version.map(|version| format!(" {}", fitting(version, NAME_SHOWN)));
    let version = version.unwrap_or_default();
    let Some(component) = subject.component() else {
        return subject.to_string();
    };
    let text = component.as_str();
    let own = text.rsplit(['/', ':']).next().unwrap_or(text);
    let own = match own.get(..16) {
        Some(head) if own.len() > 32 => format!("{head}…"),
        _ => own.to_owned(),
    };
    match (component.kind(), name) {
        (Kind::Unit, Some(name)) => format!("{name}, {own}"),
        (Kind::Unit, None) => own,
        (_, Some(name)) => format!("{name}{version}"),
        (Kind::Slot, None) => text.splitn(3, '/').skip(1).collect::<Vec<_>>().join("/"),
        (_, None) => short(component),
    }
}

/// What the whole report is about.
pub(super) fn components_titled(report: &Report) -> String {
    let asked: Vec<&Page> = report.asked().collect();
    match asked.as_slice() {
        [] => format!("Ledger {}", report.verdict.origin),
        [one] => {
            let title = titled(one.subject(), one.timeline.standing.as_ref());
            format!("{} {title}", kind(one.subject()))
        }
        [first, ..] => {
            let title = titled(first.subject(), first.timeline.standing.as_ref());
            let others = counted(
                asked.len().saturating_sub(1),
                "other component",
                "other components",
            );
            format!("{} {title} and {others}", kind(first.subject()))
        }
    }
}
