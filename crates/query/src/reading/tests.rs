use std::fs;

use prova_core::lifecycle::facts;
use prova_store::NoProgress;

use super::*;
use crate::tests::scene::Scene;

fn indices(entries: &BTreeMap<EntryIndex, Verified>) -> Vec<u64> {
    entries.keys().map(|index| index.get()).collect()
}

#[test]
fn a_reading_stays_at_its_size_beside_a_writer() {
    let mut scene = Scene::new();
    let reading = scene.reading();
    let more = scene.statements.ship("S2");
    scene.append(&[more]);
    assert_eq!(reading.snapshot().size().get(), 8);
    assert_eq!(reading.life(&Scene::unit("S2")).unwrap().rows.len(), 1);
    assert_eq!(scene.reading().life(&Scene::unit("S2")).unwrap().rows.len(), 2);
}

#[test]
fn a_directory_without_a_ledger_is_the_callers_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let error = Reading::open(&directory.path().join("none"), &NoProgress).unwrap_err();
    assert!(
        matches!(error, OpenReadingError::Open(OpenError::Missing { .. })),
        "{error}"
    );
    assert_eq!(error.blame(), Blame::Caller);
}

#[test]
fn entries_about_a_subject_are_told_from_those_that_only_mention_it() {
    let scene = Scene::new();
    let reading = scene.reading();
    assert_eq!(indices(&reading.about(&Scene::unit("S1")).unwrap()), [4, 6, 7]);
    let of_type: SubjectId = "type:dns:nordlys.example/AAU3900/R1".parse().unwrap();
    assert_eq!(indices(&reading.related(&of_type).unwrap()), [4, 5]);
    let life = reading.life(&of_type).unwrap();
    assert_eq!((life.rows.len(), life.mentions.len()), (0, 2));
    let error = reading.about(&of_type).unwrap_err();
    assert!(
        matches!(&error, SubjectError::NoEntry { subject } if *subject == of_type),
        "{error}"
    );
    assert_eq!(error.blame(), Blame::Caller);
}

#[test]
fn what_nobody_ever_named_has_no_life() {
    let error = Scene::new().reading().life(&Scene::unit("S9")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the ledger has no entry about {}", Scene::unit("S9"))
    );
}

#[test]
fn an_entry_beyond_the_end_is_the_callers_mistake_and_a_changed_one_bad_evidence() {
    let scene = Scene::new();
    let beyond = scene.reading().read(EntryIndex::new(8)).unwrap_err();
    assert!(
        matches!(beyond, ReadingError::Read(ReadError::NotInLog { .. })),
        "{beyond}"
    );
    assert_eq!(beyond.blame(), Blame::Caller);

    let reading = scene.reading();
    let bundle = scene.directory.path().join("tile/entries/000.p/8");
    let mut bytes = fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let changed = reading.read(EntryIndex::new(7)).unwrap_err();
    assert!(
        matches!(changed, ReadingError::Read(ReadError::Leaf { .. })),
        "{changed}"
    );
    assert_eq!(changed.blame(), Blame::Evidence);
}

#[test]
fn statements_of_a_key_that_was_distrusted_later_count_as_findings() {
    let mut scene = Scene::new();
    let revocation = scene.statements.revoke("nordlys", Some(EntryIndex::new(4)));
    scene.append(&[revocation]);
    let reading = scene.reading();
    let subject = Scene::unit("S1");
    let chain = reading.chain(&subject).unwrap().unwrap();
    assert_eq!(chain.found.get(&FindingCode::DistrustedKey), Some(&2));
    let in_chains: Vec<_> = reading
        .chains(subject.to_string().as_str())
        .map(Result::unwrap)
        .collect();
    assert_eq!(in_chains, [(subject.clone(), chain)]);
    let findings = facts::findings(&reading, &subject).unwrap();
    let at: Vec<_> = findings.iter().map(|finding| finding.entry.get()).collect();
    assert_eq!(at, [4, 6]);
    let entry = reading.read(EntryIndex::new(6)).unwrap();
    assert_eq!(
        reading.findings(EntryIndex::new(6), &entry).unwrap(),
        findings[1..]
    );
}
