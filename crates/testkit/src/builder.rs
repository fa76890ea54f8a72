//! Statements for tests: a charter, enrolments and events, signed with the published test keys.

use std::collections::HashMap;

use prova_core::{
    hash::{Digest, LeafHash},
    id::{ComponentId, OrgId, Origin, SubjectId},
    key::{KeyId, SecretKey, published_test_key},
    position::EntryIndex,
    statement::{
        Envelope, Predicate, STATEMENT_LIMITS, Statement, Subject,
        action::{Action, Distrust, Enrol, RegistryPredicate, Revoke, Rotate},
        charter::{Charter, Purpose, Root, RootKey},
        event::{
            Attachment, Event, EventPredicate, Site,
            custody::{Inspection, Receive, SealState, Ship, Store},
            make::Manufacture,
            role::Role,
        },
    },
    time::Timestamp,
};

/// 2026-03-01T08:00:00Z, when every test ledger begins.
const BEGINNING: i64 = 1_772_352_000;
/// Longest text of a statement, in bytes.
const LONGEST_TEXT: usize = STATEMENT_LIMITS.text_bytes;

/// The organisations of a test ledger: key name, id, name, roles.
pub const PARTICIPANTS: [(&str, &str, &str, &[Role]); 3] = [
    (
        "nordlys",
        "dns:nordlys.example",
        "Nordlys Radio",
        &[Role::Designer, Role::Manufacturer, Role::Supplier, Role::Producer],
    ),
    ("carrier", "dns:carrier.example", "Ferry & Rail", &[Role::Carrier]),
    (
        "operator-north",
        "dns:north.example",
        "Operator North",
        &[Role::Operator],
    ),
];

/// Makes the statements of one ledger. Links each to the one made before it in the same chain, as if all were appended.
#[derive(Debug)]
pub struct TestLedger {
    origin: Origin,
    charter: Vec<u8>,
    heads: HashMap<SubjectId, LeafHash>,
    /// How many statements of the root there were about each subject.
    numbers: HashMap<SubjectId, u64>,
    made: i64,
}

/// The published test key of a name.
#[must_use]
pub fn key(name: &str) -> SecretKey {
    published_test_key(name).expect("the name of a published test key")
}

/// The envelope of a statement, signed by published test keys.
#[must_use]
pub fn sign(statement: &Statement, keys: &[&str]) -> Vec<u8> {
    let keys: Vec<_> = keys.iter().map(|name| key(name)).collect();
    let keys: Vec<_> = keys.iter().collect();
    Envelope::sign(statement.encode(), &keys)
        .expect("a test's statement fits an envelope")
        .encode()
}

/// The organisations beside the speaker whose keys sign.
fn with(by: &str, keys: &[&str]) -> Vec<OrgId> {
    let others = PARTICIPANTS
        .iter()
        .filter(|(key, id, ..)| keys.contains(key) && *id != by);
    let mut with: Vec<_> = others.map(|(_, id, ..)| org(id)).collect();
    with.sort();
    with
}

/// An organisation's id.
#[must_use]
pub fn org(text: &str) -> OrgId {
    text.parse().expect("the id of an organisation")
}

/// A component's id.
#[must_use]
pub fn component(text: &str) -> ComponentId {
    text.parse().expect("the id of a component")
}

/// The unit of Nordlys with this serial number.
#[must_use]
pub fn unit(serial: &str) -> ComponentId {
    component(&format!("unit:dns:nordlys.example/AAU3900/{serial}"))
}

