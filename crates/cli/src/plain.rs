//! Text from records, made fit for a terminal, whole.

use prova_core::text::is_unprintable;

/// `text` with line ends, control characters and characters that reorder or hide text as `\u{…}`.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `count` and what is counted.
pub(crate) fn counted(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Strict JSON on several lines, its members in their order; unprintable characters as JSON escapes.
pub(crate) fn indented(json: &str) -> String {
    let mut shown = String::with_capacity(json.len().saturating_mul(2));
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = json.chars().filter(|c| *c != '\n').peekable();
    let line = |shown: &mut String, depth: usize| {
        shown.push('\n');
        shown.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(character) = characters.next() {
        if in_string {
            match character {
                '"' if !escaped => in_string = false,
                _ => {}
            }
            escaped = character == '\\' && !escaped;
            if is_unprintable(character) {
                let mut units = [0; 2];
                let units = character.encode_utf16(&mut units).iter();
                shown.extend(units.map(|unit| format!("\\u{unit:04x}")));
            } else {
                shown.push(character);
            }
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                shown.push('"');
            }
            '{' | '[' => {
                shown.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = characters.next_if(|c| matches!(c, '}' | ']')) {
                    shown.push(end);
                } else {
                    depth = depth.saturating_add(1);
                    line(&mut shown, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut shown, depth);
                shown.push(character);
            }
            ',' => {
                shown.push(',');
                line(&mut shown, depth);
            }
            ':' => shown.push_str(": "),
            character if character.is_ascii_whitespace() => {}
            character => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_never_cut() {
        let long = "x".repeat(500);
        assert_eq!(plain(&long), long);
        assert_eq!(plain("a\u{1b}[2J\n\u{202e}é"), "a\\u{1b}[2J\\u{a}\\u{202e}é");
    }

    #[test]
    fn json_keeps_its_order_and_value_on_several_lines() {
        let json = "{\"b\":[1,{\"a\":\"x\\\"{,\u{202e}\"}, \"\"],\"a\":{ },\"c\":[]}";
        let want = "{\n  \"b\": [\n    1,\n    {\n      \"a\": \"x\\\"{,\\u202e\"\n    },\n    \"\"\n  ],\n  \"a\": {},\n  \"c\": []\n}";
        assert_eq!(indented(json), want);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&indented(json)), value(json));
    }
}
