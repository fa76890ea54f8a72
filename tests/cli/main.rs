//! The real `prova` command: stdout, stderr and exit code, compared whole.
//!
//! Hermetic: an empty environment, a clock that stands still, a temporary directory, published test keys.

#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test ends where something is wrong"
)]
#![allow(
    clippy::needless_raw_string_hashes,
    clippy::too_many_lines,
    reason = "the tool writes the snapshots"
)]

mod append;
mod attest;
mod backup;
mod demo;
mod evidence;
mod examples;
mod export;
mod export_as;
mod fsck;
mod init;
mod inspect;
mod key;
mod log;
mod manual;
mod prove;
mod registry;
mod scene;
mod seal;
mod show;
mod strangers;
mod trace;
mod trust;
mod verify;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use prova_core::hash::Digest;
use snapbox::cmd::{Command, OutputAssert};

/// A directory in which commands run, with the published test keys in `keys/`.
struct Sandbox(tempfile::TempDir);

impl Sandbox {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys");
        std::fs::create_dir(directory.path().join("keys")).unwrap();
        for entry in keys.read_dir().unwrap() {
            let entry = entry.unwrap();
            let copy = directory.path().join("keys").join(entry.file_name());
            std::fs::copy(entry.path(), &copy).unwrap();
            set_mode(&copy, 0o600);
        }
        Self(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// The names of the files in the directory, the keys aside.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .0
            .path()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "keys" && name != "trust")
            .collect();
        names.sort();
        names
    }

    /// A command line, split at spaces.
    fn command(&self, line: &str) -> Command {
        let whole = snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .normalize_paths(false);
        Command::new(env!("CARGO_BIN_EXE_prova"))
            .with_assert(whole)
            .env_clear()
            .env("PROVA_TIME", "2026-03-01T08:00:00Z")
            .env("PROVA_LEDGER", "ledger")
            .env("PROVA_LOG_KEY", "keys/log.pem")
            .env("PROVA_TRUST", "trust")
            .current_dir(self.0.path())
            .args(line.split_whitespace())
    }

    fn run(&self, line: &str) -> OutputAssert {
        self.command(line).assert()
    }

    /// Runs commands and gives back what they print, each with its exit code: for tables of mistakes.
    fn transcript(&self, lines: &[&str]) -> String {
        let mut transcript = String::new();
        for line in lines {
            let output = self.command(line).output().unwrap();
            writeln!(transcript, "$ prova {line}").unwrap();
            transcript.push_str(&String::from_utf8_lossy(&output.stdout));
            transcript.push_str(&String::from_utf8_lossy(&output.stderr));
            writeln!(transcript, "[{}]", output.status.code().unwrap()).unwrap();
        }
        transcript
    }

    /// What the ledger answers for, its checkpoint and its documents: what a refused command must not change.
    fn acknowledged(&self) -> (String, Vec<PathBuf>) {
        let checkpoint = std::fs::read_to_string(self.path("ledger/checkpoint")).unwrap();
        let mut documents = Vec::new();
        let mut directories = vec![self.path("ledger/attachments")];
        while let Some(directory) = directories.pop() {
            for entry in directory.read_dir().into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    documents.push(path);
                }
            }
        }
        documents.sort();
        (checkpoint, documents)
    }

    /// Every file of the ledger but the store's and the lock, with its digest: what must not change.
    fn ledger_files(&self) -> Vec<(PathBuf, Digest)> {
        let mut files = Vec::new();
        let mut directories = vec![self.path("ledger")];
        while let Some(directory) = directories.pop() {
            for entry in directory.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with("ledger/lock") {
                    continue;
                }
                if path.is_file() {
                    let digest = Digest::of(&std::fs::read(&path).unwrap());
                    files.push((path, digest));
                } else if !path.ends_with("ledger/store") {
                    directories.push(path);
                }
            }
        }
        files.sort();
        files
    }

    /// A test ledger in `ledger/` with six participants, whose commands find it without options.
    fn with_ledger() -> Self {
        let sandbox = Self::new();
        sandbox.ok(
            "init ledger --origin ledger.example/2026 --test --log-key keys/log.pem --threshold 2 \
             --root-key dns:ministry.example=keys/root-a.pem --root-key dns:union.example=keys/root-b.pem",
        );
        for (organisation, name, key, roles) in [
            (
                "dns:nordlys.example",
                "Nordlys",
                "nordlys",
                "--role manufacturer --role designer",
            ),
            ("dns:fjordos.example", "Fjordos", "producer", "--role producer"),
            (
                "dns:lab.example",
                "Lab",
                "lab",
                "--role laboratory --role certifier",
            ),
            ("dns:carrier.example", "Carrier", "carrier", "--role carrier"),
            ("dns:north.example", "North", "operator-north", "--role operator"),
            (
                "dns:regulator.example",
                "Regulator",
                "regulator",
                "--role regulator",
            ),
        ] {
            sandbox.ok(&format!(
                "registry enrol {organisation} --name {name} --jurisdiction SE {roles} --key keys/{key}.pub.pem \
                 --sign keys/root-a.pem --sign keys/root-b.pem"
            ));
        }
        sandbox
    }

    /// The options that agree to sign each envelope of a file.
    fn digests(&self, file: &str) -> String {
        let shown = self.ok(&format!("inspect {file} --format json"));
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let envelopes = shown.get("envelopes").unwrap().as_array().unwrap().iter();
        let digests = envelopes
            .map(|envelope| format!("--digest {}", envelope.get("payload").unwrap().as_str().unwrap()));
        digests.collect::<Vec<_>>().join(" ")
    }

    /// The option that agrees to a file.
    fn digest_of(&self, file: &str) -> String {
        let content = std::fs::read(self.path(file)).unwrap();
        format!("--digest {}", Digest::of(&content))
    }

    /// Runs a command that must succeed; its stdout.
    fn ok(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{stderr}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Compares a transcript with a snapshot, byte for byte.
macro_rules! assert_transcript {
    ($got:expr, $want:expr) => {
        snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .normalize_paths(false)
            .eq($got, $want)
    };
}
use assert_transcript;

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