impl TestLedger {
    /// A ledger that one root key governs, for tests.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let origin: Origin = origin.parse().expect("an origin");
        let root = Root {
            threshold: 1,
            keys: vec![RootKey {
                organisation: org("dns:root.example"),
                key: key("root-a").public(),
            }],
        };
        let charter = Charter {
            origin: origin.clone(),
            purpose: Purpose::Test,
            time: Timestamp::from_unix(BEGINNING).expect("a time"),
            log_key: key("log").public(),
            root,
            critical: Vec::new(),
        };
        let subject = SubjectId::Ledger(origin.clone());
        let statement = Statement {
            subjects: vec![Subject::new(subject, None)],
            predicate: Predicate::Charter(Box::new(charter)),
        };
        let charter = sign(&statement, &["root-a"]);
        Self {
            origin,
            heads: HashMap::new(),
            numbers: HashMap::new(),
            charter,
            made: 0,
        }
    }

    /// Entry 0.
    #[must_use]
    pub fn charter(&self) -> Vec<u8> {
        self.charter.clone()
    }

    /// Enrols the [`PARTICIPANTS`].
    pub fn enrolments(&mut self) -> Vec<Vec<u8>> {
        PARTICIPANTS
            .iter()
            .map(|(name, id, title, roles)| {
                let enrol = Enrol {
                    organisation: org(id),
                    name: (*title).to_owned(),
                    jurisdiction: "SE".parse().expect("a country"),
                    parent: None,
                    roles: roles.to_vec(),
                    keys: vec![key(name).public()],
                };
                self.registry(Action::Enrol(enrol), &["root-a"])
            })
            .collect()
    }

    /// A change of the registry: by the root where its key signs, else by the organisation that it is about.
    pub fn registry(&mut self, action: Action, keys: &[&str]) -> Vec<u8> {
        self.registry_all(vec![action], keys)
    }

    /// Changes of the registry in one statement.
    pub fn registry_all(&mut self, actions: Vec<Action>, keys: &[&str]) -> Vec<u8> {
        let about = actions.first().and_then(Action::organisation);
        let predicate = RegistryPredicate {
            ledger: self.origin.clone(),
            by: about.filter(|_| !keys.contains(&"root-a")).cloned(),
            time: self.now(),
            critical: Vec::new(),
            actions,
        };
        let subject = |id: SubjectId| match &predicate.by {
            Some(_) => Subject::new(id.clone(), self.heads.get(&id).copied()),
            None => Subject::numbered(id.clone(), self.numbers.get(&id).copied().unwrap_or_default()),
        };
        let subjects: Vec<_> = predicate.subjects().into_iter().map(subject).collect();
        let (ids, is_own): (Vec<_>, _) = (predicate.subjects().into_iter().collect(), predicate.by.is_some());
        let statement = Statement {
            subjects,
            predicate: Predicate::Registry(Box::new(predicate)),
        };
        let entry = sign(&statement, keys);
        let leaf = LeafHash::of_entry(&entry);
        for id in ids {
            if is_own {
                self.heads.insert(id, leaf);
            } else {
                let number = self.numbers.entry(id).or_default();
                *number = number.saturating_add(1);
            }
        }
        entry
    }

    /// Nordlys gets another key.
    pub fn rotate(&mut self, add: &str) -> Vec<u8> {
        let rotate = Rotate {
            organisation: org("dns:nordlys.example"),
            add: vec![key(add).public()],
            retire: Vec::new(),
        };
        self.registry(Action::Rotate(rotate), &["nordlys"])
    }

    /// A key speaks no more, and what it said from an index on is distrusted. It is the key of the participant with its name, or else of Nordlys.
    pub fn revoke(&mut self, name: &str, distrust_from: Option<EntryIndex>) -> Vec<u8> {
        let owner = PARTICIPANTS.iter().find(|(key, ..)| *key == name);
        let organisation = org(owner.map_or("dns:nordlys.example", |(_, id, ..)| id));
        let revoke = Action::Revoke(Revoke {
            organisation: organisation.clone(),
            key: Self::key_id(name),
            reason: "stolen".to_owned(),
            distrust_from: None,
        });
        let distrust = distrust_from.map(|from| {
            Action::Distrust(Distrust {
                organisation,
                key: Some(Self::key_id(name)),
                from: Some(from),
                reason: "stolen".to_owned(),
            })
        });
        self.registry_all(std::iter::once(revoke).chain(distrust).collect(), &["root-a"])
    }

    /// The id of a published test key.
    #[must_use]
    pub fn key_id(name: &str) -> KeyId {
        key(name).public().key_id()
    }

    /// Nordlys makes a unit. `padding` characters in the site's name make the entry larger.
    pub fn manufacture(&mut self, serial: &str, padding: usize) -> Vec<u8> {
        self.manufacture_by(serial, padding, "nordlys")
    }

    /// The same, signed with another key of Nordlys.
    pub fn manufacture_by(&mut self, serial: &str, padding: usize, key: &str) -> Vec<u8> {
        let event = Event::Manufacture(Manufacture {
            of_type: component("type:dns:nordlys.example/AAU3900/R1"),
            site: Site {
                country: "SE".parse().expect("a country"),
                name: (padding > 0).then(|| "x".repeat(padding.min(LONGEST_TEXT))),
                id: None,
            },
            date: "2026-03-01".parse().expect("a date"),
            lot: None,
            firmware: None,
        });
        // A text has its limit: what is longer goes on in the names of documents.
        let more = padding.saturating_sub(LONGEST_TEXT).div_ceil(LONGEST_TEXT);
        let document = || Attachment {
            sha256: Digest::of(b"padding"),
            media_type: "text/plain".to_owned(),
            name: Some("x".repeat(LONGEST_TEXT)),
            holder: None,
        };
        self.event_with(
            "dns:nordlys.example",
            Role::Manufacturer,
            event,
            vec![unit(serial)],
            &[key],
            std::iter::repeat_with(document).take(more).collect(),
        )
    }

    /// Units with the serial numbers `from..to`, one entry each.
    pub fn units(&mut self, from: usize, to: usize, padding: usize) -> Vec<Vec<u8>> {
        (from..to)
            .map(|serial| self.manufacture(&format!("SN{serial}"), padding))
            .collect()
    }

    /// Nordlys ships a unit to Operator North.
    pub fn ship(&mut self, serial: &str) -> Vec<u8> {
        let event = Event::Ship(Ship {
            to: org("dns:north.example"),
            carrier: None,
            title_to: None,
            seals: Vec::new(),
            waybill: None,
            export_control: None,
        });
        self.event(
            "dns:nordlys.example",
            Role::Supplier,
            event,
            vec![unit(serial)],
            &["nordlys"],
        )
    }

    /// Operator North receives a unit from Nordlys.
    pub fn receive(&mut self, serial: &str, ship: Option<LeafHash>) -> Vec<u8> {
        let event = Event::Receive(Receive {
            from: org("dns:nordlys.example"),
            ship,
            seals: SealState::None,
            inspection: Inspection::Accepted,
            remarks: None,
        });
        self.event(
            "dns:north.example",
            Role::Operator,
            event,
            vec![unit(serial)],
            &["operator-north"],
        )
    }

    /// Nordlys keeps a unit, and names a document about it.
    pub fn store(&mut self, serial: &str, document: Digest) -> Vec<u8> {
        let event = Event::Store(Store {
            site: Site {
                country: "SE".parse().expect("a country"),
                name: None,
                id: None,
            },
            from: "2026-03-01".parse().expect("a date"),
            until: None,
            access: None,
        });
        let evidence = vec![Attachment {
            sha256: document,
            media_type: "application/pdf".to_owned(),
            name: None,
            holder: None,
        }];
        self.event_with(
            "dns:nordlys.example",
            Role::Supplier,
            event,
            vec![unit(serial)],
            &["nordlys"],
            evidence,
        )
    }

    /// Any event.
    pub fn event(
        &mut self,
        by: &str,
        role: Role,
        event: Event,
        subjects: Vec<ComponentId>,
        keys: &[&str],
    ) -> Vec<u8> {
        self.event_with(by, role, event, subjects, keys, Vec::new())
    }

    fn event_with(
        &mut self,
        by: &str,
        role: Role,
        event: Event,
        subjects: Vec<ComponentId>,
        keys: &[&str],
        evidence: Vec<Attachment>,
    ) -> Vec<u8> {
        let predicate = EventPredicate {
            ledger: self.origin.clone(),
            by: org(by),
            role,
            with: with(by, keys),
            time: self.now(),
            place: None,
            disclosure: None,
            evidence,
            critical: Vec::new(),
            event,
        };
        let subjects = subjects.into_iter().map(SubjectId::from).collect();
        self.statement(subjects, Predicate::Event(Box::new(predicate)), keys)
    }

    fn statement(&mut self, subjects: Vec<SubjectId>, predicate: Predicate, keys: &[&str]) -> Vec<u8> {
        let statement = Statement {
            subjects: subjects
                .iter()
                .map(|id| Subject::new(id.clone(), self.heads.get(id).copied()))
                .collect(),
            predicate,
        };
        let entry = sign(&statement, keys);
        let leaf = LeafHash::of_entry(&entry);
        self.heads.extend(subjects.into_iter().map(|id| (id, leaf)));
        entry
    }

    fn now(&mut self) -> Timestamp {
        self.made = self.made.saturating_add(1);
        Timestamp::from_unix(BEGINNING.saturating_add(self.made)).expect("a time")
    }
}
