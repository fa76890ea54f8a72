//! The library that most in-toto tools verify with, over the same envelopes: `PyPI` securesystemslib.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use prova_core::position::EntryIndex;
use prova_store::Snapshot;

use crate::{
    Failure,
    bench::Bench,
    entries::KeyTable,
    row::{BenchRow, Figure, FigureUnit, Goal},
};

const NAME: &str = "audit";
const SCRIPT: &str = include_str!("verify.py");
/// The versions that the interop suite is pinned to.
const PINS: &str = include_str!("../../../../tests/interop/requirements.txt");
/// Two processes, since a Python process computes on one processor.
const PROCESSES: usize = 2;

/// The audit of an entry against the verification of an envelope.
pub(crate) fn verify(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return Ok(vec![BenchRow::skipped("securesystemslib", why)]),
    };
    let records = if bench.full { 20_000 } else { 2_000 };
    let (script, keys_file) = (bench.path("verify.py"), bench.path("keys.json"));
    let shares: Vec<_> = (0..PROCESSES)
        .map(|share| bench.path(&format!("share-{share}.jsonl")))
        .collect();
    let audited = bench.audit()?.seconds;
    let built = bench.ledger()?;
    let audit = audited / built.size as f64;

    let mut keys = KeyTable::default();
    let mut entries = Vec::new();
    for entry in Snapshot::open(&built.directory)?
        .entries(EntryIndex::new(0))
        .take(records)
    {
        let (_, entry) = entry?;
        keys.learn(&entry)?;
        entries.push(entry);
    }
    let named: BTreeMap<_, _> = keys
        .iter()
        .map(|(id, key)| (id.to_string(), key.to_string().replace("ed25519:", "")))
        .collect();
    fs::write(&keys_file, serde_json::to_string(&named)?)?;
    fs::write(&script, SCRIPT)?;
    for (path, share) in shares
        .iter()
        .zip(entries.chunks(entries.len().div_ceil(PROCESSES)))
    {
        fs::write(path, [share.join(&b'\n'), vec![b'\n']].concat())?;
    }
    let start = |path: &PathBuf| -> Result<Child, Failure> {
        Ok(Command::new(&python)
            .arg(&script)
            .arg(&keys_file)
            .arg(path)
            .stdout(Stdio::piped())
            .spawn()?)
    };
    let children = shares.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let mut slowest = 0.0_f64;
    for child in children {
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err("securesystemslib refused an envelope of the ledger".into());
        }
        slowest = slowest.max(String::from_utf8(output.stdout)?.trim().parse()?);
    }
    Ok(vec![BenchRow::faster(
        NAME,
        Figure::new(audit, FigureUnit::SecondsPerEntry),
        "securesystemslib, two processes",
        Figure::new(slowest / entries.len() as f64, FigureUnit::SecondsPerEntry),
        Goal::None,
    )])
}

/// A Python that has the library: the interop suite's, or one made here; or why there is none.
fn python() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let has = |python: &Path| {
        Command::new(python)
            .args(["-c", "import securesystemslib.dsse, cryptography"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let own = target.join("bench-venv");
    for venv in [target.join("interop-venv"), own.clone()] {
        let python = venv.join("bin/python");
        if has(&python) {
            return Ok(python);
        }
    }
    let pin = PINS
        .lines()
        .find(|line| line.starts_with("securesystemslib"))
        .and_then(|line| line.split_whitespace().next())
        .ok_or("tests/interop/requirements.txt does not pin it")?;
    let run = |command: &mut Command, what: &str| match command.stdout(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{what}: {}", said.lines().last().unwrap_or_default()))
        }
        Err(error) => Err(format!("{what}: {error}")),
    };
    run(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&own),
        "no virtual environment can be made with python3",
    )?;
    let python = own.join("bin/python");
    run(
        Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            pin,
        ]),
        "it cannot be installed with pip",
    )?;
    if has(&python) {
        Ok(python)
    } else {
        Err("it is installed, but cannot be imported".to_owned())
    }
}
