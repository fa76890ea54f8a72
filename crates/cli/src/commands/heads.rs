//! `prova heads`: what a machine without the ledger must know to sign.

use std::io::{self, Write};

use clap::Args;
use prova_core::id::{OrgId, SubjectId};
use prova_query::Heads;

use crate::{
    error::{Blaming as _, CommandError},
    ledger::LedgerArgs,
    ui::{Show, Status, Ui},
};

/// Print the last entry of each component's chain, for signing on a machine without the ledger.
///
/// Reads the ledger, also beside a running writer. Writes a JSON object, whatever the format: each component with the leaf hash of its
/// last entry, or null where it has none; the ledger, and each organisation asked for, with the number of the root's next statement about it; the
/// organisation's own last one, and its keys.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger or no component.

Example:
  prova heads unit:dns:nordlys.example/AAU-3900/SN0001 > heads.json
  prova attest ship unit:dns:nordlys.example/AAU-3900/SN0001 --to dns:north.example --by dns:nordlys.example \\
    --role manufacturer --key keys/nordlys.pem --sign-only --heads heads.json -o ship.jsonl")]
pub(crate) struct HeadsArgs {
    /// Components whose chains somebody wants to go on with, and organisations whose keys are to change.
    #[arg(value_name = "COMPONENT|ORG")]
    names: Vec<String>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

impl Show for Heads {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", serde_json::to_string_pretty(self)?)
    }
}

/// Runs `prova heads`.
pub(crate) fn run(args: &HeadsArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let (mut components, mut organisations) = (Vec::new(), Vec::new());
    for name in &args.names {
        match name.parse::<OrgId>() {
            Ok(organisation) => organisations.push(organisation),
            Err(_) => components.push(name.parse::<SubjectId>().or_caller()?),
        }
    }
    let (_, state) = args.ledger.read(ui)?;
    ui.result(&Heads::of(&state, &components, &organisations)?)?;
    Ok(Status::Holds)
}
