//! What people and programs see: results on stdout, everything else on stderr.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal as _, Write},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use prova_core::text;
use serde::Serialize;

use crate::{
    args::Format,
    error::{Blame, CommandError},
    input,
};

/// How long something may take before a progress bar is shown.
const PATIENCE: Duration = Duration::from_millis(500);

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It holds, it is done.
    Holds,
    /// The evidence is bad.
    Evidence,
    /// The caller's mistake.
    Caller,
    /// The program's failure.
    Program,
    /// Verified, but there are findings or gaps, or rules are not met.
    NotMet,
    /// Nothing fails, but nobody who is trusted vouches for it, or what was asked cannot be decided.
    Undecided,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Holds => 0,
            Status::Evidence => 1,
            Status::Caller => 2,
            Status::Program => 3,
            Status::NotMet => 4,
            Status::Undecided => 6,
        })
    }
}

impl From<Blame> for Status {
    fn from(blame: Blame) -> Self {
        match blame {
            Blame::Evidence => Self::Evidence,
            Blame::Caller => Self::Caller,
            Blame::Program => Self::Program,
        }
    }
}

/// A result: its serde form is its JSON, with stable member names.
pub(crate) trait Show: Serialize {
    /// Whether the result is a document of its own that has one form only.
    const VERBATIM: bool = false;

    /// Writes the result for people. Text that comes from records goes through [`text::escape`].
    fn show(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// A failure on stderr in JSON.
#[derive(Serialize)]
struct JsonFailure<'a> {
    error: &'a CommandError,
}

/// The two streams.
#[derive(Debug)]
pub(crate) struct Ui {
    format: Format,
    /// Whether the reader of stdout has gone.
    closed: bool,
}

impl Ui {
    /// A pair of streams in this form.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            closed: false,
        }
    }

    /// The form of results.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Prints the one result of a command.
    pub(crate) fn result<R: Show>(&mut self, result: &R) -> Result<(), CommandError> {
        self.print(|format, out| match format {
            _ if R::VERBATIM => result.show(out),
            Format::Text => result.show(out),
            Format::Json => writeln!(out, "{}", printable(&serde_json::to_string_pretty(result)?)),
        })
    }

    /// Prints one of many results, or one whose JSON is a line as others are: in JSON one line each.
    pub(crate) fn item(&mut self, item: &impl Show) -> Result<(), CommandError> {
        self.print(|format, out| match format {
            Format::Text => item.show(out),
            Format::Json => writeln!(out, "{}", printable(&serde_json::to_string(item)?)),
        })
    }

    fn print(
        &mut self,
        print: impl FnOnce(Format, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CommandError> {
        if self.closed {
            return Ok(());
        }
        let mut stdout = io::BufWriter::new(anstream::stdout().lock());
        match print(self.format, &mut stdout).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                // What is left in the buffer has no reader; dropping the buffer would try again.
                let _ = stdout.into_parts();
                Ok(())
            }
            Err(error) => Err(CommandError::of(Blame::Program, &error).context("cannot write to stdout")),
            Ok(()) => Ok(()),
        }
    }

    /// Tells about something that does not stop the command, but should be known.
    pub(crate) fn warn(&self, message: &str) {
        self.message("warning", YELLOW, message);
    }

    /// Tells how things go.
    pub(crate) fn note(&self, message: &str) {
        self.message("note", CYAN, message);
    }

    /// Shows something on stderr, whole: what somebody is to agree to.
    pub(crate) fn explain(&self, what: &impl Show) {
        // Nobody can be told that stderr does not work.
        let _ = match self.format {
            Format::Text => what.show(&mut anstream::stderr().lock()),
            Format::Json => {
                let text = serde_json::to_string(what).unwrap_or_default();
                writeln!(io::stderr().lock(), "{}", printable(&text))
            }
        };
    }

    /// Asks the person at the terminal; nobody is asked where stdin or stderr is none.
    fn confirm(&self, question: &str) -> Option<bool> {
        let mut stderr = io::stderr().lock();
        if self.format == Format::Json || !io::stdin().is_terminal() || !stderr.is_terminal() {
            return None;
        }
        write!(stderr, "{question} [y/N] ")
            .and_then(|()| stderr.flush())
            .ok()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// Goes on only where the person at the terminal agrees. Where nobody can be asked, `hint` says how to agree by an option. What comes from a
    /// stream is not asked about: the answer might come out of it.
    pub(crate) fn agree(&self, to: &str, from: &Path, hint: impl Into<String>) -> Result<(), CommandError> {
        let answer = if input::is_stream(from) {
            None
        } else {
            self.confirm(&format!("Do you agree to {to}?"))
        };
        let refused = format!("nobody has agreed to {to}");
        match answer {
            Some(true) => Ok(()),
            Some(false) => Err(CommandError::caller(refused)),
            None => {
                Err(CommandError::caller(format!("{refused}, and there is no terminal to ask on")).hint(hint))
            }
        }
    }

    fn message(&self, kind: &str, style: Style, message: &str) {
        // Nobody can be told that stderr does not work.
        let _ = match self.format {
            Format::Text => writeln!(
                anstream::stderr().lock(),
                "{style}{kind}{style:#}: {}",
                lines(message)
            ),
            Format::Json => {
                let object = serde_json::json!({ kind: { "message": message } });
                writeln!(io::stderr().lock(), "{}", printable(&object.to_string()))
            }
        };
    }

    /// A progress bar for something that counts `unit`s.
    pub(crate) fn progress(&self, what: &'static str, unit: &'static str) -> ProgressLine {
        ProgressLine {
            what,
            unit,
            begun: Instant::now(),
            enabled: self.format == Format::Text && io::stderr().is_terminal(),
            shown: std::cell::OnceCell::new(),
        }
    }

    /// Ends the command: shows the error, if there is one, and gives the exit code.
    pub(crate) fn end(self, result: Result<Status, CommandError>) -> ExitCode {
        let error = match result {
            Ok(status) => return status.into(),
            Err(error) => error,
        };
        let _ = match self.format {
            Format::Text => {
                writeln!(
                    anstream::stderr().lock(),
                    "{RED}error{RED:#}: {}",
                    lines(&error.to_string())
                )
            }
            Format::Json => {
                let object = serde_json::to_string(&JsonFailure { error: &error }).unwrap_or_default();
                writeln!(io::stderr().lock(), "{}", printable(&object))
            }
        };
        Status::from(error.blame).into()
    }
}

