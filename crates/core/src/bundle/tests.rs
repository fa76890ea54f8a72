use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    closure::{Closure, Source},
    description::{Algorithms, FORMAT, SealReference},
    *,
};
use crate::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    component::SubjectId,
    event::role::Role,
    hash::{Digest, LeafHash, NodeHash},
    index::{Index, MemoryBuckets},
    lifecycle::{Chain, FactKind, Finding, View as _, facts},
    merkle::InclusionProof,
    position::{EntryIndex, TreeSize},
    replay::Rows as _,
    scene::{Reading, Scene, component, id, key, org},
    seal::Seal,
    term::Term,
    timeline::Timeline,
    tlog_proof::TlogProof,
    trace::Trace,
    verdict::{Answer, Question, ReasonCode},
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
        let entry = crate::entry::Unverified::decode(bytes).unwrap();
        let at = EntryIndex::new(at as u64);
        let terms = crate::term::terms_of_admitted(at, &entry, scene.registry.as_ref().unwrap());
        index.record(at, entry.leaf(), &terms);
    }
    index.fold(&mut buckets).unwrap();
    (index, buckets)
}

impl Source for Scene {
    type Error = std::convert::Infallible;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error> {
        Ok(self.entries[place(index)].clone())
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Self::Error> {
        self.rows.posting(term)
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
    pub(crate) index_proofs: Vec<Vec<u8>>,
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
        let prove = |term: &Term| ledger.index.prove(&ledger.buckets, term).unwrap().to_string();
        Self::new(&ledger.scene, scope, Some(ledger.seal), &prove)
    }

    fn new(
        scene: &Scene,
        scope: BundleScope,
        seal: Option<SealReference>,
        prove: &dyn Fn(&Term) -> String,
    ) -> Self {
        let leaves: Vec<_> = scene
            .entries
            .iter()
            .map(|entry| LeafHash::of_entry(entry))
            .collect();
        let size = TreeSize::new(leaves.len() as u64);
        let origin: crate::checkpoint::Origin = "scene.example/ledger".parse().unwrap();
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
            index_proofs: closure
                .terms
                .iter()
                .map(|term| prove(term).into_bytes())
                .collect(),
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
    scopes.push(BundleScope::Range(scope::IndexRange {
        from: EntryIndex::new(14),
        to: TreeSize::new(17),
    }));
    scopes.push(BundleScope::Time(scope::Period {
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
        .map(|finding| finding.code.name())
        .collect();
    for code in ["clone", "two-places", "slot-occupied", "unreleased-firmware"] {
        assert!(codes.contains(code), "{code} of {codes:?}");
    }
    assert!(ledger.scene.entries.len() > place(ledger.seal.index) + 2);
}

#[test]
fn every_scope_holds_and_its_lives_are_those_of_the_whole_ledger() {
    let ledger = sealed();
    for scope in scopes() {
        let exported = Exported::of(&ledger, scope.clone());
        let dossier = exported
            .verify()
            .unwrap_or_else(|fault| panic!("{scope:?}: {fault}"));
        assert_eq!(dossier.gaps(), [], "{scope:?}");
        let mut want = Vec::new();
        let lists = &exported.description.closure;
        for id in lists.subjects() {
            let (chain, findings) = found(&ledger.scene, id);
            assert_eq!(dossier.chain(id).unwrap(), chain, "{id} in {scope:?}");
            for kind in FactKind::ALL {
                let want = ledger.scene.rows.facts(id, kind).unwrap();
                assert_eq!(
                    dossier.facts(id, kind).unwrap(),
                    want,
                    "{kind:?} of {id} in {scope:?}"
                );
            }
            if !lists.consulted.contains(id) {
                want.extend(findings);
            }
        }
        want.sort_by(|a, b| {
            (a.entry, &a.subject, a.code, &a.detail).cmp(&(b.entry, &b.subject, b.code, &b.detail))
        });
        assert_eq!(dossier.findings(), want, "{scope:?}");
    }
}

#[test]
fn a_bundle_has_no_more_than_it_needs() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let lists = &exported.description.closure;
    assert_eq!(lists.primary, [id(CARDS[0])]);
    // The other cards of the assembly and the other rack of the shipment are nobody's business.
    for other in [RACK_2, CARDS[1], CARDS[2]] {
        assert!(!lists.subjects().any(|listed| *listed == id(other)), "{other}");
    }
    let (consulted, traced) = (id(FIRMWARE_2), [id(TYPE), id(RACK), id(SLOT_2)]);
    assert!(lists.consulted.contains(&consulted), "{lists:?}");
    assert_eq!(lists.traced, traced);
    assert!(exported.entries.len() < ledger.scene.entries.len());
}

#[test]
fn every_entry_that_is_removed_is_missed() {
    let ledger = sealed();
    let mut removed = 0;
    for scope in scopes() {
        let exported = Exported::of(&ledger, scope.clone());
        for index in exported.entries.keys() {
            let mut without = exported.clone();
            without.entries.remove(index);
            // An exporter who hides an entry does not count it either.
            without.description.entries -= 1;
            let fault = without.verify().expect_err("an entry is hidden");
            let question = fault.question();
            assert!(
                matches!(
                    question,
                    Question::Complete | Question::Unbroken | Question::Entitled | Question::Authentic
                ),
                "{scope:?} without {index}: {fault}"
            );
            removed += 1;
        }
    }
    assert!(removed > 300, "{removed}");
}

#[test]
fn a_recall_that_is_hidden_is_missed_by_its_term() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let recall = EntryIndex::new(ledger.seal.index.get() - 1);
    let mut without = exported.clone();
    without.entries.remove(&recall).unwrap();
    without.description.entries -= 1;
    // Nothing follows it in the card's chain before the seal, so no link tells.
    let fault = without.verify().unwrap_err();
    assert!(
        matches!(&fault, BundleFault::Incomplete { term, got, want } if got + 1 == *want && term.to_string().ends_with("CARD/1")),
        "{fault}"
    );
    assert_eq!(fault.code(), ReasonCode::IndexDiffers);
    let verdict = Verifier::refuse(&without.description, &without.checkpoint, &fault, None);
    let failed: Vec<_> = verdict
        .failed()
        .map(|answered| (answered.question, answered.code))
        .collect();
    assert_eq!(failed, [(Question::Complete, ReasonCode::IndexDiffers)]);
    // Saying that the component is not in the scope does not help.
    let dossier = exported.verify().unwrap();
    let verdict = dossier.verdict(None);
    let complete = verdict.answer(Question::Complete).unwrap();
    assert_eq!(
        (complete.answer, complete.code),
        (Answer::Holds, ReasonCode::IndexCounts)
    );
    assert!(
        verdict.answers[..4]
            .iter()
            .all(|answered| answered.answer == Answer::Holds)
    );
    assert_eq!(
        verdict.to_canonical(),
        exported.verify().unwrap().verdict(None).to_canonical()
    );
}

#[test]
fn a_component_that_is_not_followed_leaves_a_gap_or_is_missed() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let origin = &exported.description.origin;
    let lists = exported.description.closure.clone();
    for hidden in lists.consulted.iter().chain(&lists.traced) {
        let mut without = exported.clone();
        let closure = &mut without.description.closure;
        closure.consulted.retain(|id| id != hidden);
        closure.traced.retain(|id| id != hidden);
        let terms = gather::required(&without.description.scope, origin, closure);
        without
            .index_proofs
            .retain(|proof| terms.contains(crate::index::IndexProof::parse(proof).unwrap().term()));
        let indices: Vec<_> = without.entries.keys().copied().collect();
        let tail = ledger.seal.size;
        for index in indices.into_iter().filter(|index| tail.has(*index)) {
            let asked = terms
                .iter()
                .any(|term| ledger.scene.rows.posting(term).unwrap().contains(&index));
            if !asked {
                without.entries.remove(&index);
                without.description.entries -= 1;
            }
        }
        if *hidden == id(RACK) {
            // What only the rack's entries name is not asked for any more.
            without.documents.clear();
        }
        match without.verify() {
            Ok(dossier) => {
                let want = Term::chain(hidden);
                assert!(dossier.gaps().iter().any(|gap| gap.missing == want), "{hidden}");
                let verdict = dossier.verdict(None);
                let complete = verdict.answer(Question::Complete).unwrap();
                assert_eq!(complete.answer, Answer::CannotBeDecided);
                assert_eq!(complete.code, ReasonCode::ChainsMissing);
            }
            Err(fault) => panic!("{hidden}: {fault}"),
        }
    }
}

#[test]
fn what_is_traced_and_what_is_consulted_are_not_passed_off_as_each_other() {
    let ledger = sealed();
    let never = |_: &Term| -> String { panic!("no proof is wanted") };
    let whole = BundleScope::components([id(CARDS[0])]);
    let size = TreeSize::new(ledger.scene.entries.len() as u64);
    let mut hidden_findings = 0;
    for good in scopes()
        .into_iter()
        .map(|scope| Exported::of(&ledger, scope))
        .chain([
            Exported::new(&ledger.scene, whole, None, &never),
            Exported::new(
                &ledger.scene,
                BundleScope::ledger(size),
                Some(ledger.seal),
                &never,
            ),
        ])
    {
        let lists = &good.description.closure;
        for traced in &lists.traced {
            // All of its entries stay here, but its findings would be nobody's.
            let mut changed = good.clone();
            let lists = &mut changed.description.closure;
            lists.traced.retain(|id| id != traced);
            lists.consulted.push(traced.clone());
            lists.consulted.sort();
            let fault = changed.verify().unwrap_err();
            assert!(
                matches!(&fault, BundleFault::Scope { subject, .. } if **subject == *traced),
                "{fault}"
            );
            hidden_findings += found(&ledger.scene, traced).1.len();
        }
        for consulted in &lists.consulted {
            let mut changed = good.clone();
            let lists = &mut changed.description.closure;
            lists.consulted.retain(|id| id != consulted);
            lists.traced.push(consulted.clone());
            lists.traced.sort();
            let fault = changed.verify().unwrap_err();
            assert!(
                matches!(&fault, BundleFault::Scope { subject, .. } if **subject == *consulted),
                "{fault}"
            );
        }
    }
    assert!(hidden_findings > 0);
}

#[test]
fn every_flip_of_a_bit_is_found() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let want = exported.verify().unwrap().verdict(None).to_canonical();
    let flips = |length: usize| (0..length * 8).step_by(97);
    let mut tried = 0;
    for (index, (bytes, proof)) in &exported.entries {
        for (part, length) in [(0, bytes.len()), (1, proof.len())] {
            // Every entry somewhere else.
            for bit in flips(length)
                .skip(usize::try_from(index.get()).unwrap() % 13)
                .step_by(13)
            {
                let mut changed = exported.clone();
                let entry = changed.entries.get_mut(index).unwrap();
                let bytes = if part == 0 { &mut entry.0 } else { &mut entry.1 };
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(changed.verify().is_err(), "entry {index}, part {part}, bit {bit}");
                tried += 1;
            }
        }
    }
    for (at, proof) in exported.index_proofs.iter().enumerate() {
        for bit in flips(proof.len()) {
            let mut changed = exported.clone();
            changed.index_proofs[at][bit / 8] ^= 1 << (bit % 8);
            assert!(changed.verify().is_err(), "index proof {at}, bit {bit}");
            tried += 1;
        }
    }
    let description = exported.description.to_canonical();
    for bit in flips(description.len()) {
        let mut bytes = description.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(description) = Description::parse(&bytes) else {
            continue;
        };
        let changed = Exported {
            description,
            ..exported.clone()
        };
        // What only the exporter vouches for is outside the verdict: the case, the time.
        if let Ok(dossier) = changed.verify() {
            assert_eq!(dossier.verdict(None).to_canonical(), want, "bit {bit}");
        }
        tried += 1;
    }
    assert!(tried > 500, "{tried}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one bundle, one change after another")]
fn parts_of_another_tree_term_or_place_are_refused() {
    let ledger = sealed();
    let scope = BundleScope::components([id(CARDS[0])]);
    let good = Exported::of(&ledger, scope.clone());
    let other = {
        let mut scene = scene();
        let seal = append_seal(&mut scene);
        let (index, buckets) = index_of(&scene, seal.size);
        Sealed {
            scene,
            seal,
            index,
            buckets,
        }
    };
    let of_other = Exported::of(&other, scope);
    let first = *good.entries.keys().next().unwrap();
    let last = *good.entries.keys().last().unwrap();
    let fault = |change: &dyn Fn(&mut Exported)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed.verify().unwrap_err()
    };
    assert!(matches!(
        fault(&|bundle| bundle.checkpoint = of_other.checkpoint.clone()),
        BundleFault::Differs { field: "size", .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.entries.get_mut(&first).unwrap().1 = of_other.entries[&first].1.clone()),
        BundleFault::OtherProof {
            problem: "leads to another checkpoint than the bundle's",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| {
            let (one, two) = (bundle.entries[&first].1.clone(), bundle.entries[&last].1.clone());
            bundle.entries.get_mut(&first).unwrap().1 = two;
            bundle.entries.get_mut(&last).unwrap().1 = one;
        }),
        BundleFault::OtherProof {
            problem: "is about another entry",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| {
            let (one, two) = (bundle.entries[&first].0.clone(), bundle.entries[&last].0.clone());
            bundle.entries.get_mut(&first).unwrap().0 = two;
            bundle.entries.get_mut(&last).unwrap().0 = one;
        }),
        BundleFault::NotInLog { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs[0] = of_other.index_proofs[0].clone()),
        BundleFault::IndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs[1] = bundle.index_proofs[0].clone()),
        BundleFault::StrayIndexProof {
            problem: "comes twice",
            ..
        }
    ));
    let stranger = Term::Id(id(SLOT));
    let proof = ledger
        .index
        .prove(&ledger.buckets, &stranger)
        .unwrap()
        .to_string();
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs.push(proof.clone().into_bytes())),
        BundleFault::StrayIndexProof {
            problem: "is not wanted for the scope and closure",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| drop(bundle.index_proofs.pop())),
        BundleFault::NoIndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.seal = of_other.description.seal),
        BundleFault::IndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.entries += 1),
        BundleFault::Count { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.exporter = org("nordlys")),
        BundleFault::Exporter {
            problem: "has not the role auditor",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.exporter = org("nobody")),
        BundleFault::Exporter {
            problem: "is not enrolled in the ledger",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.scope = BundleScope::components([id(CARDS[1])])),
        BundleFault::StrayIndexProof { .. } | BundleFault::NoIndexProof { .. } | BundleFault::Scope { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.format = "prova-bundle/2".to_owned()),
        BundleFault::Description(description::DescriptionError::Format { .. })
    ));
}

