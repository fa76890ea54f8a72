//! `prova append`: envelopes that were signed elsewhere enter the ledger.

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{
    hash::Digest,
    position::EntryIndex,
    statement::{EnvelopeError, MAX_ENTRY_BYTES},
};
use prova_store::{Ledger, Outcome};
use serde::Serialize;

use crate::{
    document::AttachedDocument,
    error::{Blame, CommandError},
    input::{self, InputError},
    ledger::LedgerArgs,
    passphrase::PassphraseArgs,
    ui::{ProgressLine, Show, Status, Ui},
};

/// Most refused lines that are listed; the others are counted.
const LISTED: usize = 10_000;

/// Append envelopes, one a line.
///
/// Reads a stream of envelopes as `--sign-only` writes them, of any length. Writes those that the ledger takes, in batches: when a batch is
/// counted, it is durable. Lines that are refused are listed with the reason and change nothing; lines that the ledger has
/// already are answered with their index.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 nothing was refused, 1 the ledger is damaged, 2 lines were refused or there is no ledger, 3 the disk failed.

Example:
  prova append enrol.jsonl --ledger ledger --log-key keys/log.pem")]
pub(crate) struct Append {
    /// The file with the envelopes, or `-`.
    #[arg(value_name = "FILE", required_unless_present = "documents")]
    envelopes: Option<PathBuf>,
    /// Store this document, which statements name by its digest.
    #[arg(long = "attach", value_name = "FILE")]
    documents: Vec<PathBuf>,
    /// How many lines are made durable together.
    #[arg(long, value_name = "LINES", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    batch: u64,
    /// Print each batch as soon as it is durable, in JSON one line each.
    #[arg(long)]
    acknowledge: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The log's private key, with which the ledger signs its checkpoints.
    #[arg(long, value_name = "FILE", env = "PROVA_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// What `append` prints.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct AppendResult {
    /// Lines that entered.
    appended: u64,
    /// Lines that the ledger had before.
    known: Vec<KnownLine>,
    /// How many lines were refused.
    refused: u64,
    /// The first 10,000 of them.
    refusals: Vec<RefusedLine>,
    /// How many of the entries contradict the past; `prova show` and `prova verify` tell how.
    with_findings: u64,
    /// Digests of the documents that were stored.
    attachments: Vec<Digest>,
    /// The ledger's size now.
    size: u64,
}

/// What is printed of a batch as soon as it is durable.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Acknowledged {
    /// The last line that was read for it.
    line: u64,
    /// The ledger's size with it.
    size: u64,
}

impl Show for Acknowledged {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "line {} and those before it are answered; the ledger has {} entries",
            self.line, self.size
        )
    }
}

/// A line that the ledger had before.
#[derive(Serialize)]
struct KnownLine {
    /// Its number, from 1.
    line: u64,
    /// Where the ledger has it.
    index: EntryIndex,
}

/// A line that was refused.
#[derive(Serialize)]
struct RefusedLine {
    /// Its number, from 1.
    line: u64,
    /// Why it was refused, in words.
    reason: String,
}

impl Show for AppendResult {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "appended {}, known {}, refused {}; the ledger has {} entries",
            self.appended,
            self.known.len(),
            self.refused,
            self.size
        )?;
        for digest in &self.attachments {
            writeln!(out, "stored document {digest}")?;
        }
        for known in &self.known {
            writeln!(
                out,
                "line {}: the ledger has it already, as entry {}",
                known.line, known.index
            )?;
        }
        for refused in &self.refusals {
            writeln!(out, "line {}: {}", refused.line, refused.reason)?;
        }
        if self.with_findings > 0 {
            writeln!(
                out,
                "{} of the entries contradict the past; `prova verify` tells how",
                self.with_findings
            )?;
        }
        Ok(())
    }
}

/// An append under way.
struct Appending<'a> {
    ui: &'a mut Ui,
    batch: u64,
    acknowledge: bool,
    ledger: Ledger,
    entries: Vec<Vec<u8>>,
    lines: Vec<u64>,
    result: AppendResult,
    bar: ProgressLine,
    /// Bytes of the stream, if it is a file.
    length: Option<u64>,
    /// Bytes of the lines so far.
    read: u64,
}

/// Runs `prova append`.
pub(crate) fn run(args: &Append, ui: &mut Ui) -> Result<Status, CommandError> {
    let documents: Vec<_> = args
        .documents
        .iter()
        .map(|path| AttachedDocument::read(path))
        .collect::<Result<_, _>>()?;
    let mut stream = args.envelopes.as_deref().map(input::open).transpose()?;
    let length = args.envelopes.as_deref().and_then(input::length);
    let mut ledger = args.ledger.write(args.log_key.as_ref(), &args.passphrase, ui)?;
    let mut result = AppendResult::default();
    for document in &documents {
        document.put(&mut ledger)?;
        result.attachments.push(document.attachment.sha256);
    }
    let mut appending = Appending {
        ledger,
        entries: Vec::new(),
        lines: Vec::new(),
        result,
        bar: ui.progress("appending", "lines"),
        length,
        read: 0,
        batch: args.batch,
        acknowledge: args.acknowledge,
        ui,
    };
    if let (Some(path), Some(stream)) = (&args.envelopes, &mut stream) {
        appending.read(stream.as_mut()).map_err(|error| match error {
            ReadLinesError::Input(source) => InputError::Read {
                path: path.clone(),
                source,
            }
            .into(),
            ReadLinesError::Append(error) => error,
        })?;
    }
    let Appending {
        ledger, mut result, ..
    } = appending;
    result.size = ledger.snapshot().size().get();
    ui.result(&result)?;
    Ok(if result.refused == 0 {
        Status::Holds
    } else {
        Status::Caller
    })
}

