//! A life as a list of what happened, oldest first.

use maud::{Markup, html};
use prova_core::view::{message::message, timeline::TimelineRow};

use super::{
    findings::warning,
    foreign::{foreign, listed},
    link,
};
use crate::{meaning, page::Page, report::Report};

/// What happened to a subject, then what mentions it elsewhere.
pub(super) fn timeline(report: &Report, page: &Page) -> Markup {
    let (rows, mentions) = (&page.timeline.rows, &page.timeline.mentions);
    html! {
        @if rows.is_empty() { p { "No entry is about it." } }
        @else { ol.timeline { @for row in rows { (step(report, row)) } } }
        @if !mentions.is_empty() {
            details.mentions {
                summary { (link::counted(mentions.len(), "entry mentions it", "entries mention it")) " and is about something else" }
                ol.timeline { @for row in mentions { (step(report, row)) } }
            }
        }
        @if page.untold > 0 {
            p { "And " (page.untold) " later entries about it or mentioning it, which are not told here." }
        }
    }
}

fn step(report: &Report, row: &TimelineRow) -> Markup {
    let found = if row.findings.is_empty() { "sound" } else { "found" };
    html! {
        li.(found) {
            p.when { span.event { (row.event) } " · " (link::time(row.time)) " · " (link::entry(report, row.index)) }
            p.says {
                @if let Some(by) = &row.by { strong { (link::name(by)) } " " }
                (foreign(&row.sentence)) "."
            }
            ul.aside {
                @if let Some(role) = row.role { li { "signed as " (role) } }
                @if !row.countersigned.is_empty() {
                    li {
                        "countersigned by "
                        @for (position, party) in row.countersigned.iter().enumerate() {
                            @if position > 0 { ", " }
                            (link::name(party))
                        }
                    }
                }
                @if let Some(place) = &row.place { li { "at " (foreign(place)) } }
                @if row.subjects > 1 {
                    li { "one statement about " (link::counted(row.subjects, "component", "components")) }
                }
                @if let Some(from) = &row.from {
                    li { "comes from entry " (from.index) " of ledger " (foreign(from.origin.as_str())) }
                }
                (link::members(&row.aliases, |alias| html! { "also known as " code.id { (listed(alias.as_str())) } }))
                (link::members(&row.documents, |document| html! {
                    "document " (listed(document.name.as_deref().unwrap_or(&document.media_type)))
                    " " code.digest { (document.sha256) }
                }))
            }
            @for detail in &row.findings {
                p.finding {
                    (warning()) " " strong { (meaning::title(detail.code())) } ": " (foreign(&message(detail))) "."
                }
            }
            @for detail in &row.aside {
                p.aside { "At this entry alone: " (foreign(&message(detail))) "." }
            }
            @for correction in &row.corrected_by {
                p.finding {
                    (warning()) " " strong { (if correction.is_own { "Corrected" } else { "Contradicted" }) }
                    " by " (link::entry(report, correction.entry))
                    @if let Some(by) = &correction.by { ", " (link::party(by)) }
                    "."
                }
            }
        }
    }
}
