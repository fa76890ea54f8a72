//! Keys that sign, and what to do about a statement that a ledger refuses.

use std::path::Path;

use prova_core::{
    key::SecretKey,
    ledger::{EntryRefusal, Inadmissible},
    registry::{EntitlementError, RegistryError},
    statement::VerifyEntryError,
};

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
            Self::StalePrev { .. } | Self::BehindOwn { .. } => {
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
