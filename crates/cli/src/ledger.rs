//! Which ledger a command is about, and how its errors are shown.

use std::path::PathBuf;

use clap::Args;
use prova_core::id::SubjectId;
use prova_query::{
    ChosenEntriesError, CompositionError, EntryDetailError, EntryProofError, GrowthProofError, HeadsError,
    OpenReadingError, PedigreeError, Reading, ReadingError, RehearsalError, SourceError, SubjectError,
    TermListingError,
};
use prova_store::{
    AppendError, AttachmentError, CreateError, Ledger, OpenError, Progress, ReadError, SealLedgerError,
    Snapshot, State,
};

use crate::{
    error::{Blame, Blamed, CommandError},
    passphrase::PassphraseArgs,
    signing,
    ui::{ProgressLine, Ui},
};

/// The options that say where the ledger is.
#[derive(Args, Clone, Debug)]
pub(crate) struct LedgerArgs {
    /// The ledger's directory.
    #[arg(
        long,
        value_name = "DIR",
        env = "PROVA_LEDGER",
        default_value = ".",
        hide_env_values = true
    )]
    pub(crate) ledger: PathBuf,
}

impl LedgerArgs {
    /// The ledger as it was last acknowledged, beside whoever writes it.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, CommandError> {
        Ok(Snapshot::open(&self.ledger)?)
    }

    /// What the ledger adds up to at its snapshot.
    pub(crate) fn read(&self, ui: &Ui) -> Result<(Snapshot, State), CommandError> {
        let snapshot = self.snapshot()?;
        let state = snapshot.state(&ui.progress("reading the ledger", "entries"))?;
        Ok((snapshot, state))
    }

    /// The ledger as it was last acknowledged, to be asked about what is in it.
    pub(crate) fn reading(&self, ui: &Ui) -> Result<Reading, CommandError> {
        Ok(Reading::open(
            &self.ledger,
            &ui.progress("reading the ledger", "entries"),
        )?)
    }

    /// The ledger, to be written.
    pub(crate) fn write(
        &self,
        log_key: Option<&PathBuf>,
        passphrase: &PassphraseArgs,
        ui: &Ui,
    ) -> Result<Ledger, CommandError> {
        // First what needs no secret, so that nobody types a passphrase in vain.
        Snapshot::open(&self.ledger)?;
        let log_key = log_key.ok_or_else(|| {
            CommandError::caller("no log key was given, and the ledger signs its checkpoints with it").hint(
                "give it with --log-key FILE or in the variable PROVA_LOG_KEY; without it, `--sign-only` writes the envelope for \
                 somebody else to append",
            )
        })?;
        let log_key = signing::read_key(log_key, &passphrase.log_source(), ui)?;
        Ok(Ledger::open(
            &self.ledger,
            log_key,
            &ui.progress("opening the ledger", "entries"),
        )?)
    }
}

impl Progress for ProgressLine {
    fn at(&self, done: u64, total: u64) {
        self.show(done, total);
    }
}

/// Errors of the store and of queries know whose fault they are; what to do about one is said here.
macro_rules! blamed {
    ($error:ty => $hint:expr) => {
        impl Blamed for $error {
            fn blame(&self) -> Blame {
                <$error>::blame(self)
            }

            fn hint(&self) -> Option<String> {
                let hint: fn(&Self) -> Option<String> = $hint;
                hint(self)
            }
        }
    };
    // The advice is that of the error within.
    ($($error:ty: $within:ident),+ $(,)?) => {
        $(blamed!($error => |error| match error { Self::$within(error) => error.hint(), _ => None });)+
    };
    ($($error:ty),+ $(,)?) => { $(blamed!($error => |_| None);)+ };
}

blamed!(
    AppendError,
    AttachmentError,
    CreateError,
    EntryDetailError,
    EntryProofError,
    GrowthProofError,
    ReadError,
    ReadingError,
    SealLedgerError,
    SourceError
);

blamed!(
    ChosenEntriesError: Subject,
    CompositionError: Subject,
    OpenReadingError: Open,
    RehearsalError: Refused,
);

blamed!(PedigreeError => |error| match error {
    Self::Slot { .. } => Some("`prova trace` says what is in a slot".to_owned()),
    Self::Subject(error) => error.hint(),
    _ => None,
});

blamed!(SubjectError => |error| {
    let is_absent = matches!(error, Self::NoEntry { .. });
    is_absent.then(|| "`prova show --heads` lists what it has entries about".to_owned())
});

blamed!(TermListingError => |error| {
    let hint = match error {
        Self::NeverSealed => "`prova seal` states which entries there are under every term",
        Self::Some { .. } => "`--all-about` proves which",
        Self::None { .. } => "`--none-about` proves it",
        _ => return None,
    };
    Some(hint.to_owned())
});

blamed!(OpenError => |error| {
    let hint = match error {
        Self::Missing { .. } | Self::Empty { .. } | Self::NotALedger { .. } => {
            "name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one"
        }
        Self::Locked { .. } => "wait until it has ended; commands that only read work beside it",
        _ => return None,
    };
    Some(hint.to_owned())
});

impl Blamed for HeadsError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotListed {
                subject: SubjectId::Organisation(_),
            } => "make one beside the ledger with `prova heads ORG…`",
            Self::NotListed { .. } => "make one beside the ledger with `prova heads COMPONENT…`",
            Self::NoLedger => "make one beside the ledger with `prova heads`",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
