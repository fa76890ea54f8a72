//! `prova inspect`: what a file is, and all that it says.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{
    id::OrgId,
    registry::Registry,
    view::inspection::{KeyPart, SignatureStatus, SigningParty, StatementInspection, WantedSignatures},
};
use prova_query::{BUNDLE_START, BundleOutline, CheckpointOutline, InspectFileError, InspectedFile, Reading};

use crate::{
    error::{Blame, Blamed, CommandError},
    input,
    plain::{counted, indented, plain},
    ui::{Show, Status, Ui},
};

/// Most bytes of a file that is not a bundle, as of what `sign` and `verify` read.
const LONGEST_FILE: u64 = 64 * 1024 * 1024;

/// Say what a file is and all that it says, before anybody signs it, sends it on or believes it.
///
/// Reads envelopes as `--sign-only` writes them, statements, checkpoints, proofs, listings, bundles, policies and keys; of a private key
/// nothing but its label. Of an envelope it shows the whole statement, every key in it, who has signed and who is still to. Nothing else is
/// verified: that is what `prova verify` is for.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 shown, 2 no file of a known kind.

Example:
  prova inspect enrol.jsonl --ledger ledger")]
pub(crate) struct InspectArgs {
    /// The file, or `-`.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// Where it is looked up whose keys are whose.
#[derive(Args, Clone, Debug)]
pub(crate) struct RegistryArgs {
    /// A ledger that says whose keys are whose [default: that of `PROVA_LEDGER` or of this directory, if there is one].
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
}

impl RegistryArgs {
    /// The registry, if there is a ledger at hand.
    pub(crate) fn read(&self, ui: &Ui) -> Result<Option<Registry>, CommandError> {
        let here = || {
            let named = std::env::var_os("PROVA_LEDGER").map_or_else(|| PathBuf::from("."), PathBuf::from);
            named.join("checkpoint").is_file().then_some(named)
        };
        let Some(directory) = self.ledger.clone().or_else(here) else {
            return Ok(None);
        };
        let reading = Reading::open(&directory, &ui.progress("reading the ledger", "entries"))?;
        Ok(Some(reading.registry().clone()))
    }
}

impl Blamed for InspectFileError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }
}

impl Show for InspectedFile {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Envelopes { envelopes } => {
                writeln!(out, "{}", counted(envelopes.len(), "envelope", "envelopes"))?;
                envelopes.iter().try_for_each(|envelope| {
                    writeln!(out)?;
                    envelope.show(out)
                })
            }
            Self::Statement { statement } => {
                writeln!(out, "a statement that nobody has signed\n")?;
                statement.show(out)
            }
            Self::Checkpoint(checkpoint) => {
                writeln!(out, "a checkpoint of {}", of(checkpoint))
            }
            Self::InclusionProof {
                index,
                checkpoint,
                entry,
            } => {
                writeln!(
                    out,
                    "a proof that something is entry {index} of {}",
                    of(checkpoint)
                )?;
                entry.iter().try_for_each(|entry| {
                    writeln!(out)?;
                    entry.show(out)
                })
            }
            Self::IndexProof { term, entries: 0 } => {
                writeln!(
                    out,
                    "a proof that an index has no entry under {}",
                    plain(&term.to_string())
                )
            }
            Self::IndexProof { term, entries } => writeln!(
                out,
                "a proof that an index has {} under {}",
                counted(*entries, "entry", "entries"),
                plain(&term.to_string())
            ),
            Self::Listing { term, entries } => writeln!(
                out,
                "a list of {} under {}, and the proof that these are all",
                counted(*entries, "entry", "entries"),
                plain(&term.to_string())
            ),
            Self::FalseSeal => writeln!(out, "a proof that a ledger's key stated a false index"),
            Self::Equivocation { sentence } => {
                writeln!(out, "a proof of equivocation: {}", plain(sentence))
            }
            Self::Bundle(bundle) => bundle.show(out),
            Self::Policy { logs, witnesses } => {
                writeln!(out, "a trust policy")?;
                let logs = logs.iter().map(|log| ("log", log));
                let witnesses = witnesses.iter().map(|witness| ("witness", witness));
                logs.chain(witnesses)
                    .try_for_each(|(what, key)| writeln!(out, "{what} {}", plain(key)))
            }
            Self::PublicKey {
                key,
                key_id,
                published,
            } => {
                writeln!(out, "the public key {key}\nkey id {key_id}")?;
                if *published {
                    writeln!(out, "! a test key: everybody has its private half")?;
                }
                Ok(())
            }
            Self::VerifierKey { name, key } => {
                writeln!(out, "the verifier key of {}\n{}", plain(name), plain(key))
            }
            Self::PrivateKey { encrypted: true } => writeln!(out, "a private key, encrypted"),
            Self::PrivateKey { encrypted: false } => {
                writeln!(
                    out,
                    "a private key, not encrypted: whoever reads the file can sign with it"
                )
            }
        }
    }
}

