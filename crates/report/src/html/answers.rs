//! The six questions and their answers. A mark, its shape and a word say the same; colour only underlines it.

use maud::{Markup, html};
use prova_core::verdict::{Answer, Verdict};

use super::{foreign::foreign, link};
use crate::{meaning, report::Report};

/// A row for each question, with a mark that needs no colour.
pub(super) fn section(report: &Report) -> Markup {
    let verdict = &report.verdict;
    let open: Vec<_> = questions(verdict, Answer::CannotBeDecided);
    let failed: Vec<_> = questions(verdict, Answer::Fails);
    let findings = verdict.findings.len();
    let (class, headline) = if !failed.is_empty() {
        ("fails", "The evidence fails.".to_owned())
    } else if !verdict.is_anchored() {
        (
            "found",
            "Whose ledger this is, is not known: nobody whom the reader trusts vouches for it.".to_owned(),
        )
    } else if findings > 0 {
        let findings = link::counted(findings, "finding", "findings");
        (
            "found",
            format!("The evidence is sound, and it shows {findings}."),
        )
    } else if open.is_empty() {
        ("holds", "The evidence holds.".to_owned())
    } else {
        (
            "holds",
            "The evidence is sound, as far as it can be decided.".to_owned(),
        )
    };
    html! {
        div.headline.(class) {
            p.sentence { (headline) }
            p {
                (questions(verdict, Answer::Holds).len()) " of " (verdict.answers.len()) " questions hold."
                @if !failed.is_empty() { " Fails: " (failed.join(", ")) "." }
                @if !open.is_empty() { " Cannot be decided: " (open.join(", ")) "." }
                @if findings > 0 && verdict.is_anchored() {
                    " All that it shows was signed by those entitled to sign it; "
                    a href="#findings" { "what was found" }
                    " is where they contradict each other or leave something open."
                }
            }
        }
        ol.answers {
            @for answered in &verdict.answers {
                li.(class_of(answered.answer)) {
                    h3 { (capitalised(answered.question.name())) }
                    p.answer { (mark(answered.answer)) " " (answered.answer) }
                    p.question { (meaning::asked(answered.question)) }
                    p.reason { (foreign(&answered.reason)) "." }
                    @if !answered.entries.is_empty() {
                        p.rests { "Rests on " (link::entries(report, &answered.entries)) "." }
                    }
                }
            }
        }
    }
}

fn questions(verdict: &Verdict, answer: Answer) -> Vec<&'static str> {
    let such = verdict
        .answers
        .iter()
        .filter(|answered| answered.answer == answer);
    such.map(|answered| answered.question.name()).collect()
}

fn class_of(answer: Answer) -> &'static str {
    match answer {
        Answer::Holds => "holds",
        Answer::Fails => "fails",
        Answer::CannotBeDecided => "open",
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// A shape for each answer: a disc with a tick, a square with a cross, a ring with a question mark.
fn mark(answer: Answer) -> Markup {
    html! {
        svg.mark viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" {
            @match answer {
                Answer::Holds => {
                    circle cx="10" cy="10" r="9" {}
                    path d="M5.5 10.5l3 3 6-7" {}
                }
                Answer::Fails => {
                    rect x="1.5" y="1.5" width="17" height="17" {}
                    path d="M6 6l8 8M14 6l-8 8" {}
                }
                Answer::CannotBeDecided => {
                    circle cx="10" cy="10" r="8.25" stroke-dasharray="3.2 2" {}
                    path d="M7.4 7.8c.2-3.4 5.3-3.2 5.3-.3 0 2-2.7 2.1-2.7 4.2M10 14.2v.4" {}
                }
            }
        }
    }
}
