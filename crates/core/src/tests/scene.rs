//! A small ledger in memory for tests: invented companies, published test keys.

use std::convert::Infallible;

use crate::{
    hash::LeafHash,
    id::SubjectId,
    index::term::terms,
    key::{KeyId, PublicKey, SecretKey, published_test_key},
    ledger::{AdmitError, EntryRefusal, Inadmissible, MemoryRows, Rows as _, admit},
    lifecycle::{Changes, FindingCode, View as _, facts},
    log::Vkey,
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{
        Envelope, Predicate, Statement, Subject, Unverified, VerifyEntryError,
        action::{Action, Distrust, Enrol, RegistryPredicate, Revoke},
        charter::{Charter, Purpose, Root, RootKey},
        event::{Event, EventPredicate, role::Role},
    },
    verdict::Trust,
};

/// Why the scene's ledger refuses an entry.
#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    Verify(VerifyEntryError),
    Inadmissible(Inadmissible),
}

pub(crate) struct Scene {
    pub(crate) registry: Option<Registry>,
    pub(crate) rows: MemoryRows,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Bytes of what the last entry changed, as JSON.
    pub(crate) written: usize,
    /// Hour of the next statement.
    hour: i64,
}

fn written(changes: &Changes) -> usize {
    let chains = changes.chains.values().map(serde_json::to_string);
    let facts = changes
        .facts
        .iter()
        .map(|(_, key, fact)| serde_json::to_string(&(key, fact)));
    chains.chain(facts).map(|row| row.unwrap().len()).sum()
}

pub(crate) fn key(name: &str) -> SecretKey {
    published_test_key(name).unwrap()
}

pub(crate) fn public(name: &str) -> PublicKey {
    key(name).public()
}

pub(crate) fn org(name: &str) -> crate::id::OrgId {
    format!("dns:{name}.example").parse().unwrap()
}

pub(crate) fn id(text: &str) -> SubjectId {
    text.parse().unwrap()
}

pub(crate) fn component(text: &str) -> crate::id::ComponentId {
    text.parse().unwrap()
}

/// What a reader trusts who accepted the scene's ledger.
pub(crate) fn trusted() -> Trust {
    let vkey = Vkey::of_log(&Scene::charter(Purpose::Test).origin, &public("log"));
    Trust::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap()
}

/// A key of an organisation speaks no more.
pub(crate) fn revocation(organisation: &str, key: KeyId) -> Action {
    Action::Revoke(Revoke {
        organisation: org(organisation),
        key,
        reason: "stolen".to_owned(),
        distrust_from: None,
    })
}

/// What a key of an organisation signed is not to be believed; with no index, it is again.
pub(crate) fn distrust(organisation: &str, key: KeyId, from: Option<EntryIndex>) -> Action {
    Action::Distrust(Distrust {
        organisation: org(organisation),
        key: Some(key),
        from,
        reason: "stolen".to_owned(),
    })
}

/// Who takes part: name, roles. The name is also that of the key.
pub(crate) const CAST: [(&str, &[Role]); 9] = [
    ("nordlys", &[Role::Designer, Role::Manufacturer, Role::Producer]),
    ("meridian", &[Role::Designer, Role::Manufacturer, Role::Producer]),
    ("lab", &[Role::Laboratory, Role::Certifier]),
    ("carrier", &[Role::Carrier]),
    ("operator-north", &[Role::Operator]),
    ("operator-south", &[Role::Operator]),
    ("integrator", &[Role::Integrator, Role::Maintainer]),
    ("regulator", &[Role::Regulator]),
    ("auditor", &[Role::Auditor]),
];

impl Scene {
    pub(crate) fn empty() -> Self {
        Self {
            registry: None,
            rows: MemoryRows::default(),
            entries: Vec::new(),
            written: 0,
            hour: 0,
        }
    }

    pub(crate) fn root(names: &[&str], threshold: u32) -> Root {
        let keys = names.iter().map(|name| RootKey {
            organisation: org(name),
            key: public(name),
        });
        Root {
            threshold,
            keys: keys.collect(),
        }
    }

    pub(crate) fn charter(purpose: Purpose) -> Charter {
        Charter {
            origin: "scene.example/ledger".parse().unwrap(),
            purpose,
            time: crate::time::Timestamp::from_unix(1_767_225_600).unwrap(),
            log_key: public("log"),
            root: Self::root(&["root-a", "root-b", "root-c"], 2),
            critical: Vec::new(),
        }
    }