impl Show for BundleOutline {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "an evidence bundle of {}, exported by {} at {}",
            self.origin, self.exporter, self.at
        )?;
        if let Some(case) = &self.case {
            writeln!(out, "case {}", plain(case))?;
        }
        writeln!(
            out,
            "{} of a ledger of {}, {} withheld",
            counted(self.entries, "entry", "entries"),
            self.size,
            counted(self.withheld, "document", "documents")
        )?;
        let scope = serde_json::to_string(&self.scope)?;
        writeln!(out, "about {}", indented(&scope))
    }
}

fn of(checkpoint: &CheckpointOutline) -> String {
    let signers: Vec<_> = checkpoint.signers.iter().map(|name| plain(name)).collect();
    format!(
        "{} at size {} with root {}, signed under {}",
        checkpoint.origin,
        checkpoint.size,
        checkpoint.root,
        signers.join(", ")
    )
}

impl Show for StatementInspection {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", plain(&self.sentence))?;
        writeln!(out, "payload {}", self.payload)?;
        for unknown in &self.unknown {
            writeln!(out, "! not known to this version: {}", plain(unknown))?;
        }
        for key in &self.keys {
            let part = match key.part {
                KeyPart::BroughtIn => "brings in",
                KeyPart::Root => "root",
                KeyPart::LeavesRoot => "takes out of the root",
                KeyPart::Log => "log",
                KeyPart::Retired => "lays down",
                KeyPart::Revoked => "revokes",
                KeyPart::Distrusted => "distrusts",
                KeyPart::Believed => "believes again",
                KeyPart::InUse => "keeps in use",
            };
            let of = key
                .organisation
                .as_ref()
                .map(|organisation| format!(" of {organisation}"));
            let published = if key.published {
                ", a test key: everybody has its private half"
            } else {
                ""
            };
            writeln!(
                out,
                "{part} key {}{}{published}",
                key.key_id,
                of.unwrap_or_default()
            )?;
        }
        for signature in &self.signatures {
            let of = signature
                .organisation
                .as_ref()
                .map(|organisation| format!(" of {organisation}"));
            let status = match signature.status {
                SignatureStatus::Good => "good",
                SignatureStatus::Wrong => "WRONG",
                SignatureStatus::UnknownKey => "by a key that is not known here",
                SignatureStatus::KeyEnded => "by a key that does not speak any more",
                SignatureStatus::Suspended => "of an organisation that is suspended",
            };
            writeln!(
                out,
                "signature by key {}{}: {status}",
                signature.key,
                of.unwrap_or_default()
            )?;
        }
        for wanted in &self.wanted {
            writeln!(out, "{}", wanted_line(wanted))?;
        }
        writeln!(out, "{}", indented(self.statement.get()))
    }
}

fn wanted_line(wanted: &WantedSignatures) -> String {
    let party = match wanted.of {
        SigningParty::Speaker => "the speaker",
        SigningParty::With => "one who stands by it too",
        SigningParty::PresentRoot => "the present root",
        SigningParty::NewRoot => "the new root",
    };
    let names = |organisations: &[OrgId]| {
        let names: Vec<_> = organisations.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let signed = match wanted.signed.as_slice() {
        [] => "nobody has signed".to_owned(),
        signed => format!("{} signed", names(signed)),
    };
    let still = match wanted.still() {
        0 => "enough".to_owned(),
        still if wanted.missing.len() == still => format!("still to sign: {}", names(&wanted.missing)),
        still => format!("still to sign: {still} of {}", names(&wanted.missing)),
    };
    format!(
        "wants {} of {party}: {signed}; {still}",
        counted(wanted.threshold, "signature", "signatures")
    )
}

/// Runs `prova inspect`.
pub(crate) fn run(args: &InspectArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let registry = args.registry.read(ui)?;
    let (start, rest) = input::peek(&args.file, 4)?;
    let file = if start == BUNDLE_START && !input::is_stream(&args.file) {
        input::open_file(&args.file).map(InspectedFile::read_bundle)?
    } else {
        let content = input::read_from(rest, &args.file, LONGEST_FILE)?;
        InspectedFile::read(&content, registry.as_ref())
    };
    let file = file.map_err(|error| {
        let place = format!("cannot tell what {} is", input::shown(&args.file));
        CommandError::from(error).context(place)
    })?;
    ui.result(&file)?;
    Ok(Status::Holds)
}
