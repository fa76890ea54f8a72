//! A ledger in memory that follows a script: lines of text, so that a fuzzer can rearrange lives.
//!
//! ```text
//! @                                        first line only: begin with an empty ledger, not with everybody enrolled
//! !<bytes>                                 an entry
//! =<key>,… SP <payload>                    a statement, signed
//! #<key>,… SP <action>                     an action of the registry, or a list of them, following what came before
//! <key>,… SP <role> SP <id>,… SP <event>   an event that follows the heads of its subjects, by the first key's organisation
//! ```
//! A key is the name of a published test key; `$0` to `$9` in a line stand for the leaf hashes of the first ten entries of the script.

use std::{convert::Infallible, sync::OnceLock};

use prova_core::{hash::LeafHash, id::{OrgId, SubjectId}, index::term::{Term, terms}, key::{SecretKey, published_test_key}, ledger::{MemoryRows, Replay, ReplayError, Replayed, Rows as _, admit}, lifecycle::{View as _, distrusted}, log::merkle::Frontier, position::TreeSize, registry::Registry, statement::{action::{Action, Enrol, RegistryPredicate}, charter::{Charter, Purpose, Root, RootKey}, Envelope, Predicate, Statement, Subject, Unverified, event::role::Role}, time::Timestamp};

use crate::assert_printable;

/// Most lines of a script that are read.
pub const MAX_LINES: usize = 40;
/// The first hour: 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;
const ORIGIN: &str = "scene.example/ledger";

const CAST: [(&str, &[Role]); 9] = [
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

/// What entries that were admitted one by one add up to.
#[derive(Clone, Default)]
pub struct Ledger {
    registry: Option<Registry>,
    rows: MemoryRows,
    tree: Frontier,
    /// Those of the script.
    entries: Vec<Vec<u8>>,
    hour: i64,
}

fn organisation(name: &str) -> OrgId {
    format!("dns:{name}.example").parse().expect("a DNS name")
}

fn keys(names: &str) -> Vec<SecretKey> {
    names.split(',').take(8).filter_map(published_test_key).collect()
}

fn sign(payload: Vec<u8>, keys: &[SecretKey]) -> Option<Vec<u8>> {
    let keys: Vec<_> = keys.iter().collect();
    Some(Envelope::sign(payload, &keys).ok()?.encode())
}

/// Everybody enrolled.
fn populated() -> &'static Ledger {
    static POPULATED: OnceLock<Ledger> = OnceLock::new();
    POPULATED.get_or_init(|| {
        let mut ledger = Ledger::default();
        let public = |name| published_test_key(name).expect("a published key").public();
        let root = ["root-a", "root-b", "root-c"].map(|name| RootKey {
            organisation: organisation(name),
            key: public(name),
        });
        let charter = Charter {
            origin: ORIGIN.parse().expect("an origin"),
            purpose: Purpose::Test,
            time: Timestamp::from_unix(BEGIN).expect("a time"),
            log_key: public("log"),
            root: Root {
                threshold: 2,
                keys: root.into(),
            },
            critical: Vec::new(),
        };
        ledger.say(
            &ledger.about_itself(Predicate::Charter(Box::new(charter))),
            "root-a,root-b",
        );
        for (name, roles) in CAST {
            let action = Action::Enrol(Enrol {
                organisation: organisation(name),
                name: format!("{name} (invented)"),
                jurisdiction: "SE".parse().expect("a country"),
                parent: None,
                roles: roles.to_vec(),
                keys: vec![public(name)],
            });
            let predicate = RegistryPredicate {
                ledger: ORIGIN.parse().expect("an origin"),
                by: None,
                time: ledger.tick(),
                critical: Vec::new(),
                actions: vec![action],
            };
            let subjects = predicate.subjects().into_iter();
            let statement = Statement {
                subjects: subjects.map(|id| Subject::numbered(id, 0)).collect(),
                predicate: Predicate::Registry(Box::new(predicate)),
            };
            ledger.say(&statement, "root-a,root-b");
        }
        assert_eq!(ledger.entries.len(), 1 + CAST.len(), "everybody is enrolled");
        ledger.entries.clear();
        ledger
    })
}

impl Ledger {
    fn tick(&mut self) -> Timestamp {
        self.hour += 1;
        Timestamp::from_unix(BEGIN + 3600 * self.hour).expect("a time in this century")
    }

    fn about_itself(&self, predicate: Predicate) -> Statement {
        let ledger: SubjectId = format!("ledger:{ORIGIN}").parse().expect("a ledger");
        Statement {
            subjects: vec![Subject::new(ledger, None)],
            predicate,
        }
    }

    fn say(&mut self, statement: &Statement, signers: &str) {
        if let Some(entry) = sign(statement.encode(), &keys(signers)) {
            self.submit(entry);
        }
    }

    /// Admits an entry or leaves everything as it was.
    fn submit(&mut self, entry: Vec<u8>) {
        let unverified = match Unverified::decode(&entry) {
            Ok(unverified) => unverified,
            Err(error) => return assert_printable(&error),
        };
        let verified = match unverified.verify(self.registry.as_ref()) {
            Ok(verified) => verified,
            Err(error) => return assert_printable(&error),
        };
        let before = self.registry.clone();
        let size = self.tree.size();
        let changes = match admit(&self.rows, &mut self.registry, size, &verified) {
            Ok(changes) => changes,
            Err(error) => {
                assert_eq!(
                    self.registry, before,
                    "an entry that was refused changed the registry"
                );
                match error {
                    prova_core::ledger::AdmitError::Refused(error) => assert_printable(&error),
                    prova_core::ledger::AdmitError::View(never) => match never {},
                }
                return;
            }
        };
        let index = size.next();
        let terms = terms(
            index,
            &verified,
            self.registry
                .as_ref()
                .expect("a ledger with an entry has a registry"),
        );
        for term in &terms {
            assert_eq!(
                term.to_string().parse::<Term>().as_ref(),
                Ok(term),
                "a term is its text"
            );
        }
        let Ok(()) = self
            .rows
            .record(index, verified.leaf(), changes, terms.into_iter().collect());
        self.tree.push(verified.leaf());
        self.entries.push(entry);
    }

