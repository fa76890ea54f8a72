//! The two moments at which a unit is described.

/// When in its life a unit is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As each unit was when it was first shipped, received, installed or decommissioned.
    AsBuilt,
    /// As the ledger knows it at the checkpoint.
    AsInstalled,
}

impl Stage {
    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsBuilt => "as-built",
            Self::AsInstalled => "as-installed",
        }
    }
}
