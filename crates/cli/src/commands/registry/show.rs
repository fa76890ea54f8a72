//! `prova registry show`: participants, keys, standing, root.

use std::io::{self, Write};

use clap::Args;
use prova_core::{
    country::Country,
    id::{OrgId, Origin},
    key::{KeyId, PublicKey},
    position::EntryIndex,
    registry::Registry,
    statement::{Keyring, charter::Purpose, event::role::Role},
    text::escape,
};
use serde::Serialize;

use crate::{
    error::CommandError,
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

/// What `registry show` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegistryShown {
    /// The ledger's name.
    origin: Origin,
    /// `production` or `test`.
    purpose: Purpose,
    /// The key that signs checkpoints.
    log_key: PublicKey,
    /// Entries in the ledger.
    size: u64,
    /// Who governs the ledger.
    root: RootShown,
    /// Enrolled organisations, in the order of their ids.
    participants: Vec<ParticipantShown>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RootShown {
    /// Organisations that must agree.
    threshold: u32,
    /// Root keys with the organisation of each.
    keys: Vec<RootKeyShown>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RootKeyShown {
    organisation: OrgId,
    key_id: KeyId,
    key: PublicKey,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantShown {
    organisation: OrgId,
    name: String,
    jurisdiction: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<OrgId>,
    roles: Vec<Role>,
    /// The entry that enrolled it.
    enrolled: EntryIndex,
    /// The entry that suspended it, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<EntryIndex>,
    /// Its keys, those that speak no more included.
    keys: Vec<KeyShown>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyShown {
    key_id: KeyId,
    key: PublicKey,
    /// The entry that enrolled it.
    enrolled: EntryIndex,
    /// The entry from which on it speaks no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EntryIndex>,
    /// Why it was revoked; absent: it was not, or was laid down.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The first of its entries that is distrusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    distrust_from: Option<EntryIndex>,
    /// From where on its organisation asks that it be distrusted, which the root alone decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    distrust_claimed: Option<EntryIndex>,
}

impl Show for RegistryShown {
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
            participant.show(out)?;
        }
        Ok(())
    }
}

impl ParticipantShown {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let roles: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
        writeln!(
            out,
            "\n{}  {} ({})\n  {}, since entry {}",
            self.organisation,
            escape(&self.name),
            self.jurisdiction,
            roles.join(", "),
            self.enrolled
        )?;
        if let Some(parent) = &self.parent {
            writeln!(out, "  controlled by {parent}")?;
        }
        if let Some(entry) = self.suspended {
            writeln!(out, "  SUSPENDED since entry {entry}")?;
        }
        for key in &self.keys {
            write!(out, "  key {} since entry {}", key.key_id, key.enrolled)?;
            match (key.ended, &key.reason) {
                (Some(entry), Some(reason)) => write!(out, ", REVOKED at entry {entry}: {}", escape(reason))?,
                (Some(entry), None) => write!(out, ", laid down at entry {entry}")?,
                (None, _) => {}
            }
            if let Some(from) = key.distrust_from {
                write!(out, "; distrusted from entry {from} on")?;
            } else if let Some(from) = key.distrust_claimed {
                write!(out, "; its owner asks that it be distrusted from entry {from} on")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// Runs `prova registry show`.
pub(super) fn run(args: &RegistryShowArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let (snapshot, state) = args.ledger.read(ui)?;
    let registry = state.registry();
    if let Some(absent) = args
        .organisations
        .iter()
        .find(|organisation| !registry.participants().contains_key(*organisation))
    {
        return Err(CommandError::caller(format!("{absent} is not enrolled"))
            .hint("`prova registry show` without arguments lists all participants"));
    }
    let root = registry.root();
    ui.result(&RegistryShown {
        origin: registry.origin().clone(),
        purpose: registry.purpose(),
        log_key: *registry.log_key(),
        size: snapshot.size().get(),
        root: RootShown {
            threshold: root.threshold,
            keys: root
                .keys
                .iter()
                .map(|key| RootKeyShown {
                    organisation: key.organisation.clone(),
                    key_id: key.key.key_id(),
                    key: key.key,
                })
                .collect(),
        },
        participants: participants(registry, &args.organisations),
    })?;
    Ok(Status::Holds)
}

fn participants(registry: &Registry, wanted: &[OrgId]) -> Vec<ParticipantShown> {
    let participants = registry.participants().iter();
    participants
        .filter(|(organisation, _)| wanted.is_empty() || wanted.contains(organisation))
        .map(|(organisation, participant)| {
            let mut keys: Vec<_> = registry
                .keys()
                .iter()
                .filter(|(_, record)| record.organisation == *organisation)
                .map(|(id, record)| KeyShown {
                    key_id: *id,
                    key: record.key,
                    enrolled: record.enrolled,
                    ended: record.ended,
                    reason: record.reason.clone(),
                    distrust_from: record.distrust.as_ref().map(|distrust| distrust.from),
                    distrust_claimed: record.distrust_claimed,
                })
                .collect();
            keys.sort_by_key(|key| (key.enrolled, key.key_id));
            ParticipantShown {
                organisation: organisation.clone(),
                name: participant.name.clone(),
                jurisdiction: participant.jurisdiction,
                parent: participant.parent.clone(),
                roles: participant.roles.iter().copied().collect(),
                enrolled: participant.enrolled,
                suspended: participant.suspended,
                keys,
            }
        })
        .collect()
}
