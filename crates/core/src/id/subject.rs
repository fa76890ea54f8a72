//! What statements are about: components, and four things that are none.
//!
//! ```text
//! ledger:<origin>                 the ledger itself (charter, root)
//! org:<organisation>              an organisation (registry)
//! index:<origin>                  its index (seals)
//! act:<org>/<reference>           an act of an authority (restrictions)
//! ```

use std::{borrow::Cow, fmt, str::FromStr};

use super::{
    component::{ComponentId, ParseComponentError, path},
    normal::normal_text,
    organisation::OrgId,
    origin::Origin,
};
use crate::hash::Digest;

/// What a statement can be about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectId {
    /// A type, artefact, unit or slot.
    Component(ComponentId),
    /// The ledger itself, by its origin.
    Ledger(Origin),
    /// An organisation, as the registry knows it.
    Organisation(OrgId),
    /// An act of an authority.
    Act {
        /// The organisation whose act it is.
        authority: OrgId,
        /// The authority's own reference of the act.
        reference: String,
    },
    /// The index of the ledger, by its origin.
    Index(Origin),
}

normal_text!(SubjectId);

impl FromStr for SubjectId {
    type Err = ParseComponentError;

    fn from_str(text: &str) -> Result<Self, ParseComponentError> {
        if let Some(origin) = text.strip_prefix("ledger:") {
            return Ok(Self::Ledger(origin.parse()?));
        }
        if let Some(origin) = text.strip_prefix("index:") {
            return Ok(Self::Index(origin.parse()?));
        }
        if let Some(organisation) = text.strip_prefix("org:") {
            return Ok(Self::Organisation(organisation.parse()?));
        }
        if let Some(act) = text.strip_prefix("act:") {
            let (org, reference) = act.split_once('/').ok_or(ParseComponentError::Shape {
                want: "act:<org>/<reference>",
            })?;
            let reference = path("the reference", reference)?.to_owned();
            return Ok(Self::Act {
                authority: org.parse()?,
                reference,
            });
        }
        text.parse().map(Self::Component)
    }
}

impl SubjectId {
    /// The component, if it is one.
    #[must_use]
    pub fn component(&self) -> Option<&ComponentId> {
        match self {
            Self::Component(component) => Some(component),
            Self::Ledger(_) | Self::Organisation(_) | Self::Act { .. } | Self::Index(_) => None,
        }
    }

    /// The id's text.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Component(component) => component.as_str().into(),
            other => other.to_string().into(),
        }
    }

    /// The digest that stands beside the id in a statement.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Component(component) => component.digest(),
            other => Digest::of(other.to_string().as_bytes()),
        }
    }
}

impl From<ComponentId> for SubjectId {
    fn from(component: ComponentId) -> Self {
        Self::Component(component)
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(component) => component.fmt(f),
            Self::Ledger(origin) => write!(f, "ledger:{origin}"),
            Self::Organisation(organisation) => write!(f, "org:{organisation}"),
            Self::Act { authority, reference } => write!(f, "act:{authority}/{reference}"),
            Self::Index(origin) => write!(f, "index:{origin}"),
        }
    }
}
