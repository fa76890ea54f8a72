//! Many units at once: lists of them, and consignments.

use std::fmt::Write as _;

use snapbox::str;

use super::TYPE;
use crate::{Sandbox, assert_transcript};

#[test]
fn a_consignment_becomes_as_many_statements_as_it_needs_and_is_received_shipment_by_shipment() {
    let sandbox = Sandbox::with_ledger();
    let mut list = String::from("serial,mac\n");
    for number in 0..600_u32 {
        writeln!(list, "SN-{number:04},00000000{number:04x}").unwrap();
    }
    sandbox.write("units.csv", list);
    let units = "--units units.csv --part AAU --org dns:nordlys.example";
    assert_transcript!(
        sandbox.transcript(&[
            &format!("attest manufacture {units} --type {TYPE} --site-country SE --key keys/nordlys.pem"),
            &format!("attest ship {units} --to dns:north.example --key keys/nordlys.pem"),
            &format!(
                "attest receive {units} --seals none --inspection notDone --key keys/operator-north.pem"
            ),
        ]),
        str![[r#"
$ prova attest manufacture --units units.csv --part AAU --org dns:nordlys.example --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem
entry 7 with leaf hash 915634813f3f2a3f9c5e3cd0705aad118f6a77f746684af00713222dc27b25df
entry 8 with leaf hash a2adca71855630d6793d84984a06d429dcfa4aea2cc90f200d6b426448fe3f3d
entry 9 with leaf hash 0f77bb44f68b32c7937a0e8ddad0a23e0e453bbf1674a86cd1ebb212c1ed371e
[0]
$ prova attest ship --units units.csv --part AAU --org dns:nordlys.example --to dns:north.example --key keys/nordlys.pem
entry 10 with leaf hash 2a3d9b1aec80a65dad7666a669b3d3caa17b67e61d75ce7de50201b24e91f323
entry 11 with leaf hash 95da35279bb1b52124c86b737c29858b0fd82a8faa39d8bf28b54e088029786d
entry 12 with leaf hash 5c5cbb0551eadc464366c99a694288926ded32133b70a1540de5d61cbe09dbba
entry 13 with leaf hash 397089fd842583a278d2dc70b916533e5cf1f502e44a0630319fe83500190263
[0]
$ prova attest receive --units units.csv --part AAU --org dns:nordlys.example --seals none --inspection notDone --key keys/operator-north.pem
entry 14 with leaf hash 886f26b7974f8fd59408828188d82c82c8fdfa179b701be8edb458da2e126d8e
entry 15 with leaf hash 5c11d384f6842fc2b91366cb6fb5fcf0d4f22ccc0c5bc3af5efcd69b00a836d0
entry 16 with leaf hash 93988b50728b41a7d4131266ce6b49d6195cd21ef33beb51dd19eafd4ca9c351
entry 17 with leaf hash 05b4bf8a9f573f50a60ae076d5f0491d148a19dd67eef635768cde9ade43f9ce
[0]

"#]]
    );
}

#[test]
fn lists_of_units_that_cannot_be_read_are_refused_with_the_place() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("colour.csv", "serial,colour\nS1,red\n");
    sandbox.write("twice.csv", "serial\nS1\ns-1\n");
    let manufacture = format!("attest manufacture --type {TYPE} --site-country SE --key keys/nordlys.pem");
    assert_transcript!(
        sandbox.transcript(&[
            &format!("{manufacture} --units colour.csv --part AAU"),
            &format!("{manufacture} --units twice.csv --part AAU"),
            &format!("{manufacture} --units twice.csv"),
            &format!("{manufacture} --units absent.csv"),
        ]),
        str![[r#"
$ prova attest manufacture --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem --units colour.csv --part AAU
error: no list of units in colour.csv
  caused by: line 1, column 2: «colour» is no column
hint: columns are component or serial, part, alias, mac, imei, gtin, giai, sku; the first line names them
[2]
$ prova attest manufacture --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem --units twice.csv --part AAU
error: no list of units in twice.csv
  caused by: line 3: unit:dns:nordlys.example/AAU/S1 stands in line 2 already
[2]
$ prova attest manufacture --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem --units twice.csv
error: no list of units in twice.csv
  caused by: serials without a part number
hint: give it with --part, or in a column «part»
[2]
$ prova attest manufacture --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem --units absent.csv
error: cannot read absent.csv
  caused by: No such file or directory (os error 2)
[2]

"#]]
    );
}
