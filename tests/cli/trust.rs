//! `prova trust`, and what holds without it: nothing.

use std::fs;

use super::{Sandbox, assert_transcript};

const EXPORT: &str = "export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o evidence.zip";
const FORGED: &str = "init forged --origin ledger.example/2026 --test --log-key keys/log.pem --threshold 1 \
                      --root-key dns:nobody.example=keys/spare-1.pem";

/// A ledger with one unit, an auditor, a bundle, a proof and a listing.
fn with_evidence() -> Sandbox {
    let sandbox = Sandbox::with_ledger();
    for line in [
        "registry enrol dns:auditor.example --name Auditor --jurisdiction SE --role auditor --key keys/auditor.pub.pem \
         --sign keys/root-a.pem --sign keys/root-b.pem",
        "attest manifest type:dns:nordlys.example/AAU/R1 --role designer --name AAU --key keys/nordlys.pem",
        "attest manufacture unit:dns:nordlys.example/AAU/S1 --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem",
        "seal",
        EXPORT,
        "prove 8 -o entry.tlog-proof",
        "prove --all-about unit:dns:nordlys.example/AAU/S1 -o listing.json",
        "trust policy -o policy.txt",
    ] {
        sandbox.ok(line);
    }
    sandbox
}

/// What a command prints where nothing was ever accepted, and its exit code.
fn elsewhere(sandbox: &Sandbox, line: &str) -> (String, Option<i32>) {
    let output = sandbox
        .command(line)
        .env("PROVA_TRUST", "nowhere")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.code())
}

#[test]
fn nothing_holds_where_nobody_vouches_for_the_ledger_and_that_is_said_first() {
    let sandbox = with_evidence();
    for (what, line) in [
        ("", 1),
        (" unit:dns:nordlys.example/AAU/S1", 1),
        (" evidence.zip", 1),
        (" entry.tlog-proof", 0),
        (" listing.json", 0),
    ] {
        let (said, code) = elsewhere(&sandbox, &format!("verify{what}"));
        assert_eq!(code, Some(6), "verify{what}\n{said}");
        let told = said.lines().nth(line).unwrap();
        let want =
            "whose ledger ledger.example/2026 is, is not known, since nobody whom you trust vouches for it";
        assert!(told.ends_with(want), "verify{what}\n{said}");
        assert!(!said.contains("holds:") && !said.contains("  holds "), "{said}");
        // It is one's own, or one's own word.
        assert_eq!(
            sandbox
                .command(&format!("verify{what}"))
                .output()
                .unwrap()
                .status
                .code(),
            Some(0)
        );
        let (_, code) = elsewhere(&sandbox, &format!("verify{what} --trust policy.txt"));
        assert_eq!(code, Some(0), "verify{what}");
    }
    // A page does not call sound what may be anybody's, and says of a test that it is one.
    let (said, code) = elsewhere(&sandbox, "verify evidence.zip --report page.html");
    assert_eq!(code, Some(6), "{said}");
    let page = fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.contains("Whose ledger this is, is not known") && !page.contains("The evidence is sound"));
    assert!(page.contains("A test ledger: its entries mean nothing"));
    // A policy for other ledgers vouches for none of this.
    let other = fs::read_to_string(sandbox.path("policy.txt")).unwrap();
    sandbox.ok("init other --origin other.example/1 --test --log-key keys/log.pem --root-key dns:a.example=keys/root-a.pem");
    let policy = sandbox.ok("trust policy --ledger other");
    assert_ne!(policy, other);
    sandbox.write("other.txt", policy);
    let (said, code) = elsewhere(&sandbox, "verify evidence.zip --trust other.txt");
    assert_eq!(code, Some(6), "{said}");
}

#[test]
fn a_ledger_is_accepted_once_by_its_name_and_its_charter() {
    let sandbox = with_evidence();
    let entry = fs::read(sandbox.path("entry.tlog-proof")).unwrap();
    assert!(!entry.is_empty());
    let away = |line: &str| elsewhere(&sandbox, line);
    // Nobody is there to say yes: the hash has to be named.
    let (said, code) = away("trust add evidence.zip");
    assert_eq!(code, Some(2), "{said}");
    let charter = said
        .lines()
        .find_map(|line| line.strip_prefix("charter  "))
        .unwrap();
    assert!(said.contains(&format!("--charter {charter}")), "{said}");
    let wrong = "0".repeat(64);
    let (said, code) = away(&format!("trust add evidence.zip --charter {wrong}"));
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(away("trust list"), (String::new(), Some(0)));
    let (said, code) = away(&format!("trust add evidence.zip --charter {charter}"));
    assert_eq!(code, Some(0), "{said}");
    for what in ["evidence.zip", "entry.tlog-proof", "listing.json", ""] {
        let (said, code) = away(&format!("verify {what}"));
        assert_eq!(code, Some(0), "{what}\n{said}");
    }
    // Again, and from the ledger itself, it is known.
    let (said, code) = away(&format!("trust add ledger --charter {charter}"));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("it was accepted before"), "{said}");
    let (listed, _) = away("trust list");
    assert_eq!(away("trust show ledger.example/2026"), (listed.clone(), Some(0)));
    assert!(
        listed.starts_with(&format!("ledger.example/2026 with charter {charter}\n  log ")),
        "{listed}"
    );
    assert_eq!(away("trust remove ledger.example/2026"), (String::new(), Some(0)));
    assert_eq!(away("trust remove ledger.example/2026").1, Some(2));
    assert_eq!(away("verify entry.tlog-proof").1, Some(6));
}