    /// A ledger with its charter and everybody enrolled.
    pub(crate) fn new() -> Self {
        let mut scene = Self::empty();
        let charter = Predicate::Charter(Box::new(Self::charter(Purpose::Test)));
        scene
            .submit(&Scene::about_ledger(charter), &["root-a", "root-b"])
            .unwrap();
        for (name, roles) in CAST {
            let enrol = Enrol {
                organisation: org(name),
                name: format!("{name} (invented)"),
                jurisdiction: "SE".parse().unwrap(),
                parent: None,
                roles: roles.to_vec(),
                keys: vec![public(name)],
            };
            scene.act(Action::Enrol(enrol), &["root-a", "root-c"]).unwrap();
        }
        scene
    }

    pub(crate) fn about_ledger(predicate: Predicate) -> Statement {
        Statement {
            subjects: vec![Subject::new(id("ledger:scene.example/ledger"), None)],
            predicate,
        }
    }

    /// A registry statement as things stand: of the organisation itself where the first signer is a participant's key, else of the root.
    pub(crate) fn registry_statement(&mut self, actions: Vec<Action>, signers: &[&str]) -> Statement {
        let time = self.tick();
        let registry = self.registry.as_ref().unwrap();
        let first = signers.first().map(|name| public(name).key_id());
        let owner = first.and_then(|key| registry.keys().get(&key));
        let predicate = RegistryPredicate {
            ledger: registry.origin().clone(),
            by: owner.map(|record| record.organisation.clone()),
            time,
            critical: Vec::new(),
            actions,
        };
        let subject = |id: SubjectId| match &predicate.by {
            Some(by) => Subject::new(id, registry.own_head(by)),
            None => Subject::numbered(id.clone(), registry.number(&id)),
        };
        Statement {
            subjects: predicate.subjects().into_iter().map(subject).collect(),
            predicate: Predicate::Registry(Box::new(predicate)),
        }
    }

    pub(crate) fn act(&mut self, action: Action, signers: &[&str]) -> Result<EntryIndex, Refused> {
        self.act_all(vec![action], signers)
    }

    pub(crate) fn act_all(&mut self, actions: Vec<Action>, signers: &[&str]) -> Result<EntryIndex, Refused> {
        let statement = self.registry_statement(actions, signers);
        self.submit(&statement, signers).map(|(index, _)| index)
    }

    pub(crate) fn head(&self, id: &SubjectId) -> Option<LeafHash> {
        self.rows.chain(id).unwrap().map(|chain| chain.head)
    }

    fn tick(&mut self) -> crate::time::Timestamp {
        self.hour += 1;
        crate::time::Timestamp::from_unix(1_767_225_600 + 3600 * self.hour).unwrap()
    }

    pub(crate) fn event(&mut self, by: &str, role: Role, event: Event, subjects: &[&str]) -> Statement {
        let predicate = EventPredicate {
            ledger: Self::charter(Purpose::Test).origin,
            by: org(by),
            role,
            with: Vec::new(),
            time: self.tick(),
            place: None,
            disclosure: None,
            evidence: Vec::new(),
            critical: Vec::new(),
            event,
        };
        let subjects = subjects
            .iter()
            .map(|text| Subject::new(id(text), self.head(&id(text))));
        Statement {
            subjects: subjects.collect(),
            predicate: Predicate::Event(Box::new(predicate)),
        }
    }

    /// An event that others stand by, too.
    pub(crate) fn event_with(
        &mut self,
        by: &str,
        with: &[&str],
        role: Role,
        event: Event,
        subjects: &[&str],
    ) -> Statement {
        let mut statement = self.event(by, role, event, subjects);
        if let Predicate::Event(event) = &mut statement.predicate {
            event.with = with.iter().map(|name| org(name)).collect();
        }
        statement
    }

    /// Says an event as the chains stand, and returns the findings it causes.
    pub(crate) fn say(
        &mut self,
        by: &str,
        role: Role,
        event: Event,
        subjects: &[&str],
    ) -> Result<Vec<FindingCode>, Refused> {
        let statement = self.event(by, role, event, subjects);
        self.submit(&statement, &[by]).map(|(_, findings)| findings)
    }

