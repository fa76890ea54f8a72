//! The demonstration, its whole output, and what it leaves.

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
