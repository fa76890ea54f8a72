//! Every change × every fault × every state of the store.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_core::hash::Digest;
use prova_testkit::{
    chance::Chance,
    disk::{AfterChange, DiskFault, Image, Left, MODES, OtherFiles, Unsynced},
};

use super::scenario::{Ack, Act, FaultDisk, Scenario, fault_disk, room};
use crate::disk::publish::{Disk, real_disk};

/// What becomes of the store's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    AsIs,
    Gone,
    Older,
    Cut,
}

const STORES: [Store; 4] = [Store::AsIs, Store::Gone, Store::Older, Store::Cut];

/// Different power failures may leave the same files.
const OUTCOMES: &str = "with another outcome";

/// Reads that are made to fail one by one; of what is beyond, a sample.
const FIRST_READS: usize = 16;

#[derive(Default)]
struct Matrix {
    full: bool,
    cases: BTreeMap<String, usize>,
    audited: HashSet<Digest>,
    turn: usize,
}

fn stores_as(store: Store, now: &OtherFiles, before: &OtherFiles) -> BTreeMap<PathBuf, Vec<u8>> {
    match store {
        Store::AsIs => now.as_ref().clone(),
        Store::Gone => BTreeMap::new(),
        Store::Older => before.as_ref().clone(),
        Store::Cut => now
            .iter()
            .map(|(path, bytes)| (path.clone(), bytes[..bytes.len() / 2].to_vec()))
            .collect(),
    }
}

