//! The whole document: what stands before, between and after the sections.

use std::io::{self, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use prova_core::{hash::sha256, statement::charter::Purpose};

use super::{
    answers, components, entries, findings,
    foreign::foreign,
    link::{self, components_titled},
    signers, verifying,
};
use crate::report::Report;

const STYLE: &str = include_str!("report.css");

/// The sections: their anchors and headings.
const SECTIONS: [(&str, &str); 7] = [
    ("verdict", "Verdict"),
    ("findings", "Findings"),
    ("missing", "What is not here"),
    ("components", "Components"),
    ("signers", "Who signed, and by what right"),
    ("entries", "Entries"),
    ("verifying", "How to verify this yourself"),
];

/// Most components that are named above all sections.
const NAMED_ABOVE: usize = 10;

/// Writes a report as one HTML file in UTF-8. The same report gives the same bytes.
///
/// # Errors
/// What `out` says; some of the file may be written then.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sections: [fn(&Report) -> Markup; 7] = [
        answers::section,
        findings::section,
        findings::missing,
        components::section,
        signers::section,
        entries::section,
        verifying::section,
    ];
    out.write_all(beginning(report).0.as_bytes())?;
    for (number, (section, (anchor, heading))) in (1_u32..).zip(sections.into_iter().zip(SECTIONS)) {
        let markup = html! {
            section id=(anchor) aria-labelledby={ "h-" (anchor) } {
                h2 id={ "h-" (anchor) } { span.number { (number) } " " (heading) }
                (section(report))
            }
        };
        out.write_all(markup.0.as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.write_all(end(report).0.as_bytes())
}

fn policy() -> String {
    let digest = STANDARD.encode(sha256(&[STYLE.as_bytes()]));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

/// Everything before the first section. The body's elements stay open.
fn beginning(report: &Report) -> Markup {
    let title = components_titled(report);
    let case = &report.case;
    let head = html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { "Evidence report: " (prova_core::text::escape(&title)) }
            style { (PreEscaped(STYLE)) }
        }
    };
    let checkpoint = &report.verdict;
    let body = html! {
        a.skip href="#verdict" { "Skip to the verdict" }
        header {
            @if checkpoint.purpose == Some(Purpose::Test) {
                p.test { "A test ledger: its entries mean nothing" }
            }
            p.kind { "Evidence report" }
            h1 { (foreign(&title)) }
            @for page in report.asked().take(NAMED_ABOVE) {
                p.identity { code.id { (foreign(&page.subject().to_string())) } }
            }
            dl.case {
                @if let Some(id) = &case.id { div { dt { "Case" } dd { (foreign(id)) } } }
                @if let Some(scope) = &case.scope { div { dt { "Scope" } dd { (foreign(scope)) } } }
                @if let Some(exporter) = &case.exporter {
                    div { dt { "Exported by" } dd { (link::party(exporter)) } }
                }
                @if let Some(at) = case.at { div { dt { "Exported at" } dd { (link::time(at)) } } }
                div { dt { "Ledger" } dd { (foreign(checkpoint.origin.as_str())) } }
                div { dt { "As of" } dd { (checkpoint.size) " entries" } }
                @for (label, text) in &case.notes { div { dt { (foreign(label)) } dd { (foreign(text)) } } }
            }
        }
        nav aria-label="Sections" {
            ol { @for (anchor, heading) in SECTIONS { li { a href={ "#" (anchor) } { (heading) } } } }
        }
    };
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">\n")) (head) (PreEscaped("\n<body>\n"))
        (body) (PreEscaped("\n<main>\n"))
    }
}

/// Everything after the last section.
fn end(report: &Report) -> Markup {
    let verdict = &report.verdict;
    let footer = html! {
        footer {
            h2 { "What this report is about" }
            dl.facts {
                div { dt { "Ledger" } dd { (foreign(verdict.origin.as_str())) } }
                div { dt { "Entries" } dd { (verdict.size) } }
                div { dt { "Root" } dd { code { (verdict.root) } } }
            }
            h3 { "The checkpoint, as signed" }
            (link::listing("The checkpoint", &report.checkpoint))
            p.note {
                "This page is derived from the evidence and is not evidence itself: it can be made again from the same entries by any tool that "
                "knows the format. Text from entries is shown as its signers wrote it, with controls and characters that hide or reorder "
                "text shown as code points."
            }
        }
    };
    html! { (PreEscaped("</main>\n")) (footer) (PreEscaped("\n</body>\n</html>\n")) }
}
