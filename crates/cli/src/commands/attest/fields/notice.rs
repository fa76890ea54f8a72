//! Vulnerabilities, recalls, and what authorities order or find.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    country::Country,
    id::{ComponentId, OrgId},
    statement::event::{
        category::{AreaClass, Category},
        notice::{ActStatus, CheckOutcome, VexStatus},
    },
    time::{Date, Timestamp},
};
use serde::Serialize;

use super::{EntryName, EventOptions, named};

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NoticeOptions {
    /// The vulnerability, for example a CVE or EUVD id.
    #[arg(long, value_name = "ID")]
    vulnerability: Option<String>,
    /// Whether the components are affected: `affected`, `not_affected`, `fixed`, `under_investigation`.
    #[arg(long, value_parser = named::<VexStatus>)]
    status: Option<VexStatus>,
    /// Why they are not, in VEX terms.
    #[arg(long, value_name = "TEXT")]
    justification: Option<String>,
    /// A release that mends it.
    #[arg(long, value_name = "ARTEFACT")]
    fixed_in: Vec<ComponentId>,
    /// When the producer became aware.
    #[arg(long, value_name = "TIME")]
    aware_since: Option<Timestamp>,
    /// Whether it is known to be exploited.
    #[arg(long, value_name = "true|false")]
    exploited: Option<bool>,
    /// The VEX document; stored.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    document: Option<PathBuf>,
}

impl EventOptions for NoticeOptions {
    const EVENT: &'static str = "notice";

    fn documents(&self) -> Vec<(&'static str, PathBuf)> {
        self.document
            .iter()
            .map(|path| ("document", path.clone()))
            .collect()
    }
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecallOptions {
    /// Why they are called back, in words.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// A lot concerned [default: all].
    #[arg(long = "lot", value_name = "LOT")]
    lots: Vec<String>,
    /// What is to be done.
    #[arg(long, value_name = "TEXT")]
    remedy: Option<String>,
    /// From when.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Until when.
    #[arg(long, value_name = "DATE")]
    deadline: Option<Date>,
}

impl EventOptions for RecallOptions {
    const EVENT: &'static str = "recall";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestrictOptions {
    /// Where the act stands: proposed, inForce, repealed.
    #[arg(long, value_parser = named::<ActStatus>)]
    status: Option<ActStatus>,
    /// The law that it rests on.
    #[arg(long, value_name = "TEXT")]
    legal_basis: Option<String>,
    #[command(flatten)]
    scope: ScopeOptions,
    /// From when.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The end of the phase-out.
    #[arg(long, value_name = "DATE")]
    deadline: Option<Date>,
}

/// What a restriction applies to: every list that is not empty must match.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScopeOptions {
    /// A supplier, its subsidiaries included.
    #[arg(long = "scope-supplier", value_name = "ORG")]
    suppliers: Vec<OrgId>,
    /// A country of jurisdiction or manufacture.
    #[arg(long = "scope-country", value_name = "COUNTRY")]
    countries: Vec<Country>,
    /// A component type, by its id.
    #[arg(long = "scope-type", value_name = "TYPE")]
    types: Vec<ComponentId>,
    /// A category of slots.
    #[arg(long = "scope-category", value_name = "CATEGORY")]
    categories: Vec<Category>,
    /// A class of areas: general, sensitive.
    #[arg(long = "scope-area", value_name = "AREA", value_parser = named::<AreaClass>)]
    areas: Vec<AreaClass>,
}

impl EventOptions for RestrictOptions {
    const EVENT: &'static str = "restrict";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FindingOptions {
    /// The rule or requirement.
    #[arg(long)]
    rule: Option<String>,
    /// The outcome: holds, fails, cannotBeDecided.
    #[arg(long, value_parser = named::<CheckOutcome>)]
    outcome: Option<CheckOutcome>,
    /// In the regulator's words.
    #[arg(long)]
    text: Option<String>,
    /// An entry that it rests on, by index or leaf hash.
    #[arg(long = "entry", value_name = "ENTRY")]
    entries: Vec<EntryName>,
    /// When it must be mended.
    #[arg(long, value_name = "DATE")]
    deadline: Option<Date>,
}

impl EventOptions for FindingOptions {
    const EVENT: &'static str = "finding";
}
