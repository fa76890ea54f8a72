//! A component: a part, a package, a file, a service; and what is said about it.

use std::fmt;

use packageurl::PackageUrl;
use prova_core::text::escape;

use super::{ElementRef, Hardware, Properties, StatedDigest, Telecom, vocabulary};

/// Zero-based position of a component in the order in which components begin in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentIndex(u32);

impl ComponentIndex {
    pub(crate) const fn new(index: u32) -> Self {
        Self(index)
    }

    /// How many components begin before it.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Where in the document a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ComponentRole {
    /// What the document is about (CycloneDX `metadata.component`, or a part nested in it whose parent has this role).
    Root,
    /// Something inside it.
    Part,
}

vocabulary! {
    /// What sort of thing a component is. SPDX purposes are given under the CycloneDX name where there is one.
    Kind {
        Application = "application",
        Framework = "framework",
        Library = "library",
        Container = "container",
        Platform = "platform",
        OperatingSystem = "operating-system",
        Device = "device",
        DeviceDriver = "device-driver",
        Firmware = "firmware",
        File = "file",
        MachineLearningModel = "machine-learning-model",
        Data = "data",
        CryptographicAsset = "cryptographic-asset",
        /// An entry of CycloneDX `services`.
        Service = "service",
        /// SPDX purpose `SOURCE`.
        Source = "source",
        /// SPDX purpose `ARCHIVE`.
        Archive = "archive",
        /// SPDX purpose `INSTALL`.
        Install = "install",
        /// An SPDX package without a purpose.
        Package = "package",
        /// An SPDX snippet.
        Snippet = "snippet",
    }
}

impl Kind {
    /// Whether somebody supplies such a thing as a product, so that a missing supplier is a gap.
    #[must_use]
    pub const fn has_supplier(&self) -> bool {
        !matches!(
            self,
            Self::File | Self::Data | Self::CryptographicAsset | Self::Snippet
        )
    }
}

/// What is known about whom a [`BomParty`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PartyKind {
    /// A company or another body.
    Organisation,
    /// Somebody by their own name.
    Person,
    /// The document does not say.
    Unstated,
}

/// An organisation or a person, as the document names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BomParty {
    /// Organisation or person.
    pub kind: PartyKind,
    /// The name; empty where only a contact is given.
    pub name: String,
    /// Country of its address (CycloneDX 1.6 and later), as written.
    pub country: Option<String>,
    /// Web pages, e-mail addresses and telephone numbers.
    pub contacts: Vec<String>,
}

/// On what a licence statement rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LicenceBasis {
    /// The author of the component says so.
    Declared,
    /// The author of the document concludes so.
    Concluded,
    /// It was found in files.
    Found,
    /// The document does not say.
    Unstated,
}

/// A licence statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// SPDX identifier or expression, or a name.
    pub text: String,
    /// On what it rests.
    pub basis: LicenceBasis,
}

/// An identifier that is neither a purl nor a CPE, or one that claims to be but is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherId {
    /// The scheme as the document names it, such as `swid`, `omniborId`, `swhid`, `gitoid`, `purl`.
    pub scheme: String,
    /// The identifier.
    pub id: String,
}

/// A pointer to something outside the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalReference {
    /// Type of CycloneDX, or category and type of SPDX with a slash between.
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// What it should hash to.
    pub digests: Vec<StatedDigest>,
    /// A remark.
    pub comment: Option<String>,
}

/// What a component was derived from (CycloneDX `pedigree.ancestors`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its `bom-ref`.
    pub reference: Option<ElementRef>,
    /// Its name as the bill writes it.
    pub name: String,
    /// Its version as the bill writes it.
    pub version: Option<String>,
    /// Who supplied it.
    pub supplier: Option<BomParty>,
    /// Package URLs.
    pub purls: Vec<PackageUrl<'static>>,
}

/// A component and what the document states about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its position in the document.
    pub index: ComponentIndex,
    /// The component that it is nested in (CycloneDX). Other containment is in the relationships.
    pub parent: Option<ComponentIndex>,
    /// `bom-ref` or `SPDXID`.
    pub reference: Option<ElementRef>,
    /// Where it stands.
    pub role: ComponentRole,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Name; empty, with a warning, where there is none.
    pub name: String,
    /// Its version as the bill writes it.
    pub version: Option<String>,
    /// Namespace of the name (CycloneDX `group`).
    pub group: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Who supplied it.
    pub supplier: Option<BomParty>,
    /// Who made it (CycloneDX `manufacturer`) or where it comes from (SPDX `originator`).
    pub manufacturer: Option<BomParty>,
    /// Who published it (CycloneDX `publisher`).
    pub publisher: Option<String>,
    /// Who wrote it.
    pub authors: Vec<BomParty>,
    /// `required`, `optional` or `excluded` (CycloneDX).
    pub scope: Option<String>,
    /// Whether it is used but not delivered (CycloneDX 1.7 `isExternal`).
    pub is_external: Option<bool>,
    /// Package URLs (ECMA-427) that are well formed.
    pub purls: Vec<PackageUrl<'static>>,
    /// CPE 2.2 and 2.3 names.
    pub cpes: Vec<String>,
    /// Identifiers of other schemes, and malformed ones.
    pub other_ids: Vec<OtherId>,
    /// Digests of its bytes.
    pub digests: Vec<StatedDigest>,
    /// Licence statements.
    pub licences: Vec<Licence>,
    /// Copyright notice.
    pub copyright: Option<String>,
    /// What `cdx:device:*` properties say.
    pub hardware: Option<Box<Hardware>>,
    /// What `atis:telecom5g:*` properties say.
    pub telecom: Option<Box<Telecom>>,
    /// What it was derived from.
    pub ancestors: Vec<Ancestor>,
    /// Pointers to the outside.
    pub external_references: Vec<ExternalReference>,
    /// All other properties, and scalars of members without a field here.
    pub properties: Properties,
}

impl Component {
    /// A component about which nothing is known yet.
    pub(crate) fn unnamed(index: ComponentIndex, kind: Kind) -> Self {
        Self {
            index,
            parent: None,
            reference: None,
            role: ComponentRole::Part,
            kind,
            name: String::new(),
            version: None,
            group: None,
            description: None,
            supplier: None,
            manufacturer: None,
            publisher: None,
            authors: Vec::new(),
            scope: None,
            is_external: None,
            purls: Vec::new(),
            cpes: Vec::new(),
            other_ids: Vec::new(),
            digests: Vec::new(),
            licences: Vec::new(),
            copyright: None,
            hardware: None,
            telecom: None,
            ancestors: Vec::new(),
            external_references: Vec::new(),
            properties: Properties::default(),
        }
    }

    /// The name of whoever answers for it: supplier, else manufacturer, else publisher.
    #[must_use]
    pub fn supplied_by(&self) -> Option<&str> {
        let parties = [&self.supplier, &self.manufacturer];
        let mut names = parties.into_iter().flatten().map(|party| party.name.as_str());
        names.find(|name| !name.is_empty()).or(self.publisher.as_deref())
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(group) = &self.group {
            write!(f, "{}/", escape(group))?;
        }
        f.write_str(&escape(&self.name))?;
        if let Some(version) = &self.version {
            write!(f, " {}", escape(version))?;
        }
        Ok(())
    }
}

impl fmt::Display for BomParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.name))
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.text))
    }
}
