use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    alias::Alias,
    checkpoint::{Checkpoint, SignedCheckpoint},
    component::SubjectId,
    entry::Verified,
    event::role::Role,
    hash::Digest,
    history::History,
    lifecycle::{Chain, View},
    position::EntryIndex,
    registry::action::{Action, Enrol},
    replay::{MemoryRows, Replay, Rows as _},
    standing::Party,
    term::Term,
    trace::Entries,
    verdict::{Grounds, Question, Scope, Verdict},
};
use prova_testkit::builder::{TestLedger, key, org, unit};

use super::*;
use crate::{
    custody::{Custody, HandOverState},
    page::Relevance,
    report::{Case, Gap, Kept, PAGES_SHOWN, Wanted, Withheld},
};

const HOSTILE: &str =
    "<script>alert(1)</script>\" onload='x'><img src=//t.example>\u{202e}gnp</style></title>&lt;";

/// A ledger in memory.
struct Ledger {
    rows: MemoryRows,
    entries: Vec<Vec<u8>>,
    history: History,
    signed: SignedCheckpoint,
}

impl View for Ledger {
    type Error = String;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, String> {
        self.rows.chain(id).map_err(|never| never.to_string())
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, String> {
        self.rows.alias_holder(alias).map_err(|never| never.to_string())
    }
}

impl Entries for Ledger {
    fn entry(&self, index: EntryIndex) -> Result<Verified, String> {
        let position = usize::try_from(index.get()).unwrap();
        let bytes = self.entries.get(position).ok_or("the ledger ends before it")?;
        self.history
            .verify(index, bytes)
            .map_err(|error| error.to_string())
    }
}

impl Ledger {
    fn new(entries: Vec<Vec<u8>>) -> Self {
        let mut rows = MemoryRows::default();
        let mut replay = Replay::new();
        for entry in &entries {
            replay.push(&mut rows, entry).unwrap();
        }
        let replayed = replay.finish(&mut rows).unwrap();
        let origin = replayed.registry.unwrap().origin().clone();
        let registry = rows
            .posting(&Term::Id(SubjectId::Ledger(origin.clone())))
            .unwrap();
        let of_registry = registry
            .iter()
            .map(|index| (*index, &entries[usize::try_from(index.get()).unwrap()]));
        let history = History::replay(of_registry).unwrap();
        let log = key("log");
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(log.public().as_bytes()).unwrap();
        let checkpoint = Checkpoint::new(origin, replayed.size, replayed.root).unwrap();
        let signed = SignedCheckpoint::sign(checkpoint, &verifying, |message| {
            ed25519_dalek::Signature::from_bytes(log.sign(message).as_bytes())
        })
        .unwrap();
        Self {
            rows,
            entries,
            history,
            signed,
        }
    }

    fn wanted(&self, subject: &SubjectId, relevance: Relevance) -> Wanted {
        Wanted {
            subject: subject.clone(),
            relevance,
            entries: self.rows.posting(&Term::Id(subject.clone())).unwrap(),
        }
    }

    fn verdict(&self, subject: &SubjectId) -> Verdict {
        let chain = self.rows.posting(&Term::Id(subject.clone())).unwrap();
        let grounds = Grounds {
            chain,
            ..Grounds::default()
        };
        let findings = self.chain(subject).unwrap().map(|chain| chain.findings);
        Verdict::on_subject(
            subject.clone(),
            &self.signed,
            None,
            &grounds,
            findings.unwrap_or_default(),
        )
    }

