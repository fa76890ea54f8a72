//! The subcommands, one file each.

mod append;
mod attest;
mod backup;
mod bundle;
mod completions;
mod demo;
mod equivocation;
mod export;
mod fsck;
mod heads;
mod init;
mod inspect;
mod key;
mod log;
mod man;
mod prove;
mod registry;
mod reindex;
mod restore;
mod seal;
mod show;
mod sign;
mod trace;
mod trust;
mod verify;

use clap::Subcommand;

use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Box<init::Init>),
    #[command(subcommand)]
    Key(key::KeyCommand),
    #[command(subcommand)]
    Registry(Box<registry::RegistryCommand>),
    #[command(subcommand)]
    Attest(attest::AttestCommand),
    Append(append::Append),
    Sign(sign::Sign),
    Inspect(inspect::InspectArgs),
    Heads(heads::HeadsArgs),
    Log(log::LogArgs),
    Show(show::ShowArgs),
    Trace(trace::TraceArgs),
    Verify(verify::VerifyArgs),
    Seal(seal::SealArgs),
    Prove(prove::ProveArgs),
    Export(Box<export::ExportArgs>),
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    Equivocation(equivocation::EquivocationArgs),
    #[command(subcommand)]
    Trust(trust::TrustCommand),
    Fsck(fsck::FsckArgs),
    Reindex(reindex::ReindexArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Demo(demo::Demo),
    Completions(completions::Completions),
    Man(man::ManPages),
}

/// Does it.
pub(crate) fn run(command: Command, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        Command::Init(args) => init::run(&args, ui),
        Command::Key(command) => key::run(&command, ui),
        Command::Registry(command) => registry::run(&command, ui),
        Command::Attest(command) => attest::run(command, ui),
        Command::Append(args) => append::run(&args, ui),
        Command::Sign(args) => sign::run(&args, ui),
        Command::Inspect(args) => inspect::run(&args, ui),
        Command::Heads(args) => heads::run(&args, ui),
        Command::Log(args) => log::run(&args, ui),
        Command::Show(args) => show::run(&args, ui),
        Command::Trace(args) => trace::run(&args, ui),
        Command::Verify(args) => verify::run(&args, ui),
        Command::Seal(args) => seal::run(&args, ui),
        Command::Prove(args) => prove::run(&args, ui),
        Command::Export(args) => export::run(&args, ui),
        Command::Bundle(command) => bundle::run(&command, ui),
        Command::Equivocation(args) => equivocation::run(&args, ui),
        Command::Trust(command) => trust::run(&command, ui),
        Command::Fsck(args) => fsck::run(&args, ui),
        Command::Reindex(args) => reindex::run(&args, ui),
        Command::Backup(args) => backup::run(&args, ui),
        Command::Restore(args) => restore::run(&args, ui),
        Command::Demo(args) => demo::run(args, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
    }
}
