//! `prova log`.

use snapbox::str;

use crate::{Sandbox, assert_transcript, scene::SOUND};

#[test]
fn every_entry_is_a_line_and_findings_are_marked() {
    let sandbox = Sandbox::with_faults();
    assert_transcript!(
        sandbox.transcript(&["log"]),
        str![[r#"
$ prova log
 0  2026-03-01T08:00:00Z  charter       dns:ministry.example  founds the test ledger ledger.example/2026 under 2 root keys, of which 2 must sign
 1  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Nordlys (dns:nordlys.example), SE; as manufacturer, designer; with 1 key
 2  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Fjordos (dns:fjordos.example), SE; as producer; with 1 key
 3  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Lab (dns:lab.example), SE; as laboratory, certifier; with 1 key
 4  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Carrier (dns:carrier.example), SE; as carrier; with 1 key
 5  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols North (dns:north.example), SE; as operator; with 1 key
 6  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Regulator (dns:regulator.example), SE; as regulator; with 1 key
 7  2026-03-01T08:00:00Z  manifest      Nordlys             type:dns:nordlys.example/AAU/R1
 8  2026-03-01T08:00:00Z  manifest      Fjordos             artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
 9  2026-03-01T08:00:00Z  manufacture   Nordlys             unit:dns:nordlys.example/AAU/S1 and 1 more
10  2026-03-01T08:00:00Z  ship          Nordlys             unit:dns:nordlys.example/AAU/S1 and 1 more
11  2026-03-01T08:00:00Z  receive       Carrier             unit:dns:nordlys.example/AAU/S1 and 1 more  ! distrusted-key
12  2026-03-01T08:00:00Z  receive       North               unit:dns:nordlys.example/AAU/S1
13  2026-03-01T08:00:00Z  install       North               unit:dns:nordlys.example/AAU/S1 and 1 more
14  2026-03-01T08:00:00Z  install       North               unit:dns:nordlys.example/AAU/S2 and 1 more  ! custody-gap
15  2026-03-01T08:00:00Z  correct       Carrier             unit:dns:nordlys.example/AAU/S2  ! distrusted-key
16  2026-03-01T08:00:00Z  revoke, distrust  dns:ministry.example  revokes key 61f106581b7a… of Carrier: stolen; distrusts key 61f106581b7a… of Carrier from entry 11: stolen
[0]

"#]]
    );
}

#[test]
fn entries_are_chosen_by_index_and_by_what_they_are_about() {
    let sandbox = Sandbox::with_life();
    let about = format!("log --about {SOUND} --from 11");
    let lines = [
        "log --from 12 --limit 1",
        &about,
        "log --about dns:lab.example",
        "log --about key:91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe --limit 1",
        "log --from 99",
        "log --about unit:dns:nordlys.example/AAU/NONE",
        "log --about nonsense",
        "log --ledger keys",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova log --from 12 --limit 1
12  2026-03-01T08:00:00Z  receive       North               unit:dns:nordlys.example/AAU/S1
[0]
$ prova log --about unit:dns:nordlys.example/AAU/S1 --from 11
11  2026-03-01T08:00:00Z  receive       Carrier             unit:dns:nordlys.example/AAU/S1 and 1 more
12  2026-03-01T08:00:00Z  receive       North               unit:dns:nordlys.example/AAU/S1
13  2026-03-01T08:00:00Z  install       North               unit:dns:nordlys.example/AAU/S1 and 1 more
[0]
$ prova log --about dns:lab.example
 3  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols Lab (dns:lab.example), SE; as laboratory, certifier; with 1 key
[0]
$ prova log --about key:91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe --limit 1
 5  2026-03-01T08:00:00Z  enrol         dns:ministry.example  enrols North (dns:north.example), SE; as operator; with 1 key
[0]
$ prova log --from 99
[0]
$ prova log --about unit:dns:nordlys.example/AAU/NONE
[0]
$ prova log --about nonsense
error: invalid value 'nonsense' for '--about <TERM>': no term: want id:, by:, key:, ref:, alias: or about:

For more information, try '--help'.
[2]
$ prova log --ledger keys
error: keys is not a ledger: it has no file «format»
hint: name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one
[2]

"#]]
    );
}

#[test]
fn in_json_each_entry_is_an_object_on_a_line() {
    let sandbox = Sandbox::with_faults();
    assert_transcript!(
        sandbox.transcript(&["log --from 14 --format json"]),
        str![[r#"
$ prova log --from 14 --format json
{"index":14,"leaf":"2842997f2b36ba55b4d905f660a02b5fb8a9848c23aa7825288ce56785f01e6d","time":"2026-03-01T08:00:00Z","event":"install","by":{"id":"dns:north.example","name":"North"},"role":"operator","subjects":["unit:dns:nordlys.example/AAU/S2","slot:dns:north.example/gNB-2"],"sentence":"installs it as ran.aau in a general area","findings":[{"code":"custody-gap","severity":"gap","subject":"unit:dns:nordlys.example/AAU/S2","entry":14,"detail":{"notReceived":{"by":"dns:north.example"}},"message":"taken into use by dns:north.example, who had not received it"}]}
{"index":15,"leaf":"c4317c0a9e8658b66929942911ec8f9b3ce8c0db3066857c4ebcb44ff92ecf0b","time":"2026-03-01T08:00:00Z","event":"correct","by":{"id":"dns:carrier.example","name":"Carrier"},"role":"carrier","subjects":["unit:dns:nordlys.example/AAU/S2"],"sentence":"disputes the entry 2842997f2b36…: ours\u001b[2J\u202estill","findings":[{"code":"distrusted-key","severity":"notice","subject":"unit:dns:nordlys.example/AAU/S2","entry":15,"detail":{"distrustedKey":{"key":"61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c","organisation":"dns:carrier.example","from":11,"reason":"stolen"}},"message":"signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen"}]}
{"index":16,"leaf":"7d07281d3bd31869238c917c5c73645405a202a76b148bf5bede313925405039","time":"2026-03-01T08:00:00Z","event":"revoke, distrust","by":{"id":"dns:ministry.example"},"countersigned":[{"id":"dns:union.example"}],"subjects":["org:dns:carrier.example"],"sentence":"revokes key 61f106581b7a… of Carrier: stolen; distrusts key 61f106581b7a… of Carrier from entry 11: stolen"}
[0]

"#]]
    );
}
