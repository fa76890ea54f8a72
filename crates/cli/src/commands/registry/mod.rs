//! `prova registry`: who may say what.

mod args;
mod entry;
mod show;

use clap::Subcommand;
use prova_core::{
    id::OrgId,
    statement::action::{Action, Change, Enrol, KeptKeys, Rotate, StandingChange},
};

use self::{
    args::{
        ChangeArgs, DistrustArgs, EnrolArgs, KeysArgs, ReinstateArgs, RevokeArgs, RootArgs, RotateArgs,
        SuspendArgs,
    },
    entry::{distrust, key_id, public_keys, record, revoke, root},
};
use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// Say who may say what: enrol organisations, change keys and roles.
///
/// Each change is a signed entry. Most need as many root organisations as the charter's threshold says; an organisation rotates and
/// revokes its own keys itself.
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    Enrol(EnrolArgs),
    Change(ChangeArgs),
    Rotate(RotateArgs),
    Revoke(RevokeArgs),
    Distrust(DistrustArgs),
    Keys(KeysArgs),
    Suspend(SuspendArgs),
    Reinstate(ReinstateArgs),
    Root(RootArgs),
    Show(show::RegistryShowArgs),
}

/// Runs `prova registry`.
pub(crate) fn run(command: &RegistryCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        RegistryCommand::Enrol(args) => {
            let action = Action::Enrol(Enrol {
                organisation: args.organisation.clone(),
                name: args.name.clone(),
                jurisdiction: args.jurisdiction,
                parent: args.parent.clone(),
                roles: args.roles.clone(),
                keys: public_keys(&args.keys, &args.signing, ui)?,
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Change(args) => {
            let action = Action::Change(Change {
                organisation: args.organisation.clone(),
                name: args.name.clone(),
                jurisdiction: args.jurisdiction,
                parent: args.parent.clone(),
                roles: (!args.roles.is_empty()).then(|| args.roles.clone()),
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Rotate(args) => {
            let retire = args.retire.iter().map(|key| key_id(key, &args.signing, ui));
            let action = Action::Rotate(Rotate {
                organisation: args.organisation.clone(),
                add: public_keys(&args.add, &args.signing, ui)?,
                retire: retire.collect::<Result<_, _>>()?,
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Revoke(args) => revoke(args, ui),
        RegistryCommand::Distrust(args) => distrust(args, ui),
        RegistryCommand::Keys(args) => {
            let action = Action::Keys(KeptKeys {
                organisation: args.organisation.clone(),
                keys: public_keys(&args.keys, &args.signing, ui)?,
            });
            record(&args.signing, action, ui)
        }
        RegistryCommand::Suspend(args) => {
            let standing = standing(&args.organisation, &args.reason);
            record(&args.signing, Action::Suspend(standing), ui)
        }
        RegistryCommand::Reinstate(args) => {
            let standing = standing(&args.organisation, &args.reason);
            record(&args.signing, Action::Reinstate(standing), ui)
        }
        RegistryCommand::Root(args) => root(args, ui),
        RegistryCommand::Show(args) => show::run(args, ui),
    }
}

fn standing(organisation: &OrgId, reason: &str) -> StandingChange {
    StandingChange {
        organisation: organisation.clone(),
        reason: reason.to_owned(),
    }
}
