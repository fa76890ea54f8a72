//! What is signed: envelopes, the statements in them, and the four things that a statement can say.
//!
//! ```text
//! entry = DSSE envelope (dsse) { in-toto statement (in_toto) { event | registry action | charter | seal } }
//! ```
//! [`Unverified`] can do one thing, be verified; only that makes an [`Verified`], and the rules of the ledger take nothing else.
//!
//! **May use** ground files, names and keys. **Promises** that an entry's bytes are a function of its content, that payload bytes are never
//! made anew, and that nothing here depends on what stands in a ledger but the keys, which are asked for through [`Keyring`].

pub mod action;
pub mod charter;
mod dsse;
mod entry;
pub mod event;
mod in_toto;
pub mod seal;

pub(crate) use self::dsse::encode_pre_authentication;
pub use self::{
    dsse::{
        Envelope, EnvelopeError, EnvelopeSignature, MAX_ENTRY_BYTES, MAX_SIGNATURES, PAYLOAD_TYPE,
        pre_authentication_encoding,
    },
    entry::{DecodeEntryError, Keyring, Unverified, Verified, VerifyEntryError},
    in_toto::{
        ForeignLink, MAX_ALIASES, Predicate, STATEMENT_LIMITS, STATEMENT_TYPE, Statement, StatementError,
        Subject,
    },
};
