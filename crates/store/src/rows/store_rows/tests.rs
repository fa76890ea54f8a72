use prova_core::index::term::Term;
use serde::Serialize;

use super::*;
use crate::disk::publish::real_disk;

/// Whether the rows in a directory are to be in a map: where the suite of ledgers runs as part of these tests.
pub(super) fn is_for_oracle(directory: &Path) -> bool {
    let mut names = directory.iter().filter_map(|name| name.to_str());
    names.any(|name| name.starts_with(crate::suite::scene::PREFIX))
}

#[test]
fn the_suite_runs_on_the_oracle() {
    let scene = crate::suite::scene::Scene::with_units(1);
    let store = scene.directory().join("store");
    let names = std::fs::read_dir(store).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["db"]);
}

#[test]
fn batches_are_kept_and_scanned_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let term: Term = "by:dns:nordlys.example".parse().unwrap();
    let rows = StoreRows::open(&real_disk(), directory.path()).unwrap();
    let mut batch = RowBatch::default();
    let other: Term = "by:dns:north.example".parse().unwrap();
    for indices in [&[2][..], &[300, 301], &[70_000, 1_000_000]] {
        let indices: Vec<_> = indices.iter().copied().map(EntryIndex::new).collect();
        batch.post(&term, &indices);
    }
    batch.post(&other, &[EntryIndex::new(301)]);
    let leaf = LeafHash::of_entry(b"x");
    batch
        .insert("leaf", &schema::leaf_key(&leaf), &EntryIndex::new(2))
        .unwrap();
    rows.apply(batch).unwrap();
    rows.flush().unwrap();
    drop(rows);
    let rows = StoreRows::open_existing(&real_disk(), directory.path())
        .unwrap()
        .unwrap();
    assert_eq!(
        rows.posting(&term).unwrap(),
        [2, 300, 301, 70_000, 1_000_000].map(EntryIndex::new)
    );
    for (index, want) in [
        (0, false),
        (2, true),
        (301, true),
        (302, false),
        (1_000_000, true),
    ] {
        let index = EntryIndex::new(index);
        let row = rows.posted_with(&term, index).unwrap();
        assert_eq!(row.contains(&index), want, "{index}");
    }
    assert_eq!(rows.index_of(&leaf), Ok(Some(EntryIndex::new(2))));
    assert_eq!(rows.posted(), Ok(6));
}

#[test]
fn entries_under_a_term_come_together_in_few_rows() {
    let directory = tempfile::tempdir().unwrap();
    let term: Term = "by:dns:nordlys.example".parse().unwrap();
    let rows = StoreRows::open(&real_disk(), directory.path()).unwrap();
    let indices: Vec<_> = (0..2_000).map(|number| EntryIndex::new(3 * number)).collect();
    for some in indices.chunks(3) {
        let mut batch = RowBatch::default();
        batch.post(&term, some);
        rows.apply(batch).unwrap();
    }
    assert_eq!(rows.posting(&term), Ok(indices));
    assert_eq!(rows.count(schema::POSTINGS), Ok(4));
}

/// Whether bytes are a row, and if so the one that its value is written as.
fn read<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(row: &[u8]) -> Option<Vec<u8>> {
    let value: T = codec::decode(row).ok()?;
    let written = codec::encode(&value).unwrap();
    assert_eq!(codec::decode::<T>(&written).unwrap(), value);
    Some(written)
}

fn read_as(kind: u8, row: &[u8]) -> Option<Vec<u8>> {
    match kind {
        b's' => read::<StateRow>(row),
        b'r' => read::<Registry>(row),
        schema::CHAINS => read::<Chain>(row),
        schema::FACTS => read::<Fact>(row),
        schema::ALIASES => read::<SubjectId>(row),
        schema::LEAVES => read::<EntryIndex>(row),
        _ => None,
    }
}

#[test]
fn every_row_is_written_as_it_was_read_and_no_damaged_row_is_a_panic() {
    let directory = tempfile::tempdir().unwrap();
    let mut statements = prova_testkit::builder::TestLedger::new("ledger.example/2026");
    let log_key = prova_core::key::published_test_key("log").unwrap();
    let mut ledger = crate::Ledger::create(directory.path(), &statements.charter(), log_key).unwrap();
    let mut entries = statements.enrolments();
    entries.extend(statements.units(0, 2, 0));
    entries.extend([
        statements.ship("SN0"),
        statements.ship("LOST"),
        statements.rotate("spare-1"),
    ]);
    ledger.append(None, &entries).unwrap();
    let mut chance = prova_testkit::chance::Chance::new(1);
    let mut kinds = std::collections::BTreeMap::new();
    for (key, row) in all(&ledger) {
        let kind = key[0];
        *kinds.entry(char::from(kind)).or_insert(0) += 1;
        if kind == schema::POSTINGS {
            let indices = schema::posting_indices(&key, &row).unwrap();
            assert_eq!(schema::posting_row(&indices), row);
            for cut in 0..key.len() {
                schema::posting_indices(&key[..cut], &row);
            }
            continue;
        }
        assert_eq!(read_as(kind, &row).as_ref(), Some(&row), "{}", char::from(kind));
        assert_eq!(read_as(kind, &row[..row.len() - 1]), None);
        for _ in 0..200 {
            let mut damaged = row.clone();
            for _ in 0..=chance.below(3) {
                let at = chance.below(damaged.len());
                damaged[at] ^= 1 << chance.below(8);
            }
            read_as(kind, &damaged);
        }
    }
    let kinds: Vec<_> = kinds.into_keys().collect();
    assert_eq!(kinds, ['c', 'f', 'l', 'r', 's', 't']);
}