enum ReadLinesError {
    Input(io::Error),
    Append(CommandError),
}

impl Appending<'_> {
    fn read(&mut self, stream: &mut dyn BufRead) -> Result<(), ReadLinesError> {
        let mut number = 0_u64;
        loop {
            let line = match bounded_line(stream) {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    // What was read before is good; the caller is told how far that is.
                    self.flush(number).map_err(ReadLinesError::Append)?;
                    return Err(ReadLinesError::Input(error));
                }
            };
            number = number.saturating_add(1);
            self.read = self.read.saturating_add(line.bytes_with_end());
            match line {
                InputLine::Whole(line) if line.trim_ascii().is_empty() => {}
                InputLine::Whole(line) => {
                    self.entries.push(line);
                    self.lines.push(number);
                }
                InputLine::TooLong(got) => {
                    self.flush(number).map_err(ReadLinesError::Append)?;
                    self.refuse(number, EnvelopeError::Size { got }.to_string());
                }
            }
            if u64::try_from(self.entries.len()).is_ok_and(|entries| entries >= self.batch) {
                self.flush(number).map_err(ReadLinesError::Append)?;
            }
        }
        self.flush(number).map_err(ReadLinesError::Append)
    }

    /// How many lines there will be if those to come are as long as those before; 0 if nobody knows.
    fn expected_lines(&self, line: u64) -> u64 {
        let length = self.length.unwrap_or_default().max(self.read);
        let lines = u128::from(line)
            .saturating_mul(u128::from(length))
            .checked_div(u128::from(self.read));
        match self.length {
            Some(_) => lines
                .and_then(|lines| u64::try_from(lines).ok())
                .unwrap_or_default(),
            None => 0,
        }
    }

    fn refuse(&mut self, line: u64, reason: String) {
        self.result.refused = self.result.refused.saturating_add(1);
        if self.result.refusals.len() < LISTED {
            self.result.refusals.push(RefusedLine { line, reason });
        }
    }

    fn flush(&mut self, line: u64) -> Result<(), CommandError> {
        let entries = std::mem::take(&mut self.entries);
        let lines = std::mem::take(&mut self.lines);
        if entries.is_empty() {
            return Ok(());
        }
        let outcomes = self.ledger.append(None, &entries).map_err(|error| {
            let done = self.result.appended;
            CommandError::from(error).context(format!(
                "the batch up to line {line} was not acknowledged; {done} entries before it are durable"
            ))
        })?;
        for (outcome, line) in outcomes.into_iter().zip(lines) {
            match outcome {
                Outcome::Appended { findings, .. } => {
                    self.result.appended = self.result.appended.saturating_add(1);
                    let contradicts = u64::from(!findings.is_empty());
                    self.result.with_findings = self.result.with_findings.saturating_add(contradicts);
                }
                Outcome::Known { index } => self.result.known.push(KnownLine { line, index }),
                Outcome::Refused(refusal) => {
                    let error = CommandError::of(Blame::Caller, &refusal);
                    self.refuse(line, error.one_line());
                }
            }
        }
        self.bar.show(line, self.expected_lines(line));
        if self.acknowledge {
            let size = self.ledger.snapshot().size().get();
            self.ui.item(&Acknowledged { line, size })?;
        }
        Ok(())
    }
}

enum InputLine {
    Whole(Vec<u8>),
    /// Longer than any entry; its length.
    TooLong(usize),
}

impl InputLine {
    /// Bytes that the line has in the stream.
    fn bytes_with_end(&self) -> u64 {
        let length = match self {
            Self::Whole(line) => line.len(),
            Self::TooLong(length) => *length,
        };
        u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// The next line without its end; none at the end of the stream. Never keeps more than the longest entry.
fn bounded_line(stream: &mut dyn BufRead) -> io::Result<Option<InputLine>> {
    let mut line = Vec::new();
    let mut length = 0_usize;
    loop {
        let buffer = match stream.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            if length == 0 {
                return Ok(None);
            }
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        length = length.saturating_add(part.len());
        if length <= MAX_ENTRY_BYTES {
            line.extend_from_slice(part);
        }
        let used = part.len().saturating_add(usize::from(end.is_some()));
        stream.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(Some(if length <= MAX_ENTRY_BYTES {
        InputLine::Whole(line)
    } else {
        InputLine::TooLong(length)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut stream: impl BufRead) -> Vec<Result<String, usize>> {
        std::iter::from_fn(|| bounded_line(&mut stream).unwrap())
            .map(|line| match line {
                InputLine::Whole(line) => Ok(String::from_utf8(line).unwrap()),
                InputLine::TooLong(length) => Err(length),
            })
            .collect()
    }

    #[test]
    fn lines_end_with_the_line_feed_or_the_stream_and_long_ones_are_measured_only() {
        let longest = "x".repeat(MAX_ENTRY_BYTES);
        for (stream, want) in [
            (String::new(), vec![]),
            ("\n".to_owned(), vec![Ok(String::new())]),
            (
                "a\n\nb".to_owned(),
                vec![Ok("a".into()), Ok(String::new()), Ok("b".into())],
            ),
            (
                format!("{longest}\n{longest}x\nc\n"),
                vec![Ok(longest.clone()), Err(MAX_ENTRY_BYTES + 1), Ok("c".into())],
            ),
        ] {
            for capacity in [1, 7, 1 << 17] {
                let stream = io::BufReader::with_capacity(capacity, stream.as_bytes());
                assert_eq!(lines(stream), want);
            }
        }
    }
}
