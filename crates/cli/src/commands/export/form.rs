//! `prova export --as`: entries and pedigrees in other people's formats.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::{Args, ValueEnum};
use prova_core::{
    hash::Digest,
    id::{Kind, ParseComponentError, SubjectId},
    key::SecretKey,
    position::EntryIndex,
    statement::{Envelope, Keyring, Verified},
    time::Timestamp,
};
use prova_formats::{
    cose, intoto,
    pedigree::{self, Pedigree, Stage},
    sigstore,
};
use prova_query::{Reading, SubjectError};
use serde::Serialize;

use crate::{
    args::Format,
    error::{Blame, Blaming as _, CommandError},
    ledger::LedgerArgs,
    output,
    passphrase::PassphraseArgs,
    signing,
    ui::{Show, Status, Ui},
};

/// Which format, and what only these formats need.
#[derive(Args, Clone, Debug)]
pub(crate) struct FormArgs {
    /// The format.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    form: Option<ExportForm>,
    /// When in its life a unit is described in a bill of materials.
    #[arg(long, value_enum, value_name = "STAGE", default_value_t = StageArg::AsInstalled, requires = "form")]
    stage: StageArg,
    /// The log's private key, which signs receipts.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
}

impl FormArgs {
    /// The format that was asked for, if any.
    pub(crate) fn form(&self) -> Option<ExportForm> {
        self.form
    }
}

/// What is to be written where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    /// What goes out.
    pub(crate) what: &'a [ExportSubject],
    /// The form that was asked for.
    pub(crate) form: ExportForm,
    /// What only these formats need.
    pub(crate) options: &'a FormArgs,
    /// The time of a bill of materials.
    pub(crate) at: Option<Timestamp>,
    /// The file.
    pub(crate) output: &'a Path,
    /// How the log's key is opened.
    pub(crate) passphrase: &'a PassphraseArgs,
    /// The ledger that the entries are read from.
    pub(crate) ledger: &'a LedgerArgs,
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

/// What goes out.
#[derive(Clone, Debug)]
pub(crate) enum ExportSubject {
    /// One entry, by its index.
    Entry(EntryIndex),
    /// The entries about a subject.
    Subject(SubjectId),
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

impl FromStr for ExportSubject {
    type Err = ParseComponentError;

