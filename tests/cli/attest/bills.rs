//! Bills of materials that a manifest names.

use snapbox::str;

use super::TYPE;
use crate::{Sandbox, assert_transcript};

#[test]
fn what_is_no_bill_of_materials_is_refused_and_deviations_are_told() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("empty.json", "");
    sandbox.write("text.json", "hello");
    sandbox.write("other.json", r#"{"hello":1}"#);
    sandbox.write("xml.json", "<?xml version=\"1.0\"?><bom/>");
    sandbox.write(
        "odd.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"radio\u001b","name":"x"}]}"#,
    );
    let manifest = format!("attest manifest {TYPE} --name AAU --key keys/nordlys.pem");
    assert_transcript!(
        sandbox.transcript(&[
            &format!("{manifest} --bom empty.json"),
            &format!("{manifest} --bom text.json"),
            &format!("{manifest} --bom other.json"),
            &format!("{manifest} --bom xml.json"),
            &format!("{manifest} --bom absent.json"),
            &format!("{manifest} --bom keys"),
            &format!("{manifest} --bom odd.json"),
        ]),
        str![[r#"
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom empty.json
error: no bill of materials from empty.json
  caused by: the document is empty, want CycloneDX 1.4, 1.5, 1.6, 1.7 or SPDX 2.2, 2.3, in JSON
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom text.json
error: no bill of materials from text.json
  caused by: not JSON at line 1 column 1: expected value
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom other.json
error: no bill of materials from other.json
  caused by: found an object with neither "bomFormat" nor "spdxVersion", want CycloneDX 1.4, 1.5, 1.6, 1.7 or SPDX 2.2, 2.3, in JSON
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom xml.json
error: no bill of materials from xml.json
  caused by: found XML, want CycloneDX 1.4, 1.5, 1.6, 1.7 or SPDX 2.2, 2.3, in JSON
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom absent.json
error: cannot read the bill of materials absent.json
  caused by: No such file or directory (os error 2)
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom keys
error: no bill of materials from keys
  caused by: the document cannot be read
  caused by: Is a directory (os error 21)
[2]
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --key keys/nordlys.pem --bom odd.json
entry 7 with leaf hash 27a79c763a727741bd2c5278701cf1c2fc3caecef93471de02d2a6fa81fa6354
warning: odd.json: /components/0/type: found "radio\u{1b}", want application, framework, library, container, platform, operating-system, device, device-driver, firmware, file, machine-learning-model, data or cryptographic-asset
[0]

"#]]
    );
}
