//! Rust text with what is no code taken out: comments and literals by a small lexer, test code by its attribute.
//!
//! What is taken out becomes spaces, or `_` where a literal stood: every line stays where it is, and the length in
//! characters stays the same.

/// The text with comments as spaces and the characters of literals as `_`.
pub(crate) fn masked(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (end, filler) = token(&text, at);
        match filler {
            None => code.extend(&text[at..end]),
            Some(filler) => code.extend(text[at..end].iter().map(|&c| if c == '\n' { c } else { filler })),
        }
        at = end;
    }
    code
}

/// Where the comment, literal or other piece that begins here ends, and what is written in its place.
fn token(text: &[char], at: usize) -> (usize, Option<char>) {
    let starts = |what: &str| {
        what.chars()
            .enumerate()
            .all(|(n, c)| text.get(at + n) == Some(&c))
    };
    let after_word = at > 0 && is_word(text[at - 1]);
    if starts("//") {
        (find(text, at, |c| c == '\n'), Some(' '))
    } else if starts("/*") {
        (block_comment_end(text, at), Some(' '))
    } else if starts("\"") {
        (string_end(text, at + 1), Some('_'))
    } else if starts("'") && (text.get(at + 1) == Some(&'\\') || text.get(at + 2) == Some(&'\'')) {
        let from = at + if text.get(at + 1) == Some(&'\\') { 3 } else { 2 };
        (find(text, from, |c| c == '\'') + 1, Some('_'))
    } else if !after_word && matches!(text[at], 'r' | 'b' | 'c') {
        raw_string_end(text, at).map_or((at + 1, None), |end| (end, Some('_')))
    } else {
        (at + 1, None)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn find(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().position(|&c| wanted(c)).unwrap_or(rest.len())
}

fn block_comment_end(text: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from + 2, 1);
    while depth > 0 && at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

fn string_end(text: &[char], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Where a string such as `r#"…"#` ends, if one begins here.
fn raw_string_end(text: &[char], from: usize) -> Option<usize> {
    let raw = from + usize::from(text[from] != 'r');
    (text.get(raw) == Some(&'r')).then_some(())?;
    let quote = find(text, raw + 1, |c| c != '#');
    (text.get(quote) == Some(&'"')).then_some(())?;
    let hashes = quote - raw - 1;
    let is_end = |at: usize| {
        text[at] == '"'
            && text[at + 1..]
                .iter()
                .take_while(|&&c| c == '#')
                .take(hashes)
                .count()
                == hashes
    };
    (quote + 1..text.len())
        .find(|&at| is_end(at))
        .map(|at| at + 1 + hashes)
}

/// Masked text without the items that are compiled for tests only, and the modules among them that are files of their own.
pub(crate) fn without_tests(code: &str) -> (String, Vec<String>) {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let (mut rest, mut kept, mut modules) = (code, String::with_capacity(code.len()), Vec::new());
    while let Some(start) = rest.find(ATTRIBUTE) {
        let item = &rest[start + ATTRIBUTE.len()..];
        let end = start + ATTRIBUTE.len() + item_length(item);
        modules.extend(file_module(&rest[start + ATTRIBUTE.len()..end]));
        kept.push_str(&rest[..start]);
        kept.extend(rest[start..end].chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[end..];
    }
    kept.push_str(rest);
    (kept, modules)
}

/// The name of a module that is declared and not written here.
fn file_module(item: &str) -> Option<String> {
    let (before, name) = item.strip_suffix(';')?.rsplit_once(' ')?;
    before.trim_end().ends_with("mod").then(|| name.to_owned())
}

/// How many bytes the item has at whose attributes the text begins.
fn item_length(text: &str) -> usize {
    let first = declaration(text)
        .split(|c| !is_word(c))
        .next()
        .unwrap_or_default();
    let is_item = [
        "fn", "mod", "impl", "use", "struct", "enum", "trait", "type", "const", "static", "async", "unsafe",
    ]
    .contains(&first);
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return at,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        let next = at + c.len_utf8();
        let ends = match c {
            ';' => true,
            '}' => !text[next..].starts_with(';'),
            ',' => !is_item,
            _ => false,
        };
        if depth == 0 && ends {
            return next;
        }
    }
    text.len()
}

/// The text from the item's own first word on, without attributes and without how far it is public.
pub(crate) fn declaration(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        let rest = if let Some(attribute) = text.strip_prefix("#[") {
            bracketed(attribute, '[', ']')
        } else if let Some(public) = text.strip_prefix("pub(") {
            bracketed(public, '(', ')')
        } else {
            match text.strip_prefix("pub ") {
                Some(rest) => rest,
                None => return text,
            }
        };
        text = rest.trim_start();
    }
}

/// What follows the bracket that closes the one before the text.
fn bracketed(text: &str, open: char, close: char) -> &str {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        depth += usize::from(c == open);
        depth -= usize::from(c == close);
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

#[test]
fn comments_literals_and_tests_are_no_code() {
    for (text, want) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (
            r#"f("// \" {", '"', '\'', b'{')"#,
            "f(_________, ___, ____, b___)",
        ),
        (r##"r#"a " b"# + x"##, "__________ + x"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("br\"{\" r#type", "_____ r#type"),
    ] {
        assert_eq!(masked(text), want);
    }
    for (text, want, modules) in [
        (
            "a #[cfg(test)] mod tests { x { } } b",
            "a                                  b",
            &[][..],
        ),
        (
            "#[cfg(test)]\npub(crate) mod scene;\nb",
            "            \n                     \nb",
            &["scene"],
        ),
        (
            "#[cfg(test)] fn f<A, B>() { } b",
            "                              b",
            &[],
        ),
        (
            "S { #[cfg(test)] a: B, c: D }",
            "S {                    c: D }",
            &[],
        ),
        (
            "#[cfg(test)] use a::{b, c}; d",
            "                            d",
            &[],
        ),
    ] {
        assert_eq!(
            without_tests(text),
            (want.to_owned(), modules.iter().map(ToString::to_string).collect())
        );
    }
}
