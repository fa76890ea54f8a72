//! A unit from its making to its slot: a board is exchanged, the firmware updated, and one vendor has a hostile name.

use std::{collections::BTreeSet, convert::Infallible, path::Path};

use prova_core::{
    hash::Digest,
    id::ComponentId,
    index::term::Term,
    ledger::{MemoryRows, Replay, Rows as _},
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
    text::escape,
    view::trace::Entries,
};
use prova_testkit::builder::{TestLedger, component, key, org, sign, unit};

use super::{Pedigree, PedigreeSource, Stage, cyclonedx, spdx};
use crate::{
    bom::{self, Bom, Kind as BomKind},
    limits::Limits,
};

const TYPE: &str = "type:dns:nordlys.example/AAU3900/R1";
const FIRST: &str = "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SECOND: &str = "artefact:sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// What stands in records must stand in documents as data, and nothing else.
const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[31m\u{202e}\n\"}],Tool: (x";

struct Scene {
    entries: Vec<Vec<u8>>,
    rows: MemoryRows,
    history: History,
    checkpoint: Checkpoint,
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
        self.rows.posting(term)
    }
}

impl Scene {
    fn new(entries: Vec<Vec<u8>>) -> Self {
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

    fn pedigree(&self, component: &ComponentId, stage: Stage) -> Pedigree {
        Pedigree::new(self, component, stage, &self.checkpoint, &self.history, None)
            .unwrap()
            .unwrap()
    }

    /// Both forms of a document, read again without a warning.
    fn documents(&self, component: &ComponentId, stage: Stage) -> [(Vec<u8>, Bom); 2] {
        let pedigree = self.pedigree(component, stage);
        [cyclonedx::write(&pedigree, "0"), spdx::write(&pedigree, "0")].map(|bytes| {
            let reading = bom::read(bytes.as_slice(), &Limits::default()).unwrap();
            assert_eq!(reading.warnings, []);
            (bytes, reading.bom)
        })
    }
}

fn site() -> Site {
    Site {
        country: "SE".parse().unwrap(),
        name: Some("Kista".to_owned()),
        id: None,
    }
}

fn firmware(artefact: &str) -> Firmware {
    Firmware {
        artefact: component(artefact),
        version: None,
        measured: None,
    }
}

fn manufacture(of_type: &str, runs: Option<&str>) -> Event {
    Event::Manufacture(Manufacture {
        of_type: component(of_type),
        site: site(),
        date: "2026-03-01".parse().unwrap(),
        lot: Some("L7".to_owned()),
        firmware: runs.map(firmware),
    })
}

fn manifest(name: &str, version: Option<&str>) -> Manifest {
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

fn board(serial: &str) -> ComponentId {
    component(&format!("unit:dns:nordlys.example/BB7/{serial}"))
}

fn install(slot: &str, into: &ComponentId) -> (Event, Vec<ComponentId>) {
    let event = Event::Install(Install {
        category: "ran.aau".parse().unwrap(),
        area: prova_core::statement::event::category::AreaClass::General,
        operator: None,
        firmware: None,
    });
    (event, vec![component(slot), into.clone()])
}

/// A release with other names, by an organisation with a hostile name.
fn hostile_release() -> Vec<u8> {
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
fn described() -> Manifest {
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

fn scene() -> Scene {
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

fn fixture(name: &str, got: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/pedigree")
        .join(name);
    let want = snapbox::Data::read_from(&path, Some(snapbox::data::DataFormat::Text));
    let got = String::from_utf8(got.to_vec()).unwrap();
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(got, want.raw());
}

fn listed(bom: &Bom) -> Vec<(String, Option<String>)> {
    let mut listed: Vec<_> = bom
        .components
        .iter()
        .map(|component| (component.name.clone(), component.version.clone()))
        .collect();
    listed.sort();
    listed
}

#[test]
fn the_documents_of_a_unit_are_these_bytes() {
    let scene = scene();
    for (stage, name) in [(Stage::AsBuilt, "as-built"), (Stage::AsInstalled, "as-installed")] {
        let [(cyclonedx, _), (spdx, _)] = scene.documents(&unit("SN1"), stage);
        fixture(&format!("{name}.cdx.json"), &cyclonedx);
        fixture(&format!("{name}.spdx.json"), &spdx);
        let [again, _] = scene.documents(&unit("SN1"), stage);
        assert_eq!(again.0, cyclonedx);
    }
}

#[test]
fn a_unit_as_built_has_the_parts_and_firmware_it_was_shipped_with() {
    let scene = scene();
    let parts = |stage| {
        scene.documents(&unit("SN1"), stage).map(|(_, bom)| {
            let references = bom.components.iter().filter_map(|component| {
                let hardware = component.hardware.as_ref();
                let serial = hardware.and_then(|hardware| hardware.serial_numbers.first().cloned());
                let digest = component.digests.first().map(ToString::to_string);
                serial.or(digest).or_else(|| {
                    component
                        .reference
                        .as_ref()
                        .map(|reference| reference.id.to_string())
                })
            });
            references.collect::<BTreeSet<_>>()
        })
    };
    let [built, built_spdx] = parts(Stage::AsBuilt);
    let [installed, installed_spdx] = parts(Stage::AsInstalled);
    let has = |set: &BTreeSet<String>, text: &str| set.iter().any(|one| one.contains(text));
    let element = |id: &str| component(id).digest().to_string();
    for (id, serial, in_built, in_installed) in [
        ("unit:dns:nordlys.example/BB7/B1", "B1", true, false),
        ("unit:dns:nordlys.example/BB7/B2", "B2", false, true),
        (FIRST, FIRST.rsplit(':').next().unwrap(), true, false),
        (SECOND, SECOND.rsplit(':').next().unwrap(), false, true),
    ] {
        assert_eq!(has(&built, serial), in_built, "{id}");
        assert_eq!(has(&installed, serial), in_installed, "{id}");
        let element = element(id);
        assert_eq!(has(&built_spdx, &element), in_built, "{id}");
        assert_eq!(has(&installed_spdx, &element), in_installed, "{id}");
    }
    let entries = |stage| {
        let pedigree = scene.pedigree(&unit("SN1"), stage);
        pedigree.items[0]
            .rows
            .iter()
            .map(|row| row.event.clone())
            .collect::<Vec<_>>()
    };
    let life = [
        "manufacture",
        "assemble",
        "store",
        "ship",
        "receive",
        "install",
        "update",
        "maintain",
    ];
    assert_eq!(entries(Stage::AsBuilt), life[..3]);
    assert_eq!(entries(Stage::AsInstalled), life);
}

#[test]
fn both_formats_list_the_same_and_hostile_text_stays_data() {
    let scene = scene();
    let [(cyclonedx, first), (spdx, second)] = scene.documents(&unit("SN1"), Stage::AsInstalled);
    assert_eq!(listed(&first), listed(&second));
    let hostile = |bom: &Bom| {
        let component = bom
            .components
            .iter()
            .find(|component| component.kind == BomKind::Firmware);
        let component = component.unwrap();
        assert_eq!(component.name, HOSTILE);
        assert_eq!(component.purls.len(), 1);
        assert_eq!(component.cpes.len(), 1);
        component.supplier.clone().unwrap().name
    };
    assert_eq!(hostile(&first), HOSTILE);
    assert_eq!(
        hostile(&second),
        escape(HOSTILE).replace('(', "[").replace(')', "]")
    );
    for bytes in [cyclonedx, spdx] {
        assert!(bytes.iter().all(|byte| *byte == b'\n' || *byte >= 0x20));
    }
    // A note that somebody else wrote cannot pass for a line of its own.
    let notes = scene.pedigree(&unit("SN1"), Stage::AsInstalled).items[0].notes();
    assert!(notes.lines().all(|line| line.starts_with("entry ")), "{notes}");
}

#[test]
fn what_is_not_known_is_said_and_does_not_stop_the_document() {
    let mut ledger = TestLedger::new("ledger.example/2026");
    let mut entries = vec![ledger.charter()];
    entries.extend(ledger.enrolments());
    // Installed before the ledger was, with firmware that nobody described; the board in it has the same.
    let (event, subjects) = install("slot:dns:north.example/site-2/aau-1", &unit("OLD"));
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        event,
        subjects,
        &["operator-north"],
    ));
    let born = manufacture("type:dns:nordlys.example/BB7/R1", Some(FIRST));
    entries.push(ledger.event(
        "dns:nordlys.example",
        Role::Manufacturer,
        born,
        vec![board("B9")],
        &["nordlys"],
    ));
    let update = Event::Update(Update {
        from: None,
        to: firmware(FIRST),
        method: None,
        approved_by: None,
    });
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        update,
        vec![unit("OLD")],
        &["operator-north"],
    ));
    let work = Event::Maintain(Maintain {
        action: MaintenanceAction::Replace,
        employer: None,
        remote_from: None,
        parent: Some(unit("OLD")),
        parts_in: vec![board("B9")],
        parts_out: Vec::new(),
        data_carriers_removed: None,
    });
    let subjects = vec![unit("OLD"), board("B9")];
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        work,
        subjects,
        &["operator-north"],
    ));
    let scene = Scene::new(entries);

    let built = scene.pedigree(&unit("OLD"), Stage::AsBuilt);
    assert_eq!(built.items.len(), 1);
    assert!(built.items[0].rows.is_empty());
    assert_eq!(built.items[0].name, "AAU3900");
    assert_eq!(built.time.to_string(), "1970-01-01T00:00:00Z");
    for stage in [Stage::AsBuilt, Stage::AsInstalled] {
        scene.documents(&unit("OLD"), stage);
    }
    // The firmware of two units is one component, and so is a type that has no manifest.
    let installed = scene.pedigree(&unit("OLD"), Stage::AsInstalled);
    let names: Vec<_> = installed
        .items
        .iter()
        .map(|item| item.node.component.to_string())
        .collect();
    assert_eq!(
        names,
        [
            unit("OLD").to_string().as_str(),
            FIRST,
            board("B9").to_string().as_str(),
            "type:dns:nordlys.example/BB7/R1",
        ]
    );
    let codes = installed.items[0]
        .findings
        .iter()
        .map(|finding| finding.code().name());
    assert!(codes.collect::<Vec<_>>().contains(&"no-birth"));
    let unknown = Pedigree::new(
        &scene,
        &unit("NEW"),
        Stage::AsBuilt,
        &scene.checkpoint,
        &scene.history,
        None,
    );
    assert!(unknown.unwrap().is_none());
}

