//! A unit from its making to its slot: a board is exchanged, the firmware updated, and one vendor has a hostile name.

use std::convert::Infallible;

use prova_core::{
    hash::Digest,
    id::ComponentId,
    index::term::Term,
    ledger::{MemoryRows, Replay},
    lifecycle::Layer,
    log::Checkpoint,
    position::EntryIndex,
    registry::history::History,
    statement::{
        Predicate, Statement, Subject, Verified,
        action::{Action, Enrol},
        event::{
            Attachment, BomReference, Event, EventPredicate, Firmware, Site,
            make::{Assemble, Manifest, Manufacture, Part, Supply},
            operation::{Install, Maintain, MaintenanceAction, Update},
            role::Role,
        },
    },
    view::trace::Entries,
};
use prova_testkit::builder::{TestLedger, component, key, org, sign, unit};

use super::super::{Pedigree, PedigreeSource, Stage, cyclonedx, spdx};
use crate::{
    bom::{self, Bom},
    limits::Limits,
};

pub(super) const TYPE: &str = "type:dns:nordlys.example/AAU3900/R1";
pub(super) const FIRST: &str =
    "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub(super) const SECOND: &str =
    "artefact:sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// What stands in records must stand in documents as data, and nothing else.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[31m\u{202e}\n\"}],Tool: (x";

pub(super) struct Scene {
    entries: Vec<Vec<u8>>,
    rows: MemoryRows,
    pub(super) history: History,
    pub(super) checkpoint: Checkpoint,
}

impl Layer for Scene {
    type Below = MemoryRows;
    type Error = Infallible;

    fn below(&self) -> &MemoryRows {
        &self.rows
    }
}

impl Entries for Scene {
    fn entry(&self, index: EntryIndex) -> Result<Verified, Infallible> {
        let bytes = &self.entries[usize::try_from(index.get()).unwrap()];
        Ok(self.history.verify(index, bytes).unwrap())
    }
}

impl PedigreeSource for Scene {
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Infallible> {
        Ok(self.rows.posting(term).to_vec())
    }
}

impl Scene {
    pub(super) fn new(entries: Vec<Vec<u8>>) -> Self {
        let (mut rows, mut replay) = (MemoryRows::default(), Replay::new());
        for entry in &entries {
            replay.push(&mut rows, entry).unwrap();
        }
        let replayed = replay.finish(&mut rows).unwrap();
        let origin = "ledger.example/2026".parse().unwrap();
        Self {
            rows,
            history: History::of_one_root(replayed.registry.unwrap()),
            checkpoint: Checkpoint::new(origin, replayed.size, replayed.root).unwrap(),
            entries,
        }
    }

    pub(super) fn pedigree(&self, component: &ComponentId, stage: Stage) -> Pedigree {
        Pedigree::new(self, component, stage, &self.checkpoint, &self.history, None)
            .unwrap()
            .unwrap()
    }

    /// Both forms of a document, read again without a warning.
    pub(super) fn documents(&self, component: &ComponentId, stage: Stage) -> [(Vec<u8>, Bom); 2] {
        let pedigree = self.pedigree(component, stage);
        [cyclonedx::write(&pedigree, "0"), spdx::write(&pedigree, "0")].map(|bytes| {
            let reading = bom::read(bytes.as_slice(), &Limits::default()).unwrap();
            assert_eq!(reading.warnings, []);
            (bytes, reading.bom)
        })
    }
}

pub(super) fn site() -> Site {
    Site {
        country: "SE".parse().unwrap(),
        name: Some("Kista".to_owned()),
        id: None,
    }
}

pub(super) fn firmware(artefact: &str) -> Firmware {
    Firmware {
        artefact: component(artefact),
        version: None,
        measured: None,
    }
}

pub(super) fn manufacture(of_type: &str, runs: Option<&str>) -> Event {
    Event::Manufacture(Manufacture {
        of_type: component(of_type),
        site: site(),
        date: "2026-03-01".parse().unwrap(),
        lot: Some("L7".to_owned()),
        firmware: runs.map(firmware),
    })
}

pub(super) fn manifest(name: &str, version: Option<&str>) -> Manifest {
    Manifest {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        category: None,
        producer: None,
        runs_on: Vec::new(),
        replaces: None,
        manufacturers: Vec::new(),
        design_countries: Vec::new(),
        supplies: Vec::new(),
        boms: Vec::new(),
        known_unknowns: Vec::new(),
        support_until: None,
    }
}

pub(super) fn board(serial: &str) -> ComponentId {
    component(&format!("unit:dns:nordlys.example/BB7/{serial}"))
}

pub(super) fn install(slot: &str, into: &ComponentId) -> (Event, Vec<ComponentId>) {
    let event = Event::Install(Install {
        category: "ran.aau".parse().unwrap(),
        area: prova_core::statement::event::category::AreaClass::General,
        operator: None,
        firmware: None,
    });
    (event, vec![component(slot), into.clone()])
}

