//! `prova key`: make keys, look at them, give their public half away.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand, ValueEnum};
use prova_core::{
    id::Origin,
    key::{KeyId, PublicKey},
    log::Vkey,
};
use serde::Serialize;

use crate::{
    error::{Blaming as _, CommandError},
    keyfile::{self, Protection},
    output,
    passphrase::PassphraseArgs,
    publickey,
    ui::{Show, Status, Ui},
};

/// Make keys, look at them, give their public half away.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    Generate(Generate),
    Inspect(Inspect),
    Export(KeyExport),
}

/// Make a new Ed25519 key.
///
/// Reads nothing but the system's randomness and a passphrase. Writes the private key to a new file of mode 0600 (PKCS#8
/// version 1 in PEM, which OpenSSL reads), encrypted unless you say otherwise, and prints the public half. A file that is
/// there is never overwritten.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 the file exists or there is no passphrase, 3 the file cannot be written.

Example:
  prova key generate -o vendor.pem")]
pub(crate) struct Generate {
    /// The new file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write the key without encryption.
    #[arg(long, conflicts_with_all = ["passphrase_file", "passphrase_env"])]
    unencrypted: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Show which key a file holds.
///
/// Reads a private or public key and prints its id and public half. Tells published test keys, whose secret everybody has.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 it is a key, 2 it is none or the passphrase is wrong.

Example:
  prova key inspect keys/producer.pem")]
pub(crate) struct Inspect {
    /// A file with the private or public key, or the text `ed25519:…`.
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Write the public half of a key in the form that others want.
///
/// Reads a private or public key. Writes PEM (for OpenSSL), a vkey (for those who check a log's checkpoints) or the text
/// `ed25519:…` (for `prova registry enrol`).
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 no key, a wrong passphrase or an origin that cannot be one.

Example:
  prova key export keys/log.pem --as vkey --origin ledger.example/2026")]
pub(crate) struct KeyExport {
    /// A file with the private or public key, or the text `ed25519:…`.
    #[arg(value_name = "KEY")]
    key: String,
    /// The form that the public key is written in.
    #[arg(long = "as", value_enum, default_value_t = PublicKeyForm::Pem, value_name = "FORM")]
    form: PublicKeyForm,
    /// The log's name, for a vkey.
    #[arg(long, value_name = "ORIGIN", required_if_eq("form", "vkey"))]
    origin: Option<String>,
    /// The file to write instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// How a public key can be written for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "camelCase")]
enum PublicKeyForm {
    /// `SubjectPublicKeyInfo` in PEM (RFC 8410, RFC 7468).
    Pem,
    /// C2SP signed-note verifier key.
    Vkey,
    /// `ed25519:` and the key in base64.
    Text,
}

/// What `key generate` and `key inspect` print.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyOutput {
    /// SHA-256 of the key's `SubjectPublicKeyInfo`.
    key_id: KeyId,
    /// `ed25519:` and the key in base64.
    public_key: PublicKey,
    /// The `SubjectPublicKeyInfo` in PEM.
    pem: String,
    /// The file that was written; `generate` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    /// The name under which the private half is published; absent: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_test_key: Option<&'static str>,
}

/// What `key export` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyExported {
    /// `pem`, `vkey` or `text`.
    form: PublicKeyForm,
    /// The public key in that form.
    text: String,
}

impl KeyOutput {
    fn new(key: PublicKey, file: Option<PathBuf>) -> Self {
        let key_id = key.key_id();
        Self {
            key_id,
            public_key: key,
            pem: key.to_spki_pem(),
            file,
            published_test_key: publickey::published_name(&key_id),
        }
    }
}

impl Show for KeyOutput {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "key id      {}", self.key_id)?;
        writeln!(out, "public key  {}", self.public_key)?;
        if let Some(name) = self.published_test_key {
            writeln!(
                out,
                "published   test key «{name}»: everybody has its secret; only a test ledger enrols it"
            )?;
        }
        if self.file.is_none() {
            write!(out, "{}", self.pem)?;
        }
        Ok(())
    }
}

impl Show for KeyExported {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.text.trim_end())
    }
}

/// Runs `prova key`.
pub(crate) fn run(command: &KeyCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        KeyCommand::Generate(args) => generate(args, ui),
        KeyCommand::Inspect(args) => {
            let key = publickey::read(&args.key, &args.passphrase.source(), ui)?;
            ui.result(&KeyOutput::new(key, None))?;
            Ok(Status::Holds)
        }
        KeyCommand::Export(args) => export(args, ui),
    }
}

fn generate(args: &Generate, ui: &mut Ui) -> Result<Status, CommandError> {
    let key = keyfile::generate()?;
    let source = args.passphrase.source();
    let protection = if args.unencrypted {
        Protection::Plain
    } else {
        Protection::Encrypted(&source)
    };
    keyfile::create(&args.output, &key, protection)?;
    ui.result(&KeyOutput::new(key.public(), Some(args.output.clone())))?;
    Ok(Status::Holds)
}

fn export(args: &KeyExport, ui: &mut Ui) -> Result<Status, CommandError> {
    let key = publickey::read(&args.key, &args.passphrase.source(), ui)?;
    let text = match (args.form, &args.origin) {
        (PublicKeyForm::Pem, _) => key.to_spki_pem(),
        (PublicKeyForm::Text, _) => format!("{key}\n"),
        (PublicKeyForm::Vkey, origin) => {
            let origin = origin.as_deref().unwrap_or_default();
            let origin: Origin = origin
                .parse()
                .or_caller()
                .map_err(|error| error.context("--origin names no log"))?;
            format!("{}\n", Vkey::of_log(&origin, &key))
        }
    };
    match &args.output {
        Some(path) => output::write(path, text.as_bytes())?,
        None => ui.result(&KeyExported {
            form: args.form,
            text,
        })?,
    }
    Ok(Status::Holds)
}