    pub(crate) fn submit(
        &mut self,
        statement: &Statement,
        signers: &[&str],
    ) -> Result<(EntryIndex, Vec<FindingCode>), Refused> {
        let keys: Vec<_> = signers.iter().map(|name| key(name)).collect();
        let keys: Vec<_> = keys.iter().collect();
        let entry = Envelope::sign(statement.encode(), &keys).unwrap().encode();
        let verified = Unverified::decode(&entry)
            .unwrap()
            .verify(self.registry.as_ref())
            .map_err(Refused::Verify)?;
        let size = TreeSize::new(self.entries.len() as u64);
        let changes =
            admit(&self.rows, &mut self.registry, size, &verified).map_err(|error| match error {
                AdmitError::Refused(EntryRefusal::Inadmissible(reason)) => Refused::Inadmissible(*reason),
                AdmitError::Refused(other) => unreachable!("admission alone gives no such reason: {other}"),
                AdmitError::View(never) => match never {},
            })?;
        let index = size.next();
        self.written = written(&changes);
        let mut findings: Vec<_> = changes.findings().collect();
        findings.sort();
        let findings = findings.iter().map(crate::lifecycle::Finding::code).collect();
        let terms = terms(index, &verified, self.registry.as_ref().unwrap())
            .into_iter()
            .collect();
        self.rows.record(index, verified.leaf(), changes, terms).unwrap();
        self.entries.push(entry);
        Ok((index, findings))
    }

    /// The entries that a key signed.
    #[expect(clippy::unnecessary_wraps, reason = "others cannot always tell")]
    pub(crate) fn signed_by(&self, key: &KeyId) -> Result<Vec<EntryIndex>, Infallible> {
        let entries = (0..).map(EntryIndex::new).zip(&self.entries);
        let signed = entries.filter(|(_, bytes)| Unverified::decode(bytes).unwrap().is_signed_by(key));
        Ok(signed.map(|(index, _)| index).collect())
    }

    pub(crate) fn unit(&self, text: &str) -> crate::lifecycle::UnitLife {
        self.rows
            .chain(&id(text))
            .unwrap()
            .unwrap()
            .unit()
            .unwrap()
            .clone()
    }
}

impl Scene {
    /// What is wrong with a component, as it is shown.
    pub(crate) fn shown(&self, text: &str) -> Vec<crate::lifecycle::FindingCode> {
        let Ok(findings) = facts::findings(&self.rows, &id(text));
        findings.iter().map(crate::lifecycle::Finding::code).collect()
    }

    /// The transfers of a unit, oldest first.
    pub(crate) fn transfers(&self, text: &str) -> Vec<crate::lifecycle::Transfer> {
        let Ok(transfers) = facts::transfers(&self.rows, &id(text));
        transfers
    }
}

/// A scene as readers see it: rows, and entries whose signatures are verified.
pub(crate) struct Reading<'a> {
    scene: &'a Scene,
    pub(crate) history: crate::registry::history::History,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(scene: &'a Scene) -> Self {
        let changes_keys = |(_, bytes): &(_, &Vec<u8>)| Unverified::decode(bytes).unwrap().changes_keys();
        let entries = (0..).map(EntryIndex::new).zip(&scene.entries);
        let history = crate::registry::history::History::replay(entries.filter(changes_keys)).unwrap();
        Self { scene, history }
    }

    /// The entries under a term.
    pub(crate) fn under(
        &self,
        term: &crate::index::term::Term,
    ) -> std::collections::BTreeMap<EntryIndex, crate::statement::Verified> {
        let indices = self.scene.rows.posting(term).to_vec();
        indices
            .into_iter()
            .map(|index| (index, self.read(index)))
            .collect()
    }

    pub(crate) fn read(&self, index: EntryIndex) -> crate::statement::Verified {
        let bytes = &self.scene.entries[usize::try_from(index.get()).unwrap()];
        self.history.verify(index, bytes).unwrap()
    }
}

impl crate::lifecycle::Layer for Reading<'_> {
    type Below = MemoryRows;
    type Error = std::convert::Infallible;

    fn below(&self) -> &MemoryRows {
        &self.scene.rows
    }
}

impl crate::view::trace::Entries for Reading<'_> {
    fn entry(&self, index: EntryIndex) -> Result<crate::statement::Verified, Self::Error> {
        Ok(self.read(index))
    }
}
