//! `data/bundle.json`: what a bundle claims to be. Nothing here is believed; a verifier recomputes what can be, and says what cannot.
//!
//! ```text
//! {"format":"prova-bundle/1","algorithms":{"digest":"sha256","signature":"ed25519","tree":"rfc9162-sha256","index":"prova-index/1"},
//!  "origin":<origin>,"size":<size>,"root":<hex>,"seal":{"index":<index>,"size":<size>,"root":<hex>},"scope":<scope>,"case":<text>,
//!  "exporter":<org>,"at":<time>,"closure":{"primary":[<subject>,…],"consulted":[…],"traced":[…],"aliases":[…]},"entries":<number>,
//!  "withheld":[{"sha256":<hex>,"length":<bytes>,"reason":<text>,"authority":<text>},…]}
//! ```
//! Compact, members in this order, `seal`, `case`, `length` and `authority` only where there is one; lists ascending, none twice; one newline
//! at the end. The bytes are a function of the content: a reader encodes again and compares.

use serde::{Deserialize, Serialize};

use crate::{
    hash::{Digest, MapHash, NodeHash},
    id::{Alias, OrgId, Origin, SubjectId},
    json::JsonError,
    position::{EntryIndex, TreeSize},
    text::is_unprintable,
    time::Timestamp,
    verdict::{BundleScope, bundle_scope::ScopeError},
};

/// The format that this version writes and reads.
pub const FORMAT: &str = "prova-bundle/1";
/// Largest description, in bytes: lists of a hundred thousand components.
pub const MAX_DESCRIPTION_BYTES: usize = 32 * 1024 * 1024;
/// Most components that a bundle follows; a reader holds all of them in memory.
pub const MAX_SUBJECTS: usize = 200_000;
/// Most aliases that a bundle follows.
pub const MAX_ALIASES: usize = 200_000;
/// Most documents that a bundle names as withheld.
pub const MAX_WITHHELD: usize = 200_000;
/// Longest case, reason or authority, in bytes.
pub const MAX_REMARK_BYTES: usize = 500;

/// What a bundle claims to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The format's name and version: [`FORMAT`].
    pub format: String,
    /// The algorithms that digests, signatures and proofs in it use.
    pub algorithms: Algorithms,
    /// The ledger.
    pub origin: Origin,
    /// Entries that its checkpoint covers.
    pub size: TreeSize,
    /// The root that its checkpoint signs.
    pub root: NodeHash,
    /// The seal that its index proofs lead to; absent where there is none, and every entry is there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealReference>,
    /// What it is about.
    pub scope: BundleScope,
    /// The case that it was made for, in the exporter's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Remark>,
    /// Who made it.
    pub exporter: OrgId,
    /// When, as the exporter claims.
    pub at: Timestamp,
    /// Whose entries it has in full.
    pub closure: ClosureLists,
    /// How many entries it has.
    pub entries: u64,
    /// Documents that its entries name and it does not have.
    #[serde(deserialize_with = "crate::json::at_most::<MAX_WITHHELD, _, _>")]
    pub withheld: Vec<Withheld>,
}

/// The algorithms that a bundle's digests, signatures and proofs use. One set is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Algorithms {
    /// Of files, documents and components.
    pub digest: String,
    /// Of envelopes and checkpoints.
    pub signature: String,
    /// Of the log.
    pub tree: String,
    /// Hash and shape of the verifiable index.
    pub index: String,
}

/// The entry that commits to the index, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealReference {
    /// Where it stands.
    pub index: EntryIndex,
    /// Entries that it covers.
    pub size: TreeSize,
    /// The root of the index over them.
    pub root: MapHash,
}

/// Whose entries a bundle has in full, and why. No component stands in two lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureLists {
    /// By the scope: all entries about them and all that mention them.
    #[serde(deserialize_with = "crate::json::at_most::<MAX_SUBJECTS, _, _>")]
    pub primary: Vec<SubjectId>,
    /// Because the lives of others cannot be followed without them: all entries about them.
    #[serde(deserialize_with = "crate::json::at_most::<MAX_SUBJECTS, _, _>")]
    pub consulted: Vec<SubjectId>,
    /// What the primary ones consist of, run and are in: all entries about them.
    #[serde(deserialize_with = "crate::json::at_most::<MAX_SUBJECTS, _, _>")]
    pub traced: Vec<SubjectId>,
    /// Instance aliases of all these: all entries that state them.
    #[serde(deserialize_with = "crate::json::at_most::<MAX_ALIASES, _, _>")]
    pub aliases: Vec<Alias>,
}

