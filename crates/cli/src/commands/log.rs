//! `prova log`: the entries, one line each.

use std::io::{self, Write};

use clap::Args;
use prova_core::{
    id::{OrgId, SubjectId},
    index::term::Term,
    position::EntryIndex,
    view::component_state::Party,
};
use prova_query::LogEntry;
use serde::Serialize;

use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    plain::plain,
    ui::{Show, Status, Ui},
};

/// List the ledger's entries, oldest first, one line each.
///
/// Reads the ledger, also beside a running writer. Each entry is held against its leaf hash and its signatures are verified. With
/// `--format json`, each line is an object: index, leaf, time, event, by, role, countersigned, subjects, sentence, place, country,
/// findings.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger.

Example:
  prova log --about unit:dns:nordlys.example/AAU-3900/SN0001")]
pub(crate) struct LogArgs {
    /// The first entry to list.
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    from: u64,
    /// How many entries to list at most.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only entries about this: a component, an organisation, or a term such as `key:…` or `ref:…`.
    #[arg(long, value_name = "TERM", value_parser = term)]
    about: Option<Term>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// A term; a component stands for `id:`, an organisation for `by:`.
pub(super) fn term(text: &str) -> Result<Term, String> {
    let component = || text.parse::<SubjectId>().map(Term::Id).ok();
    let organisation = || text.parse::<OrgId>().map(Term::By).ok();
    text.parse()
        .or_else(|error: prova_core::index::term::ParseTermError| {
            component().or_else(organisation).ok_or(error)
        })
        .map_err(|error| error.to_string())
}

/// An entry in the list.
#[derive(Serialize)]
struct LogLine {
    #[serde(flatten)]
    entry: LogEntry,
    /// Digits of the ledger's largest index.
    #[serde(skip)]
    width: usize,
}

impl Show for LogLine {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let entry = &self.entry;
        let by = entry.by.as_ref().map_or("", Party::shown);
        let mut columns = vec![
            format!("{:>width$}", entry.index.get(), width = self.width),
            entry.time.to_string(),
            format!("{:<12}", entry.event),
            format!("{:<18}", plain(by)),
        ];
        let is_ledger = |id: &SubjectId| !matches!(id, SubjectId::Component(_) | SubjectId::Act { .. });
        if entry.subjects.iter().any(is_ledger) {
            columns.push(plain(&entry.sentence));
        } else if let Some((first, others)) = entry.subjects.split_first() {
            columns.push(match others.len() {
                0 => first.to_string(),
                more => format!("{first} and {more} more"),
            });
        }
        let mut codes: Vec<_> = entry
            .findings
            .iter()
            .map(|finding| finding.code().name())
            .collect();
        codes.dedup();
        if !codes.is_empty() {
            columns.push(format!("! {}", codes.join(", ")));
        }
        writeln!(out, "{}", columns.join("  "))
    }
}

/// Runs `prova log`.
pub(crate) fn run(args: &LogArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let reading = args.ledger.reading(ui)?;
    let from = EntryIndex::new(args.from);
    let last = reading.snapshot().size().last().unwrap_or(from);
    let width = last.to_string().len();
    let entries = reading.log(args.about.as_ref(), from)?;
    for entry in entries.take(args.limit.unwrap_or(usize::MAX)) {
        ui.item(&LogLine { entry: entry?, width })?;
    }
    Ok(Status::Holds)
}
