//! `prova sign`: one more signature on an envelope, on whatever machine the key is.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    key::SecretKey,
    statement::{
        Envelope, EnvelopeSignature, MAX_ENTRY_BYTES, Predicate, Statement, pre_authentication_encoding,
    },
    text,
};

use crate::{
    error::{Blaming as _, CommandError},
    input, output,
    passphrase::PassphraseArgs,
    signing,
    ui::{Status, Ui},
};

/// Most bytes of a file of envelopes.
const LONGEST_FILE: u64 = 64 * 1024 * 1024;

/// Add a signature to envelopes that others signed.
///
/// Reads envelopes, one a line, as `--sign-only` writes them. Says on stderr what each of them states, and writes them with a further
/// signature. Thresholds and countersignatures are collected so, from machine to machine.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 no envelope, or the key has signed it already.

Example:
  prova sign enrol.jsonl --key keys/root-c.pem -o enrol-2.jsonl")]
pub(crate) struct Sign {
    /// The file with the envelopes, or `-`.
    #[arg(value_name = "FILE")]
    envelopes: PathBuf,
    /// The private keys that sign.
    #[arg(long = "key", value_name = "FILE", required = true)]
    keys: Vec<PathBuf>,
    /// The file to write instead of stdout.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Runs `prova sign`.
pub(crate) fn run(args: &Sign, ui: &mut Ui) -> Result<Status, CommandError> {
    let content = input::read(&args.envelopes, LONGEST_FILE)?;
    let mut envelopes = Vec::new();
    for (line, number) in content.split(|byte| *byte == b'\n').zip(1_u64..) {
        if !line.is_empty() {
            let place = || format!("line {number} of {}", input::shown(&args.envelopes));
            envelopes.push(read(line).map_err(|error| error.context(place()))?);
        }
    }
    if envelopes.is_empty() {
        let file = input::shown(&args.envelopes);
        return Err(CommandError::caller(format!("{file} holds no envelope")));
    }
    for (_, statement) in &envelopes {
        ui.note(&format!("signing: {}", summary(statement)));
    }
    let source = args.passphrase.source();
    let keys: Vec<_> = args
        .keys
        .iter()
        .map(|path| signing::read_key(path, &source, ui))
        .collect::<Result<_, _>>()?;
    let mut signed = Vec::new();
    for (envelope, _) in envelopes {
        signed.extend(add_signatures(&envelope, &keys)?.encode());
        signed.push(b'\n');
    }
    output::write(&args.output, &signed)?;
    Ok(Status::Holds)
}

fn read(line: &[u8]) -> Result<(Envelope, Statement), CommandError> {
    if line.len() > MAX_ENTRY_BYTES {
        return Err(CommandError::caller(format!(
            "{} bytes, want {MAX_ENTRY_BYTES} at most",
            line.len()
        )));
    }
    let envelope = Envelope::decode(line).or_caller()?;
    let statement = Statement::decode(envelope.payload()).or_caller()?;
    Ok((envelope, statement))
}

fn add_signatures(envelope: &Envelope, keys: &[SecretKey]) -> Result<Envelope, CommandError> {
    let message = pre_authentication_encoding(envelope.payload());
    let mut signatures = envelope.signatures().to_vec();
    for key in keys {
        let id = key.public().key_id();
        if signatures.iter().any(|signature| signature.key == id) {
            return Err(CommandError::caller(format!(
                "key {id} has signed this envelope already"
            )));
        }
        signatures.push(EnvelopeSignature {
            key: id,
            signature: key.sign(&message),
        });
    }
    Envelope::new(envelope.payload().to_vec(), signatures).or_caller()
}

/// What a statement says, in a line.
fn summary(statement: &Statement) -> String {
    let what = match &statement.predicate {
        Predicate::Event(event) => format!("{} by {} as {}", event.event.name(), event.by, event.role),
        Predicate::Registry(predicate) => format!("registry {}", predicate.action.name()),
        Predicate::Charter(_) => "charter".to_owned(),
        Predicate::Seal(seal) => format!("seal of {} entries", seal.size),
    };
    let first = statement
        .subjects
        .first()
        .map(|subject| text::escape(&subject.id.to_string()));
    let more = match statement.subjects.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what} about {}{more}", first.unwrap_or_default())
}
