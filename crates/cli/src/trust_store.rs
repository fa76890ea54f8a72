//! Ledgers that somebody accepted once: whom commands believe without being told each time.
//!
//! A directory with a file for each ledger, `<hex SHA-256 of its origin>.policy`: a C2SP `tlog-policy`, which other tools read as well, after three
//! lines that say whose it is.
//!
//! ```text
//! # prova trust 1
//! # origin <origin>
//! # charter <leaf hash of entry 0, or ->
//! <policy, verbatim>
//! ```
//! The charter is what tells a ledger from another one of the same name: whoever likes can found one.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::{Digest, LeafHash},
    id::Origin,
    log::{MAX_POLICY_BYTES, ParsePolicyError},
    verdict::Trust,
};

use crate::{
    error::{Blame, Blamed, blame_of_io},
    output::{self, OutputError},
};

const FIRST_LINE: &str = "# prova trust 1";
/// What to do about a ledger with the name of one that was accepted.
pub(crate) const OTHER_CHARTER: &str = "whoever made this one is not who runs the ledger that you accepted; where both are meant, name a policy with --trust";
/// Longest entry of a store: a policy, and three lines.
const MAX_ENTRY: usize = MAX_POLICY_BYTES.saturating_add(1024);

/// Where accepted ledgers are kept.
#[derive(Clone, Debug)]
pub(crate) struct TrustStore {
    directory: PathBuf,
}

/// A ledger that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct TrustedLedger {
    pub(crate) origin: Origin,
    /// Whom to believe about it, with the leaf hash of its charter; without, where a policy was accepted and no ledger seen.
    pub(crate) trust: Trust,
    /// The policy as a file.
    pub(crate) policy: Vec<u8>,
}

/// Why a store cannot be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TrustStoreError {
    /// Neither of the variables that say where it is, is set.
    #[error(
        "it is not known where accepted ledgers are kept: neither PROVA_TRUST nor XDG_CONFIG_HOME nor HOME is set"
    )]
    Nowhere,
    /// A file of it cannot be read.
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A file of it cannot be written.
    #[error(transparent)]
    Write(#[from] OutputError),
    /// A file in it is none of its kind.
    #[error("{} is no accepted ledger: {problem}", path.display())]
    Form { path: PathBuf, problem: String },
    /// The policy of a ledger that is to be accepted.
    #[error(transparent)]
    Policy(#[from] ParsePolicyError),
    /// A policy for other ledgers.
    #[error("the policy names no log of the origin {0}")]
    NotNamed(Origin),
    /// Something else was accepted under that name.
    #[error("another ledger, or another policy, was accepted under the name {0}")]
    Accepted(Origin),
    /// Nothing was accepted under that name.
    #[error("no ledger was accepted under the name {0}")]
    NotAccepted(Origin),
    /// A ledger with the name of one that was accepted.
    #[error(
        "this is another ledger under the name {origin}: its charter has the leaf hash {got}, and {want} was accepted"
    )]
    OtherCharter {
        origin: Origin,
        got: LeafHash,
        want: LeafHash,
    },
}

