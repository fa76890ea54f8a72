//! Listings from a ledger, what is refused of them, and a seal that lies shown to lie.

use prova_core::{
    hash::LeafHash,
    index::{
        CompletenessError, Contradiction, FalseSeal, FalseSealError, Index, IndexProof, ListedEntry, Listing,
        MemoryBuckets, VerifyListingError,
        term::{Term, terms_of_admitted},
    },
    key::published_test_key,
    log::{Policy, SignatureType, TlogProof, Vkey},
    position::EntryIndex,
    statement::{Unverified, seal::Seal},
};
use prova_store::{Snapshot, State};
use prova_testkit::builder::sign;

use super::scene::{Scene, index};

const TERM: &str = "key:be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54";

fn policy(snapshot: &Snapshot) -> Policy {
    policy_of("log", snapshot)
}

fn policy_of(key: &str, snapshot: &Snapshot) -> Policy {
    let key = published_test_key(key).unwrap().public();
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).unwrap();
    let name = snapshot.checkpoint().origin().as_key_name().clone();
    let vkey = Vkey::new(name, SignatureType::Ed25519, key);
    Policy::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap()
}

fn tlog_proof(snapshot: &Snapshot, at: EntryIndex) -> TlogProof {
    let inclusion = snapshot.inclusion(at).unwrap();
    let proof = TlogProof::new(inclusion, snapshot.signed_checkpoint().clone()).unwrap();
    proof.with_extra(snapshot.entry(at).unwrap()).unwrap()
}

fn listed(snapshot: &Snapshot, indices: impl IntoIterator<Item = EntryIndex>) -> Vec<ListedEntry> {
    let list = |at: EntryIndex| {
        let entry = snapshot.entry(at).unwrap();
        ListedEntry {
            index: at,
            leaf: LeafHash::of_entry(&entry),
            entry: Some(entry),
        }
    };
    indices.into_iter().map(list).collect()
}

/// All entries under a term, as the ledger knows them.
fn listing(state: &State, snapshot: &Snapshot, term: &str) -> (Listing, IndexProof, TlogProof) {
    let term: Term = term.parse().unwrap();
    let (seal, proof) = state.index_proof(&term).unwrap().unwrap();
    let posting = state.posting(&term).unwrap();
    let entries = listed(snapshot, posting.into_iter().filter(|at| seal.size().has(*at)));
    let seal = tlog_proof(snapshot, seal.index);
    let listing = Listing::new(term, seal.clone(), proof.clone(), entries);
    (listing, proof, seal)
}

#[test]
fn a_listing_holds_and_no_entry_of_it_can_be_hidden_added_or_changed() {
    let mut scene = Scene::with_units(6);
    let mut ledger = scene.open();
    ledger.seal("2026-03-02T08:00:00Z".parse().unwrap()).unwrap();
    ledger.append(None, &scene.statements.units(6, 8, 0)).unwrap();
    let (state, snapshot) = (ledger.state(), ledger.snapshot());
    let policy = policy(snapshot);
    let (good, proof, seal) = listing(state, snapshot, TERM);
    assert_eq!(good.entries().len(), 7);
    let bytes = good.encode();
    assert_eq!(Listing::parse(&bytes), Ok(good.clone()));
    let verified = good.verify(&policy).unwrap();
    assert_eq!(verified.seal.size.get(), 10);
    assert_eq!(verified.proven.checkpoint().size().get(), 13);

    let with =
        |entries: Vec<ListedEntry>| Listing::new(good.term().clone(), seal.clone(), proof.clone(), entries);
    for at in 0..good.entries().len() {
        let mut hidden = good.entries().to_vec();
        hidden.remove(at);
        let error = with(hidden).verify(&policy).unwrap_err();
        let VerifyListingError::Completeness(CompletenessError::Count { got, want, .. }) = error else {
            panic!("{error}");
        };
        assert_eq!((got, want), (6, 7));
        let mut changed = good.entries().to_vec();
        changed[at].entry.as_mut().unwrap()[40] ^= 1;
        let error = with(changed).verify(&policy).unwrap_err();
        assert!(matches!(error, VerifyListingError::Leaf { index, .. } if index == good.entries()[at].index));
        let mut swapped = good.entries().to_vec();
        swapped[at] = listed(snapshot, [index(0)]).remove(0);
        assert!(with(swapped).verify(&policy).is_err());
    }
    let mut more = good.entries().to_vec();
    more.extend(listed(snapshot, [index(11)]));
    assert!(matches!(
        with(more).verify(&policy).unwrap_err(),
        VerifyListingError::Completeness(CompletenessError::NotSealed { .. })
    ));

    // A proof of another term, a term that is absent, and an entry that is no seal.
    let (_, other, _) = listing(state, snapshot, "by:dns:nobody.example");
    let mixed = Listing::new(good.term().clone(), seal.clone(), other, good.entries().to_vec());
    assert!(matches!(
        mixed.verify(&policy).unwrap_err(),
        VerifyListingError::Completeness(CompletenessError::Term { .. })
    ));
    let (absent, ..) = listing(state, snapshot, "by:dns:nobody.example");
    assert_eq!(absent.entries(), []);
    absent.verify(&policy).unwrap();
    let unit = tlog_proof(snapshot, index(5));
    let no_seal = Listing::new(good.term().clone(), unit, proof.clone(), good.entries().to_vec());
    assert_eq!(
        no_seal.verify(&policy).unwrap_err(),
        VerifyListingError::NotASeal { index: index(5) }
    );
    let stranger = policy_of("root-a", snapshot);
    assert!(matches!(good.verify(&stranger), Err(VerifyListingError::Log(_))));

    // Another ledger's proof does not lead to this seal's root.
    let mut other_scene = Scene::with_units(9);
    let mut other_ledger = other_scene.open();
    other_ledger
        .append(None, &other_scene.statements.units(9, 10, 0))
        .unwrap();
    other_ledger
        .seal("2026-03-02T08:00:00Z".parse().unwrap())
        .unwrap();
    let (_, foreign, _) = listing(other_ledger.state(), other_ledger.snapshot(), TERM);
    let mixed = Listing::new(good.term().clone(), seal, foreign, good.entries().to_vec());
    assert!(matches!(
        mixed.verify(&policy).unwrap_err(),
        VerifyListingError::Completeness(CompletenessError::Proof(_))
    ));
    // Other bytes are another listing or none.
    for position in (0..bytes.len()).step_by(11) {
        let mut flipped = bytes.clone();
        flipped[position] ^= 1;
        if let Ok(other) = Listing::parse(&flipped) {
            assert_ne!(other, good);
            assert_eq!(other.encode(), flipped);
        }
        assert!(Listing::parse(&bytes[..position]).is_err());
    }
}

