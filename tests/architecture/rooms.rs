//! The rooms of each crate, from the ground up: a room uses the ground and the rooms before it, and no other.
//!
//! Held against `use` lines, paths in code, and paths in doc comments that begin at the crate. `lib.rs`, `main.rs` and tests
//! see the whole house.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{SourceFile, files, root};

/// Each crate that is in rooms, and its floors: what stands on one line may use what stands on the same line and above.
const ROOMS: &[(&str, &[&[&str]])] = &[
    (
        "core",
        &[
            &[
                "hash", "hex", "text", "json", "time", "country", "decimal", "position", "progress",
            ],
            &["id"],
            &["key"],
            &["log"],
            &["statement"],
            &["registry"],
            &["lifecycle"],
            &["index"],
            &["ledger"],
            &["view"],
            &["verdict"],
            &["bundle"],
        ],
    ),
    (
        "store",
        &[
            &["blame", "parallel", "progress"],
            &["disk"],
            &["rows"],
            &["scratch"],
            &["log"],
            &["state"],
            &["check"],
            &["writer"],
        ],
    ),
];

#[test]
fn a_room_uses_only_those_before_it() {
    let mut upward = BTreeSet::new();
    for &(package, floors) in ROOMS {
        let floor = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
        let files = files(package);
        let exported = exported(&files);
        for file in &files {
            let modules = file.modules();
            let Some(room) = modules.first() else { continue };
            let Some(own) = floor(room) else {
                upward.insert(format!("{}: {room} is in no list of this test", file.shown()));
                continue;
            };
            for path in paths(&file.code, &modules).into_iter().chain(linked(file)) {
                let Some(first) = path.first() else { continue };
                let target = exported.get(first).unwrap_or(first);
                if floor(target).is_none_or(|theirs| theirs > own) {
                    upward.insert(format!("{}: {room} uses {}", file.shown(), path.join("::")));
                }
            }
        }
    }
    let shown: Vec<_> = upward.iter().map(String::as_str).collect();
    assert!(
        shown.is_empty(),
        "{} arrows between rooms run upward:\n{}",
        shown.len(),
        shown.join("\n")
    );
}

#[test]
fn every_room_that_is_listed_is_there() {
    for (package, floors) in ROOMS {
        let source = root().join("crates").join(package).join("src");
        for room in floors.iter().copied().flatten() {
            let there = source.join(room).is_dir() || source.join(room).with_extension("rs").is_file();
            assert!(there, "crates/{package}/src has no {room}");
        }
    }
}

/// What the root of a crate exports of its rooms: name → room.
fn exported(files: &[SourceFile]) -> BTreeMap<String, String> {
    let root = files.iter().filter(|file| file.modules().is_empty());
    let uses = root.flat_map(|file| uses(&file.code));
    let named = uses.filter_map(|path| {
        let path: Vec<_> = path
            .into_iter()
            .skip_while(|part| ["crate", "self"].contains(&part.as_str()))
            .collect();
        Some((path.last()?.clone(), path.first()?.clone()))
    });
    named.collect()
}

/// The paths of code that begin at the root of the crate, without that beginning.
fn paths(code: &str, modules: &[String]) -> Vec<Vec<String>> {
    let mut inline = Vec::new();
    let mut rest = code;
    // `use` trees are read whole; their beginnings are found here too and name the same rooms.
    while let Some(at) = rest.find("::") {
        let before = &rest[..at];
        let word = before
            .rfind(|c: char| !is_word(c))
            .map_or(before, |start| &before[start + 1..]);
        rest = &rest[at + 2..];
        if ["crate", "super"].contains(&word) {
            let start = code.len() - rest.len() - word.len() - 2;
            if !code[..start].ends_with("::") {
                let end = code[start..]
                    .find(|c: char| !is_word(c) && c != ':')
                    .unwrap_or(code.len() - start);
                let path = code[start..start + end].trim_end_matches(':').split("::");
                inline.push(path.map(str::to_owned).collect());
            }
        }
    }
    let all = uses(code).into_iter().chain(inline);
    all.filter_map(|path| from_root(&path, modules)).collect()
}

/// The paths in doc comments that begin at the crate.
fn linked(file: &SourceFile) -> Vec<Vec<String>> {
    let docs = file.docs();
    let text = docs
        .iter()
        .map(|doc| doc.text.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    let starts = text
        .match_indices("crate::")
        .map(|(at, found)| &text[at + found.len()..]);
    let path = |text: &str| {
        let end = text.find(|c: char| !is_word(c) && c != ':').unwrap_or(text.len());
        text[..end]
            .trim_end_matches(':')
            .split("::")
            .map(str::to_owned)
            .collect()
    };
    starts.map(path).collect()
}

/// A path as it is from the root of the crate on, if it begins there.
fn from_root(path: &[String], modules: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    if path.first()? == "crate" {
        Some(path[1..].to_vec())
    } else if supers > 0 {
        // A path that climbs out of modules inside a file climbs higher here than it does: no room is skipped by that.
        let kept = modules.len().saturating_sub(supers);
        (kept == 0).then(|| path[supers..].to_vec())
    } else {
        None
    }
}

/// The paths that `use` lines name, each whole.
fn uses(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        if code[..at].ends_with(is_word) {
            continue;
        }
        let end = code[at..].find(';').map_or(code.len(), |end| at + end);
        branches(&code[at + 4..end], &[], &mut found);
    }
    found
}

/// Adds the paths of one tree of a `use` line.
fn branches(tree: &str, stem: &[String], found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().split("::");
        let path = path
            .map(str::trim)
            .filter(|part| !part.is_empty() && *part != "self");
        found.push(stem.iter().cloned().chain(path.map(str::to_owned)).collect());
        return;
    };
    let stem: Vec<_> = stem
        .iter()
        .cloned()
        .chain(
            before
                .split("::")
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned),
        )
        .collect();
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inside[start..at].trim().is_empty() {
                    branches(&inside[start..at], &stem, found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let modules = ["view".to_owned(), "trace".to_owned()];
    let code = "use crate::{hash::{Digest, LeafHash as Leaf}, id}; use std::fs; use super::sentence::Said;
        fn f() { crate::bundle::verify(super::super::log::x, $crate::text::y!()) }";
    let got: BTreeSet<_> = paths(code, &modules)
        .iter()
        .map(|path| path.join("::"))
        .filter(|path| !path.is_empty())
        .collect();
    let want = [
        "bundle::verify",
        "hash::Digest",
        "hash::LeafHash",
        "id",
        "log::x",
        "text::y",
    ];
    assert_eq!(got.iter().map(String::as_str).collect::<Vec<_>>(), want);
}
