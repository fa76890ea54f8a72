//! The example in each command's help, run as it stands on the demonstration's ledger.

use std::path::Path;

use crate::Sandbox;

const PASSPHRASE: &str = "six words that nobody else knows";

/// The firmware that the demonstration's antenna units run.
const FIRMWARE: &str = "artefact:sha256:3584003416bf1c97d15f380bb02d515d7aa80a13430208676c7ca975a83781f7";

/// What an example needs that the demonstration does not leave behind, by command.
fn prepare(sandbox: &Sandbox, command: &str) {
    let enrolment = "registry enrol dns:new.example --name New --jurisdiction SE --role producer --key keys/spare-4.pub.pem --sign keys/root-a.pem \
                     --sign keys/root-b.pem --sign-only -o enrol.jsonl";
    let auditor = "registry enrol dns:auditor.example --name Auditor --jurisdiction NO --role auditor --key keys/auditor.pub.pem --sign keys/root-a.pem \
                   --sign keys/root-b.pem";
    let export = "export unit:dns:nordlys.example/AAU-3900/SN0001 --key keys/auditor.pem -o evidence.zip";
    let lines: &[&str] = match command {
        "registry rotate" => &["key generate -o new.pem"],
        "registry reinstate" => &[
            "registry suspend dns:meridian.example --reason audit --sign keys/root-a.pem --sign keys/root-b.pem",
        ],
        "append" | "sign" | "inspect" => &[enrolment],
        "verify" => &[
            "trust policy -o policy.txt",
            "prove 7 -o entry-7.tlog-proof",
            auditor,
            export,
        ],
        "prove" => &["seal"],
        "export" => &[auditor],
        "bundle receive" => &[auditor, export],
        "equivocation" => &["trust policy -o policy.txt"],
        "restore" => &["backup backup"],
        "trust add" => &["trust policy -o policy.txt", "trust remove demo.example/2026"],
        "trust show" | "trust remove" => &[
            "init other --origin ledger.example/2026 --test --log-key keys/log.pem --root-key dns:a.example=keys/root-a.pem",
        ],
        _ => &[],
    };
    for line in lines {
        let output = sandbox
            .command(line)
            .env("PROVA_PASSPHRASE", PASSPHRASE)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{line}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    if command == "equivocation" {
        fork(sandbox);
    }
    for (name, content) in [
        ("serials.csv", "serial\nSN-0101\nSN-0102\n"),
        ("report.pdf", "a report"),
        ("invoice.pdf", "an invoice"),
    ] {
        sandbox.write(name, content);
    }
    let bom = sandbox.path("boms/antenna-unit.cdx.json");
    std::fs::copy(bom, sandbox.path("aau.cdx.json")).unwrap();
    if command == "init" || command == "restore" {
        std::fs::rename(sandbox.path("ledger"), sandbox.path("elsewhere")).unwrap();
    }
}

/// Lets the ledger tell two parties different things, and keeps what it told each.
fn fork(sandbox: &Sandbox) {
    copy(&sandbox.path("ledger"), &sandbox.path("fork"));
    for (ledger, name, reason) in [
        ("ledger", "checkpoint-1", "one"),
        ("fork", "checkpoint-2", "another"),
    ] {
        sandbox.ok(&format!(
            "registry suspend dns:meridian.example --reason {reason} --sign keys/root-a.pem --sign keys/root-b.pem --ledger {ledger}"
        ));
        std::fs::copy(sandbox.path(&format!("{ledger}/checkpoint")), sandbox.path(name)).unwrap();
    }
}

/// The commands below `command`, and the examples in its own help.
fn help(sandbox: &Sandbox, command: &str) -> (Vec<String>, Vec<String>) {
    let help = sandbox.ok(format!("{command} --help").trim_start());
    let section = |title: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != title).skip(1);
        lines
            .take_while(|line| line.starts_with("  "))
            .map(str::to_owned)
            .collect()
    };
    let commands = [section("Commands:"), section("Events:")]
        .concat()
        .iter()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(|name| format!("{command} {name}").trim_start().to_owned())
        .collect();
    // Lines that do not begin with the program's name go on with the one before.
    let mut examples: Vec<String> = Vec::new();
    for line in section("Example:") {
        match (line.strip_prefix("  prova "), examples.last_mut()) {
            (Some(begun), _) => examples.push(begun.trim_end_matches('\\').to_owned()),
            (None, Some(example)) => {
                example.push(' ');
                example.push_str(line.trim().trim_end_matches('\\'));
            }
            (None, None) => panic!("an example that is no command: {line}"),
        }
    }
    (commands, examples)
}

#[test]
fn every_example_in_the_help_works_as_it_stands() {
    let world = Sandbox::new();
    world.ok("demo demo");
    let mut commands = vec![String::new()];
    let mut ran = 0;
    let mut failures = Vec::new();
    while let Some(command) = commands.pop() {
        let (below, examples) = help(&world, &command);
        assert!(
            !examples.is_empty() || !below.is_empty(),
            "{command} has no example"
        );
        commands.extend(below);
        if examples.is_empty() {
            continue;
        }
        let sandbox = Sandbox::new();
        copy(&world.path("demo"), sandbox.0.path());
        prepare(&sandbox, &command);
        for example in examples {
            failures.extend(run(&sandbox, &command, &example));
            ran += 1;
        }
    }
    assert!(ran > 30, "only {ran} examples were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Runs an example as a shell would, and says what went wrong. Absolute directories become ones in the sandbox.
fn run(sandbox: &Sandbox, command: &str, example: &str) -> Option<String> {
    let mut example = example.to_owned();
    for (absolute, relative) in [
        ("artefact:sha256:…", FIRMWARE),
        ("/backup/2026-03-01", "backup"),
        ("/etc/bash_completion.d/", ""),
        ("/usr/local/share/man/man1", "man1"),
    ] {
        example = example.replace(absolute, relative);
    }
    if example.contains("--digest 49eb…") {
        let digests = match command {
            "trust add" => sandbox.digest_of("policy.txt"),
            _ => sandbox.digests("enrol.jsonl"),
        };
        example = example.replace("--digest 49eb…", &digests);
    }
    let prova = env!("CARGO_BIN_EXE_prova");
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("'{prova}' {example}")])
        .env_clear()
        .env("PROVA_TRUST", "trust")
        .env("PROVA_TIME", "2026-12-01T08:00:00Z")
        .env("PROVA_LEDGER", "ledger")
        .env("PROVA_LOG_KEY", "keys/log.pem")
        .env("PROVA_PASSPHRASE", PASSPHRASE)
        .current_dir(sandbox.0.path())
        .output()
        .unwrap();
    // The demonstration's ledger holds four faults, which `verify` finds.
    let wanted: &[i32] = if command == "verify" { &[0, 4] } else { &[0] };
    let code = output.status.code().unwrap_or(-1);
    let stderr = String::from_utf8_lossy(&output.stderr);
    (!wanted.contains(&code)).then(|| format!("prova {example}\n[{code}] {stderr}"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            // Keeps the permissions, without which keys are not read.
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
