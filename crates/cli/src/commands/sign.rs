//! `prova sign`: one more signature on an envelope, on whatever machine the key is.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    hash::Digest,
    key::SecretKey,
    registry::Registry,
    statement::{Envelope, EnvelopeSignature, Unverified, pre_authentication_encoding},
    view::inspection::StatementInspection,
};

use crate::{
    commands::inspect::RegistryArgs,
    error::{Blaming as _, CommandError},
    input, output,
    passphrase::PassphraseArgs,
    plain::counted,
    signing,
    ui::{Status, Ui},
};

/// Most bytes of a file of envelopes.
const LONGEST_FILE: u64 = 64 * 1024 * 1024;

/// Add a signature to envelopes that others signed.
///
/// Reads envelopes, one a line, as `--sign-only` writes them. Shows on stderr all that each of them states, who has signed it and who is still to,
/// and writes them with a further signature once somebody at the terminal has said yes, or has given the digest of each payload. Thresholds
/// and countersignatures are collected so, from machine to machine.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 no envelope, nobody agreed to sign, or the key has signed it already.

Example:
  prova sign enrol.jsonl --key keys/root-c.pem -o enrol-2.jsonl --digest 49eb…")]
pub(crate) struct Sign {
    /// The file with the envelopes, or `-`.
    #[arg(value_name = "FILE")]
    envelopes: PathBuf,
    /// The private keys that sign.
    #[arg(long = "key", value_name = "FILE", required = true)]
    keys: Vec<PathBuf>,
    /// Sign the envelope whose payload has this SHA-256, which `prova inspect` shows, without being asked; once for each.
    #[arg(long = "digest", value_name = "HEX")]
    digests: Vec<Digest>,
    /// The file to write instead of stdout.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Runs `prova sign`.
pub(crate) fn run(args: &Sign, ui: &mut Ui) -> Result<Status, CommandError> {
    let content = input::read(&args.envelopes, LONGEST_FILE)?;
    let registry = args.registry.read(ui)?;
    let mut envelopes = Vec::new();
    for (line, number) in content.split(|byte| *byte == b'\n').zip(1_u64..) {
        if !line.is_empty() {
            let place = || format!("line {number} of {}", input::shown(&args.envelopes));
            envelopes.push(read(line, registry.as_ref()).map_err(|error| error.context(place()))?);
        }
    }
    if envelopes.is_empty() {
        let file = input::shown(&args.envelopes);
        return Err(CommandError::caller(format!("{file} holds no envelope")));
    }
    for (_, inspection) in &envelopes {
        ui.explain(inspection);
    }
    agree(args, &envelopes, ui)?;
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

/// Nobody signs unseen: whoever signs has named each payload, or is asked.
fn agree(args: &Sign, envelopes: &[(Envelope, StatementInspection)], ui: &Ui) -> Result<(), CommandError> {
    let named = |inspection: &StatementInspection| args.digests.contains(&inspection.payload);
    let unnamed: Vec<_> = envelopes
        .iter()
        .filter(|(_, inspection)| !named(inspection))
        .collect();
    if let Some(stray) = args.digests.iter().find(|digest| {
        !envelopes
            .iter()
            .any(|(_, inspection)| inspection.payload == **digest)
    }) {
        return Err(CommandError::caller(format!(
            "no envelope here has a payload of digest {stray}"
        )));
    }
    if unnamed.is_empty() {
        return Ok(());
    }
    let what = counted(unnamed.len(), "envelope", "envelopes");
    let hint = "read what is shown above, and give the digest of each payload with --digest HEX";
    ui.agree(&format!("sign {what}"), &args.envelopes, hint)
}

fn read(line: &[u8], registry: Option<&Registry>) -> Result<(Envelope, StatementInspection), CommandError> {
    let entry = Unverified::decode(line).or_caller()?;
    let envelope = Envelope::decode(line).or_caller()?;
    Ok((envelope, StatementInspection::new(&entry, registry)))
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
