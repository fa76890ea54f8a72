//! The options of each event. They become the JSON members of the event's fields, on top of those of `--json`.

pub(super) mod assurance;
pub(super) mod custody;
pub(super) mod make;
pub(super) mod notice;
pub(super) mod operation;

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    country::Country,
    hash::LeafHash,
    id::{ComponentId, OrgId},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The options of one event. Options that are absent give no member.
pub(crate) trait EventOptions: Args + Serialize {
    /// The event's name.
    const EVENT: &'static str;

    /// Files that become the document of a member.
    fn documents(&self) -> Vec<(&'static str, PathBuf)> {
        Vec::new()
    }

    /// Bills of materials.
    fn boms(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Components in options that are subjects too.
    fn subjects(&self) -> Vec<ComponentId> {
        Vec::new()
    }
}

/// What runs, and how that is known.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FirmwareOptions {
    /// The firmware: `artefact:sha256:…`.
    #[arg(long = "firmware", value_name = "ARTEFACT")]
    artefact: Option<ComponentId>,
    /// Its version as shown by the device.
    #[arg(long = "firmware-version", value_name = "VERSION")]
    version: Option<String>,
    /// How it was measured.
    #[command(flatten)]
    measured: Measured,
}

/// How a digest was measured.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    /// The tool that measured it; without: declared, not measured.
    #[arg(long = "measured-tool", value_name = "TOOL", requires_all = ["tool_version", "measured_method"])]
    tool: Option<String>,
    /// The tool's version.
    #[arg(long = "measured-tool-version", value_name = "VERSION")]
    tool_version: Option<String>,
    /// The method: image, tpmQuote, deviceReport, ….
    #[arg(id = "measured_method", long = "measured-method", value_name = "METHOD")]
    method: Option<String>,
}

/// A factory or warehouse.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteOptions {
    /// The site's country.
    #[arg(id = "site_country", long = "site-country", value_name = "COUNTRY")]
    country: Option<Country>,
    /// The site's name.
    #[arg(id = "site_name", long = "site-name", value_name = "NAME")]
    name: Option<String>,
    /// The site's id, for example its Global Location Number `gln:…`.
    #[arg(id = "site_id", long = "site-id", value_name = "ORG")]
    id: Option<OrgId>,
}

/// An entry of the ledger, by leaf hash or index; the index becomes a leaf hash before anybody signs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum EntryName {
    /// An index in the ledger that the statement is for.
    Index(u64),
    /// Its leaf hash.
    Leaf(LeafHash),
}

impl std::str::FromStr for EntryName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(index) = text.parse() {
            return Ok(Self::Index(index));
        }
        let leaf = text.parse();
        leaf.map(Self::Leaf)
            .map_err(|error| format!("no index and no leaf hash: {error}"))
    }
}

/// Reads one of the names that a type of the format has; an error lists them.
pub(super) fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
