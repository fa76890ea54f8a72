//! One name for one type: two types of one name are one type, or things that a reader will take for one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{source::workspace, text::declaration};

#[test]
fn a_name_stands_for_one_type() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for file in workspace() {
        for name in types(&file.code) {
            *count.entry(name.clone()).or_default() += 1;
            places.entry(name).or_default().insert(file.shown());
        }
    }
    assert!(count.len() > 500);
    let shared: Vec<_> = count
        .iter()
        .filter(|&(_, &count)| count > 1)
        .map(|(name, _)| name)
        .collect();
    let shown = shared.iter().map(|name| {
        let places: Vec<_> = places[*name].iter().map(String::as_str).collect();
        format!("{name}: {}", places.join(" "))
    });
    assert!(
        shared.is_empty(),
        "{} names stand for two or more types:\n{}",
        shared.len(),
        shown.collect::<Vec<_>>().join("\n")
    );
}

/// The names that masked code gives to types; those of associated types are their trait's.
fn types(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Of each open brace, whether it is that of a trait or of an implementation.
    let mut open: Vec<bool> = Vec::new();
    let mut header = 0;
    for (at, c) in code.char_indices() {
        if !matches!(c, '{' | '}' | ';' | '(') {
            continue;
        }
        let mut words = declaration(&code[header..at]).split(|c: char| !c.is_alphanumeric() && c != '_');
        let keyword = words.next().unwrap_or_default();
        if c == '(' && keyword != "struct" {
            // The header goes on.
            continue;
        }
        match keyword {
            "struct" | "enum" | "trait" => found.extend(words.next().map(str::to_owned)),
            "type" if open.last() != Some(&true) => found.extend(words.next().map(str::to_owned)),
            _ => {}
        }
        match c {
            '{' => open.push(matches!(keyword, "trait" | "impl")),
            '}' => drop(open.pop()),
            _ => {}
        }
        header = at + 1;
    }
    found
}

#[test]
fn types_are_found_where_they_are_named() {
    let code = "#[derive(A)] pub struct One(u8); pub(crate) enum Two<T> { X(T), Y { a: B } } impl T for One { type Item = u8; }
        trait Three { type Other; fn f() { struct Four; } } type Five = u8; fn g(x: u8) -> impl T { enum Six {} }";
    assert_eq!(types(code), ["One", "Two", "Three", "Four", "Five", "Six"]);
}
