mod completeness;
mod damage;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    closure::{Closure, ClosureSource},
    description::{Algorithms, FORMAT, SealReference},
    *,
};
use crate::{
    hash::{Digest, LeafHash, NodeHash},
    id::SubjectId,
    index::{Index, IndexProof, MemoryBuckets, term::Term},
    ledger::SealedView,
    lifecycle::{Chain, FactKind, Finding, View as _, facts},
    log::{Checkpoint, SignedCheckpoint, TlogProof, merkle::InclusionProof},
    position::{EntryIndex, TreeSize},
    statement::{event::role::Role, seal::Seal},
    tests::scene::{Reading, Scene, component, id, key, org, trusted},
    verdict::{Answer, BundleScope, Question, ReasonCode, bundle_scope},
    view::{custody::CustodyLine, timeline::Timeline, trace::Trace},
};

const TYPE: &str = "type:dns:nordlys.example/CARD/R1";
const RACK_TYPE: &str = "type:dns:nordlys.example/RACK/R1";
const RACK: &str = "unit:dns:nordlys.example/RACK/1";
const RACK_2: &str = "unit:dns:nordlys.example/RACK/2";
const CARDS: [&str; 4] = [
    "unit:dns:nordlys.example/CARD/1",
    "unit:dns:nordlys.example/CARD/2",
    "unit:dns:nordlys.example/CARD/3",
    "unit:dns:nordlys.example/CARD/4",
];
const SLOT: &str = "slot:dns:operator-north.example/gNB-1";
const SLOT_2: &str = "slot:dns:operator-north.example/gNB-2";
const FIRMWARE: &str = "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const FIRMWARE_2: &str = "artefact:sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
const REPORT: &str = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

fn say(scene: &mut Scene, by: &str, role: Role, said: Value, about: &[&str]) {
    let event = serde_json::from_value(said).unwrap();
    scene.say(by, role, event, about).unwrap();
}

fn place(index: EntryIndex) -> usize {
    usize::try_from(index.get()).unwrap()
}

fn made(of_type: &str) -> Value {
    json!({"manufacture": {"type": of_type, "site": {"country": "SE"}, "date": "2026-01-01"}})
}

fn install(firmware: &str) -> Value {
    json!({"install": {"category": "ran.du", "area": "sensitive", "firmware": {"artefact": firmware}}})
}

/// Racks and cards of two operators: shared shipments, a clone, moves between slots, a removal, a recall, and contradictions of every sort.
pub(crate) fn scene() -> Scene {
    let mut scene = Scene::new();
    let s = &mut scene;
    let (n, north) = ("nordlys", "operator-north");
    say(
        s,
        n,
        Role::Designer,
        json!({"manifest": {"name": "Card", "category": "hw.board"}}),
        &[TYPE],
    );
    say(
        s,
        "meridian",
        Role::Producer,
        json!({"manifest": {"name": "CardOS", "version": "3.1"}}),
        &[FIRMWARE],
    );
    let mut statement = {
        let event = serde_json::from_value(made(TYPE)).unwrap();
        s.event(n, Role::Manufacturer, event, &CARDS[..3])
    };
    for (at, subject) in statement.subjects.iter_mut().enumerate() {
        subject
            .aliases
            .push(format!("mac:00005e00530{at}").parse().unwrap());
    }
    s.submit(&statement, &[n]).unwrap();
    say(s, n, Role::Manufacturer, made(RACK_TYPE), &[RACK, RACK_2]);
    say(
        s,
        n,
        Role::Manufacturer,
        json!({"assemble": {"parent": RACK, "parts": [{"component": CARDS[0], "position": "bay 1"}, {"component": CARDS[1]}]}}),
        &[RACK, CARDS[0], CARDS[1]],
    );
    let ship = json!({"ship": {"to": "dns:operator-north.example", "carrier": "dns:carrier.example", "titleTo": "dns:operator-north.example"}});
    say(s, n, Role::Manufacturer, ship, &[RACK, RACK_2, CARDS[2]]);
    let shipped = s.rows.chain(&id(RACK)).unwrap().unwrap().head;
    let receive = json!({"receive": {"from": "dns:nordlys.example", "ship": shipped, "seals": "intact", "inspection": "accepted"}});
    say(s, north, Role::Operator, receive, &[RACK, RACK_2, CARDS[2]]);
    say(s, north, Role::Operator, install(FIRMWARE), &[RACK, SLOT]);
    let report = json!({"evidence": {"inPlaceOf": "test", "reason": "done on paper", "document": {"sha256": REPORT, "mediaType": "text/plain"}}});
    say(s, "auditor", Role::Auditor, report, &[RACK]);
    // Another unit in the slot, and the rack in another slot.
    say(s, north, Role::Operator, install(FIRMWARE), &[RACK_2, SLOT]);
    say(s, north, Role::Operator, install(FIRMWARE), &[RACK, SLOT_2]);
    scene
}

