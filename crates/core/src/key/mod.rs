//! Keys and what they sign: a key pair, one signature, many signatures at once, and the keys that are published for tests.
//!
//! **May use** ground files and names. **Promises** that a [`public::PublicKey`] is canonical, of prime order and not weak; that admission
//! accepts only what `verify_strict` accepts; that an audit's answer for a signature is the same alone and in a batch (RFC 8032 §5.1.7 with
//! the cofactor); that a secret key is never printed and is overwritten when it goes.

mod batch;
mod public;
mod signature;
mod test_keys;

pub use self::{
    batch::{BadSignatures, Batch},
    public::{DecodeSpkiError, KeyId, ParsePublicKeyError, PublicKey, PublicKeyError, SecretKey},
    signature::{BadSignature, DecodeSignatureError, Signature, verify_admission, verify_audit},
    test_keys::{PUBLISHED, is_published_test_key, published_test_key},
};