/// A document that entries name and the bundle does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// Its digest.
    pub sha256: Digest,
    /// Its length in bytes, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Why it is not in the bundle, in the exporter's words.
    pub reason: Remark,
    /// By what right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Remark>,
}

/// A short text for people: 1 to [`MAX_REMARK_BYTES`] bytes, nothing unprintable in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark(String);

/// Why a text is no remark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRemarkError {
    /// Empty or too long.
    #[error("{got} bytes, want 1 to {MAX_REMARK_BYTES}")]
    Length {
        /// Bytes found.
        got: usize,
    },
    /// A control character, or one that hides or reorders text.
    #[error("it holds the unprintable character {}", .0.escape_unicode())]
    Unprintable(char),
}

crate::text::serde_as_text!(Remark);

impl std::str::FromStr for Remark {
    type Err = ParseRemarkError;

    fn from_str(text: &str) -> Result<Self, ParseRemarkError> {
        let got = text.len();
        if !(1..=MAX_REMARK_BYTES).contains(&got) {
            return Err(ParseRemarkError::Length { got });
        }
        match text.chars().find(|character| is_unprintable(*character)) {
            Some(character) => Err(ParseRemarkError::Unprintable(character)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Remark {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why bytes are not a description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// Too large.
    #[error("a description of {got} bytes, want {MAX_DESCRIPTION_BYTES} at most")]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// Another format, perhaps a newer one.
    #[error("bundle format «{}», want «{FORMAT}»", crate::text::excerpt(got))]
    Format {
        /// The format found.
        got: String,
    },
    /// Algorithms that this version does not know.
    #[error("{field} algorithm «{}», want «{want}»", crate::text::excerpt(got))]
    Algorithm {
        /// What the algorithm is used for.
        field: &'static str,
        /// The algorithm found.
        got: String,
        /// The algorithm wanted.
        want: String,
    },
    /// Not JSON of this shape.
    #[error("no description: {0}")]
    Json(#[from] JsonError),
    /// Nothing can be about this.
    #[error("in the scope: {0}")]
    Scope(#[from] ScopeError),
    /// A list that is too long.
    #[error("{got} {what}, want {limit} at most")]
    Count {
        /// What there is too much of, in words.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A list out of order, or with something twice.
    #[error("{list}: {item} is out of order or stands twice")]
    Order {
        /// The name of the member with the list.
        list: &'static str,
        /// The first item that stands wrong, as text.
        item: String,
    },
    /// An alias that many components may have: it leads to none of them, and no index counts who has it.
    #[error("the alias «{}» names no one instance", crate::text::excerpt(.0.as_str()))]
    SharedAlias(Alias),
    /// A seal that covers more than the checkpoint, or more than came before it.
    #[error("the seal in entry {index} covers {covers} entries of {size}")]
    Seal {
        /// Where it stands.
        index: EntryIndex,
        /// How many entries the seal says that it covers.
        covers: TreeSize,
        /// The checkpoint's size.
        size: TreeSize,
    },
    /// The content is a description's, the bytes are not its canonical form.
    #[error("not in canonical form from byte {position}")]
    NotCanonical {
        /// First byte that differs.
        position: usize,
    },
}

#[derive(Deserialize)]
struct Preamble {
    format: String,
}

impl Algorithms {
    /// The one set that this version writes and reads.
    #[must_use]
    pub fn known() -> Self {
        Self {
            digest: "sha256".to_owned(),
            signature: "ed25519".to_owned(),
            tree: "rfc9162-sha256".to_owned(),
            index: "prova-index/1".to_owned(),
        }
    }

    fn check(&self) -> Result<(), DescriptionError> {
        let known = Self::known();
        for (field, got, want) in [
            ("digest", &self.digest, known.digest),
            ("signature", &self.signature, known.signature),
            ("tree", &self.tree, known.tree),
            ("index", &self.index, known.index),
        ] {
            if *got != want {
                let got = got.clone();
                return Err(DescriptionError::Algorithm { field, got, want });
            }
        }
        Ok(())
    }
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// Bytes that are not exactly the canonical form of a description of this format.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptionError> {
        let got = bytes.len();
        if got > MAX_DESCRIPTION_BYTES {
            return Err(DescriptionError::Size { got });
        }
        // A newer format may have another shape, and is to be named as what it is.
        let Preamble { format } = crate::json::parse(bytes)?;
        if format != FORMAT {
            return Err(DescriptionError::Format { got: format });
        }
        let description: Self = crate::json::parse(bytes)?;
        description.check()?;
        let canonical = description.to_canonical();
        if canonical == bytes {
            return Ok(description);
        }
        let same = canonical.iter().zip(bytes).take_while(|(want, got)| want == got);
        Err(DescriptionError::NotCanonical {
            position: same.count(),
        })
    }

    /// Checks what a type cannot.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), DescriptionError> {
        if self.format != FORMAT {
            return Err(DescriptionError::Format {
                got: self.format.clone(),
            });
        }
        self.algorithms.check()?;
        self.scope.check(self.size)?;
        if let Some(seal) = &self.seal
            && (!self.size.has(seal.index) || seal.size.get() > seal.index.get())
        {
            return Err(DescriptionError::Seal {
                index: seal.index,
                covers: seal.size,
                size: self.size,
            });
        }
        let ClosureLists {
            primary,
            consulted,
            traced,
            aliases,
        } = &self.closure;
        let subjects = self.closure.subjects().count();
        for (what, got, limit) in [
            ("components", subjects, MAX_SUBJECTS),
            ("aliases", aliases.len(), MAX_ALIASES),
            ("documents withheld", self.withheld.len(), MAX_WITHHELD),
        ] {
            if got > limit {
                return Err(DescriptionError::Count { what, got, limit });
            }
        }
        ascending("primary", primary)?;
        ascending("consulted", consulted)?;
        ascending("traced", traced)?;
        ascending("aliases", aliases)?;
        if let Some(shared) = aliases.iter().find(|alias| !alias.names_an_instance()) {
            return Err(DescriptionError::SharedAlias(shared.clone()));
        }
        let withheld: Vec<_> = self.withheld.iter().map(|withheld| withheld.sha256).collect();
        ascending("withheld", &withheld)?;
        let mut all: Vec<_> = primary.iter().chain(consulted).chain(traced).collect();
        all.sort();
        ascending("closure", &all)
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec(self).expect("a description has text keys only and its members serialise");
        bytes.push(b'\n');
        bytes
    }
}

fn ascending<T: Ord + std::fmt::Display>(list: &'static str, items: &[T]) -> Result<(), DescriptionError> {
    match items
        .iter()
        .zip(items.iter().skip(1))
        .find(|(one, next)| one >= next)
    {
        Some((_, next)) => Err(DescriptionError::Order {
            list,
            item: next.to_string(),
        }),
        None => Ok(()),
    }
}

impl ClosureLists {
    /// All subjects, of whatever list.
    pub fn subjects(&self) -> impl Iterator<Item = &SubjectId> {
        self.primary.iter().chain(&self.consulted).chain(&self.traced)
    }

    /// Those whose findings are told: primary and traced ones.
    pub(super) fn reported(&self) -> impl Iterator<Item = &SubjectId> {
        self.primary.iter().chain(&self.traced)
    }

    /// Whether the subject's findings are told. The lists are ascending.
    pub(super) fn reports(&self, id: &SubjectId) -> bool {
        self.primary.binary_search(id).is_ok() || self.traced.binary_search(id).is_ok()
    }

    /// Whether the subject is in one of the lists, which are ascending.
    pub(super) fn lists(&self, id: &SubjectId) -> bool {
        self.reports(id) || self.consulted.binary_search(id).is_ok()
    }
}