/// More of it, after the seal.
fn tail(s: &mut Scene) {
    let (n, north) = ("nordlys", "operator-north");
    let update = json!({"update": {"from": FIRMWARE, "to": {"artefact": FIRMWARE_2}}});
    say(s, north, Role::Operator, update, &[RACK]);
    // The fourth card has the first one's address.
    let event = serde_json::from_value(made(TYPE)).unwrap();
    let mut statement = s.event(n, Role::Manufacturer, event, &[CARDS[3]]);
    statement.subjects[0]
        .aliases
        .push("mac:00005e005300".parse().unwrap());
    s.submit(&statement, &[n]).unwrap();
}

fn append_seal(scene: &mut Scene) -> SealReference {
    let size = TreeSize::new(scene.entries.len() as u64);
    let sealed = scene.rows.fold_index().unwrap();
    let seal = Seal::new("2026-03-01T08:00:00Z".parse().unwrap(), size, sealed);
    let prev = scene.head(&id("index:scene.example/ledger"));
    let statement = seal.into_statement("scene.example/ledger".parse().unwrap(), prev);
    let (index, _) = scene.submit(&statement, &["log"]).unwrap();
    SealReference {
        index,
        size,
        root: sealed.root,
    }
}

/// A ledger with a seal in the middle.
struct Sealed {
    scene: Scene,
    seal: SealReference,
    /// The index as the seal has it.
    index: Index,
    buckets: MemoryBuckets,
}

fn sealed() -> Sealed {
    let mut scene = scene();
    remove_and_recall(&mut scene);
    let seal = append_seal(&mut scene);
    let (index, buckets) = index_of(&scene, seal.size);
    tail(&mut scene);
    Sealed {
        scene,
        seal,
        index,
        buckets,
    }
}

/// The rack leaves its slot, with the card that is taken out of it; then the type is recalled.
fn remove_and_recall(s: &mut Scene) {
    let north = "operator-north";
    let replace = json!({"maintain": {"action": "replace", "parent": RACK, "partsOut": [CARDS[1]], "partsIn": [CARDS[2]]}});
    say(s, north, Role::Operator, replace, &[RACK, CARDS[1], CARDS[2]]);
    say(
        s,
        north,
        Role::Operator,
        json!({"maintain": {"action": "remove"}}),
        &[RACK_2, SLOT],
    );
    let recall = json!({"recall": {"reason": "fire", "remedy": "return it", "from": "2026-02-01"}});
    say(s, "nordlys", Role::Manufacturer, recall, &[TYPE, CARDS[0]]);
}

fn index_of(scene: &Scene, size: TreeSize) -> (Index, MemoryBuckets) {
    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    for (at, bytes) in scene.entries.iter().enumerate().take(place(size.next())) {
        let entry = crate::statement::Unverified::decode(bytes).unwrap();
        let at = EntryIndex::new(at as u64);
        let terms = crate::index::term::terms_of_admitted(at, &entry, scene.registry.as_ref().unwrap());
        index.record(at, entry.leaf(), &terms);
    }
    index.fold(&mut buckets).unwrap();
    (index, buckets)
}

impl ClosureSource for Scene {
    type Error = std::convert::Infallible;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error> {
        Ok(self.entries[place(index)].clone())
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Self::Error> {
        Ok(self.rows.posting(term).to_vec())
    }
}

/// The root of the tree over leaves, and the hashes beside a leaf, by the recursive definition of RFC 9162 §2.1.
fn root_of(leaves: &[LeafHash]) -> NodeHash {
    match leaves {
        [] => NodeHash::of_empty_tree(),
        [leaf] => (*leaf).into(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            NodeHash::of_children(&root_of(left), &root_of(right))
        }
    }
}

fn path_of(at: usize, leaves: &[LeafHash]) -> Vec<NodeHash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, beside) = if at < middle {
        (path_of(at, left), root_of(right))
    } else {
        (path_of(at - middle, right), root_of(left))
    };
    path.push(beside);
    path
}

