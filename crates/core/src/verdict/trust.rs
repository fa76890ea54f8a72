//! Whom a reader believes.

use crate::{
    hash::Digest,
    log::{ParsePolicyError, Policy},
};

/// Whom a reader believes: a policy, and the digest of the file that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    policy: Policy,
    digest: Digest,
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
        })
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
}
