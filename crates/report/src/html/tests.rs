use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use prova_core::{
    hash::{Digest, sha256},
    id::SubjectId,
    index::term::Term,
    position::EntryIndex,
    verdict::{Question, ReasonCode, Verdict, VerdictScope},
    view::component_state::Party,
};
use prova_testkit::builder::{TestLedger, org, unit};

use super::render;
use crate::{
    report::{Case, Kept, MissingTerm, PAGES_SHOWN, Report, WithheldDocument},
    tests::scene::{HOSTILE, Ledger, hostile},
};

fn html(report: &Report) -> String {
    let mut page = Vec::new();
    render(report, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts.map(|part| part.split(after).next().unwrap()).collect()
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let subject = SubjectId::from(unit("SN1"));
    let first = html(&hostile().report(std::slice::from_ref(&subject), Kept::Bundle));
    let second = html(&hostile().report(&[subject], Kept::Bundle));
    assert!(first == second && first.ends_with("</html>\n"));
}

#[test]
fn hostile_text_is_inert_wherever_it_stands() {
    let ledger = hostile();
    let mut report = ledger.report(&[unit("SN1").into()], Kept::Bundle);
    let text = || Some(HOSTILE.to_owned());
    report.case = Case {
        id: text(),
        exporter: Some(Party {
            id: org("dns:hostile.example"),
            name: text(),
        }),
        at: None,
        scope: text(),
        notes: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
    };
    report.gaps.push(MissingTerm {
        missing: Term::Id(unit("SN9").into()),
        entry: None,
        detail: text(),
    });
    report.withheld.push(WithheldDocument {
        sha256: Digest::of(b"contract"),
        name: text(),
        by: None,
        reason: HOSTILE.to_owned(),
        authority: text(),
        entries: vec![EntryIndex::new(7)],
    });
    report.checkpoint.push_str(HOSTILE);
    let page = html(&report);
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 10);
    for tag in ["<script", "<img", "\" onload", "\u{202e}"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(
        (page.matches("<style>").count(), page.matches("</style>").count()),
        (1, 1)
    );
    assert_eq!(
        page.matches("</title>").count(),
        1 + page.matches("<title id=").count()
    );
    assert!(page.contains("<span class=\"hidden\">[U+202E]</span>gnp"));
}

#[test]
fn every_reference_leads_to_an_entry_or_a_component() {
    let ledger = hostile();
    let report = ledger.report(&[unit("SN1").into()], Kept::Ledger);
    let page = html(&report);
    let anchors: BTreeSet<_> = between(&page, " id=\"", "\"").into_iter().collect();
    let references: BTreeSet<_> = between(&page, "href=\"#", "\"").into_iter().collect();
    assert!(references.is_subset(&anchors), "{references:?} in {anchors:?}");
    // The unit's three, the charter, and those that enrolled its two signers.
    for index in [0, 1, 4, 5, 6, 7] {
        assert!(anchors.contains(format!("entry-{index}").as_str()), "{index}");
        assert!(
            index == 0 || references.contains(format!("entry-{index}").as_str()),
            "{index}"
        );
    }
}

#[test]
fn the_policy_names_the_style_sheet_and_nothing_else() {
    let page = html(&hostile().report(&[unit("SN1").into()], Kept::Ledger));
    let style = between(&page, "<style>", "</style>");
    let digest = STANDARD.encode(sha256(&[style[0].as_bytes()]));
    let want = format!(
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\""
    );
    assert!(page.contains(&want));
    assert!(!page.contains(" style=\"") && !page.contains("<link") && !page.contains("http://"));
    assert!(!style[0].contains("url(") && !style[0].contains("@import") && !style[0].contains('<'));
}

#[test]
fn a_bundle_leads_to_its_files_and_a_ledger_does_not() {
    let ledger = hostile();
    for (kept, want) in [(Kept::Bundle, true), (Kept::Ledger, false)] {
        let page = html(&ledger.report(&[unit("SN1").into()], kept));
        assert_eq!(page.contains("href=\"entries/000000000006.json\""), want);
        assert_eq!(page.contains("sha256sum --check"), want);
    }
}

#[test]
fn what_is_missing_is_said() {
    let ledger = hostile();
    let mut report = ledger.report(&[unit("SN1").into()], Kept::Bundle);
    assert!(html(&report).contains("Nothing was withheld"));
    report.withheld.push(WithheldDocument {
        sha256: Digest::of(b"contract"),
        name: Some("contract.pdf".to_owned()),
        by: Some(Party {
            id: org("dns:nordlys.example"),
            name: None,
        }),
        reason: "trade secret".to_owned(),
        authority: Some("section 7".to_owned()),
        entries: vec![EntryIndex::new(5)],
    });
    report.gaps.push(MissingTerm {
        missing: Term::Id(unit("SN9").into()),
        entry: Some(EntryIndex::new(5)),
        detail: Some("who held it is not known".to_owned()),
    });
    let page = html(&report);
    assert!(!page.contains("Nothing was withheld"));
    for text in [
        "1 document withheld",
        "contract.pdf",
        &Digest::of(b"contract").to_string(),
        "trade secret",
        "section 7",
        "1 gap",
        "who held it is not known",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn where_an_audit_stopped_the_page_says_so() {
    let ledger = hostile();
    let index = EntryIndex::new(99);
    let verdict = Verdict::stopped(
        VerdictScope::Ledger,
        &ledger.signed,
        None,
        (Question::Authentic, ReasonCode::SignatureWrong),
        Some(index),
        "entry 99 is not signed as it claims",
    );
    let report = Report::read(
        &ledger,
        Vec::new(),
        verdict,
        ledger.signed.to_string(),
        ledger.history.clone(),
        Kept::Ledger,
    )
    .unwrap();
    let page = html(&report);
    assert!(page.contains("The evidence fails."));
    assert!(page.contains("<span class=\"entry\" title=\"not in this report\">entry 99</span>"));
    assert!(page.contains("Ledger report.example/ledger"));
}

#[test]
fn of_very_many_components_some_are_only_named() {
    let mut made = TestLedger::new("report.example/ledger");
    let mut entries = vec![made.charter()];
    entries.extend(made.enrolments());
    entries.extend(made.units(0, PAGES_SHOWN + 5, 0));
    let ledger = Ledger::new(entries);
    let subjects: Vec<_> = (0..PAGES_SHOWN + 5)
        .map(|serial| SubjectId::from(unit(&format!("SN{serial}"))))
        .collect();
    let report = ledger.report(&subjects, Kept::Ledger);
    assert_eq!((report.pages.len(), report.untold.len()), (PAGES_SHOWN, 5));
    assert!(html(&report).contains("5 components not told here"));
}
