//! Ledgers in memory, for tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use prova_core::{
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    index::term::Term,
    ledger::{MemoryRows, Replay},
    lifecycle::{Chain, Fact, FactKey, FactKind, View, facts},
    log::{Checkpoint, SignedCheckpoint, Vkey},
    position::EntryIndex,
    registry::history::History,
    statement::{
        Keyring as _, Verified,
        action::{Action, Enrol},
        charter::Purpose,
        event::{
            Event,
            custody::{Inspection, Receive, SealState},
            role::Role,
        },
    },
    verdict::{Grounds, Trust, Verdict},
    view::trace::Entries,
};
use prova_testkit::builder::{TestLedger, key, org, unit};

use crate::{Kept, Relevance, Report, Wanted};

/// A name that tries everything.
pub(crate) const HOSTILE: &str =
    "<script>alert(1)</script>\" onload='x'><img src=//t.example>\u{202e}gnp</style></title>&lt;";

/// A ledger in memory.
pub(crate) struct Ledger {
    pub(crate) rows: MemoryRows,
    entries: Vec<Vec<u8>>,
    pub(crate) history: History,
    pub(crate) signed: SignedCheckpoint,
}

impl View for Ledger {
    type Error = String;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, String> {
        self.rows.chain(id).map_err(|never| never.to_string())
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, String> {
        self.rows
            .alias_holder(by, alias)
            .map_err(|never| never.to_string())
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, String> {
        self.rows.fact(of, key).map_err(|never| never.to_string())
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, String> {
        self.rows.facts(of, kind).map_err(|never| never.to_string())
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
    pub(crate) fn new(entries: Vec<Vec<u8>>) -> Self {
        let mut rows = MemoryRows::default();
        let mut replay = Replay::new();
        for entry in &entries {
            replay.push(&mut rows, entry).unwrap();
        }
        let replayed = replay.finish(&mut rows).unwrap();
        let origin = replayed.registry.unwrap().origin().clone();
        let registry = rows.posting(&Term::Id(SubjectId::Ledger(origin.clone())));
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

    pub(crate) fn wanted(&self, subject: &SubjectId, relevance: Relevance) -> Wanted {
        Wanted {
            subject: subject.clone(),
            relevance,
            entries: self.rows.posting(&Term::Id(subject.clone())).to_vec(),
        }
    }

    pub(crate) fn verdict(&self, subject: &SubjectId) -> Verdict {
        let chain = self.rows.posting(&Term::Id(subject.clone())).to_vec();
        let grounds = Grounds {
            chain,
            ..Grounds::default()
        };
        let findings = facts::findings(self, subject).unwrap();
        let log = Vkey::of_log(self.history.now().origin(), self.history.now().log_key());
        let trust = Trust::parse(format!("log {log}\nquorum none\n").as_bytes()).ok();
        Verdict::on_subject(
            subject.clone(),
            &self.signed,
            LeafHash::of_entry(&self.entries[0]),
            Purpose::Test,
            trust.as_ref(),
            &grounds,
            findings,
        )
    }

    pub(crate) fn report(&self, subjects: &[SubjectId], kept: Kept) -> Report {
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
pub(crate) fn hostile() -> Ledger {
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
    let event = Event::Receive(Receive {
        from: org("dns:nordlys.example"),
        ship: None,
        seals: SealState::Broken,
        inspection: Inspection::Disputed,
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
