//! What may not be said.

use snapbox::str;

use super::{SLOT, TYPE, UNIT, born};
use crate::{Sandbox, assert_transcript};

#[test]
fn what_may_not_be_said_is_refused_and_nothing_is_written() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    sandbox.write(
        "deep.json",
        format!("{{\"to\":{}1{}}}", "[".repeat(40), "]".repeat(40)),
    );
    sandbox.write(
        "twice.json",
        r#"{"to":"dns:north.example","to":"dns:south.example"}"#,
    );
    sandbox.write(
        "unknown.json",
        r#"{"to":"dns:north.example","seals":["1"],"colour":"red"}"#,
    );
    sandbox.write("binary.json", b"{\"to\":\"\xff\"}");
    sandbox.write(
        "large.json",
        format!(
            "{{\"to\":\"dns:north.example\",\"seals\":[\"{}\"]}}",
            "x".repeat(60_000)
        ),
    );
    sandbox.write("list.json", "[]");
    let ship = format!("attest ship {UNIT} --key keys/nordlys.pem");
    let before = sandbox.acknowledged();
    assert_transcript!(
        sandbox.transcript(&[
            &format!("attest ship {UNIT} --to dns:north.example --key keys/spare-1.pem"),
            &format!("attest ship {UNIT} --to dns:north.example --key keys/root-a.pem --by dns:ministry.example --role operator"),
            &format!("attest install {SLOT} {UNIT} --category ran.aau --area general --key keys/nordlys.pem"),
            &format!("attest install {SLOT} {UNIT} --category ran.aau --area general --key keys/nordlys.pem --role operator"),
            &format!("attest manufacture {UNIT} --type {TYPE} --site-country SE --key keys/nordlys.pem --role designer"),
            &format!("attest ship {UNIT} --to dns:north.example --key keys/nordlys.pem --by dns:north.example --role operator"),
            &format!("attest correct {UNIT} --target 7 --kind error --reason x --key keys/nordlys.pem"),
            &format!("attest correct {UNIT} --target 99 --kind error --reason x --role designer --key keys/nordlys.pem"),
            &format!("attest ship {TYPE} --to dns:north.example --key keys/nordlys.pem"),
            "attest ship --to dns:north.example --key keys/nordlys.pem",
            "attest ship unit:dns:nordlys.example/AAU --to dns:north.example --key keys/nordlys.pem",
            &ship,
            &format!("{ship} --to nobody"),
            &format!("{ship} --json deep.json"),
            &format!("{ship} --json twice.json"),
            &format!("{ship} --json unknown.json"),
            &format!("{ship} --json binary.json"),
            &format!("{ship} --json large.json"),
            &format!("{ship} --json list.json"),
            &format!("{ship} --json absent.json"),
            &format!("{ship} --to dns:north.example --alias mac:xyz"),
            &format!("{ship} --to dns:north.example --alias {TYPE}=sku:1"),
            &format!("{ship} --to dns:north.example --from-ledger {UNIT} other.example/1 5 {}", "0".repeat(64)),
            &format!("{ship} --to dns:north.example --attach absent"),
            &format!("{ship} --to dns:north.example --log-key keys/lab.pem"),
            &format!("attest receive {UNIT} --from dns:nordlys.example --seals glued --inspection accepted --key keys/lab.pem"),
        ]),
        str![[r#"
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --to dns:north.example --key keys/spare-1.pem
error: key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 is not enrolled
hint: `prova registry show` lists the keys in use; `prova registry enrol` and `prova registry rotate` add some
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --to dns:north.example --key keys/root-a.pem --by dns:ministry.example --role operator
error: key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 is a root key, which speaks for the root alone
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/nordlys.pem
error: dns:nordlys.example has no role that may say install; its roles: designer, manufacturer; want one of: operator, integrator
hint: `prova registry change --role` changes roles
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/nordlys.pem --role operator
error: dns:nordlys.example does not have the role operator; its roles: designer, manufacturer
hint: `prova registry show` lists everybody's roles; `prova registry change --role` changes them
[2]
$ prova attest manufacture unit:dns:nordlys.example/AAU/S1 --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem --role designer
error: a designer may not say manufacture; want manufacturer
hint: `prova registry show` lists everybody's roles; `prova registry change --role` changes them
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --to dns:north.example --key keys/nordlys.pem --by dns:north.example --role operator
error: dns:nordlys.example signed it, but stands neither in «by» nor in «with»
[2]
$ prova attest correct unit:dns:nordlys.example/AAU/S1 --target 7 --kind error --reason x --key keys/nordlys.pem
error: dns:nordlys.example may say correct in several roles: designer, manufacturer
hint: say in which with --role
[2]
$ prova attest correct unit:dns:nordlys.example/AAU/S1 --target 99 --kind error --reason x --role designer --key keys/nordlys.pem
error: there is no entry 99 in a ledger of size 9
[2]
$ prova attest ship type:dns:nordlys.example/AAU/R1 --to dns:north.example --key keys/nordlys.pem
error: ship is not about type:dns:nordlys.example/AAU/R1; want units
[2]
$ prova attest ship --to dns:north.example --key keys/nordlys.pem
error: ship about nothing
hint: name components, or a list of them with --units
[2]
$ prova attest ship unit:dns:nordlys.example/AAU --to dns:north.example --key keys/nordlys.pem
error: invalid value 'unit:dns:nordlys.example/AAU' for '[COMPONENT]...': want unit:<org>/<part>/<serial>, unit:idevid:<hex> or unit:sgtin:<gtin>.<serial>

For more information, try '--help'.
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem
error: the fields of ship do not fit
  caused by: missing field `to`
hint: `prova attest ship --help` lists the options; --json FILE takes all fields
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to nobody
error: invalid value 'nobody' for '--to <ORG>': no organisation: want «lei:», «gln:» or «dns:» and an identifier

For more information, try '--help'.
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json deep.json
error: no event fields in deep.json
  caused by: nested deeper than 32 levels at line 1 column 38
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json twice.json
error: no event fields in twice.json
  caused by: member «to» stands twice in one object at line 1 column 51
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json unknown.json
error: ship has no field «colour»
hint: `prova attest ship --help` lists the options; members are named like them
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json binary.json
error: no event fields in binary.json
  caused by: invalid UTF-8 at byte 7
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json large.json
error: an envelope of 80904 bytes, want 65535 at most; large documents are attachments, long lists of units several statements
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json list.json
error: no event fields in list.json
  caused by: want a JSON object with the event's fields
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --json absent.json
error: cannot read absent.json
  caused by: No such file or directory (os error 2)
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to dns:north.example --alias mac:xyz
error: «mac:xyz» is no alias
  caused by: no mac identifier: want 12 lower-case hexadecimal digits
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to dns:north.example --alias type:dns:nordlys.example/AAU/R1=sku:1
error: --alias names type:dns:nordlys.example/AAU/R1, which the statement is not about
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to dns:north.example --from-ledger unit:dns:nordlys.example/AAU/S1 other.example/1 5 0000000000000000000000000000000000000000000000000000000000000000
error: unit:dns:nordlys.example/AAU/S1 has entries in this ledger, the last with leaf hash 2d6e0950af88bc8316acd839bdb1034ef92c6aaef602784061cfe4e993337617; only the first statement of a chain says where it comes from
hint: leave --from-ledger out
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to dns:north.example --attach absent
error: cannot read the document absent
  caused by: No such file or directory (os error 2)
[2]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --key keys/nordlys.pem --to dns:north.example --log-key keys/lab.pem
error: key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 does not sign this ledger's checkpoints, want key 940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a
[2]
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --from dns:nordlys.example --seals glued --inspection accepted --key keys/lab.pem
error: invalid value 'glued' for '--seals <SEALS>': unknown variant `glued`, expected one of `intact`, `broken`, `none`

For more information, try '--help'.
[2]

"#]]
    );
    assert_eq!(sandbox.acknowledged(), before);
}
