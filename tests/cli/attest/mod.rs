//! `prova attest`, and `prova heads`.

mod apart;
mod bills;
mod events;
mod refusals;
mod units;

use crate::Sandbox;

const TYPE: &str = "type:dns:nordlys.example/AAU/R1";
const UNIT: &str = "unit:dns:nordlys.example/AAU/S1";
const FIRMWARE: &str = "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SLOT: &str = "slot:dns:north.example/SubNetwork=1/gNB-7";

fn born(sandbox: &Sandbox) {
    sandbox.ok(&format!(
        "attest manifest {TYPE} --name AAU --category ran.aau --key keys/nordlys.pem"
    ));
    sandbox.ok(&format!(
        "attest manufacture {UNIT} --type {TYPE} --site-country SE --key keys/nordlys.pem"
    ));
}