#[test]
fn a_policy_is_accepted_only_by_who_has_seen_it_or_names_its_digest() {
    let sandbox = with_evidence();
    sandbox.ok("init other --origin other.example/1 --test --log-key keys/spare-1.pem --root-key dns:a.example=keys/root-a.pem");
    for origin in ["ledger.example/2026", "other.example/1"] {
        sandbox.ok(&format!("trust remove {origin}"));
    }
    let log = |ledger| {
        let policy = sandbox.ok(&format!("trust policy --ledger {ledger}"));
        policy.lines().next().unwrap().to_owned()
    };
    let trap = format!("{}\n{}\n# as agreed\nquorum none\n", log("ledger"), log("other"));
    sandbox.write("trap.txt", trap);
    let (mailed, trap) = (sandbox.digest_of("policy.txt"), sandbox.digest_of("trap.txt"));
    let charter = format!("--charter {}", "0".repeat(64));
    let lines = [
        "trust add policy.txt".to_owned(),
        format!("trust add trap.txt {mailed}"),
        // What a ledger's charter agrees to is no policy that somebody else wrote.
        "trust add ledger --policy trap.txt".to_owned(),
        format!("trust add ledger {mailed}"),
        format!("trust add policy.txt --policy trap.txt {mailed}"),
        "trust list".to_owned(),
        format!("trust add policy.txt {mailed} {charter}"),
        "verify evidence.zip".to_owned(),
        "trust remove ledger.example/2026".to_owned(),
        format!("trust add policy.txt {mailed}"),
        "verify evidence.zip".to_owned(),
        "trust remove ledger.example/2026".to_owned(),
        format!("trust add trap.txt {trap} --format json"),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        snapbox::str![[r#"
$ prova trust add policy.txt
ledger.example/2026, whatever its charter
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  quorum none
note: the SHA-256 of policy.txt is 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
error: nobody has agreed to accept this policy, and there is no terminal to ask on
hint: compare what is shown above with what you were told by those who run the ledger, and say so with --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
[2]
$ prova trust add trap.txt --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
ledger.example/2026, whatever its charter
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  log other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I
  # as agreed
  quorum none
other.example/1, whatever its charter
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  log other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I
  # as agreed
  quorum none
note: the SHA-256 of trap.txt is 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec
error: trap.txt has the digest 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec, want 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
[2]
$ prova trust add ledger --policy trap.txt
ledger.example/2026, a test: its entries mean nothing
charter  aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f
log key  ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
root     2 of these organisations must agree
  dns:ministry.example  key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9
  dns:union.example  key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3
ledger.example/2026 with charter aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  log other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I
  # as agreed
  quorum none
note: the SHA-256 of trap.txt is 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec
error: nobody has agreed to accept this ledger, and there is no terminal to ask on
hint: compare what is shown above with what you were told by those who run the ledger, and say so with --charter aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f --digest 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec
[2]
$ prova trust add ledger --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
error: --digest is of a policy, and none was given
[2]
$ prova trust add policy.txt --policy trap.txt --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
error: a policy is accepted as it is, want no --policy
[2]
$ prova trust list
[0]
$ prova trust add policy.txt --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282 --charter 0000000000000000000000000000000000000000000000000000000000000000
ledger.example/2026 with charter 0000000000000000000000000000000000000000000000000000000000000000
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  quorum none
ledger.example/2026 with charter 0000000000000000000000000000000000000000000000000000000000000000
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  quorum none
note: the SHA-256 of policy.txt is 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
[0]
$ prova verify evidence.zip
a test ledger: its entries mean nothing
evidence.zip: ledger.example/2026, 11 entries, 19 signatures; checkpoint of size 11 with root a21c66ef0241f9e7f8f613810dd9a90f63e12d9caacaff3199b8c714c9e95083
  authentic   cannot be decided  all 19 signatures on 11 entries are good, and the entries are in the log; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement about the components follows an earlier one, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  under 3 terms the entries are all that the ledger's seal in entry 10 counts, and the 1 from there on are all here; but whose ledger this is, is not known
  consistent  fails              this is another ledger under the name ledger.example/2026: its charter has the leaf hash aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f, and 0000000000000000000000000000000000000000000000000000000000000000 was accepted
  acceptable  cannot be decided  no rule pack was given
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
error: this is another ledger under the name ledger.example/2026: its charter has the leaf hash aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f, and 0000000000000000000000000000000000000000000000000000000000000000 was accepted
hint: whoever made this one is not who runs the ledger that you accepted; where both are meant, name a policy with --trust
[1]
$ prova trust remove ledger.example/2026
[0]
$ prova trust add policy.txt --digest 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
ledger.example/2026, whatever its charter
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  quorum none
ledger.example/2026, whatever its charter
  log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
  quorum none
note: the SHA-256 of policy.txt is 4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282
[0]
$ prova verify evidence.zip
a test ledger: its entries mean nothing
holds: ledger.example/2026, 11 entries, 19 signatures, no findings; checkpoint of size 11 with root a21c66ef0241f9e7f8f613810dd9a90f63e12d9caacaff3199b8c714c9e95083; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova trust remove ledger.example/2026
[0]
$ prova trust add trap.txt --digest 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec --format json
{"origin":"ledger.example/2026","policy":"log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nlog other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I\n# as agreed\nquorum none\n","digest":"525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec"}
{"origin":"other.example/1","policy":"log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nlog other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I\n# as agreed\nquorum none\n","digest":"525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec"}
{"origin":"ledger.example/2026","policy":"log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nlog other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I\n# as agreed\nquorum none\n","digest":"525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec"}
{"origin":"other.example/1","policy":"log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nlog other.example/1+e7d495c0+ARumOP4j3EaLs9KKXwCPyl90wtZ72VPHj/qZTl8izT5I\n# as agreed\nquorum none\n","digest":"525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec"}
{"note":{"message":"the SHA-256 of trap.txt is 525d1def891f8e1fa4c4a1c795bf98938f0f604d3c3ee6998cf9ef45b670caec"}}
[0]

"#]]
    );
}

#[test]
fn a_forged_ledger_of_the_same_name_is_told_from_the_one_that_was_accepted() {
    let sandbox = with_evidence();
    let output = sandbox.command(FORGED).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("another ledger, or another policy, was accepted under the name ledger.example/2026"),
        "{said}"
    );
    for line in [
        "registry enrol dns:auditor.example --name Auditor --jurisdiction SE --role auditor --key keys/auditor.pub.pem",
        "registry enrol dns:nordlys.example --name Nordlys --jurisdiction SE --role designer --key keys/nordlys.pub.pem",
    ] {
        sandbox.ok(&format!("{line} --sign keys/spare-1.pem --ledger forged"));
    }
    sandbox.ok("attest manifest type:dns:nordlys.example/AAU/R1 --role designer --name AAU --key keys/nordlys.pem --ledger forged");
    let lines = [
        "export --range 0..4 --key keys/auditor.pem --ledger forged -o forged.zip",
        "export --range 0..4 --key keys/auditor.pem --ledger forged --trust policy.txt -o forged.zip",
        "trust add forged.zip",
    ];
    for line in lines {
        let output = sandbox.command(line).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let is_told = said.contains("this is another ledger under the name ledger.example/2026");
        let want = match line {
            // Where the caller says whom to believe: the same log key signs both.
            _ if line.contains("--trust") => Some(0),
            _ if line.starts_with("trust add") => Some(2),
            _ => Some(1),
        };
        assert_eq!(
            (output.status.code(), is_told),
            (want, want == Some(1)),
            "{line}\n{said}"
        );
    }
    // Who verifies it is told what fails, and all that is not known for that.
    assert_transcript!(
        sandbox.transcript(&[
            "verify --ledger forged",
            "verify type:dns:nordlys.example/AAU/R1 --ledger forged",
            "verify forged.zip",
        ]),
        snapbox::str![[r#"
$ prova verify --ledger forged
a test ledger: its entries mean nothing
ledger.example/2026, 4 entries, 4 signatures, 1 component; checkpoint of size 4 with root 6efb22633577ff6a0686df7479606f524408646854fb6e923cfff87b41e2d0e3
  authentic   cannot be decided  all signatures on 4 entries are good; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement follows an entry of its subjects' chains, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  all 4 entries that the checkpoint covers were read, and give its root; but whose ledger this is, is not known
  consistent  fails              this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
  acceptable  cannot be decided  no rule pack was given
error: this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
hint: whoever made this one is not who runs the ledger that you accepted; where both are meant, name a policy with --trust
[1]
$ prova verify type:dns:nordlys.example/AAU/R1 --ledger forged
a test ledger: its entries mean nothing
type:dns:nordlys.example/AAU/R1 in ledger.example/2026; checkpoint of size 4 with root 6efb22633577ff6a0686df7479606f524408646854fb6e923cfff87b41e2d0e3
  authentic   cannot be decided  all signatures on its 1 statement are good; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement follows an earlier one of the chain, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  of the 4 entries that the checkpoint covers, all of which were read, 1 are about it and 0 mention it; but whose ledger this is, is not known
  consistent  fails              this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
  acceptable  cannot be decided  no rule pack was given
error: this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
hint: whoever made this one is not who runs the ledger that you accepted; where both are meant, name a policy with --trust
[1]
$ prova verify forged.zip
a test ledger: its entries mean nothing
forged.zip: ledger.example/2026, 4 entries, 4 signatures; checkpoint of size 4 with root 6efb22633577ff6a0686df7479606f524408646854fb6e923cfff87b41e2d0e3
  authentic   cannot be decided  all 4 signatures on 4 entries are good, and the entries are in the log; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement about the components follows an earlier one, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  all 4 entries that the checkpoint covers are here; but whose ledger this is, is not known
  consistent  fails              this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
  acceptable  cannot be decided  no rule pack was given
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
error: this is another ledger under the name ledger.example/2026: its charter has the leaf hash bc1c5a8c53498f686161621069fb99d1a406e946d28d738b02ef09dc8bf0431a, and aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f was accepted
hint: whoever made this one is not who runs the ledger that you accepted; where both are meant, name a policy with --trust
[1]

"#]]
    );
    let line = "verify forged.zip --report page.html --format json";
    let output = sandbox.command(line).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fifth = &verdict["answers"][4];
    assert_eq!(
        (&fifth["answer"], &fifth["code"]),
        (&"fails".into(), &"other-charter".into())
    );
    let page = fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.contains("The evidence fails.") && !page.contains("The evidence is sound"));
}

#[test]
fn what_was_restored_or_received_is_not_accepted_by_that() {
    let sandbox = with_evidence();
    sandbox.ok("backup copy");
    let (said, code) = elsewhere(&sandbox, "restore copy restored");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(elsewhere(&sandbox, "verify --ledger restored").1, Some(6));
    assert_eq!(elsewhere(&sandbox, "trust list"), (String::new(), Some(0)));
    assert!(!sandbox.path("nowhere").exists());
}

#[test]
fn a_store_that_is_none_is_named() {
    let sandbox = with_evidence();
    let file = fs::read_dir(sandbox.path("trust"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let good = fs::read_to_string(&file).unwrap();
    let name = format!("trust/{}", file.file_name().unwrap().to_str().unwrap());
    let mut transcripts = String::new();
    for broken in [
        "log x\n".to_owned(),
        good.replacen("# origin ledger.example/2026", "# origin other.example/1", 1),
        good.replacen("# charter ", "# charter x", 1),
        good.replacen("quorum none", "quorum w", 1),
    ] {
        sandbox.write(&name, broken);
        transcripts.push_str(&sandbox.transcript(&["verify evidence.zip"]));
    }
    assert_transcript!(
        transcripts,
        snapbox::str![[r#"
$ prova verify evidence.zip
error: trust/ff994065ee4d8ee6280c4f98333624802bf196720a6730d0829473b6c596e28a.policy is no accepted ledger: its first line is not «# prova trust 1»
hint: remove the file, and accept the ledger again with `prova trust add`
[2]
$ prova verify evidence.zip
error: trust/ff994065ee4d8ee6280c4f98333624802bf196720a6730d0829473b6c596e28a.policy is no accepted ledger: it is about other.example/1
hint: remove the file, and accept the ledger again with `prova trust add`
[2]
$ prova verify evidence.zip
error: trust/ff994065ee4d8ee6280c4f98333624802bf196720a6730d0829473b6c596e28a.policy is no accepted ledger: its second and third line do not name origin and charter
hint: remove the file, and accept the ledger again with `prova trust add`
[2]
$ prova verify evidence.zip
error: trust/ff994065ee4d8ee6280c4f98333624802bf196720a6730d0829473b6c596e28a.policy is no accepted ledger: line 2 of the policy
hint: remove the file, and accept the ledger again with `prova trust add`
[2]

"#]]
    );
}
