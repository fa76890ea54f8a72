//! Where the story is played: each command a process of its own, with the story's clock.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command as Process, Output, Stdio},
};

use prova_core::{
    lifecycle::Finding,
    position::EntryIndex,
    text::escape,
    time::Timestamp,
    view::message::{message, with_messages},
};
use serde::{Deserialize, Serialize};

use super::scenery;
use crate::{
    error::{Blame, CommandError},
    ui::Show,
};

/// When the story begins: 2026-02-01T08:00:00Z.
const BEGIN: i64 = 1_769_932_800;
/// From one command to the next.
const STEP_SECONDS: i64 = 6 * 3600;

/// A directory, the clock, and what names stand for.
pub(super) struct DemoStage {
    directory: PathBuf,
    program: PathBuf,
    now: i64,
    names: BTreeMap<String, String>,
    script: String,
}

/// What a command did.
#[derive(Serialize)]
pub(super) struct CommandAct {
    /// The command, with all names replaced.
    command: String,
    /// The entries that it made.
    entries: Vec<EntryJson>,
}

/// An entry that a command made: what the demonstration reads of the command's JSON.
#[derive(Deserialize, Serialize)]
struct EntryJson {
    index: EntryIndex,
    #[serde(serialize_with = "with_messages")]
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct RecordedJson {
    entries: Vec<EntryJson>,
}

#[derive(Deserialize)]
struct VerifiedJson {
    findings: Vec<FoundCode>,
}

#[derive(Deserialize)]
struct FoundCode {
    code: String,
}

impl Show for CommandAct {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let words = shlex::split(&self.command).unwrap_or_default();
        let (what, about) = summary(&words);
        match self.entries.first() {
            Some(entry) => writeln!(out, "  entry {:<3} {what:<18} {about}", entry.index)?,
            None => writeln!(out, "  {what} {about}")?,
        }
        for finding in self.entries.iter().flat_map(|entry| &entry.findings) {
            writeln!(
                out,
                "      ! {}: {}",
                finding.code(),
                escape(&message(&finding.detail))
            )?;
        }
        Ok(())
    }
}

/// What a command does, and about what: its subcommands; its first operand, the number of the others, and the name it gives.
fn summary(words: &[String]) -> (String, String) {
    let words: Vec<_> = words.iter().map(String::as_str).skip(1).collect();
    let subcommands = if words.first() == Some(&"init") { 1 } else { 2 };
    let what = words
        .iter()
        .take(subcommands)
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let option = |name| {
        words
            .iter()
            .skip_while(move |word| **word != name)
            .nth(1)
            .copied()
    };
    let operands: Vec<_> = words
        .iter()
        .skip(subcommands)
        .take_while(|word| !word.starts_with("--"))
        .copied()
        .collect();
    let mut about = escape(
        operands
            .first()
            .copied()
            .or(option("--parent"))
            .or(option("--units"))
            .unwrap_or_default(),
    );
    if let Some(others) = operands.len().checked_sub(1).filter(|others| *others > 0) {
        about = format!("{about} and {others} more");
    }
    // A digest says nothing to people.
    about = about
        .split_at_checked(28)
        .filter(|(start, _)| start.starts_with("artefact:"))
        .map_or(about.clone(), |(start, _)| format!("{start}…"));
    if let Some(name) = option("--name") {
        let version = option("--version").map_or_else(String::new, |version| format!(" {version}"));
        about = format!("{about} «{}{}»", escape(name), escape(&version));
    }
    (what, about)
}

fn failed(message: impl Into<String>) -> CommandError {
    CommandError::new(Blame::Program, message)
}