#[test]
fn a_description_that_would_fill_the_memory_is_refused_while_it_is_read() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])])).description;
    let text = String::from_utf8(good.to_canonical()).unwrap();
    let many = |start: &str, item: &dyn Fn(usize) -> String, count: usize| {
        let items: Vec<_> = (0..count).map(item).collect();
        let start = format!("{start}[");
        assert!(text.contains(&start));
        // Before those that are there: they are out of order, which is looked at last.
        Description::parse(
            text.replacen(&start, &format!("{start}{},", items.join(",")), 1)
                .as_bytes(),
        )
    };
    let unit = |at: usize| format!("\"unit:dns:a.example/A/{at}\"");
    let alias = |at: usize| format!("\"mac:{at:012x}\"");
    for (start, item, count) in [
        (
            "\"components\":",
            &unit as &dyn Fn(usize) -> String,
            scope::MAX_COMPONENTS,
        ),
        ("\"primary\":", &unit, description::MAX_SUBJECTS),
        ("\"traced\":", &unit, description::MAX_SUBJECTS),
        ("\"aliases\":", &alias, description::MAX_ALIASES),
    ] {
        let error = many(start, item, count).unwrap_err().to_string();
        assert!(
            error.contains(&format!("more than {count} items")),
            "{start}: {error}"
        );
    }
    // Each list is short enough, all together are not.
    let error = many("\"primary\":", &unit, description::MAX_SUBJECTS - 1).unwrap_err();
    assert!(
        matches!(
            error,
            description::DescriptionError::Count {
                what: "components",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn an_alias_that_many_may_have_is_followed_by_no_bundle() {
    let ledger = sealed();
    let scope = BundleScope::components([id(CARDS[0])]);
    let never = |_: &Term| -> String { panic!("no proof is wanted") };
    for good in [
        Exported::new(&ledger.scene, scope.clone(), None, &never),
        Exported::of(&ledger, scope),
    ] {
        good.verify().unwrap();
        for shared in [
            "sku:CARD",
            "gtin:4012345000009",
            "pkg:deb/debian/frr@8.4.4",
            "cpe:2.3:o:example:card:1:*:*:*:*:*:*:*",
        ] {
            let mut changed = good.clone();
            let aliases = &mut changed.description.closure.aliases;
            aliases.push(shared.parse().unwrap());
            aliases.sort();
            let fault = changed.verify().unwrap_err();
            let want = description::DescriptionError::SharedAlias(shared.parse().unwrap());
            assert_eq!(fault, BundleFault::Description(want), "{shared}");
            assert_eq!(fault.code(), ReasonCode::Malformed);
        }
    }
}

#[test]
fn what_came_after_the_seal_cannot_be_dropped_and_another_entry_is_no_seal() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let tail = ledger.seal.size.next();
    for index in good.entries.keys().copied().filter(|index| *index >= tail) {
        let mut without = good.clone();
        without.entries.remove(&index).unwrap();
        without.description.entries -= 1;
        let fault = without.verify().unwrap_err();
        assert!(
            matches!(fault, BundleFault::Missing { from, .. } if from == tail),
            "entry {index}: {fault}"
        );
        assert_eq!(fault.code(), ReasonCode::EntryMissing);
    }
    let mut another = good;
    another.description.seal = another.description.seal.map(|seal| SealReference {
        index: EntryIndex::new(seal.index.get() + 1),
        ..seal
    });
    assert!(matches!(
        another.verify().unwrap_err(),
        BundleFault::NotTheSeal { .. }
    ));
}

/// The bundle with another checkpoint in all its places.
fn with_checkpoint(good: &Exported, checkpoint: &SignedCheckpoint) -> Exported {
    let mut changed = good.clone();
    changed.checkpoint = checkpoint.clone();
    for (_, proof) in changed.entries.values_mut() {
        let inclusion = TlogProof::parse(proof).unwrap().inclusion().clone();
        *proof = TlogProof::new(inclusion, checkpoint.clone())
            .unwrap()
            .to_string()
            .into_bytes();
    }
    changed
}

fn signing_key(name: &str) -> (crate::keys::SecretKey, ed25519_dalek::VerifyingKey) {
    let secret = key(name);
    let public = ed25519_dalek::VerifyingKey::from_bytes(secret.public().as_bytes()).unwrap();
    (secret, public)
}

#[test]
fn a_checkpoint_by_an_unknown_key_is_refused() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let checkpoint = good.checkpoint.checkpoint().clone();
    let (secret, public) = signing_key("nordlys");
    let signed = SignedCheckpoint::sign(checkpoint, &public, |message| {
        ed25519_dalek::Signature::from_bytes(secret.sign(message).as_bytes())
    });
    let changed = with_checkpoint(&good, &signed.unwrap());
    let fault = changed.verify().unwrap_err();
    assert!(matches!(fault, BundleFault::CheckpointSignature(_)), "{fault}");
    // It is the ledger's own key that counts; that of a reader's policy counts beside it.
    let (_, log) = signing_key("log");
    let origin = good.description.origin.as_key_name();
    for (key, want) in [(log, Answer::CannotBeDecided), (public, Answer::Fails)] {
        let vkey = crate::vkey::Vkey::new(origin.clone(), crate::vkey::SignatureType::Ed25519, key);
        let trust = crate::verdict::Trust::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap();
        let verdict = good.verify().unwrap().verdict(Some(&trust));
        assert_eq!(verdict.answer(Question::Consistent).unwrap().answer, want);
    }
}

#[test]
fn cosignatures_below_the_quorum_or_by_one_witness_twice_do_not_meet_it() {
    use crate::{
        cosignature::{Cosignature, CosignatureTime},
        verdict::Trust,
        vkey::{SignatureType, Vkey},
    };
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let witness = |name: &str| {
        let (secret, public) = signing_key(name);
        let vkey = Vkey::new(
            format!("{name}.example/witness").parse().unwrap(),
            SignatureType::CosignatureV1,
            public,
        );
        (secret, vkey)
    };
    let (one, other) = (witness("lab"), witness("carrier"));
    let (_, log) = signing_key("log");
    let log = Vkey::new(
        good.description.origin.as_key_name().clone(),
        SignatureType::Ed25519,
        log,
    );
    let policy = |second: &Vkey| {
        let text = format!(
            "log {log}\nwitness a {}\nwitness b {second}\ngroup both all a b\nquorum both\n",
            one.1
        );
        Trust::parse(text.as_bytes())
    };
    let trust = policy(&other.1).unwrap();
    let answer = |cosigners: &[(&(crate::keys::SecretKey, Vkey), u64)]| {
        let mut checkpoint = good.checkpoint.clone();
        for ((secret, vkey), time) in cosigners {
            let time = CosignatureTime::new(*time).unwrap();
            let line = Cosignature::sign(
                vkey.name(),
                vkey.key(),
                time,
                good.checkpoint.checkpoint(),
                |message| ed25519_dalek::Signature::from_bytes(secret.sign(message).as_bytes()),
            );
            checkpoint = checkpoint.with_signature(line).unwrap();
        }
        let dossier = with_checkpoint(&good, &checkpoint).verify().unwrap();
        let verdict = dossier.verdict(Some(&trust));
        let answered = verdict.answer(Question::Consistent).unwrap();
        (answered.answer, answered.code)
    };
    let refused = (Answer::Fails, ReasonCode::PolicyRefuses);
    assert_eq!(answer(&[]), refused);
    assert_eq!(answer(&[(&one, 7)]), refused);
    assert_eq!(answer(&[(&one, 7), (&one, 8)]), refused);
    assert_eq!(
        answer(&[(&one, 7), (&other, 7)]),
        (Answer::Holds, ReasonCode::PolicyMet)
    );
    // Nor does a policy take one key for two witnesses, under whatever names.
    let again = Vkey::new(
        "another.example/witness".parse().unwrap(),
        SignatureType::CosignatureV1,
        *one.1.key(),
    );
    assert!(policy(&again).is_err());
}

#[test]
fn an_exporter_who_was_suspended_or_whose_key_was_revoked_is_refused() {
    use crate::registry::{
        EntitlementError,
        action::{Action, Revoke, Standing},
    };
    let exported = |action: Action| {
        let mut ledger = sealed();
        ledger.scene.act(action, &["root-a", "root-b"]).unwrap();
        let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
        let manifest = Digest::of(b"a tag manifest");
        let signed = custody::Export::of(&exported.description)
            .sign(manifest, &key("auditor"))
            .unwrap();
        let registry = ledger.scene.registry.as_ref().unwrap();
        let custody = custody::Export::verify(&signed, manifest, &exported.description, registry);
        (exported.verify(), custody.unwrap_err())
    };
    let (fault, custody) = exported(Action::Suspend(Standing {
        organisation: org("auditor"),
        reason: "asleep".to_owned(),
    }));
    assert!(matches!(
        fault.unwrap_err(),
        BundleFault::Exporter {
            problem: "is suspended",
            ..
        }
    ));
    assert!(matches!(
        custody,
        custody::CustodyError::Entitlement(EntitlementError::Suspended { .. })
    ));
    // The organisation may still export with another key, so only the signature tells.
    let (dossier, custody) = exported(Action::Revoke(Revoke {
        key: key("auditor").public().key_id(),
        reason: "stolen".to_owned(),
        distrust_from: None,
    }));
    assert!(dossier.is_ok());
    assert!(matches!(
        custody,
        custody::CustodyError::Entitlement(EntitlementError::KeyEnded { .. })
    ));
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
fn a_ledger_without_a_seal_travels_whole_and_a_false_seal_is_found() {
    let never = |_: &Term| -> String { panic!("no proof is wanted") };
    let plain = scene();
    let exported = Exported::new(&plain, BundleScope::components([id(CARDS[0])]), None, &never);
    assert_eq!(exported.entries.len(), plain.entries.len());
    let dossier = exported.verify().unwrap();
    let verdict = dossier.verdict(None);
    assert_eq!(
        verdict.answer(Question::Complete).unwrap().code,
        ReasonCode::EveryEntryRead
    );

    let ledger = sealed();
    let whole = BundleScope::ledger(TreeSize::new(ledger.scene.entries.len() as u64));
    let exported = Exported::new(&ledger.scene, whole.clone(), Some(ledger.seal), &never);
    let dossier = exported.verify().unwrap();
    for (subject, chain) in ledger.scene.rows.chains() {
        assert_eq!(dossier.chain(subject).unwrap().as_ref(), Some(chain), "{subject}");
    }
    assert_eq!(dossier.findings().len(), ledger.scene.rows.findings().len());

    let mut lying = scene();
    let size = TreeSize::new(lying.entries.len() as u64);
    let mut truth = lying.rows.fold_index().unwrap();
    truth.terms += 1;
    let seal = Seal::new("2026-03-01T08:00:00Z".parse().unwrap(), size, truth);
    let statement = seal.into_statement("scene.example/ledger".parse().unwrap(), None);
    let (index, _) = lying.submit(&statement, &["log"]).unwrap();
    let seal = SealReference {
        index,
        size,
        root: truth.root,
    };
    let whole = BundleScope::ledger(TreeSize::new(lying.entries.len() as u64));
    let exported = Exported::new(&lying, whole, Some(seal), &never);
    assert!(matches!(
        exported.verify().unwrap_err(),
        BundleFault::FalseSeal { .. }
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
        let entries = dossier
            .posting(&term)
            .iter()
            .map(|index| (*index, crate::trace::Entries::entry(&opened, *index).unwrap()));
        let entries: BTreeMap<_, _> = entries.collect();
        let want = Timeline::new(&reading, &id(text), &reading.under(&term), &reading.history).unwrap();
        let got = Timeline::new(&opened, &id(text), &entries, dossier.history()).unwrap();
        assert_eq!(got, want, "{text}");
    }
}
