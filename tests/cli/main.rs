//! The real `prova` command: stdout, stderr and exit code, compared whole.
//!
//! Hermetic: an empty environment, a clock that stands still, a temporary directory, published test keys.

mod key;

use std::path::{Path, PathBuf};

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
            .filter(|name| name != "keys")
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
            .current_dir(self.0.path())
            .args(line.split_whitespace())
    }

    fn run(&self, line: &str) -> OutputAssert {
        self.command(line).assert()
    }

    /// Runs a command that must succeed; its stdout.
    fn ok(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{stderr}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
