//! Keys that sign, and what their statements would do to a ledger.

use std::path::Path;

use prova_core::{
    key::public::SecretKey,
    ledger::{
        admission::{AdmitError, Inadmissible, admit},
        fault::EntryRefusal,
    },
    lifecycle::{Finding, Layer, Lives},
    position::TreeSize,
    registry::{EntitlementError, Registry, RegistryError},
    statement::entry::{DecodeEntryError, Unverified, VerifyEntryError},
};
use prova_store::{ReadError, State};

use crate::{
    error::{Blame, Blamed, CommandError},
    keyfile,
    passphrase::PassphraseSource,
    ui::Ui,
};

/// Reads a private key and says what its keeper should change.
pub(crate) fn read_key(
    path: &Path,
    passphrase: &PassphraseSource,
    ui: &Ui,
) -> Result<SecretKey, CommandError> {
    let opened = keyfile::read(path, passphrase)?;
    if let Some(warning) = &opened.warning {
        ui.warn(&warning.to_string());
    }
    Ok(opened.key)
}

/// Entries tried on a ledger's state, one after the other, without being recorded.
pub(crate) struct Rehearsal<'a> {
    rows: Rows<'a>,
    registry: Option<Registry>,
    size: u64,
}

/// What would become of an entry.
pub(crate) enum Tried {
    /// The ledger takes it, and records these findings.
    Taken(Vec<Finding>),
    /// The ledger takes it once more organisations have signed.
    TooFewSigned(Inadmissible),
}

/// The state, with the changes of the entries tried so far on top.
struct Rows<'a> {
    state: &'a State,
    changes: Lives,
}

impl Layer for Rows<'_> {
    type Below = State;
    type Error = ReadError;

    fn below(&self) -> &State {
        self.state
    }

    fn lives(&self) -> Option<&Lives> {
        Some(&self.changes)
    }
}

impl<'a> Rehearsal<'a> {
    /// Nothing tried yet.
    pub(crate) fn new(state: &'a State) -> Self {
        Self {
            rows: Rows {
                state,
                changes: Lives::default(),
            },
            registry: Some(state.registry().clone()),
            size: state.size().get(),
        }
    }

    /// What would become of the entry; an error if the ledger would refuse it whoever else signs.
    pub(crate) fn try_entry(&mut self, entry: &[u8]) -> Result<Tried, CommandError> {
        let entry = Unverified::decode(entry)?.verify(self.registry.as_ref())?;
        let size = TreeSize::new(self.size);
        let changes = match admit(&self.rows, &mut self.registry, size, &entry) {
            Ok(changes) => changes,
            Err(AdmitError::Refused(EntryRefusal::Inadmissible(reason)))
                if matches!(*reason, Inadmissible::Registry(RegistryError::Threshold { .. })) =>
            {
                return Ok(Tried::TooFewSigned(*reason));
            }
            Err(AdmitError::Refused(refusal)) => return Err(refusal.into()),
            Err(AdmitError::View(error)) => return Err(error.into()),
        };
        let findings = changes.findings().collect();
        self.rows.changes.extend(changes);
        self.size = self.size.saturating_add(1);
        Ok(Tried::Taken(findings))
    }
}

impl Blamed for EntryRefusal {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Verify(error) => error.hint(),
            Self::Inadmissible(error) => error.hint(),
            _ => None,
        }
    }
}

impl Blamed for DecodeEntryError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }
}

impl Blamed for VerifyEntryError {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey(_) => Some(ENROL.to_owned()),
            _ => None,
        }
    }
}

const ENROL: &str = "`prova registry show` lists the keys in use; `prova registry enrol` and `prova registry rotate` add some";

impl Blamed for Inadmissible {
    fn blame(&self) -> Blame {
        Blame::Caller
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::StalePrev { .. } => {
                "look at what happened since with `prova show`, then make the statement again"
            }
            Self::Entitlement(EntitlementError::UnknownKey(_) | EntitlementError::KeyEnded { .. })
            | Self::Registry(RegistryError::Entitlement(
                EntitlementError::UnknownKey(_) | EntitlementError::KeyEnded { .. },
            )) => ENROL,
            Self::Entitlement(EntitlementError::NoRole { .. } | EntitlementError::RoleMayNot { .. }) => {
                "`prova registry show` lists everybody's roles; `prova registry change --role` changes them"
            }
            Self::Registry(RegistryError::Threshold { .. }) => {
                "sign with more root keys: --sign FILE several times, or --sign-only and `prova sign` elsewhere"
            }
            Self::Registry(RegistryError::TestKey(_)) => {
                "make a key of your own with `prova key generate`; `prova init --test` makes a ledger that takes test keys"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
