//! Every entry that the report shows or names, with the hash by which it is found again.

use maud::{Markup, html};

use super::{foreign::foreign, link};
use crate::report::{EntryShown, Kept, Report};

/// A table of entries, which all marks on the page lead to.
pub(super) fn section(report: &Report) -> Markup {
    let rows = html! {
        table.entries {
            caption { "The entries that this report shows or names, in the order of the ledger" }
            thead { tr { th scope="col" { "Entry" } th scope="col" { "What it says" } th scope="col" { "Leaf hash" } } }
            tbody { @for (index, entry) in &report.entries { (row(report, index.get(), entry)) } }
        }
    };
    html! {
        p.lead {
            "An entry is what somebody signed, byte for byte. Its leaf hash is SHA-256 over a zero byte and those bytes, and its place in the tree "
            "is proved against the root below."
        }
        (link::scrolling("Entries", &rows))
    }
}

fn row(report: &Report, index: u64, entry: &EntryShown) -> Markup {
    let shown = &entry.row;
    html! {
        tr id={ "entry-" (index) } {
            th scope="row" {
                @match report.kept {
                    Kept::Bundle => { a href=(file(index)) { (index) } }
                    Kept::Ledger => { (index) }
                }
            }
            td {
                @if let Some(by) = &shown.by { strong { (link::name(by)) } " " }
                (foreign(&shown.sentence)) "."
                p.aside {
                    (shown.event) ", " (link::time(shown.time))
                    @if !shown.countersigned.is_empty() {
                        ", countersigned by "
                        @for (position, party) in shown.countersigned.iter().enumerate() {
                            @if position > 0 { ", " }
                            (link::name(party))
                        }
                    }
                    @if let Some(subject) = &entry.subject {
                        "; about " (link::subject(report, subject))
                        @if shown.subjects > 1 { " and " (shown.subjects.saturating_sub(1)) " more" }
                    }
                }
            }
            td { code.digest { (shown.leaf) } }
        }
    }
}

/// An entry's file, from the report's place in a bundle.
pub(super) fn file(index: u64) -> String {
    format!("entries/{index:012}.json")
}
