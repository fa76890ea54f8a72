//! What the rows share: a place on the disk, and one generated ledger.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use prova_store::{Ledger, NoProgress, Outcome};
use prova_testkit::generator::Generator;
use tempfile::TempDir;

use crate::{
    Failure,
    args::Args,
    child::{self, Taken},
    timing::timed,
};

/// Entries in one commit.
pub(crate) const BATCH: usize = 1_000;
/// The size that the cost of an entry is compared with.
pub(crate) const SMALL: usize = 10_000;
/// Most memory that a task may take, whatever the size of the ledger: 256 MiB.
pub(crate) const MEMORY: f64 = 268_435_456.0;
/// Where chance begins.
const SEED: u64 = 2026;

/// A run of the bench.
pub(crate) struct Bench {
    /// Entries of the ledger.
    pub(crate) entries: usize,
    pub(crate) full: bool,
    place: TempDir,
    built: Option<GeneratedLedger>,
    small: Option<GeneratedLedger>,
    audited: Option<Taken>,
}

/// A generated ledger on the disk.
pub(crate) struct GeneratedLedger {
    pub(crate) directory: PathBuf,
    /// Entries that it has.
    pub(crate) size: usize,
    /// Seconds that each full batch took to be admitted and made durable.
    pub(crate) batches: Vec<f64>,
    /// Goes on where the ledger ends.
    pub(crate) generator: Generator,
}

impl Bench {
    pub(crate) fn new(args: &Args) -> Result<Self, Failure> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let below = args
            .directory
            .clone()
            .unwrap_or_else(|| repository.join("target/bench"));
        fs::create_dir_all(&below)?;
        Ok(Self {
            entries: args.entries,
            full: args.full,
            place: tempfile::Builder::new().prefix("run-").tempdir_in(below)?,
            built: None,
            small: None,
            audited: None,
        })
    }

    /// A path that is nobody else's.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// How often a figure is measured: what takes long is steady.
    pub(crate) fn repeats(&self) -> usize {
        match self.entries {
            ..=20_000 => 5,
            20_001..=200_000 => 3,
            _ => 1,
        }
    }

    /// The ledger, built when first asked for.
    pub(crate) fn ledger(&mut self) -> Result<&mut GeneratedLedger, Failure> {
        if self.built.is_none() {
            self.built = Some(GeneratedLedger::new(self.path("ledger"), self.entries)?);
        }
        self.built.as_mut().ok_or_else(|| "no ledger".into())
    }

    /// What an audit of the ledger takes. Measured each time, beside what it is compared with, unless it takes long.
    pub(crate) fn audit(&mut self) -> Result<Taken, Failure> {
        if let Some(taken) = self.audited.filter(|_| self.repeats() == 1) {
            return Ok(taken);
        }
        let taken = child::spawn("audit", &self.ledger()?.directory)?;
        self.audited = Some(taken);
        Ok(taken)
    }

    /// A ledger of [`SMALL`] entries.
    pub(crate) fn small(&mut self) -> Result<&mut GeneratedLedger, Failure> {
        if self.small.is_none() {
            self.small = Some(GeneratedLedger::new(self.path("small"), SMALL)?);
        }
        self.small.as_mut().ok_or_else(|| "no ledger".into())
    }
}

impl GeneratedLedger {
    pub(crate) fn new(directory: PathBuf, entries: usize) -> Result<Self, Failure> {
        let mut generator = Generator::new(SEED);
        let charter = generator.next().unwrap_or_default();
        let mut ledger = Ledger::create(&directory, &charter, Generator::log_key())?;
        let mut batches = Vec::new();
        let mut size = 1;
        let mut generating = Duration::ZERO;
        while size < entries {
            let wanted = BATCH.min(entries - size);
            let (batch, took) = timed(|| generator.by_ref().take(wanted).collect::<Vec<_>>());
            generating += took;
            let (outcomes, took) = timed(|| ledger.append(None, &batch));
            for outcome in outcomes? {
                if !matches!(outcome, Outcome::Appended { .. }) {
                    return Err(format!("a generated entry was not appended: {outcome:?}").into());
                }
            }
            size += batch.len();
            if batch.len() == BATCH {
                batches.push(took.as_secs_f64());
            }
        }
        eprintln!(
            "  a ledger of {size} entries; generated at {:.0} entries/s",
            size as f64 / generating.as_secs_f64()
        );
        Ok(Self {
            directory,
            size,
            batches,
            generator,
        })
    }

    /// Opens it to write.
    pub(crate) fn open(&self) -> Result<Ledger, Failure> {
        Ok(Ledger::open(&self.directory, Generator::log_key(), &NoProgress)?)
    }
}
