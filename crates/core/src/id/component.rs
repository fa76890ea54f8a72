//! Components, by their four kinds.
//!
//! ```text
//! type:<org>/<part>/<revision>    a model                    artefact:sha256:<hex>     a firmware or software release
//! unit:<org>/<part>/<serial>      one instance               unit:idevid:<hex>         … by SHA-256 of its IEEE 802.1AR key
//! unit:sgtin:<gtin14>.<serial>    … by GS1 SGTIN             slot:<org>/<path>         a role in an operator's network
//! ```
//! Parts, revisions and serials are normalised on reading: surrounding space is cut and letters become capitals; in serials
//! separators (space, `-`, `_`, `.`) go, since labels and databases disagree about them. A signed statement must hold the
//! normalised text. What is left is `A-Z 0-9 - _ . +`, 1 to 64 characters. Paths and references keep their case.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use super::normal::normal_text;
use crate::{
    hash::Digest,
    id::{OrgId, ParseOrgError, ParseOriginError, organisation::gs1_check_digit},
};

/// Longest part, revision or serial, in bytes.
pub const MAX_SEGMENT_BYTES: usize = 64;
/// Longest slot path or reference of an act, in bytes.
pub const MAX_PATH_BYTES: usize = 200;

/// The kinds of component; never mixed in one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A model: certificates and notices attach here.
    Type,
    /// A firmware or software release: bills of materials attach here.
    Artefact,
    /// A physical instance: custody, installation and updates attach here.
    Unit,
    /// A role in an operator's network: what a regulator maps.
    Slot,
}

/// A component, by its normalised id. A copy shares its text.
#[derive(Clone, Debug)]
pub struct ComponentId {
    kind: Kind,
    text: Arc<str>,
    org: Option<OrgId>,
}

/// Kind and organisation are in the text.
impl PartialEq for ComponentId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ComponentId {}

impl Hash for ComponentId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// By kind, then by text.
impl Ord for ComponentId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.kind
            .cmp(&other.kind)
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for ComponentId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

normal_text!(ComponentId);

/// Why a text does not identify a component.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseComponentError {
    /// Not one of the kinds.
    #[error("no component: want type:, artefact:, unit: or slot:")]
    Kind,
    /// The parts between slashes are not as many as wanted.
    #[error("want {want}")]
    Shape {
        /// The form wanted.
        want: &'static str,
    },
    /// The organisation is none.
    #[error(transparent)]
    Org(#[from] ParseOrgError),
    /// A segment is empty or too long.
    #[error("{name} has {got} characters, want 1 to {max}")]
    Length {
        /// Which segment.
        name: &'static str,
        /// Bytes found, after normalisation.
        got: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A character that the segment cannot hold.
    #[error("{name} holds «{}», want {want}", character.escape_default())]
    Character {
        /// Which segment.
        name: &'static str,
        /// The first character that it cannot hold.
        character: char,
        /// What is allowed.
        want: &'static str,
    },
    /// Not a SHA-256 digest in lower-case hexadecimal.
    #[error("no digest: {0}")]
    Digest(#[from] crate::hex::ParseHexError),
    /// The origin is none.
    #[error(transparent)]
    Origin(#[from] ParseOriginError),
    /// Another text of an id than its normal form, where only that is read.
    #[error("not in its normal form, want «{want}»")]
    NotNormal {
        /// The same id in its normal form.
        want: String,
    },
    /// Not a GTIN-14 with its check digit.
    #[error(
        "no SGTIN: want 14 digits with their check digit, a full stop and a serial of 1 to 20 characters"
    )]
    Sgtin,
}

fn segment<'a>(
    name: &'static str,
    text: &'a str,
    drop_separators: bool,
) -> Result<Cow<'a, str>, ParseComponentError> {
    let is_dropped = |byte: u8| drop_separators && matches!(byte, b' ' | b'-' | b'_' | b'.');
    let mut normal = Cow::Borrowed(text.trim());
    if normal
        .bytes()
        .any(|byte| byte.is_ascii_lowercase() || is_dropped(byte))
    {
        let kept = |c: &char| !u8::try_from(*c).is_ok_and(is_dropped);
        normal = normal.to_ascii_uppercase().chars().filter(kept).collect();
    }
    if normal.is_empty() || normal.len() > MAX_SEGMENT_BYTES {
        return Err(ParseComponentError::Length {
            name,
            got: normal.len(),
            max: MAX_SEGMENT_BYTES,
        });
    }
    let allowed =
        |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '+');
    match normal.chars().find(|c| !allowed(c)) {
        Some(character) => Err(ParseComponentError::Character {
            name,
            character,
            want: "A-Z 0-9 - _ . +",
        }),
        None => Ok(normal),
    }
}

