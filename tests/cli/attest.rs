//! `prova attest`, and `prova heads`.

use std::fmt::Write as _;

use snapbox::str;

use crate::{Sandbox, assert_transcript};

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

#[test]
fn all_nineteen_events_are_said_with_options() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("report.pdf", "%PDF-1.7");
    sandbox.write(
        "aau.cdx.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"zlib"}]}"#,
    );
    let part = "unit:dns:nordlys.example/PSU/P1";
    let lines = [
        format!("attest manifest {TYPE} --name AAU --category ran.aau --bom aau.cdx.json --design-country SE --key keys/nordlys.pem"),
        format!("attest manifest {FIRMWARE} --name Fjordos --version 1 --runs-on {TYPE} --key keys/producer.pem"),
        format!("attest manufacture {UNIT} {part} --type {TYPE} --site-country SE --lot L1 --firmware {FIRMWARE} --key keys/nordlys.pem"),
        format!("attest assemble {UNIT} {part} --key keys/nordlys.pem"),
        format!("attest test {TYPE} --specification TS-33.511 --result pass --report report.pdf --key keys/lab.pem --role laboratory"),
        format!("attest certify {TYPE} --action issue --scheme NESAS --certificate N-7 --scas TS-33.511/19.0.0/19 --key keys/lab.pem"),
        format!("attest ship {UNIT} --to dns:north.example --carrier dns:carrier.example --seal 17 --key keys/nordlys.pem"),
        format!("attest receive {UNIT} --seals intact --inspection accepted --attach report.pdf --key keys/operator-north.pem"),
        format!("attest store {UNIT} --site-country SE --site-name Kiruna --from 2026-03-01 --key keys/operator-north.pem"),
        format!("attest install {SLOT} {UNIT} --category ran.aau --area sensitive --firmware {FIRMWARE} --key keys/operator-north.pem"),
        format!("attest update {UNIT} --firmware {FIRMWARE} --method remote --key keys/operator-north.pem"),
        format!("attest maintain {UNIT} --action inspect --remote-from SE --key keys/operator-north.pem"),
        format!("attest notice {FIRMWARE} --vulnerability CVE-2026-1 --status under_investigation --key keys/producer.pem"),
        format!("attest recall {TYPE} --reason heat --remedy exchange --from 2026-03-01 --lot L2 --key keys/nordlys.pem"),
        format!(
            "attest measure {UNIT} --firmware {FIRMWARE} --measured-tool probe --measured-tool-version 1 --measured-method tpmQuote \
             --key keys/operator-north.pem"
        ),
        format!("attest correct {UNIT} --target 13 --kind dispute --reason wrong --role operator --key keys/operator-north.pem"),
        format!("attest evidence {UNIT} --in-place-of ship --reason lost --document report.pdf --key keys/operator-north.pem"),
        "attest restrict act:dns:regulator.example/2026-1 --status proposed --legal-basis Act --scope-country SE --from 2026-03-01 \
         --key keys/regulator.pem"
            .to_owned(),
        format!("attest finding {UNIT} --rule R1 --outcome holds --text fine --entry 7 --key keys/regulator.pem"),
        format!("attest decommission {UNIT} --reason old --destination recycling --key keys/operator-north.pem"),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova attest manifest type:dns:nordlys.example/AAU/R1 --name AAU --category ran.aau --bom aau.cdx.json --design-country SE --key keys/nordlys.pem
entry 7 with leaf hash 5ccce1a616d6b72b672348cd38176751bf91629be4ccb21f834116759bc030e3
[0]
$ prova attest manifest artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --name Fjordos --version 1 --runs-on type:dns:nordlys.example/AAU/R1 --key keys/producer.pem
entry 8 with leaf hash aa91fa43f044c01c05c7d6088fa10e8d0a9a1218aa3acf308b1a20e7bdb4e337
[0]
$ prova attest manufacture unit:dns:nordlys.example/AAU/S1 unit:dns:nordlys.example/PSU/P1 --type type:dns:nordlys.example/AAU/R1 --site-country SE --lot L1 --firmware artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --key keys/nordlys.pem
entry 9 with leaf hash f2aba230666d859b8c84d00d6b5d42cc57f43f1e425ac7f98122035aba01e7f9
warning: finding foreign-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of dns:fjordos.example, whom no manifest of type:dns:nordlys.example/AAU/R1 names as supplier
warning: finding foreign-firmware about unit:dns:nordlys.example/PSU/P1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of dns:fjordos.example, whom no manifest of type:dns:nordlys.example/AAU/R1 names as supplier
[0]
$ prova attest assemble unit:dns:nordlys.example/AAU/S1 unit:dns:nordlys.example/PSU/P1 --key keys/nordlys.pem
entry 10 with leaf hash 0e85454f0d79e8b368b56f76bd1364c1986fa0f14affea5fb7d8bd785b4da876
[0]
$ prova attest test type:dns:nordlys.example/AAU/R1 --specification TS-33.511 --result pass --report report.pdf --key keys/lab.pem --role laboratory
entry 11 with leaf hash 806acd5043977828587af00f901b3dbcac9e37d8c88af610bf184514527faff5
[0]
$ prova attest certify type:dns:nordlys.example/AAU/R1 --action issue --scheme NESAS --certificate N-7 --scas TS-33.511/19.0.0/19 --key keys/lab.pem
entry 12 with leaf hash 9c5c2f7ed4561ab12e2f7487372ce50eb667eac8f8a1b5877034dbfb2ef5bbae
[0]
$ prova attest ship unit:dns:nordlys.example/AAU/S1 --to dns:north.example --carrier dns:carrier.example --seal 17 --key keys/nordlys.pem
entry 13 with leaf hash f75f13e310f1fd2a979d90d384bbe65be81e62113a99d52a93fb30a15f2e5399
[0]
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --seals intact --inspection accepted --attach report.pdf --key keys/operator-north.pem
entry 14 with leaf hash ad961c13cf50b82567184f03a032af10b11c45b382bb063d9c7e851383018452
[0]
$ prova attest store unit:dns:nordlys.example/AAU/S1 --site-country SE --site-name Kiruna --from 2026-03-01 --key keys/operator-north.pem
entry 15 with leaf hash 3f26e8f006281bda7f312b74785bcf2b20bd5d6e8cf1a1b683de0a8e7815b920
[0]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area sensitive --firmware artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --key keys/operator-north.pem
entry 16 with leaf hash 4c2b1566c2bbac96a7e3137711831fc5e8c419b502a280bbbee11d080704c74d
warning: finding foreign-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of dns:fjordos.example, whom no manifest of type:dns:nordlys.example/AAU/R1 names as supplier
[0]
$ prova attest update unit:dns:nordlys.example/AAU/S1 --firmware artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --method remote --key keys/operator-north.pem
entry 17 with leaf hash 5538bad1d3d8ba4a06ce0043289f9749d754ee223cfe2205d313d66230ae54a8
warning: finding foreign-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of dns:fjordos.example, whom no manifest of type:dns:nordlys.example/AAU/R1 names as supplier
[0]
$ prova attest maintain unit:dns:nordlys.example/AAU/S1 --action inspect --remote-from SE --key keys/operator-north.pem
entry 18 with leaf hash 7868692f49aa9794b75cee27438355e7f176ba1bde11e9845362c9425ba7290e
[0]
$ prova attest notice artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --vulnerability CVE-2026-1 --status under_investigation --key keys/producer.pem
entry 19 with leaf hash 7c9cf1f2ad0cd16f93a1991e5175c4584e37a82f20020edf4e9e6c8a035694ab
[0]
$ prova attest recall type:dns:nordlys.example/AAU/R1 --reason heat --remedy exchange --from 2026-03-01 --lot L2 --key keys/nordlys.pem
entry 20 with leaf hash e398af1b1190db22059c0d04aa62adeeea6a819cff2b8c0e3f1354622ab1bde8
[0]
$ prova attest measure unit:dns:nordlys.example/AAU/S1 --firmware artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --measured-tool probe --measured-tool-version 1 --measured-method tpmQuote --key keys/operator-north.pem
entry 21 with leaf hash 963c10b81eaf05e5dbee9fd24d3eb098a349faa2cb79eee4cdc5149045c51561
[0]
$ prova attest correct unit:dns:nordlys.example/AAU/S1 --target 13 --kind dispute --reason wrong --role operator --key keys/operator-north.pem
entry 22 with leaf hash edd0c7597458c609805f3d48f383a69152ccccfdbc7ae4c84f561a0952fb22bb
[0]
$ prova attest evidence unit:dns:nordlys.example/AAU/S1 --in-place-of ship --reason lost --document report.pdf --key keys/operator-north.pem
entry 23 with leaf hash 18aec40f7bdeffe0e0201bc0478d30f35385807dcba16a40e2aa549b38e6cf83
[0]
$ prova attest restrict act:dns:regulator.example/2026-1 --status proposed --legal-basis Act --scope-country SE --from 2026-03-01 --key keys/regulator.pem
entry 24 with leaf hash 7b741a625e90ba86bee612b9b6c23e41e6fcb02a88dbe81451a9f36276826a92
[0]
$ prova attest finding unit:dns:nordlys.example/AAU/S1 --rule R1 --outcome holds --text fine --entry 7 --key keys/regulator.pem
entry 25 with leaf hash 988c5e17132e8cdbc02ae48626e2cfbbd62e471d5c9df59a9dfd65b9f59bcdcb
[0]
$ prova attest decommission unit:dns:nordlys.example/AAU/S1 --reason old --destination recycling --key keys/operator-north.pem
entry 26 with leaf hash 1b4fd16591329386f0a1f1897ebc8bd4268f56ca7f99b50f178f58232c2565ba
[0]

"#]]
    );
}