/// Which rows the fuzzer begins with, by the names of its seeds.
const SEEDS: [(&str, u8); 6] = [
    ("state", b's'),
    ("registry", b'r'),
    ("chain", schema::CHAINS),
    ("fact", schema::FACTS),
    ("alias", schema::ALIASES),
    ("index", schema::LEAVES),
];

/// Writes seeds: of a small ledger's rows two of each kind, of facts one of each of theirs.
fn write_seeds(folder: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let mut entries = prova_testkit::generator::Generator::new(2026).take(1000);
    let log_key = prova_core::key::published_test_key("log").unwrap();
    let charter = entries.next().unwrap();
    let mut ledger = crate::Ledger::create(directory.path(), &charter, log_key).unwrap();
    ledger.append(None, &entries.collect::<Vec<_>>()).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    let mut kinds_of_facts = std::collections::BTreeSet::new();
    for (key, row) in all(&ledger) {
        let Some((name, _)) = SEEDS.iter().find(|(_, kind)| *kind == key[0]) else {
            continue;
        };
        let of_fact = schema::group_length(&key).map(|length| key[length - 1]);
        let count = counts.entry(name).or_insert(0);
        if of_fact.map_or(*count < 2, |kind| kinds_of_facts.insert(kind)) {
            *count += 1;
            std::fs::write(folder.join(format!("{name}-{count}")), [&key[..1], &row].concat()).unwrap();
        }
    }
}

#[test]
fn seeds_of_the_fuzzer_are_rows_of_this_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/seeds/rows");
    if std::env::var_os("PROVA_WRITE_SEEDS").is_some() {
        write_seeds(&folder);
    }
    let mut found = std::collections::BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let seed = std::fs::read(&path).unwrap();
        let (kind, row) = seed.split_first().unwrap();
        // Blocks of rows are the engine's.
        if *kind != b'b' {
            let known = |(known, of): &&(&str, u8)| of == kind && name.starts_with(known);
            let (known, _) = SEEDS.iter().find(known).expect(name);
            let written = read_as(*kind, row);
            assert_eq!(written.as_deref(), Some(row), "{name} is no row of this version");
            found.insert(*known);
        }
    }
    assert_eq!(found.len(), SEEDS.len(), "{found:?}");
}

/// Every row, and the heads.
fn all(ledger: &crate::Ledger) -> Vec<KeyValue> {
    let store = ledger.state().store().unwrap();
    let heads = [schema::STATE, schema::REGISTRY];
    let heads = heads.map(|key| (key.to_vec(), store.bytes(key).unwrap().unwrap()));
    store.scan(&[]).map(Result::unwrap).chain(heads).collect()
}

/// A ledger with so many shipments of a unit that nobody receives, each a finding.
fn shipments(directory: &Path, count: usize) -> (crate::Ledger, prova_testkit::builder::TestLedger) {
    let mut statements = prova_testkit::builder::TestLedger::new("ledger.example/2026");
    let log_key = prova_core::key::published_test_key("log").unwrap();
    let mut ledger = crate::Ledger::create(directory, &statements.charter(), log_key).unwrap();
    let mut entries = statements.enrolments();
    entries.push(statements.manufacture("SN0", 0));
    entries.extend((0..count).map(|_| statements.ship("SN0")));
    ledger.append(None, &entries).unwrap();
    (ledger, statements)
}