/// The text of these parts, which most often is the one that they were read from.
fn joined(source: &str, parts: &[&str]) -> Arc<str> {
    let rest = parts
        .iter()
        .try_fold(source, |rest, part| rest.strip_prefix(*part));
    match rest {
        Some("") => source.into(),
        _ => parts.concat().into(),
    }
}

pub(super) fn path<'a>(name: &'static str, text: &'a str) -> Result<&'a str, ParseComponentError> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_PATH_BYTES {
        return Err(ParseComponentError::Length {
            name,
            got: text.len(),
            max: MAX_PATH_BYTES,
        });
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "-_.+=,:()/".contains(*c);
    if let Some(character) = text.chars().find(|c| !allowed(c)) {
        return Err(ParseComponentError::Character {
            name,
            character,
            want: "letters, digits and - _ . + = , : ( ) /",
        });
    }
    if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(ParseComponentError::Shape {
            want: "a path without empty, «.» or «..» parts",
        });
    }
    Ok(text)
}

impl FromStr for ComponentId {
    type Err = ParseComponentError;

    fn from_str(text: &str) -> Result<Self, ParseComponentError> {
        let text = text.trim();
        let (kind, rest) = text.split_once(':').ok_or(ParseComponentError::Kind)?;
        match kind {
            "type" => {
                let (org, part, revision) = three(rest, "type:<org>/<part>/<revision>")?;
                of_type(text, org, part, revision)
            }
            "unit" => unit(text, rest),
            "artefact" => {
                let hex = rest.strip_prefix("sha256:").ok_or(ParseComponentError::Shape {
                    want: "artefact:sha256:<hex>",
                })?;
                hex.parse::<Digest>()?;
                Ok(Self {
                    kind: Kind::Artefact,
                    text: joined(text, &["artefact:sha256:", hex]),
                    org: None,
                })
            }
            "slot" => {
                let (org, rest) = rest.split_once('/').ok_or(ParseComponentError::Shape {
                    want: "slot:<org>/<path>",
                })?;
                let org: OrgId = org.parse()?;
                let path = path("the slot's path", rest)?;
                Ok(Self {
                    kind: Kind::Slot,
                    text: joined(text, &["slot:", org.as_str(), "/", path]),
                    org: Some(org),
                })
            }
            _ => Err(ParseComponentError::Kind),
        }
    }
}

fn three<'a>(text: &'a str, want: &'static str) -> Result<(OrgId, &'a str, &'a str), ParseComponentError> {
    let mut parts = text.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(org), Some(middle), Some(last), None) => Ok((org.parse()?, middle, last)),
        _ => Err(ParseComponentError::Shape { want }),
    }
}

fn of_type(source: &str, org: OrgId, part: &str, revision: &str) -> Result<ComponentId, ParseComponentError> {
    let part = segment("the part number", part, false)?;
    let revision = segment("the revision", revision, false)?;
    Ok(ComponentId {
        kind: Kind::Type,
        text: joined(source, &["type:", org.as_str(), "/", &part, "/", &revision]),
        org: Some(org),
    })
}

fn unit(source: &str, rest: &str) -> Result<ComponentId, ParseComponentError> {
    let (text, org) = if let Some(hex) = rest.strip_prefix("idevid:") {
        let digest = hex.parse::<Digest>()?;
        (format!("unit:idevid:{digest}").into(), None)
    } else if let Some(sgtin) = rest.strip_prefix("sgtin:") {
        let (gtin, serial) = sgtin.split_once('.').ok_or(ParseComponentError::Sgtin)?;
        let (leading, check) = gtin.split_at_checked(13).ok_or(ParseComponentError::Sgtin)?;
        let digits = gtin.len() == 14 && gtin.bytes().all(|b| b.is_ascii_digit());
        if !digits || check != gs1_check_digit(leading).to_string() || serial.len() > 20 {
            return Err(ParseComponentError::Sgtin);
        }
        let serial = segment("the serial", serial, true)?;
        (joined(source, &["unit:sgtin:", gtin, ".", &serial]), None)
    } else {
        let (org, part, serial) = three(
            rest,
            "unit:<org>/<part>/<serial>, unit:idevid:<hex> or unit:sgtin:<gtin>.<serial>",
        )?;
        let part = segment("the part number", part, false)?;
        let serial = segment("the serial", serial, true)?;
        let text = joined(source, &["unit:", org.as_str(), "/", &part, "/", &serial]);
        (text, Some(org))
    };
    Ok(ComponentId {
        kind: Kind::Unit,
        text,
        org,
    })
}

