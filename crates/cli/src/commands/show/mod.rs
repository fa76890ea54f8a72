//! `prova show`: a component's life, one entry, or the heads of all chains.

mod entry;
mod heads;
mod life;

use clap::Args;
use prova_core::{id::SubjectId, position::EntryIndex};
use prova_query::EntryDetail;

use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    ui::{Status, Ui},
};

/// Show the life of a component, one entry whole, or the heads of all chains.
///
/// Reads the ledger, also beside a running writer. Of a component it shows where it stands, who holds it, and each entry about it with what
/// is wrong with it; of an entry the statement as signed, and its signatures.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no such component or entry.

Example:
  prova show unit:dns:nordlys.example/AAU-3900/SN0001")]
pub(crate) struct ShowArgs {
    /// A component, an act, the ledger itself (`ledger:…`), or the index of an entry; with --heads, how the components wanted begin.
    #[arg(value_name = "COMPONENT|INDEX", required_unless_present = "heads")]
    what: Option<String>,
    /// List every component with the last entry of its chain.
    #[arg(long)]
    heads: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
}

enum ShownSubject {
    Entry(EntryIndex),
    Subject(SubjectId),
}

/// Runs `prova show`.
pub(crate) fn run(args: &ShowArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let text = args.what.as_deref().unwrap_or_default();
    if args.heads {
        let reading = args.ledger.reading(ui)?;
        heads::show(&reading, text, ui)?;
        return Ok(Status::Holds);
    }
    let what = what(text)?;
    let reading = args.ledger.reading(ui)?;
    match what {
        ShownSubject::Entry(index) => ui.result(&EntryDetail::read(&reading, index)?)?,
        ShownSubject::Subject(subject) => ui.result(&life::read(&reading, &subject)?)?,
    }
    Ok(Status::Holds)
}

fn what(text: &str) -> Result<ShownSubject, CommandError> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let index = text
            .parse()
            .map_err(|_| CommandError::caller(format!("no entry has the index {text}")))?;
        return Ok(ShownSubject::Entry(EntryIndex::new(index)));
    }
    text.parse().map(ShownSubject::Subject).map_err(|error| {
        let error = CommandError::of(crate::error::Blame::Caller, &error);
        error.context(format!(
            "«{text}» is neither a component nor the index of an entry"
        ))
    })
}
