//! Whom a reader believes.

use crate::{
    hash::{Digest, LeafHash},
    log::{ParsePolicyError, Policy},
};

/// Whom a reader believes about a ledger: a policy, the digest of the file that it was read from, and which charter was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    policy: Policy,
    digest: Digest,
    charter: Option<LeafHash>,
}

impl Trust {
    /// Reads a C2SP `tlog-policy` file.
    ///
    /// # Errors
    /// Bytes that are no policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePolicyError> {
        Ok(Self {
            policy: Policy::parse(bytes)?,
            digest: Digest::of(bytes),
            charter: None,
        })
    }

    /// The same, of the ledger with this charter alone, where one was accepted: whoever likes can found another of the same name.
    #[must_use]
    pub fn with_charter(self, charter: Option<LeafHash>) -> Self {
        Self { charter, ..self }
    }

    /// The C2SP policy that the reader trusts.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// SHA-256 of the file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The leaf hash of the charter that was accepted, if one was.
    #[must_use]
    pub fn charter(&self) -> Option<LeafHash> {
        self.charter
    }
}