impl ComponentId {
    /// The type with this maker, part number and revision, normalised.
    ///
    /// # Errors
    /// A part number or revision that is empty, too long or holds other characters.
    pub fn of_type(org: OrgId, part: &str, revision: &str) -> Result<Self, ParseComponentError> {
        of_type("", org, part, revision)
    }

    /// The artefact with these bytes.
    #[must_use]
    pub fn of_artefact(digest: &Digest) -> Self {
        Self {
            kind: Kind::Artefact,
            text: format!("artefact:sha256:{digest}").into(),
            org: None,
        }
    }

    /// Which of the four kinds it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The organisation in the id: the maker of a type or unit, the operator of a slot. Absent where the id is a digest
    /// or a number from a registry.
    #[must_use]
    pub fn org(&self) -> Option<&OrgId> {
        self.org.as_ref()
    }

    /// The normalised id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.text)
    }

    /// The digest that stands beside the id in a statement: of an artefact's bytes, else of the id's text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.text
            .strip_prefix("artefact:sha256:")
            .and_then(|hex| hex.parse().ok())
            .unwrap_or_else(|| Digest::of(self.text.as_bytes()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "type",
            Self::Artefact => "artefact",
            Self::Unit => "unit",
            Self::Slot => "slot",
        })
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubjectId;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn ids_are_normalised_once_and_then_stay_the_same() {
        for (text, want) in [
            (
                "type:dns:nordlys.example/aau-3900/r2b",
                "type:dns:nordlys.example/AAU-3900/R2B",
            ),
            (
                "unit:dns:nordlys.example/ AAU-3900 /sn 00-17.a",
                "unit:dns:nordlys.example/AAU-3900/SN0017A",
            ),
            (
                "slot:dns:north.example/SubNetwork=1/gNB-7",
                "slot:dns:north.example/SubNetwork=1/gNB-7",
            ),
            ("unit:sgtin:04012345000009.sn-1", "unit:sgtin:04012345000009.SN1"),
        ] {
            let id: ComponentId = text.parse().unwrap();
            assert_eq!(id.to_string(), want);
            assert_eq!(want.parse(), Ok(id));
        }
        for text in [
            format!("artefact:sha256:{HEX}"),
            format!("unit:idevid:{HEX}"),
            "ledger:nordic.example/prova".to_owned(),
            "index:nordic.example/prova".to_owned(),
            "act:dns:regulator.example/2026-17".to_owned(),
        ] {
            assert_eq!(text.parse::<SubjectId>().map(|id| id.to_string()), Ok(text));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "unit",
            "unit:",
            "box:x",
            "type:dns:a.example/P",
            "type:dns:a.example/P/R/X",
            "type:dns:a/P/R",
            "unit:dns:a.example/P/-",
            "unit:dns:a.example/P/ÅÄÖ",
            "unit:dns:a.example/P/S\u{1b}",
            "unit:idevid:00",
            "unit:sgtin:04012345000000.S",
            "unit:sgtin:0401234500000é.S",
            "artefact:md5:00",
            "slot:dns:a.example",
            "slot:dns:a.example/",
            "slot:dns:a.example/a/../b",
            "slot:dns:a.example/a b",
        ] {
            assert!(text.parse::<ComponentId>().is_err(), "{text}");
        }
        let long = format!("type:dns:a.example/{}/R", "P".repeat(65));
        let want = ParseComponentError::Length {
            name: "the part number",
            got: 65,
            max: 64,
        };
        assert_eq!(long.parse::<ComponentId>(), Err(want));
    }

    #[test]
    fn the_digest_is_the_artefacts_own_or_that_of_the_id() {
        let artefact: ComponentId = format!("artefact:sha256:{HEX}").parse().unwrap();
        assert_eq!(artefact.digest().to_string(), HEX);
        let unit: ComponentId = "unit:dns:a.example/P/S".parse().unwrap();
        assert_eq!(unit.digest(), Digest::of(b"unit:dns:a.example/P/S"));
    }
}
