//! Pages for people: what they link to and name is there.

use std::fs;

use crate::source::root;

/// The pages whose paths are held against the tree.
const PAGES: &[&str] = &[
    "README.md",
    "crates/ARCHITECTURE.md",
    "crates/CONTRIBUTING.md",
    "crates/cli/CHANGELOG.md",
];

#[test]
fn every_path_on_a_page_is_there() {
    let mut missing = Vec::new();
    for page in PAGES {
        let file = root().join(page);
        let directory = file.parent().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        for path in links(&text) {
            if !directory.join(path).exists() {
                missing.push(format!("{page} links to {path}"));
            }
        }
        for path in named(&text) {
            let places = [root(), root().join("crates"), root().join("crates/core")];
            if !places.iter().any(|place| place.join(path).exists()) {
                missing.push(format!("{page} names {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_first_page_leads_to_the_others() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    for page in &PAGES[1..] {
        assert!(
            links(&text).any(|link| link == *page),
            "README.md has no link to {page}"
        );
    }
}

/// The targets of links within the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

/// Files and folders of code that are named without a link.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        let is_path = [
            "crates/",
            "tests/",
            "fixtures/",
            "core/",
            "store/",
            "rows/",
            "query/",
            "cli/",
        ];
        is_path.iter().any(|start| name.starts_with(start)) && !name.contains(['<', '…', ' ', '*'])
    })
}
