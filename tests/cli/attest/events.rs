//! What happened, said with options, and what of it contradicts the past.

use snapbox::str;

use super::{FIRMWARE, SLOT, TYPE, UNIT, born};
use crate::{Sandbox, assert_transcript};

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
warning: finding unreleased-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which nobody who may has released
warning: finding unreleased-firmware about unit:dns:nordlys.example/PSU/P1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which nobody who may has released
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
warning: finding unreleased-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which nobody who may has released
[0]
$ prova attest update unit:dns:nordlys.example/AAU/S1 --firmware artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --method remote --key keys/operator-north.pem
entry 17 with leaf hash 5538bad1d3d8ba4a06ce0043289f9749d754ee223cfe2205d313d66230ae54a8
warning: finding unreleased-firmware about unit:dns:nordlys.example/AAU/S1: runs artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, which nobody who may has released
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
          "code": "claim",
          "severity": "notice",
          "subject": "unit:dns:nordlys.example/AAU/S1",
          "entry": 10,
          "detail": {
            "claim": {
              "by": "dns:north.example",
              "event": "update"
            }
          },
          "message": "dns:north.example states update, and may not write there: it changes nothing"
        }
      ]
    }
  ]
}

"#]])
        .stderr_eq(str![[r#"
{"warning":{"message":"finding claim about unit:dns:nordlys.example/AAU/S1: dns:north.example states update, and may not write there: it changes nothing"}}

"#]]);
}
