//! `prova equivocation`: two contradicting statements of a ledger, as a proof of misbehaviour.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use prova_core::{
    hash::LeafHash,
    id::Origin,
    log::{Equivocation, MAX_EQUIVOCATION_BYTES, Policy, SignedCheckpoint, TlogProof},
    statement::MAX_ENTRY_BYTES,
};
use serde::Serialize;

use crate::{
    args::Format,
    error::{Blame, Blaming as _, CommandError},
    input, output,
    trust::{TrustArgs, unanchored},
    ui::{Show, Status, Ui},
};

/// The first line of such a proof.
const FIRST_LINE: &[u8] = b"urn:prova:equivocation:1\n";

/// Make a proof of misbehaviour of two statements of one ledger that contradict each other.
///
/// Reads two signed checkpoints of one size with different roots, or two `.tlog-proof` files, entries included, of one index with different
/// entries. Writes a file that shows to anybody who knows the ledger's key that it signed both; `prova verify FILE --trust POLICY` checks it.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 written: the ledger contradicts itself, 2 the two do not contradict each other or are not signed by the ledger.

Example:
  prova equivocation checkpoint-1 checkpoint-2 --trust policy.txt -o misbehaviour.txt")]
pub(crate) struct EquivocationArgs {
    /// A checkpoint or a `.tlog-proof` file.
    #[arg(value_name = "A")]
    one: PathBuf,
    /// Another one, of the same kind.
    #[arg(value_name = "B")]
    other: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    /// The file to write instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A contradiction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MisbehaviourOutput {
    /// What was signed.
    sentence: String,
    /// The file.
    proof: String,
    #[serde(skip)]
    verified: bool,
}

impl Show for MisbehaviourOutput {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.verified {
            writeln!(out, "holds: {}", self.sentence)
        } else {
            out.write_all(self.proof.as_bytes())
        }
    }
}

/// Runs `prova equivocation`.
pub(crate) fn run(args: &EquivocationArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let (one, other) = (read(&args.one)?, read(&args.other)?);
    let made = match (one, other) {
        (SignedStatement::Checkpoint(one), SignedStatement::Checkpoint(other)) => {
            Equivocation::of_checkpoints(one, other)
        }
        (SignedStatement::Entry(one), SignedStatement::Entry(other)) => {
            Equivocation::of_entries(*one, *other)
        }
        _ => {
            return Err(CommandError::caller(
                "one is a checkpoint and the other a proof of an entry, want two of a kind",
            ));
        }
    };
    let equivocation = made.or_caller()?;
    let origin = origin(&equivocation);
    let Some(believed) = args.trust.about(&origin)? else {
        return unanchored(&origin, ui);
    };
    check(&equivocation, believed.trust.policy(), Blame::Caller)?;
    let shown = MisbehaviourOutput {
        sentence: equivocation.sentence(),
        proof: equivocation.to_string(),
        verified: false,
    };
    match &args.output {
        Some(path) => {
            output::write(path, shown.proof.as_bytes())?;
            ui.note(&shown.sentence);
            if ui.format() == Format::Json {
                ui.result(&shown)?;
            }
        }
        None => ui.result(&shown)?,
    }
    Ok(Status::Holds)
}

enum SignedStatement {
    Checkpoint(SignedCheckpoint),
    Entry(Box<(LeafHash, TlogProof)>),
}

fn read(path: &Path) -> Result<SignedStatement, CommandError> {
    let content = input::read(path, 2 << 20)?;
    let named =
        |error: CommandError| error.context(format!("no checkpoint or proof in {}", input::shown(path)));
    if !content.starts_with(b"c2sp.org/tlog-proof@") {
        let checkpoint = SignedCheckpoint::parse(&content).or_caller().map_err(named)?;
        return Ok(SignedStatement::Checkpoint(checkpoint));
    }
    let proof = TlogProof::parse(&content).or_caller().map_err(named)?;
    let entry = proof.extra();
    if entry.is_empty() || entry.len() > MAX_ENTRY_BYTES {
        let error = CommandError::caller(format!(
            "the proof in {} does not carry its entry",
            input::shown(path)
        ));
        return Err(error.hint("`prova prove INDEX` writes it with the entry"));
    }
    let leaf = LeafHash::of_entry(entry);
    let proof = proof.with_extra(Vec::new()).or_caller()?;
    Ok(SignedStatement::Entry(Box::new((leaf, proof))))
}

/// The log that both are of.
fn origin(equivocation: &Equivocation) -> Origin {
    let [first, _] = equivocation.checkpoints();
    first.checkpoint().origin().clone()
}

/// Whether a key of the policy signed both.
fn check(equivocation: &Equivocation, policy: &Policy, blame: Blame) -> Result<(), CommandError> {
    let mut refused = None;
    for log in policy.logs() {
        match equivocation.verify(&log.key) {
            Ok(()) => return Ok(()),
            Err(error) => refused = Some(error),
        }
    }
    Err(match refused {
        Some(error) => {
            CommandError::of(blame, &error).context("it is not shown that a log of the policy signed both")
        }
        None => CommandError::caller("the policy lists no log"),
    })
}

/// Whether bytes are such a proof.
pub(super) fn is_equivocation(content: &[u8]) -> bool {
    content.starts_with(FIRST_LINE)
}

/// Verifies such a proof, which is what was read from `path`.
pub(super) fn verify(
    path: &Path,
    content: &[u8],
    trust: &TrustArgs,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    let limit = u64::try_from(MAX_EQUIVOCATION_BYTES).unwrap_or(u64::MAX);
    input::check_length(content, path, limit)?;
    let equivocation = Equivocation::parse(content)
        .or_evidence()
        .map_err(|error| error.context(format!("no proof of misbehaviour in {}", input::shown(path))))?;
    let origin = origin(&equivocation);
    let Some(believed) = trust.about(&origin)? else {
        return unanchored(&origin, ui);
    };
    check(&equivocation, believed.trust.policy(), Blame::Evidence)?;
    ui.result(&MisbehaviourOutput {
        sentence: equivocation.sentence(),
        proof: equivocation.to_string(),
        verified: true,
    })?;
    Ok(Status::Holds)
}