    fn from_str(text: &str) -> Result<Self, ParseComponentError> {
        match text.parse() {
            Ok(index) => Ok(Self::Entry(EntryIndex::new(index))),
            Err(_) => text.parse().map(Self::Subject),
        }
    }
}

impl Show for ExportOutput {
    fn show(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what was ordered.
pub(crate) fn export(order: &Order<'_>, ui: &mut Ui) -> Result<Status, CommandError> {
    let reading = order.ledger.reading(ui)?;
    let (bytes, entries) = match order.form {
        ExportForm::Cyclonedx | ExportForm::Spdx => (bill_of_materials(order, &reading)?, Vec::new()),
        ExportForm::Sigstore | ExportForm::Cose | ExportForm::Intoto => {
            let entries = chosen(order.what, &reading)?;
            let bytes = match order.form {
                ExportForm::Cose => receipts(order, &reading, &entries, ui)?,
                form => envelopes(form, &reading, &entries)?,
            };
            (bytes, entries.into_keys().collect())
        }
    };
    output::write(order.output, &bytes)?;
    if order.output != Path::new("-") && ui.format() == Format::Json {
        ui.result(&ExportOutput {
            form: order.form,
            entries,
            bytes: bytes.len(),
            sha256: Digest::of(&bytes),
        })?;
    }
    Ok(Status::Holds)
}

/// The entries that were asked for, verified, each once.
fn chosen(what: &[ExportSubject], reading: &Reading) -> Result<BTreeMap<EntryIndex, Verified>, CommandError> {
    let mut entries = BTreeMap::new();
    for what in what {
        match what {
            ExportSubject::Entry(index) => {
                let size = reading.snapshot().size();
                if !size.has(*index) {
                    return Err(CommandError::caller(format!(
                        "there is no entry {index} in a ledger of size {size}"
                    )));
                }
                entries.insert(*index, reading.read(*index)?);
            }
            ExportSubject::Subject(subject) => {
                entries.extend(reading.about(subject)?);
            }
        }
    }
    Ok(entries)
}

fn envelopes(
    form: ExportForm,
    reading: &Reading,
    entries: &BTreeMap<EntryIndex, Verified>,
) -> Result<Vec<u8>, CommandError> {
    let envelopes = entries
        .keys()
        .map(|index| Envelope::decode(&reading.snapshot().entry(*index)?).or_evidence())
        .collect::<Result<Vec<_>, _>>()?;
    if form == ExportForm::Intoto {
        return Ok(intoto::lines(&envelopes));
    }
    let lines = envelopes.iter().flat_map(sigstore::bundles);
    Ok(lines.flat_map(|line| (line + "\n").into_bytes()).collect())
}

fn receipts(
    order: &Order<'_>,
    reading: &Reading,
    entries: &BTreeMap<EntryIndex, Verified>,
    ui: &Ui,
) -> Result<Vec<u8>, CommandError> {
    let key = log_key(order, reading, ui)?;
    let checkpoint = reading.snapshot().checkpoint();
    let mut receipts = Vec::new();
    for (index, entry) in entries {
        let inclusion = reading.snapshot().inclusion(*index)?;
        let subjects = &entry.statement().subjects;
        let subject = subjects
            .first()
            .ok_or_else(|| CommandError::new(Blame::Evidence, format!("entry {index} has no subject")))?;
        let receipt = cose::receipt(&entry.leaf(), &subject.id, &inclusion, checkpoint, &key);
        receipts.extend(receipt.map_err(|error| {
            let blame = match error {
                cose::ReceiptError::Inclusion(_) => Blame::Evidence,
                cose::ReceiptError::OneLeaf => Blame::Caller,
                _ => Blame::Program,
            };
            CommandError::of(blame, &error)
        })?);
    }
    Ok(receipts)
}

/// The key that the ledger signs its checkpoints with.
fn log_key(order: &Order<'_>, reading: &Reading, ui: &Ui) -> Result<SecretKey, CommandError> {
    let path = order.options.log_key.as_ref().ok_or_else(|| {
        CommandError::caller("no log key was given, and the ledger signs its receipts with it")
            .hint("give it with --log-key FILE or in the variable PROVA_LOG_KEY; a `.tlog-proof` of `prova prove` needs no key")
    })?;
    let key = signing::read_key(path, &order.passphrase.log_source(), ui)?;
    let (got, want) = (key.public(), reading.registry().log_key());
    if got != *want {
        return Err(CommandError::caller(format!(
            "{} is {got}, want {want}, the key of this ledger's checkpoints",
            path.display()
        )));
    }
    Ok(key)
}

fn bill_of_materials(order: &Order<'_>, reading: &Reading) -> Result<Vec<u8>, CommandError> {
    let component = match order.what {
        [ExportSubject::Subject(subject)] => subject.component(),
        _ => None,
    };
    let component = component.ok_or_else(|| {
        CommandError::caller("a bill of materials is of one component, want one unit, type or artefact")
    })?;
    if component.kind() == Kind::Slot {
        return Err(CommandError::caller(format!(
            "a bill of materials is of a unit, type or artefact, found the slot {component}"
        ))
        .hint("`prova trace` says what is in a slot"));
    }
    let stage = match order.options.stage {
        StageArg::AsBuilt => Stage::AsBuilt,
        StageArg::AsInstalled => Stage::AsInstalled,
    };
    let checkpoint = reading.snapshot().checkpoint();
    let pedigree = Pedigree::new(reading, component, stage, checkpoint, reading.history(), order.at)?
        .ok_or_else(|| {
            let subject = component.clone().into();
            SubjectError::NoEntry { subject }
        })?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(match order.form {
        ExportForm::Spdx => pedigree::spdx::write(&pedigree, version),
        _ => pedigree::cyclonedx::write(&pedigree, version),
    })
}
