//! Who may depend on what: the arrows between crates, held against what cargo says.
//!
//! A new arrow is a decision; it is made here.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

use crate::source::{SourceFile, files, root, workspace};

/// Each crate of the workspace and the others that it may use. Dependencies of tests are free, but nobody ships the testkit.
const ARROWS: &[(&str, &[&str])] = &[
    ("prova-core", &[]),
    ("prova-rows", &["prova-core"]),
    ("prova-store", &["prova-core", "prova-rows"]),
    ("prova-bundle", &["prova-core"]),
    ("prova-formats", &["prova-core"]),
    ("prova-report", &["prova-core"]),
    ("prova-assess", &["prova-core", "prova-formats"]),
    (
        "prova-query",
        &[
            "prova-core",
            "prova-store",
            "prova-bundle",
            "prova-formats",
            "prova-report",
        ],
    ),
    (
        "prova-server",
        &[
            "prova-core",
            "prova-store",
            "prova-assess",
            "prova-formats",
            "prova-query",
        ],
    ),
    (
        "prova-cli",
        &[
            "prova-core",
            "prova-store",
            "prova-assess",
            "prova-bundle",
            "prova-formats",
            "prova-query",
            "prova-report",
        ],
    ),
    ("prova-testkit", &["prova-core", "prova-rows"]),
    (
        "prova-bench",
        &[
            "prova-core",
            "prova-store",
            "prova-assess",
            "prova-bundle",
            "prova-formats",
            "prova-testkit",
        ],
    ),
];

/// Crates that one crate only may use.
const OWNED: &[(&str, &str)] = &[
    ("sled", "prova-rows"),
    ("bincode", "prova-store"),
    ("clap", "prova-cli"),
    ("coset", "prova-formats"),
    ("rpassword", "prova-cli"),
    ("indicatif", "prova-cli"),
    ("maud", "prova-report"),
];

/// What `core` may use: no files, clock, network or randomness.
const CORE: &[&str] = &[
    "base64",
    "ed25519-dalek",
    "ed25519-zebra",
    "jiff",
    "packageurl",
    "rand_core",
    "rust_iso3166",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "zeroize",
];

/// Text that only one file below `crates/` may have in its code.
const PLACES: &[(&str, &str)] = &[
    ("sled::", "rows/src/manifest.rs"),
    ("bincode::", "store/src/rows/codec.rs"),
];

/// Each package of the workspace with its dependencies outside tests.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let shipped = dependencies.filter(|dependency| dependency["kind"] != "dev");
            (
                text(&package["name"]),
                shipped.map(|dependency| text(&dependency["name"])).collect(),
            )
        })
        .collect()
}

#[test]
fn arrows_go_where_they_may() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for (package, dependencies) in packages() {
        let may = allowed.get(package.as_str());
        let may = may.unwrap_or_else(|| panic!("{package} is not in the list of this test"));
        for dependency in dependencies.iter().filter(|name| name.starts_with("prova-")) {
            assert!(
                may.contains(&dependency.as_str()),
                "{package} may not depend on {dependency}"
            );
        }
    }
}

#[test]
fn what_belongs_to_one_crate_is_in_no_other() {
    for (package, dependencies) in packages() {
        for (dependency, owner) in OWNED {
            assert!(
                package == *owner || !dependencies.contains(*dependency),
                "{package} may not depend on {dependency}, which {owner} hides"
            );
        }
    }
}

#[test]
fn core_depends_on_nothing_that_touches_the_world() {
    let packages = packages();
    let got: BTreeSet<_> = packages["prova-core"].iter().map(String::as_str).collect();
    let want: BTreeSet<_> = CORE.iter().copied().collect();
    let more: Vec<_> = got.difference(&want).collect();
    assert!(more.is_empty(), "prova-core may not depend on {more:?}");

    let files = files("core");
    assert!(files.len() > 20);
    for file in files {
        for word in [
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
            "SystemTime",
            "Instant::now",
        ] {
            assert!(!file.code.contains(word), "{} uses {word}", file.shown());
        }
    }
}

#[test]
fn sled_and_bincode_are_behind_one_file_each() {
    let files = workspace();
    for (word, place) in PLACES {
        let users = files.iter().filter(|file| file.code.contains(word));
        let users: Vec<_> = users.map(SourceFile::shown).collect();
        assert_eq!(users, [format!("crates/{place}")], "{word}");
    }
}
