//! What one participant says of what is another's, by the commands that people type.

use crate::{Sandbox, scene::SOUND};

#[test]
fn what_a_stranger_says_is_told_and_changes_nothing() {
    let sandbox = Sandbox::with_life();
    let verify = format!("verify {SOUND}");
    sandbox.run(&verify).code(0);
    let standing = |sandbox: &Sandbox| {
        let shown = sandbox.ok(&format!("show {SOUND} --format json"));
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let member = |name: &str| shown["standing"][name].clone();
        ["holder", "title", "slot", "firmware", "custody", "transfers"].map(member)
    };
    let before = standing(&sandbox);
    // Signed apart, before the stranger speaks.
    sandbox.ok(&format!(
        "attest store {SOUND} --site-country NO --from 2026-03-02 --key keys/operator-north.pem --sign-only -o apart.jsonl"
    ));
    let ship = format!("attest ship {SOUND} --to dns:carrier.example --key keys/carrier.pem");
    let said = sandbox.run(&ship).code(0).get_output().stderr.clone();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("finding not-custodian"), "{said}");
    sandbox.run(&verify).code(0);
    assert_eq!(standing(&sandbox), before);
    let told = sandbox.ok(&format!("show {SOUND}"));
    let sentence =
        "at the entry alone: not-custodian: dns:carrier.example ships it, but dns:north.example holds it";
    assert!(told.contains(sentence), "{told}");
    // What was signed apart is taken as it is.
    sandbox.ok("append apart.jsonl");
    sandbox.run(&verify).code(0);
}

#[test]
fn an_account_of_ones_own_becomes_the_record_once_both_sides_sign() {
    let sandbox = Sandbox::with_ledger();
    let (unit, slot) = ("unit:dns:nordlys.example/AAU/S9", "slot:dns:north.example/gNB-9");
    let north = "--key keys/operator-north.pem";
    for line in [
        format!(
            "attest manufacture {unit} --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem"
        ),
        // A distributor that nobody enrolled brought it.
        format!(
            "attest receive {unit} --from dns:distributor.example --seals none --inspection accepted {north}"
        ),
        format!("attest install {slot} {unit} --category ran.aau --area general {north}"),
    ] {
        sandbox.ok(&line);
    }
    assert!(sandbox.ok(&format!("show {slot}")).contains(unit));
    assert!(!sandbox.ok(&format!("show {unit}")).contains(slot));
    for line in [
        format!("attest ship {unit} --to dns:north.example --key keys/nordlys.pem"),
        format!("attest receive {unit} --seals none --inspection accepted {north}"),
    ] {
        sandbox.ok(&line);
    }
    let told = sandbox.ok(&format!("show {unit}"));
    assert!(
        told.contains(slot) && told.contains("North (dns:north.example)"),
        "{told}"
    );
    sandbox.run(&format!("verify {unit}")).code(0);
}