impl DemoStage {
    pub(super) fn new(directory: &Path) -> Result<Self, CommandError> {
        let program = std::env::current_exe().map_err(|error| CommandError::of(Blame::Program, &error))?;
        let names = scenery::names();
        let script = "#!/bin/sh\n# The story of `prova demo`, command by command. Run it where keys/ and the other folders are, with no ledger/ there.\n\
                      set -eu\nexport PROVA_LEDGER=ledger PROVA_LOG_KEY=keys/log.pem PROVA_TRUST=trust\n"
            .to_owned();
        Ok(Self {
            directory: directory.to_owned(),
            program,
            now: BEGIN,
            names,
            script,
        })
    }

    /// Runs a command of the story and reads what it recorded.
    pub(super) fn play(&mut self, command: &str) -> Result<CommandAct, CommandError> {
        let command = self.resolve(command);
        let words =
            shlex::split(&command).ok_or_else(|| failed(format!("quotes do not match in: {command}")))?;
        let _ = writeln!(self.script, "PROVA_TIME={} {command}", self.time()?);
        let mut arguments: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
        arguments.extend(["--format", "json"]);
        let output = self.run(&arguments)?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            return Err(failed(format!(
                "this command of the story failed: {command}\n{}",
                told.trim()
            )));
        }
        self.now = self.now.saturating_add(STEP_SECONDS);
        let entries = match words.get(1).map(String::as_str) {
            Some("init") => vec![EntryJson {
                index: EntryIndex::new(0),
                findings: Vec::new(),
            }],
            _ => Self::read::<RecordedJson>(&output)?.entries,
        };
        if let Some(entry) = entries.last() {
            self.names.insert("last".to_owned(), entry.index.to_string());
        }
        Ok(CommandAct { command, entries })
    }

    /// Gives the last entry a name.
    pub(super) fn name_last(&mut self, name: &str) {
        if let Some(last) = self.names.get("last").cloned() {
            self.names.insert(name.to_owned(), last);
        }
    }

    /// The program that runs the commands: this one.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// The commands so far, as a shell script.
    pub(super) fn script(&self) -> &str {
        &self.script
    }

    /// What `verify` prints for people. Its exit code says that there are findings.
    pub(super) fn verify_text(&self) -> Result<String, CommandError> {
        let output = self.verify(&["verify"])?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The codes of what `verify` finds, in the order of entries.
    pub(super) fn findings(&self) -> Result<Vec<String>, CommandError> {
        let output = self.verify(&["verify", "--format", "json"])?;
        Ok(Self::read::<VerifiedJson>(&output)?
            .findings
            .into_iter()
            .map(|finding| finding.code)
            .collect())
    }

    fn verify(&self, arguments: &[&str]) -> Result<Output, CommandError> {
        let output = self.run(arguments)?;
        if output.status.code() == Some(4) {
            return Ok(output);
        }
        let told = String::from_utf8_lossy(&output.stderr);
        Err(failed(format!(
            "`prova verify` ended with {}, want exit code 4\n{}",
            output.status,
            told.trim()
        )))
    }

    /// Names with an @ before them become what they stand for; longer names first, since one may begin like another.
    fn resolve(&self, command: &str) -> String {
        let mut resolved = command.to_owned();
        for (name, meaning) in self.names.iter().rev() {
            resolved = resolved.replace(&format!("@{name}"), meaning);
        }
        resolved
    }

    fn time(&self) -> Result<Timestamp, CommandError> {
        Timestamp::from_unix(self.now).ok_or_else(|| failed("the story's clock has run out"))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, CommandError> {
        Process::new(&self.program)
            .args(arguments)
            .current_dir(&self.directory)
            .env("PROVA_LEDGER", "ledger")
            .env("PROVA_LOG_KEY", "keys/log.pem")
            .env("PROVA_TRUST", "trust")
            .env("PROVA_TIME", self.time()?.to_string())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| CommandError::of(Blame::Program, &error))
    }

    fn read<'a, T: Deserialize<'a>>(output: &'a Output) -> Result<T, CommandError> {
        serde_json::from_slice(&output.stdout).map_err(|error| {
            CommandError::of(Blame::Program, &error)
                .context("the output of a command of the story cannot be read")
        })
    }
}
