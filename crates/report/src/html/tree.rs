//! What a component is made of, as a tree.

use maud::{Markup, html};
use prova_core::view::trace::{Relation, Shown, Trace, TraceNode};

use super::{findings::warning, foreign::listed, link};
use crate::{meaning, report::Report};

/// Most components of one tree that a report shows; it counts the others.
const NODES_SHOWN: usize = 200;

/// Whether a tree says more than the page around it.
pub(super) fn is_worth_showing(trace: &Trace) -> bool {
    let root = &trace.tree;
    !root.children.is_empty()
        || !root.boms.is_empty()
        || !root.supplies.is_empty()
        || !root.known_unknowns.is_empty()
}

/// The tree of a component.
pub(super) fn trace(report: &Report, trace: &Trace) -> Markup {
    let mut left = NODES_SHOWN;
    let tree = node(report, &trace.tree, &mut left);
    let all = trace.tree.walk().len();
    html! {
        @if let Some(slot) = &trace.slot {
            p {
                "In " (link::subject(report, &slot.component.clone().into()))
                @if let Some(operator) = &slot.operator { ", a place in the network of " (link::name(operator)) }
                @if !trace.inside.is_empty() {
                    ", inside "
                    @for (position, unit) in trace.inside.iter().enumerate() {
                        @if position > 0 { ", inside " }
                        (link::subject(report, &unit.clone().into()))
                    }
                }
                "."
            }
        }
        ul.tree { (tree) }
        @if all > NODES_SHOWN { p { "And " (all.saturating_sub(NODES_SHOWN)) " components more, which " code { "prova trace" } " shows." } }
    }
}

fn node(report: &Report, node_shown: &TraceNode, left: &mut usize) -> Markup {
    if *left == 0 {
        return html! {};
    }
    *left = left.saturating_sub(1);
    let children: Vec<_> = node_shown
        .children
        .iter()
        .map(|child| node(report, child, left))
        .collect();
    let version = node_shown.version.as_ref();
    html! {
        li {
            p {
                span.relation { (relation(node_shown.relation)) }
                @if let Some(name) = &node_shown.name {
                    " " strong { (listed(name)) @if let Some(version) = version { " " (listed(version)) } }
                }
                " " (link::subject(report, &node_shown.component.clone().into()))
                @if let Some(position) = &node_shown.position { " at " (listed(position)) }
            }
            p.aside {
                @if let Some(maker) = &node_shown.maker { "by " (link::name(maker)) ". " }
                @if let Some(category) = node_shown.category { "Category " (category) ". " }
                @match node_shown.released {
                    Some(true) => { "Released by its producer. " }
                    Some(false) => { "Not released by its producer. " }
                    None => {}
                }
                @if let Some(manifest) = node_shown.manifest { "Described in " (link::entry(report, manifest)) ". " }
                @match node_shown.shown {
                    Shown::Whole => {}
                    Shown::Elsewhere => { "Told elsewhere in this tree." }
                    Shown::Unknown => { "The evidence has no entry about it." }
                    Shown::Cut => { "Not followed further." }
                }
            }
            @for code in &node_shown.findings {
                p.finding { (warning()) " " (meaning::title(*code)) }
            }
            (materials(node_shown))
            @if !children.is_empty() { ul { @for child in &children { (child) } } }
        }
    }
}

/// What the last manifest says it is made of.
fn materials(node: &TraceNode) -> Markup {
    html! {
        @if !(node.boms.is_empty() && node.supplies.is_empty() && node.known_unknowns.is_empty()) {
            ul.materials {
                (link::members(&node.boms, |bom| html! {
                    "Bill of materials: " (listed(&bom.format)) " " (listed(&bom.version)) ", "
                    (bom.components) " components"
                }))
                (link::members(&node.supplies, |supply| html! {
                    "Supplied: " (listed(&supply.what))
                    @if let Some(supplier) = &supply.supplier { " by " (listed(supplier.as_str())) }
                    @if let Some(country) = supply.country_of_origin { ", from " (country) }
                }))
                (link::members(&node.known_unknowns, |unknown| html! { "Not known: " (listed(unknown)) }))
            }
        }
    }
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Root => "this",
        Relation::Type => "type",
        Relation::Part => "part",
        Relation::Firmware => "runs",
        Relation::Occupant => "holds",
    }
}
