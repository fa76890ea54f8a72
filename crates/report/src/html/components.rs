//! Each component on a page of its own: how it stands, who held it, what happened, what it is made of.

use maud::{Markup, html};
use prova_core::{
    id::ComponentId, statement::event::category::AreaClass, view::component_state::ComponentState,
};

use super::{foreign::foreign, life, link, picture, tree};
use crate::{
    page::{Page, Relevance},
    report::Report,
};

/// Most facts of one kind that a page shows.
const FACTS_SHOWN: usize = 30;

/// All pages of components, one after the other.
pub(super) fn section(report: &Report) -> Markup {
    let related = report
        .pages
        .iter()
        .filter(|page| page.relevance == Relevance::Related)
        .count();
    let asked = report.pages.len().saturating_sub(related);
    html! {
        @if related > 0 {
            p.lead {
                (link::counted(asked, "component was asked for", "components were asked for")) "; "
                (link::counted(related, "other belongs", "others belong"))
                " to the evidence because of what it is, is made of, runs or is installed in."
            }
        }
        @if report.pages.len() > 1 {
            ol.contents {
                @for (number, page) in (1_usize..).zip(&report.pages) {
                    li {
                        a href={ "#component-" (number) } {
                            (link::kind(page.subject())) " "
                            (foreign(&link::titled(page.subject(), page.timeline.standing.as_ref())))
                        }
                        @let findings = page.findings().len();
                        @if findings > 0 { span.quiet { " (" (link::counted(findings, "finding", "findings")) ")" } }
                    }
                }
            }
        }
        @for (number, page) in (1_usize..).zip(&report.pages) { (told(report, page, number)) }
    }
}

fn told(report: &Report, page: &Page, number: usize) -> Markup {
    let standing = page.timeline.standing.as_ref();
    let title = link::titled(page.subject(), standing);
    let anchor = format!("component-{number}");
    let trace = page.trace.as_ref().filter(|trace| tree::is_worth_showing(trace));
    let held = standing.filter(|standing| !(standing.custody.is_empty() && standing.transfers.is_empty()));
    html! {
        article.component id=(anchor) aria-labelledby={ "h-" (anchor) } {
            h3 id={ "h-" (anchor) } { span.kind { (link::kind(page.subject())) } " " (foreign(&title)) }
            p.identity { code.id { (foreign(&page.subject().to_string())) } }
            @if let Some(standing) = standing { (facts(report, standing)) }
            @if let Some(standing) = held {
                h4 { "Who held it" }
                (picture::custody(report, page, standing, number))
            }
            h4 { "What happened" }
            (life::timeline(report, page))
            @if let Some(trace) = trace {
                h4 { "What it is made of" }
                (tree::trace(report, trace))
            }
        }
    }
}

/// How a component stands at the end.
fn facts(report: &Report, standing: &ComponentState) -> Markup {
    let component = |label: &str, id: Option<&ComponentId>| {
        html! { @if let Some(id) = id { div { dt { (label) } dd { (link::known(report, &id.clone().into())) } } } }
    };
    let area = standing.area.map(|area| match area {
        AreaClass::General => "general",
        AreaClass::Sensitive => "sensitive",
    });
    html! {
        dl.facts {
            @if let Some(holder) = &standing.holder { div { dt { "Held by" } dd { (link::party(holder)) } } }
            @if let Some(title) = &standing.title { div { dt { "Owned by" } dd { (link::party(title)) } } }
            @if let Some(producer) = &standing.producer { div { dt { "Produced by" } dd { (link::party(producer)) } } }
            @if let Some(category) = standing.category { div { dt { "Category" } dd { (category) } } }
            @if let Some(area) = area { div { dt { "Area" } dd { (area) } } }
            (component("Type", standing.of_type.as_ref()))
            (component("Part of", standing.parent.as_ref()))
            (component("Installed in", standing.slot.as_ref()))
            @for occupant in standing.occupants.iter().take(FACTS_SHOWN) { (component("Holds", Some(occupant))) }
            (component("Runs", standing.firmware.as_ref()))
            @if let Some(released) = standing.released { div { dt { "Released" } dd { "in " (link::entry(report, released)) } } }
            @for alias in standing.aliases.iter().take(FACTS_SHOWN) { div { dt { "Also known as" } dd { code.id { (foreign(alias.as_str())) } } } }
            @let more = standing.aliases.len().max(standing.occupants.len()).saturating_sub(FACTS_SHOWN);
            @if more > 0 { div { dt { "And" } dd { (more) " more, which its entries name" } } }
            @if let Some(from) = &standing.from { div { dt { "Comes from" } dd { "ledger " (foreign(from.as_str())) } } }
            @if let Some(recalled) = standing.recalled { div { dt { "Recalled" } dd { "in " (link::entry(report, recalled)) } } }
            @if let Some(ended) = standing.ended { div { dt { "Ended" } dd { "in " (link::entry(report, ended)) } } }
        }
    }
}
