//! Bytes of a ledger's directory changed by chance, files cut, removed and swapped: each change is located by audit or
//! `fsck`, or changes nothing; the store heals; no answer is ever wrong and no ledger shorter.
//!
//! `PROVA_FLIPS` says how many bytes are changed (100 if unset), `PROVA_FLIPS_SEED` where chance begins.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends where something is wrong, and prints what it counted"
)]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::LeafHash,
    id::SubjectId,
    key::published_test_key,
    lifecycle::{FactKind, View},
    position::EntryIndex,
};
use prova_store::{Ledger, NoProgress, Snapshot, State, audit, fsck};
use prova_testkit::{builder::TestLedger, chance::Chance, independent};

type Files = BTreeMap<String, Vec<u8>>;

/// What a ledger answers to every question that this suite asks.
#[derive(Clone, Debug, PartialEq)]
struct Answers {
    size: u64,
    registry: String,
    subjects: Vec<(SubjectId, String)>,
    places: Vec<Option<EntryIndex>>,
    postings: Vec<Vec<EntryIndex>>,
}

struct Suite {
    writer: Writer,
    files: Files,
    leaves: Vec<LeafHash>,
    want: Answers,
    base: tempfile::TempDir,
    made: usize,
    counts: BTreeMap<String, usize>,
}

