//! What is wrong, with the entry behind it; what was left out, and what is missing.

use maud::{Markup, html};
use prova_core::{index::term::Term, lifecycle::Finding, view::message::message};

use super::{foreign::foreign, link};
use crate::{
    meaning,
    report::{Kept, Report, WithheldDocument},
};

/// Most findings, gaps and documents withheld that a report tells; it counts the others.
const LISTED: usize = 1_000;

/// A triangle with an exclamation mark.
pub(super) fn warning() -> Markup {
    html! {
        svg.mark.warning viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" {
            path.face d="M10 1.8L19 18H1z" {}
            path d="M10 7.5v5M10 14.8v.5" {}
        }
    }
}

/// What the verdict found, and what else is on the pages.
pub(super) fn section(report: &Report) -> Markup {
    let findings = &report.verdict.findings;
    let related = report.related_findings();
    html! {
        @if findings.is_empty() {
            p { "Nothing that was recorded here contradicts anything else." }
        } @else {
            p.lead {
                "A finding is no accusation: each is a contradiction or a gap between statements that are authentic. The entry named is the one "
                "at which it shows."
            }
            (list(report, findings))
        }
        @if !related.is_empty() {
            h3 { "In what it rests on" }
            p { "These are not part of the verdict, but of components that the ones asked for are made of, run or are installed in." }
            (list(report, &related))
        }
    }
}

fn list(report: &Report, findings: &[Finding]) -> Markup {
    let shown = findings.get(..LISTED).unwrap_or(findings);
    let more = findings.len().saturating_sub(shown.len());
    html! {
        ul.findings {
            @for finding in shown {
                li {
                    p.what {
                        (warning()) " " strong { (meaning::title(finding.code())) }
                        " " code.code { (finding.code()) } " at " (link::entry(report, finding.entry))
                    }
                    p.where { (link::subject(report, &finding.subject)) }
                    p.detail { (foreign(&message(&finding.detail))) "." }
                    p.meaning { (meaning::consequence(finding.code())) }
                    @if let Some(entry) = report.entries.get(&finding.entry) {
                        p.behind {
                            "What was signed: "
                            @if let Some(by) = &entry.row.by { (link::name(by)) " " }
                            (foreign(&entry.row.sentence)) "; " (link::time(entry.row.time)) "."
                        }
                    }
                }
            }
        }
        @if more > 0 { p { "And " (more) " more, which the verdict lists." } }
    }
}

/// What is not here: documents withheld, evidence missing, components not told.
pub(super) fn missing(report: &Report) -> Markup {
    html! {
        @if report.withheld.is_empty() && report.gaps.is_empty() && report.untold.is_empty() {
            @match report.kept {
                Kept::Bundle => { p { "Nothing was withheld, and nothing that the evidence refers to is missing from it." } }
                Kept::Ledger => {
                    p { "Nothing: the whole ledger was read. Documents that entries name by their digests are no part of this page." }
                }
            }
        }
        @if !report.withheld.is_empty() {
            h3 { (link::counted(report.withheld.len(), "document withheld", "documents withheld")) }
            p {
                "Entries name these documents by their digests, and somebody left them out on purpose. Whoever gets one later can check that it "
                "is the one named." (first(report.withheld.len()))
            }
            (link::scrolling("Documents withheld", &withheld(report)))
        }
        @if !report.gaps.is_empty() {
            h3 { (link::counted(report.gaps.len(), "gap", "gaps")) }
            p { "The evidence refers to these and does not hold them; what depends on them cannot be decided." (first(report.gaps.len())) }
            ul.gaps {
                @for gap in report.gaps.iter().take(LISTED) {
                    li {
                        @match &gap.missing {
                            Term::Id(subject) => (link::subject(report, subject)),
                            other => { code.id { (foreign(&other.to_string())) } }
                        }
                        @if let Some(index) = gap.entry { ", on which " (link::entry(report, index)) " rests" }
                        @if let Some(detail) = &gap.detail { ": " (foreign(detail)) }
                        "."
                    }
                }
            }
        }
        @if !report.untold.is_empty() {
            h3 { (link::counted(report.untold.len(), "component not told here", "components not told here")) }
            p { "They are in the evidence and in the verdict; this page would be too long with all of them." (first(report.untold.len())) }
            details {
                summary { "Their names" }
                ul.plain { @for subject in report.untold.iter().take(LISTED) { li { (link::subject(report, subject)) } } }
            }
        }
    }
}

/// Says when a list is not whole.
fn first(count: usize) -> Markup {
    html! { @if count > LISTED { " The first " (LISTED) " of them are listed." } }
}

fn withheld(report: &Report) -> Markup {
    let row = |one: &WithheldDocument| {
        html! {
            tr {
                th scope="row" {
                    @if let Some(name) = &one.name { (foreign(name)) br; }
                    code.digest { (one.sha256) }
                }
                td {
                    @if let Some(by) = &one.by { (link::party(by)) } @else { "the exporter" }
                    @if let Some(authority) = &one.authority { br; "under " (foreign(authority)) }
                }
                td { (foreign(&one.reason)) }
                td { (link::entries(report, &one.entries)) }
            }
        }
    };
    html! {
        table {
            caption { "Documents withheld, by whom and why" }
            thead { tr { th scope="col" { "Document" } th scope="col" { "Withheld by" } th scope="col" { "Reason" } th scope="col" { "Named in" } } }
            tbody { @for one in report.withheld.iter().take(LISTED) { (row(one)) } }
        }
    }
}
