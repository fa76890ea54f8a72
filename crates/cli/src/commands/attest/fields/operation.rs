//! A unit or artefact in a network.

use clap::Args;
use prova_core::{
    country::Country,
    id::{ComponentId, OrgId},
    statement::event::{
        category::{AreaClass, Category},
        operation::{Destination, MaintenanceAction},
    },
};
use serde::Serialize;

use super::{EventOptions, FirmwareOptions, named};

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstallOptions {
    /// What the slot is in the network: a key such as `ran.aau`.
    #[arg(long)]
    category: Option<Category>,
    /// Where the slot is: general, sensitive.
    #[arg(long, value_parser = named::<AreaClass>)]
    area: Option<AreaClass>,
    /// The operator, where an integrator speaks.
    #[arg(long, value_name = "ORG")]
    operator: Option<OrgId>,
    #[command(flatten)]
    firmware: FirmwareOptions,
}

impl EventOptions for InstallOptions {
    const EVENT: &'static str = "install";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateOptions {
    /// What ran before: `artefact:sha256:…`.
    #[arg(long, value_name = "ARTEFACT")]
    from: Option<ComponentId>,
    #[command(flatten)]
    #[serde(rename = "to")]
    firmware: FirmwareOptions,
    /// How it came there: remote, local, factory, ….
    #[arg(long)]
    method: Option<String>,
    /// The operator that approved it, where a maintainer speaks.
    #[arg(long, value_name = "ORG")]
    approved_by: Option<OrgId>,
}

impl EventOptions for UpdateOptions {
    const EVENT: &'static str = "update";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MaintainOptions {
    /// What was done: inspect, repair, replace, remove.
    #[arg(long, value_parser = named::<MaintenanceAction>)]
    action: Option<MaintenanceAction>,
    /// The employer of those who did it.
    #[arg(long, value_name = "ORG")]
    employer: Option<OrgId>,
    /// The country from which it was done remotely.
    #[arg(long, value_name = "COUNTRY")]
    remote_from: Option<Country>,
    /// The unit that parts went into or out of.
    #[arg(long, value_name = "UNIT")]
    parent: Option<ComponentId>,
    /// A part that went in.
    #[arg(long = "part-in", value_name = "UNIT")]
    parts_in: Vec<ComponentId>,
    /// A part that came out.
    #[arg(long = "part-out", value_name = "UNIT")]
    parts_out: Vec<ComponentId>,
    /// Whether data carriers were taken away.
    #[arg(long, value_name = "true|false")]
    data_carriers_removed: Option<bool>,
}

impl EventOptions for MaintainOptions {
    const EVENT: &'static str = "maintain";

    fn subjects(&self) -> Vec<ComponentId> {
        let parts = self.parts_in.iter().chain(&self.parts_out);
        self.parent.iter().chain(parts).cloned().collect()
    }
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MeasureOptions {
    #[command(flatten)]
    #[serde(rename = "found")]
    firmware: FirmwareOptions,
    /// The verifier's challenge, in hexadecimal.
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,
    /// Who appraised the measurement.
    #[arg(long, value_name = "TEXT")]
    verifier: Option<String>,
}

impl EventOptions for MeasureOptions {
    const EVENT: &'static str = "measure";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecommissionOptions {
    /// Why they are taken out of use, in words.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// How data were removed, for example `NIST SP 800-88 purge`.
    #[arg(long, value_name = "TEXT")]
    sanitisation: Option<String>,
    /// What becomes of them: destruction, recycling, resale, return, none.
    #[arg(long, value_parser = named::<Destination>)]
    destination: Option<Destination>,
    /// Who gets them.
    #[arg(long, value_name = "ORG")]
    to: Option<OrgId>,
}

impl EventOptions for DecommissionOptions {
    const EVENT: &'static str = "decommission";
}