    fn report(&self, subjects: &[SubjectId], kept: Kept) -> Report {
        let wanted = subjects
            .iter()
            .map(|subject| self.wanted(subject, Relevance::Asked))
            .collect();
        let verdict = self.verdict(&subjects[0]);
        Report::read(
            self,
            wanted,
            verdict,
            self.signed.to_string(),
            self.history.clone(),
            kept,
        )
        .unwrap()
    }
}

/// A ledger whose one vendor has a hostile name, and sends a unit that nobody receives; another organisation has it all the same.
fn hostile() -> Ledger {
    let mut made = TestLedger::new("report.example/ledger");
    let mut entries = vec![made.charter()];
    entries.extend(made.enrolments());
    let change = Enrol {
        organisation: org("dns:hostile.example"),
        name: HOSTILE.to_owned(),
        jurisdiction: "SE".parse().unwrap(),
        parent: None,
        roles: vec![Role::Supplier],
        keys: vec![key("meridian").public()],
    };
    entries.push(made.registry(Action::Enrol(change), &["root-a"]));
    entries.push(made.manufacture("SN1", 0));
    entries.push(made.ship("SN1"));
    let event = prova_core::event::Event::Receive(prova_core::event::custody::Receive {
        from: org("dns:nordlys.example"),
        ship: None,
        seals: prova_core::event::custody::SealState::Broken,
        inspection: prova_core::event::custody::Inspection::Disputed,
        remarks: Some(HOSTILE.to_owned()),
    });
    entries.push(made.event(
        "dns:hostile.example",
        Role::Supplier,
        event,
        vec![unit("SN1")],
        &["meridian"],
    ));
    Ledger::new(entries)
}

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
    report.gaps.push(Gap {
        subject: unit("SN9").into(),
        entry: None,
        detail: HOSTILE.to_owned(),
    });
    report.withheld.push(Withheld {
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
    report.withheld.push(Withheld {
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
    report.gaps.push(Gap {
        subject: unit("SN9").into(),
        entry: Some(EntryIndex::new(5)),
        detail: "who held it is not known".to_owned(),
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
        Scope::Ledger,
        &ledger.signed,
        Question::Authentic,
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

#[test]
fn custody_is_told_step_by_step() {
    let mut made = TestLedger::new("report.example/ledger");
    let mut entries = vec![made.charter()];
    entries.extend(made.enrolments());
    entries.push(made.manufacture("SN1", 0));
    let ship = made.ship("SN1");
    let leaf = prova_core::hash::LeafHash::of_entry(&ship);
    entries.push(ship);
    let pending = custody_of(entries.clone());
    entries.push(made.receive("SN1", Some(leaf)));
    let received = custody_of(entries.clone());
    entries.pop();
    entries.push(TestLedger::receive(&mut made_again(), "SN1", None));
    let taken = custody_of(entries);

    let (maker, north) = (org("dns:nordlys.example"), org("dns:north.example"));
    for (name, custody, spans, hand_over) in [
        (
            "pending",
            pending,
            vec![(&maker, 0, None)],
            (1, None, HandOverState::Pending),
        ),
        (
            "received",
            received,
            vec![(&maker, 0, Some(2)), (&north, 2, None)],
            (1, Some(2), HandOverState::Confirmed),
        ),
        (
            "taken",
            taken,
            vec![(&maker, 0, Some(2)), (&north, 2, None)],
            (1, Some(2), HandOverState::Missing),
        ),
    ] {
        let got: Vec<_> = custody
            .spans
            .iter()
            .map(|span| (&span.holder, span.from, span.until))
            .collect();
        assert_eq!(got, spans, "{name}");
        let got = custody.hand_overs.iter();
        let got: Vec<_> = got
            .map(|hand_over| (hand_over.left, hand_over.arrived, hand_over.state))
            .collect();
        assert!(got.contains(&hand_over), "{name}: {got:?}");
    }
}

/// The same ledger up to the shipment, to go on from it differently.
fn made_again() -> TestLedger {
    let mut made = TestLedger::new("report.example/ledger");
    made.enrolments();
    made.manufacture("SN1", 0);
    made.ship("SN1");
    made
}

fn custody_of(entries: Vec<Vec<u8>>) -> Custody {
    let ledger = Ledger::new(entries);
    let subject = SubjectId::from(unit("SN1"));
    let chain = ledger.chain(&subject).unwrap().unwrap();
    let holder = chain.unit().unwrap().custodian.clone();
    let indices = ledger.rows.posting(&Term::Id(subject)).unwrap();
    let related: BTreeMap<_, _> = indices
        .into_iter()
        .map(|index| (index, ledger.entry(index).unwrap()))
        .collect();
    let custody = Custody::new(&unit("SN1"), &chain, &related, ledger.history.now());
    let last = custody.spans.last().unwrap();
    assert_eq!(
        Some(&last.holder),
        holder.as_ref(),
        "the last holder is the one that the lifecycle has"
    );
    custody
}
