//! `prova attest EVENT`: say what happened to components, and sign it.

mod bom;
mod event;
mod fields;
mod request;
mod split;
mod subjects;
mod units;

use clap::Subcommand;

use self::{
    fields::{assurance, custody, make, notice, operation},
    request::Attest,
};
use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// What every event's help ends with.
macro_rules! help {
    ($example:literal) => {
        concat!(
            "Exit codes: 0 recorded, perhaps with findings, 1 the ledger is damaged, 2 refused, with the reason, 3 the disk failed.\n\n\
             Example:\n  ",
            $example
        )
    };
}

/// Say what happened to components, and sign it.
///
/// Reads a private key, the ledger and what the options name. Appends the signed statement, or writes its envelope with --sign-only. What the
/// statement contradicts is shown as a warning before; the ledger records it as a finding. What may not be said at all is refused and
/// nothing is written.
#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "EVENT", subcommand_help_heading = "Events")]
pub(crate) enum AttestCommand {
    /// Describe a type or release an artefact: what it is and what it is made of.
    #[command(after_help = help!(
        "prova attest manifest type:dns:nordlys.example/AAU-3900/R2B --name 'AAU 3900' --category ran.aau --bom aau.cdx.json --role designer --key keys/nordlys.pem"
    ))]
    Manifest(Box<Attest<make::ManifestOptions>>),
    /// Units come into being.
    #[command(after_help = help!(
        "prova attest manufacture --units serials.csv --part AAU-3900 --type type:dns:nordlys.example/AAU-3900/R2B --site-country SE --key keys/nordlys.pem"
    ))]
    Manufacture(Box<Attest<make::ManufactureOptions>>),
    /// Parts go into a parent: the first component is the parent, the others are its parts.
    #[command(after_help = help!(
        "prova attest assemble unit:dns:nordlys.example/AAU-3900/SN1 unit:dns:nordlys.example/PSU-9/P7 --key keys/nordlys.pem"
    ))]
    Assemble(Box<Attest<make::AssembleOptions>>),
    /// Test a type, an artefact or a unit.
    #[command(after_help = help!(
        "prova attest test type:dns:nordlys.example/AAU-3900/R2B --specification 'TS 33.511' --result pass --report report.pdf --key keys/lab.pem"
    ))]
    Test(Box<Attest<assurance::TestOptions>>),
    /// Issue, renew, suspend, reinstate or withdraw a certificate.
    #[command(after_help = help!(
        "prova attest certify type:dns:nordlys.example/AAU-3900/R2B --action issue --scheme NESAS --certificate N-7 --valid-until 2028-02-29 --key keys/lab.pem"
    ))]
    Certify(Box<Attest<assurance::CertifyOptions>>),
    /// Hand units to a carrier or a consignee.
    #[command(after_help = help!(
        "prova attest ship --units serials.csv --part AAU-3900 --to dns:north.example --carrier dns:carrier.example --seal S-1 --key keys/nordlys.pem"
    ))]
    Ship(Box<Attest<custody::ShipOptions>>),
    /// Take units over.
    ///
    /// Without --ship the shipment that is open to the receiver is answered, where the ledger is at hand.
    #[command(after_help = help!(
        "prova attest receive --units serials.csv --part AAU-3900 --org dns:nordlys.example --from dns:carrier.example --seals intact --inspection accepted --key keys/operator-north.pem"
    ))]
    Receive(Box<Attest<custody::ReceiveOptions>>),
    /// Keep units at a site.
    #[command(after_help = help!(
        "prova attest store unit:dns:nordlys.example/AAU-3900/SN1 --site-country SE --from 2026-03-01 --key keys/operator-north.pem"
    ))]
    Store(Box<Attest<custody::StoreOptions>>),
    /// Put units or artefacts into a slot.
    #[command(after_help = help!(
        "prova attest install slot:dns:north.example/gNB-7 unit:dns:nordlys.example/AAU-3900/SN1 --category ran.aau --area general --key keys/operator-north.pem"
    ))]
    Install(Box<Attest<operation::InstallOptions>>),
    /// Give units or slots other firmware.
    #[command(after_help = help!(
        "prova attest update unit:dns:nordlys.example/AAU-3900/SN1 --firmware artefact:sha256:… --method remote --key keys/operator-north.pem"
    ))]
    Update(Box<Attest<operation::UpdateOptions>>),
    /// Work on units or slots.
    #[command(after_help = help!(
        "prova attest maintain unit:dns:nordlys.example/AAU-3900/SN1 --action inspect --key keys/operator-north.pem"
    ))]
    Maintain(Box<Attest<operation::MaintainOptions>>),
    /// Tell of a vulnerability, or that there is none.
    #[command(after_help = help!(
        "prova attest notice artefact:sha256:… --vulnerability CVE-2026-1234 --status not_affected --role producer --key keys/nordlys.pem"
    ))]
    Notice(Box<Attest<notice::NoticeOptions>>),
    /// Call units, types or artefacts back.
    #[command(after_help = help!(
        "prova attest recall type:dns:nordlys.example/AAU-3900/R2B --reason overheats --remedy exchange --from 2026-03-01 --role manufacturer --key keys/nordlys.pem"
    ))]
    Recall(Box<Attest<notice::RecallOptions>>),
    /// Say what runs, as measured.
    #[command(after_help = help!(
        "prova attest measure unit:dns:nordlys.example/AAU-3900/SN1 --firmware artefact:sha256:… --measured-tool prova-agent --measured-tool-version 1 \
         --measured-method tpmQuote --key keys/operator-north.pem"
    ))]
    Measure(Box<Attest<operation::MeasureOptions>>),
    /// End the life of units, slots or artefacts.
    #[command(after_help = help!(
        "prova attest decommission unit:dns:nordlys.example/AAU-3900/SN1 --reason 'end of life' --destination recycling --key keys/operator-north.pem"
    ))]
    Decommission(Box<Attest<operation::DecommissionOptions>>),
    /// Say that an earlier entry was wrong, or dispute it.
    #[command(after_help = help!(
        "prova attest correct unit:dns:nordlys.example/AAU-3900/SN1 --target 17 --kind error --reason 'wrong serial number' --role manufacturer --key keys/nordlys.pem"
    ))]
    Correct(Box<Attest<assurance::CorrectOptions>>),
    /// Give other evidence where a record is missing.
    #[command(after_help = help!(
        "prova attest evidence unit:dns:nordlys.example/AAU-3900/SN1 --in-place-of ship --reason 'bought in 2019' --document invoice.pdf --key keys/operator-north.pem"
    ))]
    Evidence(Box<Attest<assurance::EvidenceOptions>>),
    /// Restrict what may be used; for regulators.
    #[command(after_help = help!(
        "prova attest restrict act:dns:regulator.example/2026-17 --status inForce --legal-basis 'Act 12 §3' --scope-supplier dns:x.example \
         --from 2026-03-01 --key keys/regulator.pem"
    ))]
    Restrict(Box<Attest<notice::RestrictOptions>>),
    /// Record a finding; for regulators.
    #[command(after_help = help!(
        "prova attest finding slot:dns:north.example/gNB-7 --rule R1 --outcome fails --text 'no certificate' --entry 17 --key keys/regulator.pem"
    ))]
    Finding(Box<Attest<notice::FindingOptions>>),
}

/// Runs `prova attest`.
pub(crate) fn run(command: AttestCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    let request = match command {
        AttestCommand::Manifest(attest) => attest.request(),
        AttestCommand::Manufacture(attest) => attest.request(),
        AttestCommand::Assemble(attest) => attest.request(),
        AttestCommand::Test(attest) => attest.request(),
        AttestCommand::Certify(attest) => attest.request(),
        AttestCommand::Ship(attest) => attest.request(),
        AttestCommand::Receive(attest) => attest.request(),
        AttestCommand::Store(attest) => attest.request(),
        AttestCommand::Install(attest) => attest.request(),
        AttestCommand::Update(attest) => attest.request(),
        AttestCommand::Maintain(attest) => attest.request(),
        AttestCommand::Notice(attest) => attest.request(),
        AttestCommand::Recall(attest) => attest.request(),
        AttestCommand::Measure(attest) => attest.request(),
        AttestCommand::Decommission(attest) => attest.request(),
        AttestCommand::Correct(attest) => attest.request(),
        AttestCommand::Evidence(attest) => attest.request(),
        AttestCommand::Restrict(attest) => attest.request(),
        AttestCommand::Finding(attest) => attest.request(),
    };
    request?.attest(ui)
}
