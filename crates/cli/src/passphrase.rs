//! Passphrases of key files: from the terminal, a file or the environment.
//!
//! A passphrase is 1 to 1024 bytes of UTF-8, the length that OpenSSL takes.

use std::{
    env,
    fs::File,
    io::{self, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
};

use clap::Args;
use prova_core::text;
use zeroize::Zeroizing;

use crate::error::{Blame, Blamed};

/// Longest passphrase, in bytes: OpenSSL's `PEM_BUFSIZE`.
const LONGEST: usize = 1024;

/// A passphrase; overwritten with zeros when it is dropped.
pub(crate) struct Passphrase(Zeroizing<String>);

/// Where a passphrase comes from, if one is needed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PassphraseSource {
    /// The person at the terminal, who is asked only if there is one.
    Terminal,
    /// The first line of a file.
    File(PathBuf),
    /// The value of the environment variable with this name.
    Environment(String),
}

/// Where the passphrases of the key files come from that a command is given.
///
/// One source serves all the keys of a command but the log's, which has its own; from the terminal each key is asked for by its name.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PassphraseArgs {
    /// Take the passphrase of key files from the first line of this file.
    #[arg(
        long,
        value_name = "FILE",
        env = "PROVA_PASSPHRASE_FILE",
        hide_env_values = true,
        conflicts_with = "passphrase_env"
    )]
    passphrase_file: Option<PathBuf>,
    /// Take the passphrase of key files from this environment variable [without: from `PROVA_PASSPHRASE`, if it is set].
    #[arg(long, value_name = "VARIABLE")]
    passphrase_env: Option<String>,
}

impl PassphraseArgs {
    /// The source: what the command line says, else the environment, else the terminal.
    pub(crate) fn source(&self) -> PassphraseSource {
        const VARIABLE: &str = "PROVA_PASSPHRASE";
        match (&self.passphrase_file, &self.passphrase_env) {
            (Some(path), _) => PassphraseSource::File(path.clone()),
            (None, Some(name)) => PassphraseSource::Environment(name.clone()),
            (None, None) if env::var_os(VARIABLE).is_some() => {
                PassphraseSource::Environment(VARIABLE.to_owned())
            }
            (None, None) => PassphraseSource::Terminal,
        }
    }

    /// The source for the log's key: `PROVA_LOG_PASSPHRASE_FILE` or `PROVA_LOG_PASSPHRASE`, else that of the other keys.
    pub(crate) fn log_source(&self) -> PassphraseSource {
        const FILE: &str = "PROVA_LOG_PASSPHRASE_FILE";
        const VARIABLE: &str = "PROVA_LOG_PASSPHRASE";
        if let Some(path) = env::var_os(FILE) {
            PassphraseSource::File(path.into())
        } else if env::var_os(VARIABLE).is_some() {
            PassphraseSource::Environment(VARIABLE.to_owned())
        } else {
            self.source()
        }
    }
}

/// What a passphrase is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassphrasePurpose {
    /// To open a file: asked for once, since a typing error shows.
    Unlock,
    /// To protect a new file: asked for twice, since a typing error would lose the key.
    Protect,
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PassphraseError {
    /// Nobody gave one, and there is nobody to ask.
    #[error("no passphrase was given, and there is no terminal to ask for one")]
    NoTerminal,
    /// The terminal failed, or the person interrupted.
    #[error("cannot read a passphrase from the terminal")]
    Terminal {
        /// The cause.
        source: io::Error,
    },
    /// Two different passphrases were typed.
    #[error("the two passphrases differ")]
    Differ,
    /// The file cannot be read.
    #[error("cannot read a passphrase from {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is no such variable.
    #[error("the environment variable {name} is not set, want a passphrase in it")]
    NotSet {
        /// The variable that was to hold the passphrase.
        name: String,
    },
    /// The text is not UTF-8.
    #[error("the passphrase is not UTF-8")]
    NotUtf8,
    /// No passphrase, or one that nobody should rely on.
    #[error("the passphrase is empty")]
    Empty,
    /// More than OpenSSL takes.
    #[error("the passphrase is longer than {LONGEST} bytes")]
    TooLong,
}

impl Blamed for PassphraseError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::NoTerminal).then(|| {
            "give one with --passphrase-file or --passphrase-env, or in the variable PROVA_PASSPHRASE"
                .to_owned()
        })
    }
}

impl Passphrase {
    fn parse(text: Zeroizing<String>) -> Result<Self, PassphraseError> {
        match text.len() {
            0 => Err(PassphraseError::Empty),
            1..=LONGEST => Ok(Self(text)),
            _ => Err(PassphraseError::TooLong),
        }
    }

    /// Hands out the bytes, which whoever has the file needs to have the key.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl PassphraseSource {
    /// Reads the passphrase of `key_file`.
    pub(crate) fn passphrase(
        &self,
        purpose: PassphrasePurpose,
        key_file: &Path,
    ) -> Result<Passphrase, PassphraseError> {
        match self {
            // The prompt goes to the controlling terminal, which also a script without a reader may have.
            Self::Terminal if !io::stderr().is_terminal() => Err(PassphraseError::NoTerminal),
            Self::Terminal => ask(purpose, key_file, rpassword::prompt_password),
            Self::File(path) => {
                let file = File::open(path).map_err(|source| PassphraseError::File {
                    path: path.clone(),
                    source,
                })?;
                first_line(path, &file)
            }
            Self::Environment(name) => {
                let value =
                    env::var_os(name).ok_or_else(|| PassphraseError::NotSet { name: name.clone() })?;
                let text = value.into_string().map_err(|_| PassphraseError::NotUtf8)?;
                Passphrase::parse(Zeroizing::new(text))
            }
        }
    }
}

