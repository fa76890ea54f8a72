//! The demonstration, its whole output, and what it leaves.

use serde_json::Value;
use snapbox::{Assert, file};

use super::Sandbox;

#[test]
fn the_demonstration_tells_its_story_and_finds_its_four_faults() {
    let sandbox = Sandbox::new();
    let output = sandbox.command("demo story").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stdout)
        .unwrap()
        .replace(env!("CARGO_BIN_EXE_prova"), "/path/to/prova");
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(told, file!["demo.txt"]);
    // The ledger stands without the demonstration, and the script tells the same story.
    let verified = sandbox.command("verify --ledger story/ledger").output().unwrap();
    assert_eq!(verified.status.code(), Some(4));
    let checkpoint = || std::fs::read_to_string(sandbox.path("story/ledger/checkpoint")).unwrap();
    let first = checkpoint();
    std::fs::remove_dir_all(sandbox.path("story/ledger")).unwrap();
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_prova"))
        .parent()
        .unwrap();
    let script = std::process::Command::new("/bin/sh")
        .arg("story.sh")
        .current_dir(sandbox.path("story"))
        .env_clear()
        .env("PATH", programs)
        .output()
        .unwrap();
    assert!(
        script.status.success(),
        "{}",
        String::from_utf8_lossy(&script.stderr)
    );
    assert_eq!(checkpoint(), first);
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("story")).unwrap();
    sandbox.write("story/mine", "mine");
    let output = sandbox.command("demo story").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        told,
        "error: story is not empty\nhint: name a new directory: `prova demo DIR`\n"
    );
    assert_eq!(std::fs::read_dir(sandbox.path("story")).unwrap().count(), 1);
}

#[test]
fn the_walk_in_the_readme_is_what_the_demonstration_prints() {
    let readme = include_str!("../../README.md");
    let told = include_str!("demo.txt");
    let walk = readme
        .split("## The demonstration")
        .nth(1)
        .unwrap()
        .split("```")
        .nth(1)
        .unwrap();
    let lines: Vec<_> = walk
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty() && line.trim() != "…")
        .collect();
    assert!(lines.len() > 30, "{}", lines.len());
    for line in lines {
        assert!(
            told.lines().any(|said| said == line),
            "the demonstration does not say: {line}"
        );
    }
}

/// The names in the first column of the table of holders, and what is left of the page.
fn holders(page: &str) -> Vec<&str> {
    let table = page.split("Who held it, and how it came to them").nth(1);
    let table = table.and_then(|rest| rest.split("</table>").next());
    let rows = table
        .into_iter()
        .flat_map(|table| table.split("<th scope=\"row\">").skip(1));
    rows.filter(|row| !row.contains("<td>not yet</td>"))
        .map(|row| row.split("</th>").next().unwrap())
        .map(|name| name.trim_start_matches("<bdi>").trim_end_matches("</bdi>"))
        .collect()
}

#[test]
fn page_life_and_trace_of_every_unit_name_the_same_holders() {
    let sandbox = Sandbox::new();
    sandbox.ok("demo story");
    let json = |line: &str| -> Value {
        let output = sandbox.command(line).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let agree = |unit: &str| {
        let life = json(&format!("show {unit} --ledger story/ledger --format json"));
        let trace = json(&format!("trace {unit} --ledger story/ledger --format json"));
        let page = sandbox.path("page.html");
        let verify = format!("verify {unit} --ledger story/ledger --report page.html");
        let _ = std::fs::remove_file(&page);
        sandbox.command(&verify).output().unwrap();
        let page = std::fs::read_to_string(page).unwrap();
        let spans = life["standing"]["custody"]["spans"].as_array().unwrap();
        let named = |span: &Value| span["holder"]["name"].as_str().unwrap_or("not known").to_owned();
        let told: Vec<_> = spans.iter().map(named).collect();
        assert_eq!(holders(&page), told, "{unit}");
        assert_eq!(
            spans.last().unwrap()["holder"],
            life["standing"]["holder"],
            "{unit}"
        );
        assert_eq!(trace["holder"], life["standing"]["holder"], "{unit}");
        let head = page.split("<dt>Held by</dt><dd><bdi>").nth(1).unwrap();
        assert_eq!(
            head.split("</bdi>").next(),
            told.last().map(String::as_str),
            "{unit}"
        );
        (told, page)
    };
    let mut units = 0;
    for line in sandbox
        .ok("show --heads unit: --ledger story/ledger --format json")
        .lines()
    {
        let listed: Value = serde_json::from_str(line).unwrap();
        agree(listed["subject"].as_str().unwrap());
        units += 1;
    }
    assert!(units > 8, "{units}");
    // Taken out of its parent, it stays with whoever held that; who installs it without having received it has an account beside the record.
    let part = "unit:dns:nordlys.example/BB-7/B0001";
    let (told, _) = agree(part);
    assert_eq!(told.last().map(String::as_str), Some("Nordtel AS"));
    sandbox.ok(&format!(
        "attest install slot:dns:suednetz.example/ulm/site-3/bb-1 {part} --category hw.board --area general \
         --key keys/operator-south.pem --log-key keys/log.pem --ledger story/ledger"
    ));
    let (told, page) = agree(part);
    assert_eq!(told.last().map(String::as_str), Some("Nordtel AS"));
    assert!(!page.contains("first holder on record"));
    assert!(page.contains("dns:suednetz.example has an account of its own"));
}
