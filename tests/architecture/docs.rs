//! Doc comments are sentences: whoever reads the page of a type, and not its code, understands what each member is.

use crate::{source::workspace, text::declaration};

/// Words that say nothing by themselves.
const EMPTY: &[&str] = &[
    "a", "an", "the", "it", "its", "this", "that", "of", "which", "what", "is", "are", "in", "for", "whose",
];

#[test]
fn a_doc_comment_says_more_than_the_name() {
    let mut stubs = Vec::new();
    for file in workspace() {
        for doc in file.docs() {
            let (words, name) = (words(&doc.text), name(&doc.item));
            let says = |word: &String| {
                let is_name = name.iter().any(|part| singular(part) == singular(word));
                !is_name && !EMPTY.contains(&word.as_str())
            };
            if words.len() < 2 || !words.iter().any(says) {
                stubs.push(format!("{}:{}: {}", file.shown(), doc.line, doc.text.trim()));
            }
        }
    }
    assert!(
        stubs.is_empty(),
        "{} doc comments say no more than a name:\n{}",
        stubs.len(),
        stubs.join("\n")
    );
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// The words of the item's name, lower case.
fn name(item: &str) -> Vec<String> {
    let keywords = [
        "const", "fn", "async", "unsafe", "struct", "enum", "trait", "type", "static", "mod",
    ];
    let mut words = declaration(item).split(|c: char| !c.is_alphanumeric() && c != '_');
    let name = words
        .find(|word| !word.is_empty() && !keywords.contains(word))
        .unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    let mut open = false;
    for c in name.chars() {
        match parts.last_mut() {
            Some(part) if open && !c.is_uppercase() && c != '_' => part.push(c),
            _ if c == '_' => {}
            _ => parts.push(c.to_lowercase().collect()),
        }
        open = c != '_';
    }
    parts
}
