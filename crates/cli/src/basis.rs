//! What a statement is made against, and where it goes: a ledger that it is appended to, one that is only read, or a file of heads
//! on a machine that has no ledger at all.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{
    hash::LeafHash,
    id::{OrgId, Origin, SubjectId},
    key::KeyId,
    lifecycle::{Finding, View},
    position::EntryIndex,
    registry::Registry,
    statement::{Subject, Unverified},
    view::message::{message, with_messages},
};
use prova_query::{Heads, MAX_HEADS_BYTES, RegistryHead, Rehearsal, Rehearsed};
use prova_store::{Ledger, Outcome, Snapshot, State};
use serde::Serialize;

use crate::{
    document::AttachedDocument,
    error::{Blaming as _, CommandError},
    input,
    ledger::LedgerArgs,
    output,
    passphrase::PassphraseArgs,
    ui::{Show, Ui},
};

/// Where a statement goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct BasisArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The log's private key, with which the ledger signs its checkpoints.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
    /// Write the envelope instead of appending it.
    #[arg(long)]
    sign_only: bool,
    /// The file for the envelope instead of stdout.
    #[arg(short, long, value_name = "FILE", requires = "sign_only")]
    output: Option<PathBuf>,
    /// What `prova heads` wrote, where there is no ledger at hand.
    #[arg(long, value_name = "FILE", requires = "sign_only")]
    heads: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArgs,
}

/// What a statement is made against.
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub(crate) enum Basis {
    /// A ledger that is appended to.
    Writing(Ledger),
    /// A ledger that is read.
    Reading(Snapshot, State),
    /// Heads only.
    Heads(Heads),
}

/// What was appended: by `attest` and `registry`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recorded {
    /// One for each statement.
    entries: Vec<RecordedEntry>,
}

/// An entry that was appended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordedEntry {
    /// The index that it was given.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// Whether the ledger had these bytes before: nothing was stored then.
    known: bool,
    /// What contradicts the past.
    #[serde(serialize_with = "with_messages")]
    findings: Vec<Finding>,
}

impl Show for Recorded {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        for entry in &self.entries {
            let known = if entry.known {
                ", which the ledger had before"
            } else {
                ""
            };
            writeln!(out, "entry {} with leaf hash {}{known}", entry.index, entry.leaf)?;
        }
        Ok(())
    }
}

impl BasisArgs {
    /// Opens what the statement is made against.
    pub(crate) fn open(&self, ui: &Ui) -> Result<Basis, CommandError> {
        match &self.heads {
            Some(path) => {
                let heads = Heads::parse(&input::read(path, MAX_HEADS_BYTES)?).map_err(|error| {
                    CommandError::from(error).context(format!("no heads in {}", input::shown(path)))
                })?;
                Ok(Basis::Heads(heads))
            }
            None if self.sign_only => {
                let (snapshot, state) = self.ledger.read(ui)?;
                Ok(Basis::Reading(snapshot, state))
            }
            None => Ok(Basis::Writing(self.ledger.write(
                self.log_key.as_ref(),
                &self.passphrase,
                ui,
            )?)),
        }
    }

    /// Warns of what the entries contradict, then appends or writes them. Refused entries leave everything as it was.
    pub(crate) fn deliver(
        &self,
        basis: Basis,
        entries: &[Vec<u8>],
        documents: &[AttachedDocument],
        ui: &mut Ui,
    ) -> Result<(), CommandError> {
        // Also where no ledger is at hand that would refuse them: what no ledger can take is not handed on.
        for entry in entries {
            Unverified::decode(entry).or_caller()?;
        }
        if let Some(state) = basis.state() {
            let mut rehearsal = Rehearsal::new(state);
            for entry in entries {
                match rehearsal.try_entry(entry)? {
                    Rehearsed::Taken(findings) => findings.iter().for_each(|finding| {
                        ui.warn(&format!(
                            "finding {} about {}: {}",
                            finding.code(),
                            finding.subject,
                            message(&finding.detail)
                        ));
                    }),
                    Rehearsed::TooFewSigned(reason) if self.sign_only => {
                        ui.note(&format!("{reason}; `prova sign` adds signatures"));
                    }
                    Rehearsed::TooFewSigned(reason) => return Err(reason.into()),
                }
            }
        }
        match basis {
            Basis::Writing(mut ledger) => {
                for document in documents {
                    document.put(&mut ledger)?;
                }
                let outcomes = ledger.append(None, entries)?;
                ui.result(&recorded(outcomes, entries)?)
            }
            Basis::Reading(..) | Basis::Heads(_) => self.write(entries, ui),
        }
    }