fn sign(checkpoint: Checkpoint) -> SignedCheckpoint {
    let log = key("log");
    let public = ed25519_dalek::VerifyingKey::from_bytes(log.public().as_bytes()).unwrap();
    SignedCheckpoint::sign(checkpoint, &public, |message| {
        ed25519_dalek::Signature::from_bytes(log.sign(message).as_bytes())
    })
    .unwrap()
}

/// The parts of a bundle, to be changed at will.
#[derive(Clone)]
pub(crate) struct Exported {
    pub(crate) description: Description,
    pub(crate) checkpoint: SignedCheckpoint,
    pub(crate) index_proofs: Vec<IndexProof>,
    pub(crate) entries: BTreeMap<EntryIndex, (Vec<u8>, Vec<u8>)>,
    pub(crate) documents: Vec<Digest>,
}

impl EntryBytes for Exported {
    type Error = std::convert::Infallible;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error> {
        Ok(self.entries[&index].0.clone())
    }
}

impl Exported {
    fn of(ledger: &Sealed, scope: BundleScope) -> Self {
        let prove = |term: &Term| ledger.index.prove(&ledger.buckets, term).unwrap();
        Self::new(&ledger.scene, scope, Some(ledger.seal), &prove)
    }

    fn new(
        scene: &Scene,
        scope: BundleScope,
        seal: Option<SealReference>,
        prove: &dyn Fn(&Term) -> IndexProof,
    ) -> Self {
        let leaves: Vec<_> = scene
            .entries
            .iter()
            .map(|entry| LeafHash::of_entry(entry))
            .collect();
        let size = TreeSize::new(leaves.len() as u64);
        let origin: crate::id::Origin = "scene.example/ledger".parse().unwrap();
        let root = root_of(&leaves);
        let checkpoint = sign(Checkpoint::new(origin.clone(), size, root).unwrap());
        let registry = scene.registry.as_ref().unwrap();
        let closure = Closure::compute(scene, registry, &scope, size, seal.as_ref()).unwrap();
        let entries = closure.entries.iter().map(|index| {
            let at = place(*index);
            let proof = InclusionProof::new(*index, size, path_of(at, &leaves)).unwrap();
            let proof = TlogProof::new(proof, checkpoint.clone()).unwrap().to_string();
            (*index, (scene.entries[at].clone(), proof.into_bytes()))
        });
        let description = Description {
            format: FORMAT.to_owned(),
            algorithms: Algorithms::known(),
            origin,
            size,
            root,
            seal,
            scope,
            case: Some("case 7".parse().unwrap()),
            exporter: org("auditor"),
            at: "2026-04-01T08:00:00Z".parse().unwrap(),
            closure: closure.lists,
            entries: closure.entries.len() as u64,
            withheld: Vec::new(),
        };
        Self {
            index_proofs: closure.terms.iter().map(prove).collect(),
            entries: entries.collect(),
            documents: closure.documents.keys().copied().collect(),
            checkpoint,
            description,
        }
    }

    fn verify(&self) -> Result<Dossier, BundleFault> {
        let description = Description::parse(&self.description.to_canonical())?;
        let mut verifier = Verifier::new(description, self.checkpoint.clone())?;
        for proof in &self.index_proofs {
            verifier.index_proof(proof)?;
        }
        for (index, (bytes, proof)) in &self.entries {
            verifier.entry(*index, bytes, proof)?;
        }
        for digest in &self.documents {
            verifier.attachment(*digest, 1)?;
        }
        verifier.finish()
    }
}

/// A bundle about a card.
pub(crate) fn exported() -> Exported {
    Exported::of(&sealed(), BundleScope::components([id(CARDS[0])]))
}