fn collect(directory: &Path, base: &Path, files: &mut Files) {
    for name in fs::read_dir(directory).unwrap() {
        let path = name.unwrap().path();
        if path.is_dir() {
            collect(&path, base, files);
        } else {
            let name = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// All answers, or why there are none.
fn answers(state: &State, leaves: &[LeafHash]) -> Result<Answers, Box<dyn Error>> {
    let mut subjects = Vec::new();
    let mut postings = Vec::new();
    for subject in state.subjects("") {
        let (id, chain) = subject?;
        postings.push(state.posting(&format!("id:{id}").parse()?)?);
        let facts = FactKind::ALL.map(|kind| state.facts(&id, kind));
        let facts: Vec<_> = facts.into_iter().collect::<Result<_, _>>()?;
        subjects.push((id, format!("{chain:?} {facts:?}")));
    }
    postings.push(state.posting(&"by:dns:nordlys.example".parse()?)?);
    let places = leaves.iter().map(|leaf| state.index_of(leaf));
    Ok(Answers {
        size: state.size().get(),
        registry: format!("{:?}", state.registry()),
        places: places.collect::<Result<_, _>>()?,
        subjects,
        postings,
    })
}

fn in_words(error: &dyn Error) -> String {
    let cause = error.source().map(in_words);
    format!("{error}: {}", cause.unwrap_or_default())
}

/// Whether words name a file; of the store, it is enough that it is the store.
fn names(words: &str, file: &str) -> bool {
    let file = if file.starts_with("store/") { "store" } else { file };
    words.match_indices(file).any(|(at, _)| {
        let after = words[at + file.len()..].chars().next();
        let before = words[..at].chars().next_back();
        // Not part of a longer name.
        after.is_none_or(|after| !after.is_alphanumeric() && !"./_".contains(after))
            && before.is_none_or(|before| !before.is_alphanumeric() && before != '_')
    })
}

/// The entries that a file of the log is about.
fn entries_of(file: &str) -> Option<Range<u64>> {
    let (level, rest) = file.strip_prefix("tile/")?.split_once('/')?;
    let height = if level == "entries" {
        0
    } else {
        level.parse().ok()?
    };
    let index: u64 = rest.split(".p/").next()?.parse().ok()?;
    let span = 256_u64.pow(height + 1);
    Some(index * span..(index + 1) * span)
}

/// What `fsck` says, in words; each entry that it names is one of the file's.
fn faults(directory: &Path) -> Vec<String> {
    match fsck(directory, &NoProgress) {
        Err(error) => vec![in_words(&error)],
        Ok(faults) => faults
            .iter()
            .filter(|fault| !fault.is_note())
            .map(|fault| {
                let range = entries_of(&fault.file);
                assert_eq!(fault.entry.is_some(), range.is_some(), "{fault}");
                if let (Some(entry), Some(range)) = (fault.entry, range) {
                    assert!(range.contains(&entry.get()), "{fault}");
                }
                fault.to_string()
            })
            .collect(),
    }
}

/// How the writer of a ledger ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    Closed,
    /// With entries in the journal.
    Killed,
}

impl Suite {
    fn new(writer: Writer) -> Self {
        let base = tempfile::tempdir().unwrap();
        let directory = base.path().join("whole");
        let mut statements = TestLedger::new("ledger.example/2026");
        let log_key = || published_test_key("log").unwrap();
        let mut ledger = Ledger::create(&directory, &statements.charter(), log_key()).unwrap();
        ledger.append(None, &statements.enrolments()).unwrap();
        for document in [b"a report".as_slice(), &[7; 3000]] {
            let digest = ledger.put_attachment(&mut &*document).unwrap();
            let serial = format!("D{}", document.len());
            let entries = [
                statements.manufacture(&serial, 0),
                statements.store(&serial, digest),
            ];
            ledger.append(None, &entries).unwrap();
        }
        ledger.append(None, &statements.units(0, 270, 0)).unwrap();
        match writer {
            Writer::Closed => drop(ledger.append(None, &statements.units(270, 292, 0)).unwrap()),
            Writer::Killed => {
                for unit in statements.units(270, 292, 0) {
                    ledger.append(None, &[unit]).unwrap();
                }
            }
        }
        let entries = ledger.snapshot().entries(EntryIndex::new(0));
        let leaves: Vec<_> = entries
            .map(|entry| LeafHash::of_entry(&entry.unwrap().1))
            .collect();
        let want = answers(ledger.state(), &leaves).unwrap();
        if writer == Writer::Closed {
            drop(ledger);
            assert_eq!(fsck(&directory, &NoProgress).unwrap(), []);
        } else {
            let journal = fs::metadata(directory.join("journal")).unwrap().len();
            assert_eq!(journal, 22 * 4096);
        }
        independent::audit(&directory).unwrap();
        let mut files = Files::new();
        collect(&directory, &directory, &mut files);
        Self {
            writer,
            files,
            leaves,
            want,
            base,
            made: 0,
            counts: BTreeMap::new(),
        }
    }

    /// A directory with these files.
    fn lay_out(&mut self, files: &Files) -> PathBuf {
        self.made += 1;
        let directory = self.base.path().join(self.made.to_string());
        for (name, bytes) in files {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        directory
    }

    /// Whether a file is that of a checkpoint before the last.
    fn is_superseded(&self, file: &str) -> bool {
        let is_of_entries = file.starts_with("tile/entries/") || file.starts_with("tile/0/");
        let width = (self.want.size % 256).to_string();
        is_of_entries && file.split_once(".p/").is_some_and(|(_, of)| of != width)
    }

    /// The files of which the journal has what they should hold.
    fn journaled(&self) -> Vec<String> {
        let width = self.want.size % 256;
        let tiles = ["entries", "0"].map(|level| format!("tile/{level}/001.p/{width}"));
        match self.writer {
            Writer::Closed => Vec::new(),
            Writer::Killed => tiles.into_iter().chain(["checkpoint".to_owned()]).collect(),
        }
    }

    /// Every entry, every proof and every attachment is what it was, or an error; all are, where nothing is wrong.
    fn read_all(&self, snapshot: &Snapshot, changed: &[&str], what: &str) {
        let mut missing = 0;
        for (index, leaf) in (0..).map(EntryIndex::new).zip(&self.leaves) {
            match snapshot.entry(index) {
                Ok(entry) => assert_eq!(LeafHash::of_entry(&entry), *leaf, "{what}"),
                Err(error) => {
                    let words = in_words(&error);
                    assert!(changed.iter().any(|file| names(&words, file)), "{what}: {words}");
                    missing += 1;
                }
            }
        }
        for index in [0, 7, 255, 256, self.want.size - 1].map(EntryIndex::new) {
            if let Ok(proof) = snapshot.inclusion(index) {
                let leaf = &self.leaves[index.get() as usize];
                proof.verify(leaf, snapshot.checkpoint().root()).unwrap();
            }
        }
        for digest in snapshot.attachments().unwrap() {
            let _ = snapshot.read_attachment(&digest, &mut std::io::sink());
        }
        let in_entries = changed.iter().any(|file| file.starts_with("tile/entries/"));
        let in_hashes = changed.iter().filter(|file| file.starts_with("tile/")).count();
        assert!(
            missing == 0 || in_entries || in_hashes > 1,
            "{what}: {missing} entries cannot be read"
        );
    }

    /// Whether the ledger opens to be written to; its store heals then, and answers as it did.
    fn opens(&self, directory: &Path, changed: &[&str], what: &str, wrong: &[String]) -> bool {
        let opened = Ledger::open(directory, published_test_key("log").unwrap(), &NoProgress);
        match opened {
            Ok(ledger) => {
                if let Ok(got) = answers(ledger.state(), &self.leaves) {
                    assert!(
                        got == self.want,
                        "{what}: a writer gets wrong answers; wrong: {wrong:?}"
                    );
                } else {
                    drop(ledger);
                    match prova_store::reindex(directory, &NoProgress) {
                        Ok(_) => {
                            let state = Snapshot::open(directory).unwrap().state(&NoProgress).unwrap();
                            assert_eq!(answers(&state, &self.leaves).unwrap(), self.want, "{what}");
                        }
                        // Beside the store, the entries that it is made from are damaged.
                        Err(error) => {
                            let words = in_words(&error);
                            let mut in_log = changed.iter().filter(|file| !file.starts_with("store/"));
                            assert!(in_log.any(|file| names(&words, file)), "{what}: {words}");
                        }
                    }
                }
                true
            }
            Err(error) => {
                let in_store = changed.iter().all(|file| file.starts_with("store/"));
                assert!(!in_store, "{what}: the store does not heal: {}", in_words(&error));
                false
            }
        }
    }

    /// Looks at a ledger whose files `changed` are not as they were.
    fn look(&mut self, files: &Files, changed: &[&str], what: &str) {
        let what = format!("{what} {}", changed.join(" and "));
        // Each look at its own copy: a reader that gave up may hold the store's file for a while.
        let directory = self.lay_out(files);
        let wrong = faults(&directory);
        let (in_journal, has_journal) = (self.journaled(), !changed.contains(&"journal"));
        let is_healed = |file: &str| has_journal && in_journal.iter().any(|name| name == file);
        for file in changed {
            // What makes the rest unreadable comes first.
            let first = ["format", "checkpoint"]
                .iter()
                .find(|file| changed.contains(*file) && !is_healed(file));
            let file = *first.unwrap_or(file);
            // The store is not compared with entries that do not hold; opening makes it again.
            // What the file of the lock holds is only a help, and narrower versions of a tile are for late readers. A journal
            // that is cut short changes nothing where the tiles are there.
            let is_needless =
                matches!(file, "lock" | "journal") || self.is_superseded(file) || is_healed(file);
            let is_second = (file.starts_with("store/") || is_needless) && changed.len() > 1;
            assert!(
                wrong.is_empty() || is_second || wrong.iter().any(|words| names(words, file)),
                "{what}: fsck does not name {file}: {wrong:?}"
            );
        }
        let audited = Snapshot::open(&directory)
            .map_err(|error| in_words(&error))
            .and_then(|snapshot| {
                self.read_all(&snapshot, changed, &what);
                audit(&snapshot, &NoProgress).map_err(|error| in_words(&error))
            });
        let is_checked = |file: &&str| match *file {
            "lock" => false,
            "journal" => wrong.iter().any(|words| names(words, "journal")),
            file if is_healed(file) => false,
            file if file.starts_with("tile/") => !self.is_superseded(file),
            file => !file.contains('/'),
        };
        match audited {
            Ok(found) => {
                assert_eq!(found.size.get(), self.want.size, "{what}");
                // An audit looks at neither attachments nor the store.
                let is_wrong = !wrong.is_empty() && changed.iter().any(is_checked);
                assert!(!is_wrong, "{what}: not found by an audit: {wrong:?}");
            }
            Err(words) => {
                let is_named = changed.iter().any(|file| names(&words, file));
                assert!(is_named, "{what}: an audit names another file: {words}");
                assert!(!wrong.is_empty(), "{what}: not found by fsck: {words}");
            }
        }
        fs::remove_dir_all(&directory).unwrap();

        let directory = self.lay_out(files);
        if let Ok(state) = Snapshot::open(&directory).and_then(|snapshot| snapshot.state(&NoProgress))
            && let Ok(got) = answers(&state, &self.leaves)
        {
            assert!(
                got == self.want,
                "{what}: a reader gets wrong answers; wrong: {wrong:?}"
            );
        }
        fs::remove_dir_all(&directory).unwrap();

        let directory = self.lay_out(files);
        let in_store = changed.iter().all(|file| file.starts_with("store/"));
        let opens = self.opens(&directory, changed, &what, &wrong);
        if wrong.is_empty() {
            assert!(opens, "{what}: nothing is wrong, but it does not open");
            if !in_store {
                independent::audit(&directory).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
        }
        fs::remove_dir_all(&directory).unwrap();
        let place = changed[0].split('/').next().unwrap();
        let outcome = match (wrong.is_empty(), in_store) {
            (true, _) => "harmless",
            (false, true) => "located and healed",
            (false, false) => "located",
        };
        let verb = what.split([' ', ':']).next().unwrap();
        *self
            .counts
            .entry(format!("{place} {verb}: {outcome}"))
            .or_default() += 1;
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn every_change_is_located_or_harmless() {
    change(Writer::Closed, setting("PROVA_FLIPS", 100));
}

#[test]
fn every_change_of_what_a_killed_writer_left_is_located_or_harmless() {
    change(Writer::Killed, setting("PROVA_FLIPS", 100) / 2);
}

/// Changes so many bytes of a ledger's directory, and cuts, removes and swaps each of its files.
fn change(writer: Writer, flips: u64) {
    let mut chance = Chance::new(setting("PROVA_FLIPS_SEED", 1));
    let mut suite = Suite::new(writer);
    let whole = suite.files.clone();
    let names: Vec<&str> = whole
        .iter()
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    for _ in 0..flips {
        let name = *chance.one_of(&names);
        let mut files = whole.clone();
        let bytes = files.get_mut(name).unwrap();
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 + chance.below(255) as u8;
        suite.look(&files, &[name], &format!("changed at {at}:"));
    }
    for name in &names {
        let mut files = whole.clone();
        files.remove(*name);
        suite.look(&files, &[name], "removed:");
        let mut files = whole.clone();
        let length = chance.below(whole[*name].len());
        files.get_mut(*name).unwrap().truncate(length);
        suite.look(&files, &[name], &format!("cut to {length}:"));
        let other = *chance.one_of(&names);
        if other != *name {
            let mut files = whole.clone();
            files.insert((*name).to_owned(), whole[other].clone());
            files.insert(other.to_owned(), whole[*name].clone());
            suite.look(&files, &[name, other], "swapped:");
        }
    }
    let looked: usize = suite.counts.values().sum();
    assert!(looked as u64 > flips);
    for (class, count) in &suite.counts {
        println!("{count:6}  {class}");
    }
    println!("{looked:6}  in all, 0 missed");
}
