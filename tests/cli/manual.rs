//! Help, completions and manual pages: three forms of the same definitions.

use snapbox::str;

use crate::Sandbox;

#[test]
fn help_says_what_is_read_and_written_with_exit_codes_and_an_example() {
    let sandbox = Sandbox::new();
    sandbox
        .run("--help")
        .code(0)
        .stdout_eq(str![[r#"
Prova keeps and checks signed evidence of where network components come from

Usage: prova [OPTIONS] <COMMAND>

Commands:
  init          Make a new ledger in an empty directory
  key           Make keys, look at them, give their public half away
  registry      Say who may say what: enrol organisations, change keys and roles
  attest        Say what happened to components, and sign it
  append        Append envelopes, one a line
  sign          Add a signature to envelopes that others signed
  inspect       Say what a file is and all that it says, before anybody signs it, sends it on or
                believes it
  heads         Print the last entry of each component's chain, for signing on a machine without the
                ledger
  log           List the ledger's entries, oldest first, one line each
  show          Show the life of a component, one entry whole, or the heads of all chains
  trace         Trace a component: its type, parts, firmware and their bills of materials, and where
                it is now
  verify        Verify a ledger, a component in it, a bundle of evidence, or a file that `prova
                prove` wrote
  seal          Seal the index over all entries so far, so that completeness and absence can be
                proved
  prove         Prove that an entry is in the ledger, which entries are about something, or that the
                ledger only grew
  export        Export evidence about components as one file that anybody verifies offline
  bundle        Look after bundles of evidence
  equivocation  Make a proof of misbehaviour of two statements of one ledger that contradict each
                other
  trust         Say which ledgers you believe to be whose they say they are
  fsck          List everything that is wrong with the ledger's files. Repairs nothing
  reindex       Make the ledger's store again from its entries, which stay as they are
  backup        Copy the ledger at its last acknowledged size, also beside a running writer
  restore       Make a ledger from a backup, after verifying all of it
  demo          Let invented organisations sign the life of network components, with four faults in
                it, and verify all of it
  completions   Print a completion script for a shell
  man           Write the manual pages
  help          Print this message or the help of the given subcommand(s)

Options:
      --format <FORMAT>
          The form of results on stdout and of errors on stderr

          Possible values:
          - text: For people
          - json: For programs: JSON with stable member names
          
          [default: text]

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Results go to stdout, everything else to stderr. `-` stands for stdin or stdout.

Exit codes:
  0  it holds, it is done
  1  the evidence is bad: changed, contradictory or not signed as it claims
  2  the caller's mistake: an argument, a file, a key, a statement that the ledger refuses
  3  the program's failure: the disk is full, the clock is wrong
  4  verified, but there are findings or gaps, or rules are not met
  6  nothing fails, but nobody whom you trust vouches for the ledger (`prova trust`), or what was
  asked cannot be decided
Of several, the first of 3, 1, 2, 4, 6.

"#]])
        .stderr_eq("");
    sandbox
        .run("append --help")
        .code(0)
        .stdout_eq(str![[r#"
Append envelopes, one a line.

Reads a stream of envelopes as `--sign-only` writes them, of any length. Writes those that the
ledger takes, in batches: when a batch is counted, it is durable. Lines that are refused are listed
with the reason and change nothing; lines that the ledger has already are answered with their index.

Usage: prova append [OPTIONS] [FILE]

Arguments:
  [FILE]
          The file with the envelopes, or `-`

Options:
      --attach <FILE>
          Store this document, which statements name by its digest

      --format <FORMAT>
          The form of results on stdout and of errors on stderr

          Possible values:
          - text: For people
          - json: For programs: JSON with stable member names
          
          [default: text]

      --batch <LINES>
          How many lines are made durable together
          
          [default: 1000]

      --acknowledge
          Print each batch as soon as it is durable, in JSON one line each

      --ledger <DIR>
          The ledger's directory
          
          [env: PROVA_LEDGER]
          [default: .]

      --log-key <FILE>
          The log's private key, with which the ledger signs its checkpoints
          
          [env: PROVA_LOG_KEY]

      --passphrase-file <FILE>
          Take the passphrase of key files from the first line of this file
          
          [env: PROVA_PASSPHRASE_FILE]

      --passphrase-env <VARIABLE>
          Take the passphrase of key files from this environment variable [without: from
          `PROVA_PASSPHRASE`, if it is set]

  -h, --help
          Print help (see a summary with '-h')

Exit codes: 0 nothing was refused, 1 the ledger is damaged, 2 lines were refused or there is no
ledger, 3 the disk failed.

Example:
  prova append enrol.jsonl --ledger ledger --log-key keys/log.pem

"#]])
        .stderr_eq("");
    sandbox.ok("man -o man");
    let mut pages = 0;
    for entry in sandbox.path("man").read_dir().unwrap() {
        let entry = entry.unwrap();
        let page = std::fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(page.starts_with(".ie \\n(.g .ds Aq"), "{name}");
        if ![
            "prova.1",
            "prova-key.1",
            "prova-registry.1",
            "prova-attest.1",
            "prova-bundle.1",
            "prova-trust.1",
        ]
        .contains(&name.as_str())
        {
            assert!(
                page.contains("Exit codes: ") && page.contains("Example"),
                "{name}"
            );
        }
        pages += 1;
    }
    assert!(pages > 35, "{pages}");
}

#[test]
fn every_shell_gets_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.ok(&format!("completions {shell}"));
        assert!(script.contains("countersign"), "{shell}");
    }
    sandbox
        .run("completions sh")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: invalid value 'sh' for '<SHELL>'
  [possible values: bash, elvish, fish, powershell, zsh]

For more information, try '--help'.

"#]]);
    sandbox
        .run("completions sh --format json")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
{"error":{"blame":"caller","message":"invalid value 'sh' for '<SHELL>'\n  [possible values: bash, elvish, fish, powershell, zsh]\n\nFor more information, try '--help'."}}

"#]]);
}
