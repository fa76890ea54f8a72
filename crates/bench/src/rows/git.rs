//! The peer that is at hand everywhere: one SSH-signed commit a record, and `git verify-commit`.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use prova_core::position::EntryIndex;
use prova_store::Snapshot;

use crate::{
    Failure,
    bench::Bench,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::timed,
};

const NAME: &str = "audit";

/// The audit of an entry against the verification of a commit, two commits at a time.
pub(crate) fn verify_commit(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    for tool in [["git", "--version"], ["ssh-keygen", "-?"]] {
        if let Err(error) = start(&tool) {
            return Ok(vec![BenchRow::skipped(
                "git verify-commit",
                format!("{} cannot be run: {error}", tool[0]),
            )]);
        }
    }
    let records = if bench.full { 1_000 } else { 100 };
    let repository = bench.path("git");
    let audited = bench.audit()?.seconds;
    let built = bench.ledger()?;
    let audit = audited / built.size as f64;
    let snapshot = Snapshot::open(&built.directory)?;
    let mut commits = Vec::new();
    prepare(&repository)?;
    let tree = git(&repository, &["mktree"], b"")?;
    for entry in snapshot.entries(EntryIndex::new(0)).take(records) {
        let (_, entry) = entry?;
        commits.push(git(&repository, &["commit-tree", "-S", &tree], &entry)?);
    }
    let (first, second) = commits.split_at(commits.len() / 2);
    let verify = |commits: &[String]| -> Result<(), Failure> {
        for commit in commits {
            git(&repository, &["verify-commit", commit], b"")?;
        }
        Ok(())
    };
    let (outcome, took) = timed(|| {
        thread::scope(|scope| {
            let other = scope.spawn(|| verify(second));
            verify(first)?;
            other.join().unwrap_or_else(|_| Err("a thread panicked".into()))
        })
    });
    outcome?;
    Ok(vec![BenchRow::faster(
        NAME,
        Figure::new(audit, FigureUnit::SecondsPerEntry),
        "git verify-commit, two at a time",
        Figure::new(
            took.as_secs_f64() / commits.len() as f64,
            FigureUnit::SecondsPerEntry,
        ),
        Goal::AtLeast(500.0),
    )])
}

/// Whether a tool is there at all; what it answers does not matter.
fn start([tool, argument]: &[&str; 2]) -> std::io::Result<()> {
    Command::new(tool)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map(drop)
}

/// A repository that signs with an SSH key made for it and trusts that key.
fn prepare(repository: &Path) -> Result<(), Failure> {
    fs::create_dir(repository)?;
    let key = repository.join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"])
        .arg(&key)
        .output()?;
    if !made.status.success() {
        return Err(format!("ssh-keygen: {}", String::from_utf8_lossy(&made.stderr)).into());
    }
    let public = fs::read_to_string(repository.join("key.pub"))?;
    let signers = repository.join("signers");
    fs::write(&signers, format!("bench@example namespaces=\"git\" {public}"))?;
    git(repository, &["init", "-q"], b"")?;
    for (name, value) in [
        ("gpg.format", "ssh"),
        ("user.name", "bench"),
        ("user.email", "bench@example"),
        ("user.signingKey", &key.display().to_string()),
        ("gpg.ssh.allowedSignersFile", &signers.display().to_string()),
    ] {
        git(repository, &["config", name, value], b"")?;
    }
    Ok(())
}

/// Runs git without anybody's settings; what it prints, without the line's end.
fn git(repository: &Path, arguments: &[&str], input: &[u8]) -> Result<String, Failure> {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(repository)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", repository)
        .env_remove("GIT_DIR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // A command that reads nothing may have closed its end already.
    if let Some(stdin) = &mut child.stdin
        && let Err(error) = stdin.write_all(input)
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        return Err(error.into());
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let shown = arguments.join(" ");
        return Err(format!("git {shown}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}
