//! Names of what a ledger speaks about: organisations, components, their other names, and the ledger itself.
//!
//! Every name has one text. Parsing normalises, `Display` and `FromStr` are inverse, and a value of a type here is the proof that its text is
//! well formed and short enough; nothing later checks a name again.
//!
//! **May use** ground files only. **Promises** that two names that are equal have the same bytes, and that no name holds a character that
//! hides or reorders text.

mod alias;
mod component;
mod key_name;
mod normal;
mod organisation;
mod origin;
mod subject;

pub use self::{
    alias::{Alias, MAX_ALIAS_BYTES, ParseAliasError},
    component::{ComponentId, Kind, MAX_PATH_BYTES, MAX_SEGMENT_BYTES, ParseComponentError},
    key_name::{KeyName, ParseKeyNameError},
    organisation::{OrgId, ParseOrgError},
    origin::{Origin, OriginAdvice, ParseOriginError},
    subject::SubjectId,
};