/// A progress bar that shows only on a terminal, and only once something takes long.
pub(crate) struct ProgressLine {
    what: &'static str,
    unit: &'static str,
    begun: Instant,
    enabled: bool,
    shown: std::cell::OnceCell<ProgressBar>,
}

impl ProgressLine {
    /// Shows that `done` of `total` are done; a total of 0 is not known.
    pub(crate) fn show(&self, done: u64, total: u64) {
        if !self.enabled || self.begun.elapsed() < PATIENCE {
            return;
        }
        let bar = self.shown.get_or_init(|| {
            let style = ProgressStyle::with_template(&template(self.what, self.unit, total))
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                    let _ = write!(out, "{:.0}/s", state.per_sec());
                });
            ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
                .with_style(style)
                .with_elapsed(self.begun.elapsed())
        });
        bar.set_length(total);
        bar.set_position(done);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(bar) = self.shown.get() {
            bar.finish_and_clear();
        }
    }
}

/// What a bar shows: how far, how fast, and how long still, unless nobody knows how much there is.
fn template(what: &str, unit: &str, total: u64) -> String {
    if total == 0 {
        format!("{what} {{human_pos}} {unit} ({{rate}})")
    } else {
        format!("{what} {{wide_bar}} {{human_pos}}/{{human_len}} {unit} ({{rate}}, {{eta}} left)")
    }
}

/// JSON in which characters that deceive or command a terminal are escapes. They can only stand in strings.
fn printable(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if text::is_unprintable(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A message of several lines in which characters that deceive or command a terminal are escaped.
fn lines(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    for character in message.chars() {
        if text::is_unprintable(character) && character != '\n' {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_draws_what_its_template_says() {
        for (total, want) in [(0, 1), (10, 2)] {
            let template = template("appending", "lines", total);
            assert!(ProgressStyle::with_template(&template).is_ok(), "{template}");
            let told = ["{rate}", "{eta}"].iter().filter(|key| template.contains(*key));
            assert_eq!(told.count(), want, "{template}");
        }
    }

    #[test]
    fn what_could_deceive_a_reader_is_escaped_and_json_stays_the_same_value() {
        let text = "a\u{1b}[31m\u{202e}b\u{e0001}\nc\u{9b}";
        let json = printable(&serde_json::to_string(text).unwrap());
        assert_eq!(json, r#""a\u001b[31m\u202eb\udb40\udc01\nc\u009b""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        assert_eq!(lines(text), "a\\u{1b}[31m\\u{202e}b\\u{e0001}\nc\\u{9b}");
    }
}