fn ask(
    purpose: PassphrasePurpose,
    key_file: &Path,
    mut prompt: impl FnMut(String) -> io::Result<String>,
) -> Result<Passphrase, PassphraseError> {
    let key_file = text::escape(&key_file.to_string_lossy());
    let mut line = |prefix: &str| {
        prompt(format!("{prefix} for {key_file}: "))
            .map(Zeroizing::new)
            .map_err(|source| PassphraseError::Terminal { source })
    };
    match purpose {
        PassphrasePurpose::Unlock => Passphrase::parse(line("Passphrase")?),
        PassphrasePurpose::Protect => {
            let passphrase = Passphrase::parse(line("New passphrase")?)?;
            if *line("The same passphrase again")? == *passphrase.0 {
                Ok(passphrase)
            } else {
                Err(PassphraseError::Differ)
            }
        }
    }
}

fn first_line(path: &Path, file: &File) -> Result<Passphrase, PassphraseError> {
    // A passphrase, a line end and one byte more, to see that a line is too long.
    const READ: usize = LONGEST + 3;
    // Larger than what is read, so that it is never reallocated and no copy stays behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * READ));
    file.take(u64::try_from(READ).unwrap_or(u64::MAX))
        .read_to_end(&mut bytes)
        .map_err(|source| PassphraseError::File {
            path: path.to_owned(),
            source,
        })?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > LONGEST {
        return Err(PassphraseError::TooLong);
    }
    let text = str::from_utf8(line).map_err(|_| PassphraseError::NotUtf8)?;
    Passphrase::parse(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shown(result: Result<Passphrase, PassphraseError>) -> String {
        match result {
            Ok(passphrase) => format!("«{}»", String::from_utf8_lossy(passphrase.expose())),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_first_line_of_a_file_is_the_passphrase() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passphrase");
        let longest = "é".repeat(LONGEST / 2);
        for (content, want) in [
            ("secret\nmore\n".to_owned(), "«secret»".to_owned()),
            ("secret".to_owned(), "«secret»".to_owned()),
            (" secret \r\n".to_owned(), "« secret »".to_owned()),
            (String::new(), "the passphrase is empty".to_owned()),
            ("\nsecret\n".to_owned(), "the passphrase is empty".to_owned()),
            (format!("{longest}\r\nmore"), format!("«{longest}»")),
            (
                format!("{longest}x\n"),
                "the passphrase is longer than 1024 bytes".to_owned(),
            ),
            (
                "x".repeat(1 << 20),
                "the passphrase is longer than 1024 bytes".to_owned(),
            ),
        ] {
            fs::write(&path, &content).unwrap();
            let source = PassphraseSource::File(path.clone());
            assert_eq!(
                shown(source.passphrase(PassphrasePurpose::Protect, Path::new("key.pem"))),
                want
            );
        }
        fs::write(&path, b"\xff\n").unwrap();
        let source = PassphraseSource::File(path);
        assert_eq!(
            shown(source.passphrase(PassphrasePurpose::Unlock, Path::new("key.pem"))),
            "the passphrase is not UTF-8"
        );
        let source = PassphraseSource::File(directory.path().join("absent"));
        assert!(matches!(
            source.passphrase(PassphrasePurpose::Unlock, Path::new("key.pem")),
            Err(PassphraseError::File { .. })
        ));
    }

    #[test]
    fn a_variable_is_read_by_its_name() {
        // Set by cargo for every test.
        let source = PassphraseSource::Environment("CARGO_PKG_NAME".to_owned());
        assert_eq!(
            shown(source.passphrase(PassphrasePurpose::Unlock, Path::new("key.pem"))),
            "«prova-cli»"
        );
        let source = PassphraseSource::Environment("PROVA_NO_SUCH_VARIABLE".to_owned());
        assert_eq!(
            shown(source.passphrase(PassphrasePurpose::Unlock, Path::new("key.pem"))),
            "the environment variable PROVA_NO_SUCH_VARIABLE is not set, want a passphrase in it"
        );
    }

    #[test]
    fn a_new_passphrase_is_asked_for_twice() {
        for (purpose, typed, want, prompts) in [
            (
                PassphrasePurpose::Unlock,
                &["one"][..],
                "«one»",
                &["Passphrase for a\\u{1b}.pem: "][..],
            ),
            (
                PassphrasePurpose::Protect,
                &["one", "one"],
                "«one»",
                &[
                    "New passphrase for a\\u{1b}.pem: ",
                    "The same passphrase again for a\\u{1b}.pem: ",
                ],
            ),
            (
                PassphrasePurpose::Protect,
                &["one", "two"],
                "the two passphrases differ",
                &[
                    "New passphrase for a\\u{1b}.pem: ",
                    "The same passphrase again for a\\u{1b}.pem: ",
                ],
            ),
            (
                PassphrasePurpose::Protect,
                &[""],
                "the passphrase is empty",
                &["New passphrase for a\\u{1b}.pem: "],
            ),
            (
                PassphrasePurpose::Unlock,
                &[],
                "cannot read a passphrase from the terminal",
                &["Passphrase for a\\u{1b}.pem: "],
            ),
        ] {
            let mut typed = typed.iter();
            let mut asked = Vec::new();
            let result = ask(purpose, Path::new("a\u{1b}.pem"), |prompt| {
                asked.push(prompt);
                let line = typed.next().ok_or(io::ErrorKind::UnexpectedEof)?;
                Ok((*line).to_owned())
            });
            assert_eq!(shown(result), want);
            assert_eq!(asked, prompts);
        }
    }
}
