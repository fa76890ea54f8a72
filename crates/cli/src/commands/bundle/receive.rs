//! `prova bundle receive`: a signed line in the custody log of a bundle.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use clap::Args;
use prova_bundle::{
    bag::{Bag, append},
    name::FileName,
    verify::verify,
};
use prova_core::{
    bundle::{custody::HandOver, description::Remark},
    id::OrgId,
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    clock,
    commands::verify::bundle::{failed, open},
    error::{Blaming as _, CommandError},
    input,
    output::Draft,
    passphrase::PassphraseArgs,
    signing,
    ui::{Show, Status, Ui},
};

/// Sign that a bundle of evidence was received.
///
/// Reads and verifies the bundle. Adds a signed hand-over at its end and changes nothing else in it; the exporter's signature stays good. The
/// receiver is the organisation of the key, which the bundle's ledger must know.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 written, 1 the bundle does not hold, 2 no bundle, or a key that its ledger does not know, 3 the disk failed.

Example:
  prova bundle receive evidence.zip --key keys/regulator.pem --remark 'from the carrier, seal 17 intact'")]
pub(crate) struct ReceiveArgs {
    /// The bundle that was received; the hand-over is added to it.
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// The private key of the receiver.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// When it was received [default: now].
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// What there is to say.
    #[arg(long, value_name = "TEXT")]
    remark: Option<Remark>,
    /// The file to write instead of the bundle itself.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// A hand-over that was recorded.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    /// The bundle's path.
    file: PathBuf,
    /// Which hand-over it is, from 1.
    number: u16,
    /// Who received it.
    by: OrgId,
    /// The time of the hand-over, as the receiver claims it.
    at: Timestamp,
}

/// Runs `prova bundle receive`.
pub(crate) fn run(args: &ReceiveArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let at = args.at.map_or_else(clock::now, Ok)?;
    let mut bag = Bag::open(open(&args.bundle)?).map_err(|error| failed(&args.bundle, &error.into()))?;
    let verified =
        verify(&mut bag, &ui.progress("verifying", "files")).map_err(|error| failed(&args.bundle, &error))?;
    let key = signing::read_key(&args.key, &args.passphrase.source(), ui)?;
    let registry = verified.dossier.history().now();
    let by = match registry.keys().get(&key.public().key_id()) {
        Some(record) => record.organisation.clone(),
        None => {
            return Err(CommandError::caller(format!(
                "the ledger of the bundle does not know the key in {}",
                input::shown(&args.key)
            )));
        }
    };
    let number = bag.next_custody();
    // One more would leave a file that no reader takes, in place of the bundle.
    let name = FileName::custody(number).ok_or_else(|| {
        CommandError::caller("the bundle has as many hand-overs as it can count")
            .hint("ask for a bundle that was exported anew")
    })?;
    let before = match number.saturating_sub(1) {
        0 => FileName::Signature,
        last => FileName::Custody(last),
    };
    let before = bag.read(before).or_evidence()?;
    let hand_over = HandOver::after(&before, by.clone(), at, args.remark.clone());
    let manifest = bag.tag_manifest();
    let signed = hand_over.sign(manifest, &key).or_caller()?;
    // What its readers would not take is not written: a key that ended, a suspended organisation.
    HandOver::verify(&signed, &before, manifest, registry).or_caller()?;
    let output = args.output.as_ref().unwrap_or(&args.bundle);
    let mut draft = Draft::of(output)?;
    let out = BufWriter::with_capacity(1 << 20, draft.file());
    append(bag.into_archive(), out, name, &signed)
        .map_err(|error| CommandError::of(crate::error::Blame::Program, &error))?;
    draft.publish()?;
    ui.result(&Received {
        file: output.clone(),
        number,
        by,
        at,
    })?;
    Ok(Status::Holds)
}

impl Show for Received {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { file, number, by, at } = self;
        writeln!(
            out,
            "{}: hand-over {number}, received by {by} at {at}",
            file.display()
        )
    }
}