    fn head(&self, id: &SubjectId) -> Option<LeafHash> {
        let Ok(chain) = self.rows.chain(id);
        chain.map(|chain| chain.head)
    }

    fn event(&mut self, line: &str) -> Option<Vec<u8>> {
        let mut words = line.splitn(4, ' ');
        let (signers, role, subjects, event) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let mut about = Vec::new();
        for id in subjects.split(',') {
            let id: SubjectId = id.parse().ok()?;
            let prev = self
                .head(&id)
                .map(|head| format!(r#","annotations":{{"prev":"{head}"}}"#))
                .unwrap_or_default();
            let name = serde_json::to_string(&id).expect("an id is text");
            about.push(format!(
                r#"{{"name":{name},"digest":{{"sha256":"{}"}}{prev}}}"#,
                id.digest()
            ));
        }
        let mut named: Vec<_> = signers.split(',').collect();
        let by = named.remove(0);
        named.sort_unstable();
        let with: Vec<_> = named.iter().map(|name| format!(r#""dns:{name}.example""#)).collect();
        let with = with.join(",");
        let payload = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{}],"predicateType":"urn:prova:event:1","predicate":{{"ledger":"{ORIGIN}","by":"dns:{by}.example","with":[{with}],"role":"{role}","time":"{}","event":{event}}}}}"#,
            about.join(","),
            self.tick()
        );
        sign(payload.into_bytes(), &keys(signers))
    }

    fn action(&mut self, line: &str) -> Option<Vec<u8>> {
        let (signers, action) = line.split_once(' ')?;
        // Without an organisation it is about the ledger; a list is one statement.
        let actions: Vec<Action> = match serde_json::from_str(action) {
            Ok(actions) => actions,
            Err(_) => vec![serde_json::from_str(action).ok()?],
        };
        let registry = self.registry.as_ref()?;
        let owner = |key: &SecretKey| Some(registry.keys().get(&key.public().key_id())?.organisation.clone());
        let predicate = RegistryPredicate {
            ledger: ORIGIN.parse().ok()?,
            by: keys(signers).first().and_then(owner),
            time: self.tick(),
            critical: Vec::new(),
            actions,
        };
        let registry = self.registry.as_ref()?;
        let subject = |id: SubjectId| match &predicate.by {
            Some(by) => Subject::new(id, registry.own_head(by)),
            None => Subject::numbered(id.clone(), registry.number(&id)),
        };
        let statement = Statement {
            subjects: predicate.subjects().into_iter().map(subject).collect(),
            predicate: Predicate::Registry(Box::new(predicate)),
        };
        sign(statement.encode(), &keys(signers))
    }

    fn follow(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        if let Some(entry) = line.strip_prefix(b"!") {
            return Some(entry.to_vec());
        }
        let mut line = std::str::from_utf8(line).ok()?.to_owned();
        for (name, entry) in (b'0'..=b'9').zip(&self.entries) {
            let name = format!("${}", char::from(name));
            if line.contains(&name) {
                line = line.replace(&name, &LeafHash::of_entry(entry).to_string());
            }
        }
        if let Some(signed) = line.strip_prefix('=') {
            let (signers, payload) = signed.split_once(' ')?;
            return sign(payload.as_bytes().to_vec(), &keys(signers));
        }
        match line.strip_prefix('#') {
            Some(action) => self.action(action),
            None => self.event(&line),
        }
    }

    fn replay(&self, from: Self) -> (Result<Replayed, ReplayError<Infallible>>, MemoryRows) {
        let mut rows = from.rows;
        let mut replay = Replay::resume(from.registry, from.tree);
        let pushed = self
            .entries
            .iter()
            .try_for_each(|entry| replay.push(&mut rows, entry));
        (pushed.and_then(|()| replay.finish(&mut rows)), rows)
    }
}

/// Follows a script, admitting what may enter; then an audit of the same bytes must come to the same ledger.
pub fn follow_script(script: &[u8]) {
    let (begin, script) = match script.strip_prefix(b"@\n") {
        Some(script) => (Ledger::default(), script),
        None => (populated().clone(), script),
    };
    let mut ledger = begin.clone();
    for line in script.split(|byte| *byte == b'\n').take(MAX_LINES) {
        if let Some(entry) = ledger.follow(line) {
            ledger.submit(entry);
        }
    }
    let (replayed, rows) = ledger.replay(begin);
    let replayed = replayed.expect("what was admitted one by one is admitted by an audit");
    assert_eq!(replayed.registry, ledger.registry, "the audit's registry");
    assert_eq!(
        replayed.size,
        TreeSize::new(ledger.tree.size().get()),
        "the audit's size"
    );
    assert_eq!(replayed.root, ledger.tree.root(), "the audit's root");
    assert_eq!(rows.chains(), ledger.rows.chains(), "the audit's chains");
    assert_eq!(rows.findings(), ledger.rows.findings(), "the audit's findings");
    if let Some(registry) = &ledger.registry {
        assert_eq!(
            distrusted(registry, |key| Ok::<_, Infallible>(rows.posting(&Term::Key(*key)).to_vec())),
            distrusted(registry, |key| Ok(ledger.rows.posting(&Term::Key(*key)).to_vec())),
            "the audit's distrust"
        );
    }
}