/// A release with other names, by an organisation with a hostile name.
pub(super) fn hostile_release() -> Vec<u8> {
    let predicate = EventPredicate {
        ledger: "ledger.example/2026".parse().unwrap(),
        by: org("dns:hostile.example"),
        role: Role::Producer,
        with: Vec::new(),
        time: "2026-03-01T08:30:00Z".parse().unwrap(),
        place: None,
        disclosure: None,
        evidence: Vec::new(),
        critical: Vec::new(),
        event: Event::Manifest(manifest(HOSTILE, Some("2"))),
    };
    let mut subject = Subject::new(component(SECOND), None);
    subject.aliases = ["pkg:generic/aau-os@2", "cpe:2.3:o:nordlys:aau_os:2:*:*:*:*:*:*:*"]
        .map(|alias| alias.parse().unwrap())
        .to_vec();
    let statement = Statement {
        subjects: vec![subject],
        predicate: Predicate::Event(Box::new(predicate)),
    };
    sign(&statement, &["meridian"])
}

/// A type with what only manifests say.
pub(super) fn described() -> Manifest {
    Manifest {
        supplies: vec![Supply {
            what: HOSTILE.to_owned(),
            category: None,
            supplier: Some(org("dns:chips.example")),
            country_of_origin: Some("NL".parse().unwrap()),
            second_source: None,
        }],
        boms: vec![BomReference {
            format: "CycloneDX".to_owned(),
            version: "1.7".to_owned(),
            components: 3,
            document: Attachment {
                sha256: Digest::of(b"bom"),
                media_type: "application/vnd.cyclonedx+json".to_owned(),
                name: None,
                holder: None,
            },
        }],
        known_unknowns: vec!["capacitors".to_owned()],
        ..manifest("AAU 3900", None)
    }
}

pub(super) fn scene() -> Scene {
    let mut ledger = TestLedger::new("ledger.example/2026");
    let mut entries = vec![ledger.charter()];
    entries.extend(ledger.enrolments());
    let enrol = Enrol {
        organisation: org("dns:hostile.example"),
        name: HOSTILE.to_owned(),
        jurisdiction: "SE".parse().unwrap(),
        parent: None,
        roles: vec![Role::Producer],
        keys: vec![key("meridian").public()],
    };
    entries.push(ledger.registry(Action::Enrol(enrol), &["root-a"]));
    let (nordlys, north) = ("dns:nordlys.example", "dns:north.example");
    let aau = unit("SN1");
    let events = [
        (
            nordlys,
            Role::Designer,
            Event::Manifest(described()),
            vec![component(TYPE)],
            "nordlys",
        ),
        (
            nordlys,
            Role::Producer,
            Event::Manifest(manifest("AAU OS", Some("1"))),
            vec![component(FIRST)],
            "nordlys",
        ),
    ];
    for (by, role, event, subjects, name) in events {
        entries.push(ledger.event(by, role, event, subjects, &[name]));
    }
    entries.push(hostile_release());
    let part = |serial| Part {
        component: board(serial),
        position: Some("J1".to_owned()),
    };
    let swap = Maintain {
        action: MaintenanceAction::Replace,
        employer: None,
        remote_from: None,
        parent: Some(aau.clone()),
        parts_in: vec![board("B2")],
        parts_out: vec![board("B1")],
        data_carriers_removed: None,
    };
    let update = Update {
        from: None,
        to: firmware(SECOND),
        method: None,
        approved_by: None,
    };
    let (installed, slot_and_unit) = install("slot:dns:north.example/site-1/aau-1", &aau);
    let maker = |event, subjects| (nordlys, Role::Manufacturer, event, subjects, "nordlys");
    let operator = |event, subjects| (north, Role::Operator, event, subjects, "operator-north");
    let board_type = "type:dns:nordlys.example/BB7/R1";
    let before = [
        maker(manufacture(TYPE, Some(FIRST)), vec![aau.clone()]),
        maker(manufacture(board_type, None), vec![board("B1"), board("B2")]),
        maker(
            Event::Assemble(Assemble {
                parent: aau.clone(),
                parts: vec![part("B1")],
            }),
            vec![aau.clone(), board("B1")],
        ),
    ];
    for (by, role, event, subjects, name) in before {
        entries.push(ledger.event(by, role, event, subjects, &[name]));
    }
    entries.push(ledger.store("SN1", Digest::of(b"photograph")));
    let shipped = ledger.ship("SN1");
    let leaf = prova_core::hash::LeafHash::of_entry(&shipped);
    entries.push(shipped);
    entries.push(ledger.receive("SN1", Some(leaf)));
    let after = [
        operator(installed, slot_and_unit),
        operator(Event::Update(update), vec![aau.clone()]),
        operator(Event::Maintain(swap), vec![aau.clone(), board("B1"), board("B2")]),
    ];
    for (by, role, event, subjects, name) in after {
        entries.push(ledger.event(by, role, event, subjects, &[name]));
    }
    Scene::new(entries)
}
