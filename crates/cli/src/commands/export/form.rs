//! `prova export --as`: entries and pedigrees in other people's formats.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use prova_core::{hash::Digest, key::SecretKey, position::EntryIndex, statement::Keyring as _};
use prova_formats::pedigree::{Stage, cyclonedx, spdx};
use prova_query::{ChosenEntries, Reading, pedigree};
use serde::Serialize;

use super::ExportArgs;
use crate::{
    args::Format,
    error::CommandError,
    output, signing,
    ui::{Show, Status, Ui},
};

/// Which format, and what only these formats need.
#[derive(Args, Clone, Debug)]
pub(crate) struct FormArgs {
    /// The format.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub(super) form: Option<ExportForm>,
    /// When in its life a unit is described in a bill of materials.
    #[arg(long, value_enum, value_name = "STAGE", default_value_t = StageArg::AsInstalled, requires = "form")]
    stage: StageArg,
    /// The log's private key, which signs receipts.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportForm {
    /// Sigstore bundles, version 0.3, in JSON Lines: one for each signer of each entry.
    Sigstore,
    /// COSE receipts (RFC 9942), one after the other (RFC 8742).
    Cose,
    /// An in-toto bundle: the envelopes, one a line.
    Intoto,
    /// A bill of materials in CycloneDX 1.7 JSON.
    Cyclonedx,
    /// A bill of materials in SPDX 2.3 JSON.
    Spdx,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StageArg {
    /// As each unit was when it first left its maker.
    AsBuilt,
    /// As the ledger knows it now.
    AsInstalled,
}

/// What was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportOutput {
    form: ExportForm,
    /// Entries, or the one component, that went out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entries: Vec<EntryIndex>,
    bytes: usize,
    sha256: Digest,
}

impl Show for ExportOutput {
    fn show(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what other people's tools read.
pub(super) fn write(args: &ExportArgs, form: ExportForm, ui: &mut Ui) -> Result<Status, CommandError> {
    if args.what.is_empty() {
        let error = CommandError::caller("--as takes components or indices of entries");
        return Err(error.hint("only a bundle, without --as, has a wider scope"));
    }
    let reading = args.ledger.reading(ui)?;
    let (bytes, entries) = if let ExportForm::Cyclonedx | ExportForm::Spdx = form {
        let stage = match args.form.stage {
            StageArg::AsBuilt => Stage::AsBuilt,
            StageArg::AsInstalled => Stage::AsInstalled,
        };
        let pedigree = pedigree(&reading, &args.what, stage, args.at)?;
        let write = match form {
            ExportForm::Spdx => spdx::write,
            _ => cyclonedx::write,
        };
        (write(&pedigree, env!("CARGO_PKG_VERSION")), Vec::new())
    } else {
        let entries = ChosenEntries::read(&reading, &args.what)?;
        let bytes = match form {
            ExportForm::Cose => entries.receipts(&log_key(args, &reading, ui)?)?,
            ExportForm::Sigstore => entries.sigstore()?,
            _ => entries.in_toto()?,
        };
        (bytes, entries.indices().collect())
    };
    output::write(&args.output, &bytes)?;
    if args.output != Path::new("-") && ui.format() == Format::Json {
        ui.result(&ExportOutput {
            form,
            entries,
            bytes: bytes.len(),
            sha256: Digest::of(&bytes),
        })?;
    }
    Ok(Status::Holds)
}

/// The key that the ledger signs its checkpoints with.
fn log_key(args: &ExportArgs, reading: &Reading, ui: &Ui) -> Result<SecretKey, CommandError> {
    let path = args.form.log_key.as_ref().ok_or_else(|| {
        CommandError::caller("no log key was given, and the ledger signs its receipts with it")
            .hint("give it with --log-key FILE or in the variable PROVA_LOG_KEY; a `.tlog-proof` of `prova prove` needs no key")
    })?;
    let key = signing::read_key(path, &args.passphrase.log_source(), ui)?;
    let (got, want) = (key.public(), reading.registry().log_key());
    if got != *want {
        return Err(CommandError::caller(format!(
            "{} is {got}, want {want}, the key of this ledger's checkpoints",
            path.display()
        )));
    }
    Ok(key)
}
