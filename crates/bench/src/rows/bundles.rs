//! Evidence: what the `prova` command takes to export all about a unit and to verify a bundle, its start included; and the
//! memory that a large bundle takes.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use prova_core::{id::Kind, position::EntryIndex, statement::Unverified, time::Timestamp};
use prova_store::Snapshot;
use serde::Deserialize;

use crate::{
    Failure,
    bench::{Bench, GeneratedLedger, MEMORY},
    child,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::{median, timed},
};

/// Units that are exported.
const UNITS: u64 = 5;
/// Entries of a ledger in which what is known of a unit is about twenty entries.
const TINY: usize = 60;
/// Entries of the large bundle.
const LARGE: usize = 100_000;
/// How often a command is timed.
const TIMES: usize = 11;

/// What `prova export --format json` says.
#[derive(Deserialize)]
struct ExportSummary {
    entries: u64,
}

/// The command, and the files that it is given.
struct Prova {
    program: PathBuf,
    key: PathBuf,
    policy: PathBuf,
}

/// Seals the ledger and takes evidence from it. The limits are those for a million entries.
pub(crate) fn bundles(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let (key, policy, bundle) = (
        bench.path("auditor.pem"),
        bench.path("trust.policy"),
        bench.path("evidence.zip"),
    );
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys/auditor.pem");
    fs::write(&key, fs::read(published)?)?;
    let prova = Prova {
        program: program()?,
        key,
        policy,
    };
    seal(bench.ledger()?)?;
    let built = bench.ledger()?;
    // The second time, what is read is in the system's memory, as it is for the other rows.
    let (mut first, mut again) = (Vec::new(), Vec::new());
    let mut entries = Vec::new();
    for unit in units(built)? {
        for times in [&mut first, &mut again] {
            let (made, took) = timed(|| prova.export(built, &[&unit], &bundle));
            entries.push(made?.entries as f64);
            times.push(took.as_secs_f64());
        }
    }
    let row = |name: &str, times: &[f64], goal| {
        BenchRow::over(
            format!("export a unit ({:.0} entries){name}", median(&entries)),
            Figure::new(median(times), FigureUnit::Seconds),
            "limit",
            Figure::new(0.1, FigureUnit::Seconds),
            goal,
        )
    };
    let mut rows = vec![
        row("", &again, Goal::AtMost(1.0)),
        row(", its files not read before", &first, Goal::None),
    ];

    let tiny = GeneratedLedger::new(bench.path("tiny"), TINY)?;
    seal(&tiny)?;
    let unit = units(&tiny)?.pop().ok_or("the ledger has no unit")?;
    let made = prova.export(&tiny, &[&unit], &bundle)?;
    prova.write_policy(&tiny)?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let (outcome, took) = timed(|| prova.verify(&bundle));
        outcome?;
        times.push(took.as_secs_f64());
    }
    rows.push(BenchRow::over(
        format!("verify a bundle of {} entries", made.entries),
        Figure::new(median(&times), FigureUnit::Seconds),
        "limit",
        Figure::new(0.02, FigureUnit::Seconds),
        Goal::AtMost(1.0),
    ));

    let other;
    let whole = if bench.entries <= LARGE {
        &*bench.ledger()?
    } else {
        other = GeneratedLedger::new(bench.path("large"), LARGE)?;
        &other
    };
    let size = Snapshot::open(&whole.directory)?.size();
    let made = prova.export(whole, &["--range", &format!("0..{size}")], &bundle)?;
    let taken = child::spawn("bundle", &bundle)?;
    let name = format!("memory of verifying {} entries", made.entries);
    rows.push(BenchRow::memory(name, taken.memory_peak, MEMORY));
    Ok(rows)
}

/// The `prova` command of the same build as this program.
fn program() -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.args(["build", "--quiet", "--locked", "-p", "prova-cli"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    let program = env::current_exe()?.with_file_name("prova");
    if !status.success() || !program.is_file() {
        return Err(format!("{} was not built", program.display()).into());
    }
    Ok(program)
}

fn seal(built: &GeneratedLedger) -> Result<(), Failure> {
    let time = Timestamp::from_unix(1_900_000_000).ok_or("no time")?;
    built.open()?.seal(time)?;
    Ok(())
}

/// Some units, spread over the second half of a ledger.
fn units(built: &GeneratedLedger) -> Result<Vec<String>, Failure> {
    let snapshot = Snapshot::open(&built.directory)?;
    let size = snapshot.size().get();
    let mut units = Vec::new();
    for number in 0..UNITS {
        for entry in snapshot.entries(EntryIndex::new(size / 2 + number * size / 2 / UNITS)) {
            let (_, entry) = entry?;
            let entry = Unverified::decode(&entry)?;
            let subjects = entry.claim().subjects.iter();
            let unit = subjects
                .filter_map(|subject| subject.id.component())
                .find(|id| id.kind() == Kind::Unit);
            if let Some(unit) = unit {
                units.push(unit.to_string());
                break;
            }
        }
    }
    Ok(units)
}

impl Prova {
    fn run(&self, built: Option<&GeneratedLedger>, words: &[&str]) -> Result<Vec<u8>, Failure> {
        let mut command = Command::new(&self.program);
        command.args(words).stderr(Stdio::piped());
        if let Some(built) = built {
            command.arg("--ledger").arg(&built.directory);
        }
        let output = command.output()?;
        // 4: verified, and there are findings.
        if !output.status.success() && output.status.code() != Some(4) {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("prova {} ended with {}: {said}", words.join(" "), output.status).into());
        }
        Ok(output.stdout)
    }

    fn export(&self, built: &GeneratedLedger, scope: &[&str], to: &Path) -> Result<ExportSummary, Failure> {
        let (key, to) = (self.key.display().to_string(), to.display().to_string());
        let mut words = vec!["export"];
        words.extend(scope);
        words.extend(["--key", &key, "--at", "2030-01-01T00:00:00Z", "--output", &to]);
        // Generated entries name documents that nobody has.
        words.extend([
            "--withhold",
            "missing",
            "--reason",
            "generated",
            "--format",
            "json",
        ]);
        Ok(serde_json::from_slice(&self.run(Some(built), &words)?)?)
    }

    fn write_policy(&self, built: &GeneratedLedger) -> Result<(), Failure> {
        let policy = self.policy.display().to_string();
        self.run(Some(built), &["trust", "policy", "-o", &policy])
            .map(drop)
    }

    fn verify(&self, bundle: &Path) -> Result<(), Failure> {
        let (policy, bundle) = (self.policy.display().to_string(), bundle.display().to_string());
        self.run(None, &["verify", &bundle, "--trust", &policy]).map(drop)
    }
}
