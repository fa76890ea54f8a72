//! `prova demo`: a ledger from an empty directory to a verified network.
//!
//! The story is a script of `prova` commands, each run as its own process, just as somebody would type it. The organisations are invented,
//! the keys are the published test keys, the clock is the story's own: the result is the same on every machine.

mod scenery;
mod stage;
mod story;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::text::escape;
use serde::Serialize;

use self::{stage::DemoStage, story::StoryLine};
use crate::{
    args::Format,
    error::{Blame, CommandError},
    output,
    ui::{Show, Status, Ui},
};

/// The faults of the story, in the order of entries: `verify` must find exactly these.
const FAULTS: [&str; 4] = ["custody-gap", "unreleased-firmware", "clone", "distrusted-key"];

/// Let invented organisations sign the life of network components, with four faults in it, and verify all of it.
///
/// Reads nothing. Writes a new directory with a test ledger, the keys, documents and bills of materials of the story, and the story itself as
/// a shell script.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 the verification found what is wrong in the story and nothing else, 2 the directory is not empty, 3 anything else.

Example:
  prova demo demo-ledger")]
pub(crate) struct Demo {
    /// The new directory [default: a new one among the system's temporary files].
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// A chapter of the story begins.
#[derive(Serialize)]
struct Chapter<'a> {
    /// Its heading.
    chapter: &'a str,
}

impl Show for Chapter<'_> {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", self.chapter)
    }
}

/// The storyteller's word.
#[derive(Serialize)]
struct StoryRemark<'a> {
    /// What the storyteller says.
    remark: &'a str,
}

impl Show for StoryRemark<'_> {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "  {}", self.remark)
    }
}

/// What `verify` printed.
#[derive(Serialize)]
#[serde(transparent)]
struct Output(String);

impl Show for Output {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.lines().try_for_each(|line| {
            if line.is_empty() {
                writeln!(out)
            } else {
                writeln!(out, "  {line}")
            }
        })
    }
}

/// What the demonstration came to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finished {
    /// Where the ledger, the keys and the story are now.
    directory: PathBuf,
    /// The program that ran.
    program: PathBuf,
    /// The codes of the findings, in the order of entries.
    findings: Vec<String>,
}

impl Show for Finished {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let directory = escape(&self.directory.display().to_string());
        writeln!(
            out,
            "\nThese are the four faults of the story, and nothing else was found.\n"
        )?;
        writeln!(out, "Everything lies in {directory}")?;
        for (path, what) in [
            (
                "ledger/",
                "the ledger: tile/ and checkpoint are the truth, store/ is for looking up",
            ),
            ("keys/", "the published test keys that signed"),
            ("trust/", "that you believe this ledger, as `init` keeps it"),
            (
                "boms/ documents/ events/ units/ images/",
                "what the statements were made from",
            ),
            ("story.sh", "every command of the story, to be read or run again"),
        ] {
            writeln!(out, "  {path:<42}{what}")?;
        }
        writeln!(out, "\nTry next")?;
        let program = escape(&self.program.display().to_string());
        writeln!(
            out,
            "  cd {directory} && export PROVA_LEDGER=ledger PROVA_TRUST=trust && alias prova={program}"
        )?;
        for (command, what) in [
            (
                "prova show unit:dns:nordlys.example/AAU-3900/SN0001",
                "the life of an antenna unit",
            ),
            (
                "prova trace unit:dns:nordlys.example/AAU-3900/SN0001",
                "what it is made of, what it runs, where it is",
            ),
            (
                "prova verify unit:dns:nordlys.example/AAU-3900/SN0003",
                "six questions about one unit",
            ),
            (
                "prova trust policy -o trust.policy",
                "what others trust this ledger by",
            ),
            (
                "prova prove 20 -o 20.tlog-proof --entry-out 20.json",
                "a proof that entry 20 is in the ledger …",
            ),
            (
                "prova verify 20.tlog-proof --trust trust.policy --entry 20.json",
                "… checked without the ledger",
            ),
        ] {
            writeln!(out, "  {command:<66}# {what}")?;
        }
        Ok(())
    }
}

/// Runs `prova demo`.
pub(crate) fn run(demo: Demo, ui: &mut Ui) -> Result<Status, CommandError> {
    let directory = scenery::directory(demo.directory)?;
    scenery::build(&directory)?;
    let mut stage = DemoStage::new(&directory)?;
    for line in story::lines() {
        match line {
            StoryLine::Chapter(chapter) => ui.item(&Chapter { chapter })?,
            StoryLine::Remark(remark) => ui.item(&StoryRemark { remark })?,
            StoryLine::Name(name) => stage.name_last(name),
            StoryLine::Command(command) => {
                let act = stage.play(command)?;
                ui.item(&act)?;
            }
        }
    }
    output::write(&directory.join("story.sh"), stage.script().as_bytes())?;
    ui.item(&Chapter {
        chapter: "The regulator verifies every chain",
    })?;
    if ui.format() == Format::Text {
        ui.item(&Output(format!("$ prova verify\n{}", stage.verify_text()?)))?;
    }
    let findings = stage.findings()?;
    if findings != FAULTS {
        let found = findings.join(", ");
        let message = format!(
            "the verification found «{}», want «{}»",
            escape(&found),
            FAULTS.join(", ")
        );
        return Err(CommandError::new(Blame::Program, message));
    }
    let program = stage.program().to_owned();
    ui.item(&Finished {
        directory,
        program,
        findings,
    })?;
    Ok(Status::Holds)
}