impl Blamed for TrustStoreError {
    fn blame(&self) -> Blame {
        match self {
            Self::Read { source, .. } => blame_of_io(source),
            Self::Write(error) => error.blame(),
            Self::OtherCharter { .. } => Blame::Evidence,
            _ => Blame::Caller,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Nowhere => "name a directory in the variable PROVA_TRUST",
            Self::Form { .. } => "remove the file, and accept the ledger again with `prova trust add`",
            Self::Accepted(_) => "`prova trust show` tells which; `prova trust remove` takes it out",
            Self::NotAccepted(_) => "`prova trust list` shows those that were",
            Self::OtherCharter { .. } => OTHER_CHARTER,
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl TrustStore {
    /// The user's own: where `PROVA_TRUST` says, or in the directory for settings.
    pub(crate) fn of_user() -> Result<Self, TrustStoreError> {
        let named = |name| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let settings = || {
            named("XDG_CONFIG_HOME")
                .filter(|path| path.is_absolute())
                .or_else(|| named("HOME").map(|home| home.join(".config")))
        };
        let directory = named("PROVA_TRUST").or_else(|| settings().map(|path| path.join("prova/trust")));
        directory
            .map(|directory| Self { directory })
            .ok_or(TrustStoreError::Nowhere)
    }

    fn path(&self, origin: &Origin) -> PathBuf {
        let name = Digest::of(origin.as_str().as_bytes());
        self.directory.join(format!("{name}.policy"))
    }

    /// What was accepted under a name.
    pub(crate) fn get(&self, origin: &Origin) -> Result<Option<TrustedLedger>, TrustStoreError> {
        let path = self.path(origin);
        match fs::read(&path) {
            Ok(bytes) => {
                let found = parse(&path, &bytes)?;
                if found.origin == *origin {
                    return Ok(Some(found));
                }
                let problem = format!("it is about {}", found.origin);
                Err(TrustStoreError::Form { path, problem })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(TrustStoreError::Read { path, source }),
        }
    }

    /// All that was accepted, in order of names.
    pub(crate) fn all(&self) -> Result<Vec<TrustedLedger>, TrustStoreError> {
        let cannot_read = |path: &Path, source| TrustStoreError::Read {
            path: path.to_owned(),
            source,
        };
        let files = match fs::read_dir(&self.directory) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(cannot_read(&self.directory, source)),
        };
        let mut found = Vec::new();
        for file in files {
            let path = file
                .map_err(|source| cannot_read(&self.directory, source))?
                .path();
            if path.extension().is_some_and(|extension| extension == "policy") {
                let bytes = fs::read(&path).map_err(|source| cannot_read(&path, source))?;
                found.push(parse(&path, &bytes)?);
            }
        }
        found.sort_by(|one, other| one.origin.as_str().cmp(other.origin.as_str()));
        Ok(found)
    }

    /// Accepts a ledger; whether it is new.
    pub(crate) fn add(
        &self,
        origin: &Origin,
        charter: Option<LeafHash>,
        policy: &[u8],
    ) -> Result<bool, TrustStoreError> {
        let trust = Trust::parse(policy)?;
        let mut logs = trust.policy().logs().iter();
        if !logs.any(|log| log.key.name() == origin.as_key_name()) {
            return Err(TrustStoreError::NotNamed(origin.clone()));
        }
        if let Some(known) = self.get(origin)? {
            if known.trust.charter() == charter && known.policy == policy {
                return Ok(false);
            }
            return Err(TrustStoreError::Accepted(origin.clone()));
        }
        let charter = charter.map_or_else(|| "-".to_owned(), |leaf| leaf.to_string());
        let mut file = format!("{FIRST_LINE}\n# origin {origin}\n# charter {charter}\n").into_bytes();
        file.extend_from_slice(policy);
        let path = self.path(origin);
        fs::create_dir_all(&self.directory).map_err(|source| OutputError::Write {
            path: path.clone(),
            source,
        })?;
        output::write(&path, &file)?;
        Ok(true)
    }

    /// Forgets a ledger.
    pub(crate) fn remove(&self, origin: &Origin) -> Result<(), TrustStoreError> {
        let path = self.path(origin);
        match fs::remove_file(&path) {
            Ok(()) => Ok(output::sync_directory_of(&path)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(TrustStoreError::NotAccepted(origin.clone()))
            }
            Err(source) => Err(OutputError::Write { path, source }.into()),
        }
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<TrustedLedger, TrustStoreError> {
    let wrong = |problem: &dyn std::fmt::Display| TrustStoreError::Form {
        path: path.to_owned(),
        problem: problem.to_string(),
    };
    if bytes.len() > MAX_ENTRY {
        return Err(wrong(&format_args!(
            "{} bytes, want {MAX_ENTRY} at most",
            bytes.len()
        )));
    }
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, after) = rest.split_at_checked(end)?;
        rest = after.get(1..)?;
        std::str::from_utf8(line).ok()
    };
    let (first, origin, charter) = (line(), line(), line());
    if first != Some(FIRST_LINE) {
        return Err(wrong(&format_args!("its first line is not «{FIRST_LINE}»")));
    }
    let origin = origin.and_then(|line| line.strip_prefix("# origin ")?.parse().ok());
    let charter = charter.and_then(|line| match line.strip_prefix("# charter ")? {
        "-" => Some(None),
        leaf => leaf.parse().ok().map(Some),
    });
    let (Some(origin), Some(charter)) = (origin, charter) else {
        return Err(wrong(&"its second and third line do not name origin and charter"));
    };
    Ok(TrustedLedger {
        origin,
        trust: Trust::parse(rest)
            .map_err(|error| wrong(&error))?
            .with_charter(charter),
        policy: rest.to_vec(),
    })
}