#[test]
fn what_contradicts_the_past_is_warned_of_and_recorded() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    sandbox
        .run(&format!(
            "attest manufacture {UNIT} --type {TYPE} --site-country SE --key keys/nordlys.pem"
        ))
        .code(0)
        .stdout_eq(str![[r#"
entry 9 with leaf hash 80da3dcac3332624269dc64a7d7cbe8a19aeb9085a4899d611170b2573c594cc

"#]])
        .stderr_eq(str![[r#"
warning: finding second-birth about unit:dns:nordlys.example/AAU/S1: manufactured again; it was manufactured in entry 8 already

"#]]);
    sandbox
        .run(&format!(
            "attest update {UNIT} --firmware {FIRMWARE} --key keys/operator-north.pem --format json"
        ))
        .code(0)
        .stdout_eq(str![[r#"
{
  "entries": [
    {
      "index": 10,
      "leaf": "56176bb076c50eb4141452e8676ef277e0fad4055e90db881bdb0dcca2bf1252",
      "known": false,
      "findings": [
        {
          "code": "unreleased-firmware",
          "severity": "gap",
          "subject": "unit:dns:nordlys.example/AAU/S1",
          "entry": 10,
          "detail": {
            "unreleasedFirmware": {
              "artefact": "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            }
          },
          "message": "runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which no producer has released"
        }
      ]
    }
  ]
}

"#]])
        .stderr_eq(str![[r#"
{"warning":{"message":"finding unreleased-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which no producer has released"}}

"#]]);
}

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
error: key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 is a root key, which signs registry entries only
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
error: dns:north.example stands by it, but none of the signatures is by a key of it
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

#[test]
fn a_machine_without_the_ledger_signs_with_a_file_of_heads() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    let heads = sandbox.ok(&format!("heads {UNIT} {SLOT}"));
    sandbox.write("heads.json", &heads);
    assert_transcript!(
        heads,
        str![[r#"
{
  "unit:dns:nordlys.example/AAU/S1": "2d6e0950af88bc8316acd839bdb1034ef92c6aaef602784061cfe4e993337617",
  "slot:dns:north.example/SubNetwork=1/gNB-7": null,
  "ledger:ledger.example/2026": {
    "number": 0
  }
}

"#]]
    );
    std::fs::rename(sandbox.path("ledger"), sandbox.path("away")).unwrap();
    let install = format!(
        "attest install {SLOT} {UNIT} --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json"
    );
    let whole = format!("{install} --by dns:north.example --role operator");
    assert_transcript!(
        sandbox.transcript(&[
            &install,
            &format!("{install} --by dns:north.example"),
            &format!("{whole} unit:dns:nordlys.example/AAU/S2"),
            &format!("{whole} -o envelope"),
            "append envelope --ledger away",
        ]),
        str![[r#"
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json
error: without a ledger it is not known whose the key is
hint: say who speaks with --by ORG
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example
error: without a ledger it is not known which roles the signer has
hint: say in which role with --role
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example --role operator unit:dns:nordlys.example/AAU/S2
error: the file of heads says nothing of unit:dns:nordlys.example/AAU/S2
hint: make one beside the ledger with `prova heads COMPONENT…`
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example --role operator -o envelope
[0]
$ prova append envelope --ledger away
appended 1, known 0, refused 0; the ledger has 10 entries
1 of the entries contradict the past; `prova verify` tells how
[0]

"#]]
    );
}

#[test]
fn a_second_signature_and_aliases_travel_with_the_statement() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    sandbox
        .run(&format!(
            "attest receive {UNIT} --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem \
             --countersign keys/nordlys.pem --alias mac:001a2b3c4d5e"
        ))
        .code(0)
        .stdout_eq(str![[r#"
entry 9 with leaf hash 17307c96e8b2aff4b88a685fd954cf90d7a0293fce8fa5716ecf47bae207aca4

"#]])
        .stderr_eq("");
    let clone = "unit:dns:nordlys.example/AAU/S2";
    sandbox
        .run(&format!(
            "attest manufacture {clone} --type {TYPE} --site-country SE --key keys/nordlys.pem --alias {clone}=mac:001A2B3C4D5E"
        ))
        .code(0)
        .stdout_eq(str![[r#"
entry 10 with leaf hash 8ac4d4d1edbf1568f573e5a92f03d4333615c72500ba410b0686a8075ac25c7c

"#]])
        .stderr_eq(str![[r#"
warning: finding clone about unit:dns:nordlys.example/AAU/S2: mac:001a2b3c4d5e is unit:dns:nordlys.example/AAU/S1 already

"#]]);
}

#[test]
fn what_no_ledger_takes_is_not_signed_apart_from_one_either() {
    let sandbox = Sandbox::with_ledger();
    let heads = sandbox.ok(&format!("heads {UNIT}"));
    sandbox.write("heads.json", heads);
    let line = format!(
        "attest correct {UNIT} --target {} --kind error --reason {} --by dns:nordlys.example --role manufacturer --key keys/nordlys.pem \
         --sign-only --heads heads.json -o out",
        "0a".repeat(32),
        "x".repeat(2_049)
    );
    sandbox.run(&line).code(2).stdout_eq("").stderr_eq(str![[r#"
error: no statement: a text of 2049 bytes, want 2048 at most at line 1 column 2515

"#]]);
    assert!(!sandbox.path("out").exists());
}