#[test]
fn a_document_has_a_name_that_no_other_has() {
    let scene = scene();
    let other = Checkpoint::new(
        "other.example".parse().unwrap(),
        scene.checkpoint.size(),
        *scene.checkpoint.root(),
    );
    let at = Some("2026-04-01T00:00:00Z".parse().unwrap());
    let (this, other) = (&scene.checkpoint, &other.unwrap());
    let mut names = BTreeSet::new();
    for (component, stage, checkpoint, at) in [
        (unit("SN1"), Stage::AsBuilt, this, None),
        (unit("SN1"), Stage::AsInstalled, this, None),
        (unit("SN1"), Stage::AsInstalled, other, None),
        (unit("SN1"), Stage::AsInstalled, this, at),
        (board("B1"), Stage::AsInstalled, this, None),
    ] {
        let pedigree = Pedigree::new(&scene, &component, stage, checkpoint, &scene.history, at);
        let pedigree = pedigree.unwrap().unwrap();
        for format in ["CycloneDX 1.7", "SPDX 2.3"] {
            let name = pedigree.uuid(format);
            assert_eq!(name.len(), 36);
            assert_eq!(name.as_bytes()[14], b'8');
            assert!(names.insert(name));
        }
    }
}

#[test]
fn parts_deeper_than_readers_go_stand_beside_the_others() {
    let mut ledger = TestLedger::new("ledger.example/2026");
    let mut entries = vec![ledger.charter()];
    entries.extend(ledger.enrolments());
    let names: Vec<_> = (0..40).map(|number| unit(&format!("D{number}"))).collect();
    let event = manufacture(TYPE, None);
    entries.push(ledger.event(
        "dns:nordlys.example",
        Role::Manufacturer,
        event,
        names.clone(),
        &["nordlys"],
    ));
    for pair in names.windows(2).rev() {
        let event = Event::Assemble(Assemble {
            parent: pair[0].clone(),
            parts: vec![Part {
                component: pair[1].clone(),
                position: None,
            }],
        });
        entries.push(ledger.event(
            "dns:nordlys.example",
            Role::Manufacturer,
            event,
            pair.to_vec(),
            &["nordlys"],
        ));
    }
    let scene = Scene::new(entries);
    for (_, bom) in scene.documents(&names[0], Stage::AsBuilt) {
        assert_eq!(bom.components.len(), 41);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_in_records_is_data_in_documents(
        name in proptest::string::string_regex("(?s).{1,24}").unwrap(),
        text in proptest::string::string_regex("(?s)[\\\\\"<>(){}\\[\\]:,\\x00-\\x1f\\u{2028}a-c]{0,24}").unwrap(),
    ) {
        let mut ledger = TestLedger::new("ledger.example/2026");
        let mut entries = vec![ledger.charter()];
        entries.extend(ledger.enrolments());
        let described = Manifest { known_unknowns: vec![text.clone()], ..manifest(&name, Some(&text)) };
        let event = Event::Manifest(described);
        let subjects = vec![component(FIRST)];
        entries.push(ledger.event("dns:nordlys.example", Role::Producer, event, subjects, &["nordlys"]));
        let scene = Scene::new(entries);
        for (bytes, bom) in scene.documents(&component(FIRST), Stage::AsInstalled) {
            proptest::prop_assert!(bytes.iter().all(|byte| *byte == b'\n' || *byte >= 0x20));
            proptest::prop_assert_eq!(bom.components.len(), 1);
            proptest::prop_assert_eq!(&bom.components[0].name, &name);
            proptest::prop_assert_eq!(bom.components[0].version.as_deref(), Some(text.as_str()).filter(|text| !text.is_empty()));
        }
    }
}
