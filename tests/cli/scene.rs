//! The life of two units, for the commands that read.

use prova_core::key::published_test_key;
use prova_store::{Ledger, NoProgress};

use crate::Sandbox;

pub(crate) const TYPE: &str = "type:dns:nordlys.example/AAU/R1";
pub(crate) const FIRMWARE: &str =
    "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Made, shipped, received, installed.
pub(crate) const SOUND: &str = "unit:dns:nordlys.example/AAU/S1";
/// Shipped with it; in the faulty ledger it is installed by somebody who never received it.
pub(crate) const GAPPED: &str = "unit:dns:nordlys.example/AAU/S2";

const BOM: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
"metadata": {"component": {"type": "device", "bom-ref": "aau", "name": "AAU", "supplier": {"name": "Nordlys"}, "components": [
  {"type": "library", "name": "zlib", "version": "1.3.1", "supplier": {"name": "zlib \u001b[31mauthors"}},
  {"type": "library", "name": "libyang", "version": "2.1"}]}},
"components": [{"type": "firmware", "name": "boot", "version": "2", "supplier": {"name": "Fjordos"}}]}"#;

impl Sandbox {
    /// Entries 0 to 13, nothing wrong with any.
    pub(crate) fn with_life() -> Self {
        let sandbox = Self::with_ledger();
        sandbox.write("aau.cdx.json", BOM);
        for line in [
            format!(
                "attest manifest {TYPE} --name AAU --category ran.aau --bom aau.cdx.json --known-unknown capacitors --key keys/nordlys.pem"
            ),
            format!(
                "attest manifest {FIRMWARE} --name FjordOS --version 3.1 --runs-on {TYPE} --key keys/producer.pem"
            ),
            format!(
                "attest manufacture {SOUND} {GAPPED} --type {TYPE} --site-country SE --site-name Kiruna --lot L7 --key keys/nordlys.pem"
            ),
            format!(
                "attest ship {SOUND} {GAPPED} --to dns:north.example --carrier dns:carrier.example --title-to dns:north.example --seal S-1 --key keys/nordlys.pem"
            ),
            format!(
                "attest receive {SOUND} {GAPPED} --seals intact --inspection accepted --key keys/carrier.pem"
            ),
            format!(
                "attest receive {SOUND} --from dns:carrier.example --ship 10 --seals intact --inspection accepted --place Narvik --country NO --key keys/operator-north.pem"
            ),
            format!(
                "attest install {SOUND} slot:dns:north.example/gNB-1 --category ran.aau --area sensitive --key keys/operator-north.pem"
            ),
        ] {
            sandbox.ok(&line);
        }
        sandbox
    }

    /// The same, and entries 14 to 16: a custody gap, a dispute with control characters in its reason, and a key that is distrusted from
    /// entry 11 on.
    pub(crate) fn with_faults() -> Self {
        let sandbox = Self::with_life();
        for line in [
            format!("attest install {GAPPED} slot:dns:north.example/gNB-2 --category ran.aau --area general --key keys/operator-north.pem"),
            format!("attest correct {GAPPED} --target 14 --kind dispute --reason ours\u{1b}[2J\u{202e}still --key keys/carrier.pem"),
            "registry revoke keys/carrier.pub.pem --reason stolen --distrust-from 11 --sign keys/root-a.pem --sign keys/root-b.pem".to_owned(),
        ] {
            sandbox.ok(&line);
        }
        sandbox
    }

    /// The ledger, held open by a writer.
    pub(crate) fn writer(&self) -> Ledger {
        let log_key = published_test_key("log").unwrap();
        Ledger::open(&self.path("ledger"), log_key, &NoProgress).unwrap()
    }

    /// Changes a byte of a file.
    pub(crate) fn flip(&self, file: &str, at: usize) {
        let mut bytes = std::fs::read(self.path(file)).unwrap();
        *bytes.get_mut(at).unwrap() ^= 1;
        self.write(file, bytes);
    }
}