    fn write(&self, entries: &[Vec<u8>], ui: &mut Ui) -> Result<(), CommandError> {
        let mut lines = entries.join(&b'\n');
        lines.push(b'\n');
        match &self.output {
            Some(path) => Ok(output::write(path, &lines)?),
            None => ui.result(&EnvelopeLines(String::from_utf8_lossy(&lines).into_owned())),
        }
    }
}

/// Envelopes on stdout, one a line: what `prova append -` reads, whatever the format of other results.
#[derive(Serialize)]
#[serde(transparent)]
struct EnvelopeLines(String);

impl Show for EnvelopeLines {
    const VERBATIM: bool = true;

    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.0.as_bytes())
    }
}

fn recorded(outcomes: Vec<Outcome>, entries: &[Vec<u8>]) -> Result<Recorded, CommandError> {
    let entries = outcomes
        .into_iter()
        .zip(entries)
        .map(|(outcome, entry)| match outcome {
            Outcome::Appended {
                index,
                leaf,
                findings,
            } => Ok(RecordedEntry {
                index,
                leaf,
                known: false,
                findings,
            }),
            Outcome::Known { index } => Ok(RecordedEntry {
                index,
                leaf: LeafHash::of_entry(entry),
                known: true,
                findings: Vec::new(),
            }),
            Outcome::Refused(refusal) => Err(CommandError::from(refusal)),
        });
    Ok(Recorded {
        entries: entries.collect::<Result<_, CommandError>>()?,
    })
}

impl Basis {
    /// The state, where there is a ledger.
    pub(crate) fn state(&self) -> Option<&State> {
        match self {
            Self::Writing(ledger) => Some(ledger.state()),
            Self::Reading(_, state) => Some(state),
            Self::Heads(_) => None,
        }
    }

    /// The ledger as it was last acknowledged, where there is one.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Writing(ledger) => Some(ledger.snapshot()),
            Self::Reading(snapshot, _) => Some(snapshot),
            Self::Heads(_) => None,
        }
    }

    /// The registry, where there is a ledger.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.state().map(State::registry)
    }

    /// The last entry of a subject's chain; none if it has no entry.
    pub(crate) fn head(&self, id: &SubjectId) -> Result<Option<LeafHash>, CommandError> {
        match self {
            Self::Heads(heads) => Ok(heads.head(id)?),
            Self::Writing(ledger) => Ok(ledger.state().chain(id)?.map(|chain| chain.head)),
            Self::Reading(_, state) => Ok(state.chain(id)?.map(|chain| chain.head)),
        }
    }

    /// The ledger's origin.
    pub(crate) fn origin(&self) -> Result<Origin, CommandError> {
        match self {
            Self::Heads(heads) => Ok(heads.origin()?.clone()),
            Self::Writing(ledger) => Ok(ledger.state().registry().origin().clone()),
            Self::Reading(_, state) => Ok(state.registry().origin().clone()),
        }
    }

    /// The organisation that speaks about itself, if one of these keys is a participant's; else the root speaks.
    pub(crate) fn owner(&self, keys: &[KeyId]) -> Option<OrgId> {
        let owner = |key: &KeyId| match self {
            Self::Heads(heads) => heads.owner(key).cloned(),
            Self::Writing(_) | Self::Reading(..) => {
                let record = self.registry()?.keys().get(key)?;
                Some(record.organisation.clone())
            }
        };
        keys.iter().find_map(owner)
    }

    /// The subject of a registry statement: by `by` about itself, or numbered by the root.
    pub(crate) fn registry_subject(
        &self,
        by: Option<&OrgId>,
        id: SubjectId,
    ) -> Result<Subject, CommandError> {
        let head = match (self, self.registry()) {
            (Self::Heads(heads), _) => heads.registry_head(&id)?.clone(),
            (_, Some(registry)) => RegistryHead::of(registry, &id),
            (_, None) => RegistryHead::default(),
        };
        Ok(match by {
            Some(_) => Subject::new(id, head.prev),
            None => Subject::numbered(id, head.number),
        })
    }
}
