//! Who holds a unit.

use clap::Args;
use prova_core::{
    id::OrgId,
    statement::event::custody::{Inspection, SealState},
    time::Date,
};
use serde::Serialize;

use super::{EntryName, EventOptions, SiteOptions, named};

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShipOptions {
    /// The consignee.
    #[arg(long, value_name = "ORG")]
    to: Option<OrgId>,
    /// Who carries the units there.
    #[arg(long, value_name = "ORG")]
    carrier: Option<OrgId>,
    /// Who gets legal title on receipt [default: title does not change].
    #[arg(long, value_name = "ORG")]
    title_to: Option<OrgId>,
    /// The number of a seal.
    #[arg(long = "seal", value_name = "NUMBER")]
    seals: Vec<String>,
    /// The despatch advice or waybill number.
    #[arg(long, value_name = "NUMBER")]
    waybill: Option<String>,
    /// Export-control class.
    #[arg(long, value_name = "CLASS")]
    export_control: Option<String>,
}

impl EventOptions for ShipOptions {
    const EVENT: &'static str = "ship";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiveOptions {
    /// The previous holder [default: who holds the units: the shipper, or the carrier].
    #[arg(long, value_name = "ORG")]
    from: Option<OrgId>,
    /// The `ship` entry answered, by index or leaf hash [default: the shipment that is open to the receiver].
    #[arg(long, value_name = "ENTRY")]
    ship: Option<EntryName>,
    /// The seals on arrival: intact, broken, none.
    #[arg(long, value_parser = named::<SealState>)]
    seals: Option<SealState>,
    /// The inspection on arrival: accepted, disputed, notDone.
    #[arg(long, value_parser = named::<Inspection>)]
    inspection: Option<Inspection>,
    /// What was found.
    #[arg(long, value_name = "TEXT")]
    remarks: Option<String>,
}

impl EventOptions for ReceiveOptions {
    const EVENT: &'static str = "receive";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoreOptions {
    #[command(flatten)]
    site: SiteOptions,
    /// First day.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day, where known.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Who can get at them.
    #[arg(long, value_name = "TEXT")]
    access: Option<String>,
}

impl EventOptions for StoreOptions {
    const EVENT: &'static str = "store";
}