/// A seal over the ledger as if entry 5 had nothing to do with `hidden`, and as if it had to do with `invented`.
fn lie(scene: &Scene, hidden: &Term, invented: &Term) -> (Index, MemoryBuckets) {
    let ledger = scene.open();
    let (mut map, mut buckets) = (Index::new(), MemoryBuckets::default());
    for entry in ledger.snapshot().entries(index(0)) {
        let (at, bytes) = entry.unwrap();
        let entry = Unverified::decode(&bytes).unwrap();
        let mut terms = terms_of_admitted(at, &entry, ledger.state().registry());
        if at == index(5) {
            assert!(terms.remove(hidden));
            assert!(terms.insert(invented.clone()));
        }
        map.record(at, entry.leaf(), &terms);
    }
    let sealed = map.fold(&mut buckets).unwrap();
    let origin = ledger.state().registry().origin().clone();
    let seal = Seal::new(
        "2026-03-02T08:00:00Z".parse().unwrap(),
        ledger.state().size(),
        sealed,
    );
    drop(ledger);
    scene.append_unchecked(&sign(&seal.into_statement(origin, None), &["log"]));
    (map, buckets)
}

#[test]
fn a_seal_that_leaves_an_entry_out_is_shown_to_be_false() {
    let scene = Scene::with_units(6);
    let hidden: Term = TERM.parse().unwrap();
    let invented: Term = "id:unit:dns:nordlys.example/AAU3900/SN3".parse().unwrap();
    let (map, buckets) = lie(&scene, &hidden, &invented);
    let snapshot = Snapshot::open(&scene.directory()).unwrap();
    let policy = policy(&snapshot);
    let seal = tlog_proof(&snapshot, index(10));
    let claim = |term: &Term, entries: &[u64]| {
        let proof = map.prove(&buckets, term).unwrap();
        let entries = listed(&snapshot, entries.iter().map(|at| index(*at)));
        let listing = Listing::new(term.clone(), seal.clone(), proof, entries);
        listing.verify(&policy).unwrap();
        listing
    };
    let judge = |listing: Listing, entry: u64| {
        let proof = FalseSeal::new(listing, tlog_proof(&snapshot, index(entry)));
        assert_eq!(FalseSeal::parse(&proof.encode()), Ok(proof.clone()));
        proof.verify(&policy)
    };
    // Entry 1 enrols the key; entries 4 to 9 are signed by it, 5 as well.
    let without = [1, 4, 6, 7, 8, 9];
    let found = judge(claim(&hidden, &without), 5).unwrap();
    assert_eq!((found.seal, found.entry), (index(10), index(5)));
    assert_eq!(
        (found.contradiction, &found.term),
        (Contradiction::LeftOut, &hidden)
    );
    let found = judge(claim(&invented, &[5, 7]), 5).unwrap();
    assert_eq!(found.contradiction, Contradiction::Invented);
    // What is told right proves nothing.
    assert_eq!(
        judge(claim(&hidden, &without), 4),
        Err(FalseSealError::Agree {
            entry: index(4),
            seal: index(10),
            term: Box::new(hidden.clone())
        })
    );
    assert_eq!(
        judge(claim(&hidden, &without), 10),
        Err(FalseSealError::NotBefore {
            entry: index(10),
            seal: index(10)
        })
    );
    let by: Term = "by:dns:nordlys.example".parse().unwrap();
    assert_eq!(
        judge(claim(&by, &[1, 4, 5, 6, 7, 8, 9]), 5),
        Err(FalseSealError::Undecidable(Box::new(by.clone())))
    );
}