fn scopes() -> Vec<BundleScope> {
    let all = [
        TYPE, RACK_TYPE, RACK, RACK_2, CARDS[0], CARDS[1], CARDS[2], CARDS[3], SLOT, SLOT_2, FIRMWARE,
        FIRMWARE_2,
    ];
    let one = |text: &&str| BundleScope::components([id(text)]);
    let mut scopes: Vec<_> = all.iter().map(one).collect();
    scopes.push(BundleScope::components(all.iter().map(|text| id(text))));
    scopes.push(BundleScope::Type(component(TYPE)));
    scopes.push(BundleScope::Slot(component(SLOT)));
    for name in ["nordlys", "operator-north", "operator-south", "nobody"] {
        scopes.push(BundleScope::Organisation(org(name)));
    }
    scopes.push(BundleScope::Range(bundle_scope::IndexRange {
        from: EntryIndex::new(14),
        to: TreeSize::new(17),
    }));
    scopes.push(BundleScope::Time(bundle_scope::Period {
        from: "2026-01-01T10:00:00Z".parse().unwrap(),
        to: "2026-01-01T14:00:00Z".parse().unwrap(),
    }));
    scopes
}

fn found(scene: &Scene, id: &SubjectId) -> (Option<Chain>, Vec<Finding>) {
    let chain = scene.rows.chain(id).unwrap();
    let Ok(findings) = facts::findings(&scene.rows, id);
    (chain, findings)
}

#[test]
fn the_scene_has_what_makes_bundles_hard() {
    let ledger = sealed();
    let codes: BTreeSet<_> = ledger
        .scene
        .rows
        .findings()
        .iter()
        .map(|finding| finding.code().name())
        .collect();
    for code in ["clone", "two-places", "slot-occupied", "unreleased-firmware"] {
        assert!(codes.contains(code), "{code} of {codes:?}");
    }
    assert!(ledger.scene.entries.len() > place(ledger.seal.index) + 2);
}

#[test]
fn documents_are_here_or_said_to_be_withheld() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(RACK)]));
    let report: Digest = REPORT.parse().unwrap();
    assert_eq!(good.documents, [report]);
    let mut without = good.clone();
    without.documents.clear();
    assert!(
        matches!(without.verify().unwrap_err(), BundleFault::NoDocument { digest, .. } if digest == report)
    );
    without.description.withheld.push(description::Withheld {
        sha256: report,
        length: None,
        reason: "a trade secret".parse().unwrap(),
        authority: Some("the court".parse().unwrap()),
    });
    assert_eq!(without.verify().unwrap().verdict(None).withheld, 1);
    let mut both = without.clone();
    both.documents.push(report);
    assert!(matches!(
        both.verify().unwrap_err(),
        BundleFault::StrayDocument { .. }
    ));
    let mut stray = good.clone();
    stray.documents.push(Digest::of(b"another"));
    assert!(matches!(
        stray.verify().unwrap_err(),
        BundleFault::StrayDocument { .. }
    ));
    let mut twice = good;
    twice.documents.push(report);
    assert!(matches!(
        twice.verify().unwrap_err(),
        BundleFault::StrayDocument {
            problem: "comes twice",
            ..
        }
    ));
}

#[test]
fn a_dossier_is_traced_and_told_like_the_ledger() {
    let ledger = sealed();
    let reading = Reading::of(&ledger.scene);
    for text in [RACK, CARDS[0], TYPE, FIRMWARE, SLOT] {
        let exported = Exported::of(&ledger, BundleScope::components([id(text)]));
        let dossier = exported.verify().unwrap();
        let opened = dossier.open(&exported);
        let registry = dossier.history().now();
        assert_eq!(Some(registry), ledger.scene.registry.as_ref());
        let trace = |entries: &dyn Fn() -> Option<Trace>| entries();
        let want = trace(&|| Trace::new(&reading, &component(text), registry).unwrap());
        let got = trace(&|| Trace::new(&opened, &component(text), registry).unwrap());
        assert_eq!(got, want, "{text}");
        let term = Term::Id(id(text));
        let entries = dossier.posting(&term).iter().map(|index| {
            (
                *index,
                crate::view::trace::Entries::entry(&opened, *index).unwrap(),
            )
        });
        let entries: BTreeMap<_, _> = entries.collect();
        let want = Timeline::new(&reading, &id(text), &reading.under(&term), &reading.history).unwrap();
        let got = Timeline::new(&opened, &id(text), &entries, dossier.history()).unwrap();
        assert_eq!(got, want, "{text}");
    }
}