#[test]
fn no_row_grows_with_the_entries_about_a_subject() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ledger, mut statements) = shipments(directory.path(), 10);
    // How many rows there are of chains and facts, and the bytes of the largest.
    let measured = |ledger: &crate::Ledger| {
        let rows = ledger.state().store().unwrap();
        [schema::CHAINS, schema::FACTS].map(|kind| {
            let lengths = rows.scan(&[kind]).map(|row| row.unwrap().1.len());
            let lengths: Vec<_> = lengths.collect();
            (lengths.len(), lengths.into_iter().max())
        })
    };
    let [(1, chain), (few, fact)] = measured(&ledger) else {
        panic!("{:?}", measured(&ledger));
    };
    let more: Vec<_> = (0..400).map(|_| statements.ship("SN0")).collect();
    ledger.append(None, &more).unwrap();
    // A shipment that ends and the finding at it are a row each; texts have a digit or two more.
    let [(1, longer_chain), (many, longer_fact)] = measured(&ledger) else {
        panic!("{:?}", measured(&ledger));
    };
    assert_eq!(many, few + 2 * more.len());
    assert_eq!(longer_chain, chain);
    assert!(
        longer_fact.unwrap() < fact.unwrap() + 8,
        "{longer_fact:?}, before {fact:?}"
    );
}

#[test]
fn a_store_of_an_older_version_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let (ledger, _) = shipments(directory.path(), 5);
    // Which entries share a posting's row depends on which were written together.
    let all = |ledger: &crate::Ledger| -> Vec<_> {
        let rows = all(ledger).into_iter();
        rows.filter(|(key, _)| key[0] != schema::POSTINGS).collect()
    };
    let rows = all(&ledger);
    drop(ledger);
    let mut older_rows = RowBatch::default();
    for (key, row) in &rows {
        let mut row = row.clone();
        row[0] = codec::ROW_VERSION - 1;
        older_rows.insert_bytes(key, row);
    }
    // What another version of the engine has written is no rows at all.
    for older_rows in [older_rows, RowBatch::default()] {
        let store = directory.path().join("store");
        std::fs::remove_dir_all(&store).unwrap();
        let older = StoreRows::open(&real_disk(), &store).unwrap();
        older.apply(older_rows).unwrap();
        drop(older);
        let snapshot = crate::Snapshot::open(directory.path()).unwrap();
        let state = snapshot.state(&crate::NoProgress).unwrap();
        assert!(
            state.store().is_err(),
            "whoever only reads must not read these rows"
        );
        drop(state);
        let log_key = prova_core::key::published_test_key("log").unwrap();
        let ledger = crate::Ledger::open(directory.path(), log_key, &crate::NoProgress).unwrap();
        assert!(all(&ledger) == rows);
    }
}

#[test]
fn fsck_finds_facts_that_are_changed_gone_or_too_many() {
    let directory = tempfile::tempdir().unwrap();
    let (ledger, _) = shipments(directory.path(), 5);
    let store = ledger.state().store().unwrap();
    let facts: Vec<_> = store.scan(&[schema::FACTS]).map(Result::unwrap).collect();
    let mut batch = RowBatch::default();
    batch.insert("fact", &facts[0].0, &Fact::Holds).unwrap();
    batch.remove(&facts[1].0);
    let id: SubjectId = "unit:dns:nordlys.example/AAU3900/SN0".parse().unwrap();
    for sku in ["sku:1", "sku:2"] {
        let key = FactKey::Alias(sku.parse().unwrap());
        let row = schema::fact_key(&id, &key);
        batch.insert("fact", &row, &Fact::Holds).unwrap();
    }
    store.apply(batch).unwrap();
    store.flush().unwrap();
    drop(ledger);
    let faults = crate::fsck(directory.path(), &crate::NoProgress).unwrap();
    let reasons: Vec<_> = faults.iter().map(ToString::to_string).collect();
    let about = |what: &str| reasons.iter().filter(|reason| reason.contains(what)).count();
    assert_eq!(
        (about("a fact about"), about("the number of facts")),
        (2, 1),
        "{reasons:?}"
    );
    assert_eq!(faults.len(), 3);
}

#[test]
fn fsck_finds_an_entry_that_is_not_under_its_term() {
    let directory = tempfile::tempdir().unwrap();
    let (ledger, _) = shipments(directory.path(), 40);
    let store = ledger.state().store().unwrap();
    let rows = store.scan(&[schema::POSTINGS]).map(Result::unwrap);
    let rows = rows.map(|(key, row)| (schema::posting_indices(&key, &row).unwrap(), key));
    let (mut shared, key) = rows.max_by_key(|(indices, _)| indices.len()).unwrap();
    assert!(shared.len() >= 40);
    let hidden = shared.remove(20);
    let mut batch = RowBatch::default();
    batch.insert_bytes(&key, schema::posting_row(&shared));
    store.apply(batch).unwrap();
    store.flush().unwrap();
    drop(ledger);
    let faults = crate::fsck(directory.path(), &crate::NoProgress).unwrap();
    let reasons: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains(&format!("entry {hidden} under"))),
        "{reasons:?}"
    );
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("the number of postings"))
    );
    assert_eq!(faults.len(), 2);
}
