//! The command line.

use std::path::PathBuf;

use crate::{Failure, rows};

/// Entries of the ledger that is measured.
const ENTRIES: usize = 10_000;
/// With `--full`: what the goals speak of.
const FULL_ENTRIES: usize = 1_000_000;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Args {
    /// Entries of the ledger.
    pub(crate) entries: usize,
    /// Whether the peers may take minutes.
    pub(crate) full: bool,
    /// Where the figures go too.
    pub(crate) json: Option<PathBuf>,
    /// Where the ledger is built.
    pub(crate) directory: Option<PathBuf>,
    /// What the report says about when and where: nothing here reads the clock's date.
    pub(crate) date: Option<String>,
    /// The machine, if the caller knows better than `/proc/cpuinfo`.
    pub(crate) machine: Option<String>,
    /// Which groups; all if none.
    pub(crate) rows: Vec<String>,
}

/// What `--help` prints.
pub(crate) fn help() -> String {
    format!(
        "\
Figures of Prova against limits and peers, measured in one run.

  cargo run --release -p prova-bench -- [OPTIONS] [ROW…]

  --full             {FULL_ENTRIES} entries instead of {ENTRIES}, and longer runs of the peers
  --entries N        so many entries
  --json FILE        write the figures as JSON too
  --directory DIR    build the ledger below DIR [default: target/bench of this repository]
  --date TEXT        the date that the report bears
  --machine TEXT     the machine that the report names [default: from /proc]

Rows: {}.

Exit code 0 whether goals are met or missed; 1 if something could not be measured. A row whose peer is not installed is
marked as skipped.",
        rows::names().collect::<Vec<_>>().join(", ")
    )
}

impl Args {
    /// Reads the command line; `None` if help is wanted.
    pub(crate) fn parse(words: &[String]) -> Result<Option<Self>, Failure> {
        let mut args = Self {
            entries: ENTRIES,
            full: false,
            json: None,
            directory: None,
            date: None,
            machine: None,
            rows: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .cloned()
                    .ok_or_else(|| format!("{word} wants a value"))
            };
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--full" => (args.full, args.entries) = (true, FULL_ENTRIES),
                "--entries" => {
                    args.entries = value()?.parse()?;
                    if args.entries < 1_000 {
                        return Err(format!("--entries {}, want 1000 at least", args.entries).into());
                    }
                }
                "--json" => args.json = Some(value()?.into()),
                "--directory" => args.directory = Some(value()?.into()),
                "--date" => args.date = Some(value()?),
                "--machine" => args.machine = Some(value()?),
                option if option.starts_with('-') => {
                    return Err(format!("no option {option}; --help lists them").into());
                }
                row => args.rows.push(row.to_owned()),
            }
        }
        Ok(Some(args))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Option<Args>, Failure> {
        Args::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn options_and_rows_may_stand_in_any_order() {
        let args = parse(&["open", "--full", "--json", "f.json", "disk"])
            .unwrap()
            .unwrap();
        assert_eq!((args.entries, args.full), (1_000_000, true));
        assert_eq!(args.json, Some("f.json".into()));
        assert_eq!(args.rows, ["open", "disk"]);
        assert!(parse(&["--help"]).unwrap().is_none());
        for words in [
            &["--json"][..],
            &["--fast"],
            &["--entries", "many"],
            &["--entries", "3"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
