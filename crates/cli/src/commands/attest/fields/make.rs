//! Design, release, manufacture, assembly.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    country::Country,
    id::{ComponentId, OrgId},
    statement::event::{category::Category, make::Part},
    time::Date,
};
use serde::Serialize;

use super::{EventOptions, FirmwareOptions, SiteOptions};

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestOptions {
    /// The product's name as its maker writes it.
    #[arg(long)]
    name: Option<String>,
    /// The version, for an artefact.
    #[arg(long)]
    version: Option<String>,
    /// What it is in a network: a key such as `ran.aau`.
    #[arg(long)]
    category: Option<Category>,
    /// Who released the artefact [default for a producer: the signer].
    #[arg(long, value_name = "ORG")]
    producer: Option<OrgId>,
    /// A type that the artefact runs on.
    #[arg(long, value_name = "TYPE")]
    runs_on: Vec<ComponentId>,
    /// The release that this one replaces.
    #[arg(long, value_name = "COMPONENT")]
    replaces: Option<ComponentId>,
    /// An organisation that may manufacture units of the type, beside its maker.
    #[arg(long = "manufacturer", value_name = "ORG")]
    manufacturers: Vec<OrgId>,
    /// A country where the design was made.
    #[arg(long = "design-country", value_name = "COUNTRY")]
    design_countries: Vec<Country>,
    /// Something that the maker knows that it does not know.
    #[arg(long = "known-unknown", value_name = "TEXT")]
    known_unknowns: Vec<String>,
    /// The last day of security support.
    #[arg(long, value_name = "DATE")]
    support_until: Option<Date>,
    /// A bill of materials: CycloneDX 1.4 to 1.7 or SPDX 2.2, 2.3 in JSON; stored as a document.
    #[arg(long = "bom", value_name = "FILE")]
    #[serde(skip)]
    bom_files: Vec<PathBuf>,
}

impl EventOptions for ManifestOptions {
    const EVENT: &'static str = "manifest";

    fn boms(&self) -> Vec<PathBuf> {
        self.bom_files.clone()
    }
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManufactureOptions {
    /// The type that they are units of.
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    of_type: Option<ComponentId>,
    #[command(flatten)]
    site: SiteOptions,
    /// The day [default: that of --time].
    #[arg(long)]
    date: Option<Date>,
    /// The production lot.
    #[arg(long)]
    lot: Option<String>,
    #[command(flatten)]
    firmware: FirmwareOptions,
}

impl EventOptions for ManufactureOptions {
    const EVENT: &'static str = "manufacture";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssembleOptions {
    /// The unit that the parts go into [default: the first component].
    #[arg(long, value_name = "UNIT")]
    parent: Option<ComponentId>,
    /// A part, and where it sits [default: the other components].
    #[arg(long = "part-in", value_name = "UNIT[@POSITION]", value_parser = part)]
    parts: Vec<Part>,
}

impl EventOptions for AssembleOptions {
    const EVENT: &'static str = "assemble";

    fn subjects(&self) -> Vec<ComponentId> {
        let parts = self.parts.iter().map(|part| &part.component);
        self.parent.iter().chain(parts).cloned().collect()
    }
}

fn part(text: &str) -> Result<Part, String> {
    let (component, position) = match text.split_once('@') {
        Some((component, position)) => (component, Some(position.to_owned())),
        None => (text, None),
    };
    let component = component
        .parse::<ComponentId>()
        .map_err(|error| error.to_string())?;
    Ok(Part { component, position })
}
