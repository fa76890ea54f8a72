//! `prova log`: the entries, one line each.

use std::io::{self, Write};

use clap::Args;
use prova_core::{
    country::Country,
    hash::LeafHash,
    id::{component::SubjectId, organisation::OrgId},
    index::term::Term,
    lifecycle::Finding,
    position::EntryIndex,
    statement::event::role::Role,
    time::Timestamp,
    view::{component_state::Party, timeline::Row},
};
use serde::Serialize;

use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    plain::plain,
    reading::Reading,
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
pub(crate) struct Log {
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
#[serde(rename_all = "camelCase")]
struct Line {
    /// Where it stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// When it happened, as the signer claims.
    time: Timestamp,
    /// The event's or registry action's name, `charter` or `seal`.
    event: &'static str,
    /// Who speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Party>,
    /// In which role.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// Who else signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    countersigned: Vec<Party>,
    /// What it is about.
    subjects: Vec<SubjectId>,
    /// What it says, after the speaker's name.
    sentence: String,
    /// Where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// In which country.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Country>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    /// Digits of the ledger's largest index.
    #[serde(skip)]
    width: usize,
}

impl Show for Line {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let by = self.by.as_ref().map_or("", Party::shown);
        let mut columns = vec![
            format!("{:>width$}", self.index.get(), width = self.width),
            self.time.to_string(),
            format!("{:<12}", self.event),
            format!("{:<18}", plain(by)),
        ];
        let is_ledger = |id: &SubjectId| matches!(id, SubjectId::Ledger(_) | SubjectId::Index(_));
        if self.subjects.iter().any(is_ledger) {
            columns.push(plain(&self.sentence));
        } else if let Some((first, others)) = self.subjects.split_first() {
            columns.push(match others.len() {
                0 => first.to_string(),
                more => format!("{first} and {more} more"),
            });
        }
        let mut codes: Vec<_> = self.findings.iter().map(|finding| finding.code.name()).collect();
        codes.dedup();
        if !codes.is_empty() {
            columns.push(format!("! {}", codes.join(", ")));
        }
        writeln!(out, "{}", columns.join("  "))
    }
}

/// Runs `prova log`.
pub(crate) fn run(args: &Log, ui: &mut Ui) -> Result<Status, CommandError> {
    let reading = Reading::open(&args.ledger, ui)?;
    let from = EntryIndex::new(args.from);
    let limit = args.limit.unwrap_or(usize::MAX);
    let last = reading.snapshot.size().last().unwrap_or(from);
    let width = last.to_string().len();
    let mut show = |index: EntryIndex, bytes: &[u8]| {
        let entry = reading.history.verify(index, bytes)?;
        let findings = reading.findings(index, &entry)?;
        let subjects = entry.statement().subjects.iter();
        let row = Row::new(index, &entry, None, &reading.history);
        ui.item(&Line {
            index,
            leaf: row.leaf,
            time: row.time,
            event: row.event,
            by: row.by,
            role: row.role,
            countersigned: row.countersigned,
            subjects: subjects.map(|subject| subject.id.clone()).collect(),
            sentence: row.sentence,
            place: row.place,
            country: row.country,
            findings,
            width,
        })
    };
    match &args.about {
        Some(term) => {
            let wanted = reading.posting(term)?.into_iter().filter(|index| *index >= from);
            for index in wanted.take(limit) {
                show(index, &reading.snapshot.entry(index)?)?;
            }
        }
        None => {
            for entry in reading.snapshot.entries(from).take(limit) {
                let (index, bytes) = entry?;
                show(index, &bytes)?;
            }
        }
    }
    Ok(Status::Holds)
}