fn write_files(base: &Path, image: &Image, stores: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, content) in image {
        let path = base.join(path);
        match content {
            Some(bytes) => fs::write(path, &**bytes).unwrap(),
            None => fs::create_dir_all(path).unwrap(),
        }
    }
    for (path, bytes) in stores {
        // Not if the directory that it was in is gone.
        let ledger = path.components().next().unwrap();
        let path = base.join(path);
        if base.join(ledger).is_dir() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

fn digest(image: &Image, stores: &BTreeMap<PathBuf, Vec<u8>>, acks: &[Ack]) -> Digest {
    let mut text = format!("{acks:?}");
    for (path, content) in image {
        let digest = content.as_ref().map(|bytes| Digest::of(bytes));
        writeln!(text, "{} {digest:?}", path.display()).unwrap();
    }
    for (path, bytes) in stores {
        writeln!(text, "{} {}", path.display(), Digest::of(bytes)).unwrap();
    }
    Digest::of(text.as_bytes())
}

impl Matrix {
    fn new() -> Self {
        Self {
            full: std::env::var("PROVA_FAULTS").is_ok_and(|text| text == "full"),
            ..Self::default()
        }
    }

    fn count(&mut self, scenario: &Scenario, what: &str) {
        *self
            .cases
            .entry(format!("{}: {what}", scenario.name))
            .or_default() += 1;
    }

    fn next_store(&mut self) -> Store {
        self.turn += 1;
        STORES[self.turn % STORES.len()]
    }

    /// Every change fails once in every way; then the disk works again, and then the power fails.
    fn fail_each_change(&mut self, scenario: &Scenario) {
        let before = scenario.stores();
        for mode in MODES {
            let mut changes = 0;
            loop {
                let base = scenario.lay_out();
                let disk = Arc::new(fault_disk(base.path(), DiskFault::Change(changes, mode)));
                scenario.run(&disk, base.path());
                if !disk.hit() {
                    break;
                }
                disk.heal();
                let store = self.next_store();
                let now = disk.now();
                for path in now.others.keys() {
                    fs::remove_file(base.path().join(path)).unwrap();
                }
                let stores = stores_as(store, &now.others, &before);
                write_files(base.path(), &Image::new(), &stores);
                let shared: Arc<dyn Disk> = Arc::<FaultDisk>::clone(&disk);
                let mut acks = disk.acks();
                if let Some((ledger, size)) = scenario.check(base.path(), &shared, &acks, &mut self.audited) {
                    // Whoever opened it has seen this size.
                    acks.push(Ack::Size(size));
                    self.lose_power(scenario, &disk.now(), &acks);
                    scenario.go_on(ledger, size, &mut self.audited);
                }
                changes += 1;
                self.count(scenario, &format!("changes × {mode:?}"));
            }
            assert!(changes > 0, "{}: nothing was changed", scenario.name);
        }
    }

    /// Nothing is left that was not waited for.
    fn lose_power(&mut self, scenario: &Scenario, moment: &AfterChange<Ack>, acks: &[Ack]) {
        let image = moment.cache.image(|_| Left::Old);
        let base = room();
        write_files(base.path(), &image, &moment.others);
        self.examine(scenario, base.path(), acks);
    }

    fn examine(&mut self, scenario: &Scenario, base: &Path, acks: &[Ack]) {
        let opened = scenario.check(base, &real_disk(), acks, &mut self.audited);
        if let Some((ledger, size)) = opened {
            scenario.go_on(ledger, size, &mut self.audited);
        }
    }

    /// The power fails after every change, and leaves this or that of what was not waited for.
    fn cut_power(&mut self, scenario: &Scenario) {
        let before = scenario.stores();
        let base = scenario.lay_out();
        let disk = Arc::new(fault_disk(base.path(), DiskFault::Nothing));
        disk.record();
        scenario.run(&disk, base.path());
        let mut chance = Chance::new(1);
        let mut seen = HashSet::new();
        let all = [Left::Old, Left::New, Left::Half, Left::Zeros];
        for moment in disk.moments() {
            let mut unsynced = 0;
            let mut images = Vec::new();
            for left in all {
                unsynced = 0;
                images.push(moment.cache.image(|_| {
                    unsynced += 1;
                    left
                }));
            }
            // Names without their content.
            images.push(moment.cache.image(|what| match what {
                Unsynced::Name => Left::New,
                Unsynced::Content => Left::Old,
            }));
            let singles = if self.full { unsynced } else { 0 };
            for single in 0..singles {
                for (one, others) in [(Left::Old, Left::New), (Left::New, Left::Old)] {
                    let mut number = 0;
                    images.push(moment.cache.image(|_| {
                        number += 1;
                        if number - 1 == single { one } else { others }
                    }));
                }
            }
            let random = if unsynced < 2 {
                0
            } else if self.full {
                40
            } else {
                3
            };
            for _ in 0..random {
                images.push(moment.cache.image(|_| *chance.one_of(&all)));
            }
            for (number, image) in images.iter().enumerate() {
                let stores = if self.full || number == 0 {
                    STORES.to_vec()
                } else {
                    vec![self.next_store()]
                };
                for store in stores {
                    let files = stores_as(store, &moment.others, &before);
                    self.count(scenario, "power failures");
                    if seen.insert(digest(image, &files, &moment.acks)) {
                        self.count(scenario, &format!("power failures {OUTCOMES}"));
                        let base = room();
                        write_files(base.path(), image, &files);
                        self.examine(scenario, base.path(), &moment.acks);
                    }
                }
            }
        }
    }

    /// One read fails, or all from one on.
    fn fail_reads(&mut self, scenario: &Scenario) {
        let mut chance = Chance::new(2);
        let base = scenario.lay_out();
        let disk = Arc::new(fault_disk(base.path(), DiskFault::Nothing));
        scenario.run(&disk, base.path());
        let reads = disk.reads();
        assert!(reads > 0, "{}: nothing was read", scenario.name);
        let mut places: Vec<_> = (0..reads).collect();
        if !self.full && reads > FIRST_READS {
            places.truncate(FIRST_READS);
            places.extend((0..FIRST_READS).map(|_| chance.below(reads)));
        }
        for place in places {
            for fault in [DiskFault::Read(place), DiskFault::Reads(place)] {
                let base = scenario.lay_out();
                let disk = Arc::new(fault_disk(base.path(), fault));
                scenario.run(&disk, base.path());
                assert!(disk.hit());
                disk.heal();
                let shared: Arc<dyn Disk> = Arc::<FaultDisk>::clone(&disk);
                let acks = disk.acks();
                if let Some((ledger, size)) = scenario.check(base.path(), &shared, &acks, &mut self.audited) {
                    scenario.go_on(ledger, size, &mut self.audited);
                }
                self.count(scenario, "reads that fail");
            }
        }
    }

    fn run(&mut self, scenario: &Scenario) {
        if !scenario.only_reads() {
            self.fail_each_change(scenario);
            self.cut_power(scenario);
        }
        self.fail_reads(scenario);
    }

    fn print(&self) {
        for (what, count) in &self.cases {
            println!("{count:6}  {what}");
        }
        let counts = self.cases.iter().filter(|(what, _)| !what.ends_with(OUTCOMES));
        let all: usize = counts.map(|(_, count)| count).sum();
        println!(
            "{all:6}  cases in all, {} states audited, 0 lost",
            self.audited.len()
        );
    }
}

fn try_all(scenarios: &[Scenario]) {
    let mut matrix = Matrix::new();
    for scenario in scenarios {
        matrix.run(scenario);
    }
    matrix.print();
}

#[test]
fn a_ledger_is_created_whole_or_says_that_it_was_not() {
    try_all(&[Scenario::new("create", 0, Act::Create)]);
}

#[test]
fn nothing_appended_is_lost_within_a_tile() {
    try_all(&[Scenario::new(
        "append within a tile",
        2,
        Act::Append(vec![1, 3, 1]),
    )]);
}

#[test]
fn nothing_appended_is_lost_where_a_tile_ends() {
    try_all(&[
        Scenario::new("append to the end of a tile", 249, Act::Append(vec![1, 2])),
        Scenario::new("append over the end of a tile", 250, Act::Append(vec![1, 3, 2])),
    ]);
}

#[test]
fn nothing_appended_is_lost_in_a_batch() {
    try_all(&[Scenario::new("append a batch", 0, Act::Append(vec![300]))]);
}

#[test]
fn nothing_appended_is_lost_after_an_append_that_was_cut_short() {
    try_all(&[Scenario::new("", 3, Act::Append(vec![2, 3, 260])).after_a_cut()]);
}

#[test]
fn no_attachment_is_lost() {
    let large: Vec<u8> = (0..150_000_u32).flat_map(u32::to_be_bytes).collect();
    let documents = vec![b"a report".to_vec(), b"a third".to_vec(), large];
    try_all(&[Scenario::new("attach", 1, Act::Attach(documents))]);
}

#[test]
fn a_copy_is_whole_or_not_there() {
    try_all(&[
        Scenario::new("back up", 255, Act::Backup),
        Scenario::new("restore", 3, Act::Restore),
    ]);
}

#[test]
fn a_store_is_made_again_whatever_happens() {
    try_all(&[Scenario::new("reindex", 3, Act::Reindex)]);
}

#[test]
fn what_cannot_be_read_is_an_error_and_never_another_answer() {
    try_all(&[Scenario::new("read", 260, Act::Look)]);
}
