//! `prova registry show`: participants, keys, standing, root.

use std::io::{self, Write};

use clap::Args;
use prova_core::{id::OrgId, statement::charter::Purpose, text::escape};
use prova_query::{NotEnrolledError, ParticipantDetail, RegistryDetail};

use crate::{
    error::{Blame, Blamed, CommandError},
    ledger::LedgerArgs,
    ui::{Show, Status, Ui},
};

/// Show who may say what: participants, roles, keys, standing, root.
///
/// Reads the ledger, also beside a running writer.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 shown, 1 the ledger is damaged, 2 no ledger.

Example:
  prova registry show --ledger ledger")]
pub(crate) struct RegistryShowArgs {
    /// Show these organisations only.
    #[arg(value_name = "ORG")]
    organisations: Vec<OrgId>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

impl Show for RegistryDetail {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let purpose = match self.purpose {
            Purpose::Production => "",
            Purpose::Test => ", a test",
        };
        writeln!(out, "{}{purpose}, {} entries", self.origin, self.size)?;
        writeln!(out, "log key  {}", self.log_key)?;
        writeln!(
            out,
            "root     {} of these organisations must agree",
            self.root.threshold
        )?;
        for key in &self.root.keys {
            writeln!(out, "  {}  key {}", key.organisation, key.key_id)?;
        }
        for participant in &self.participants {
            show_participant(participant, out)?;
        }
        Ok(())
    }
}

fn show_participant(participant: &ParticipantDetail, out: &mut dyn Write) -> io::Result<()> {
    let roles: Vec<_> = participant.roles.iter().map(|role| role.name()).collect();
    writeln!(
        out,
        "\n{}  {} ({})\n  {}, since entry {}",
        participant.organisation,
        escape(&participant.name),
        participant.jurisdiction,
        roles.join(", "),
        participant.enrolled
    )?;
    if let Some(parent) = &participant.parent {
        writeln!(out, "  controlled by {parent}")?;
    }
    if let Some(entry) = participant.suspended {
        writeln!(out, "  SUSPENDED since entry {entry}")?;
    }
    for key in &participant.keys {
        write!(out, "  key {} since entry {}", key.key_id, key.enrolled)?;
        match (key.ended, &key.reason) {
            (Some(entry), Some(reason)) => write!(out, ", REVOKED at entry {entry}: {}", escape(reason))?,
            (Some(entry), None) => write!(out, ", laid down at entry {entry}")?,
            (None, _) => {}
        }
        if let (Some(from), Some(reason)) = (key.distrust_from, &key.distrust_reason) {
            write!(out, "; distrusted from entry {from} on: {}", escape(reason))?;
        } else if let Some(from) = key.distrust_claimed {
            write!(out, "; its owner asks that it be distrusted from entry {from} on")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

impl Blamed for NotEnrolledError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        Some("`prova registry show` without arguments lists all participants".to_owned())
    }
}

/// Runs `prova registry show`.
pub(super) fn run(args: &RegistryShowArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let (_, state) = args.ledger.read(ui)?;
    ui.result(&RegistryDetail::of(&state, &args.organisations)?)?;
    Ok(Status::Holds)
}
