//! Text that somebody else wrote, made inert: `<bdi>` keeps its direction to itself, and what cannot be seen is shown as a code point.

use std::fmt::Write as _;

use maud::{Markup, html};
use prova_core::text::is_unprintable;

/// Most characters of one text that a report shows; the entry has all of it.
const CHARACTERS_SHOWN: usize = 2_000;

/// Most characters of one text among many.
const CHARACTERS_LISTED: usize = 200;

/// A run of characters that are shown as they are, or of ones that are not.
struct CharacterRun {
    is_hidden: bool,
    text: String,
}

/// A text from a record or from the caller.
pub(super) fn foreign(text: &str) -> Markup {
    cut(text, CHARACTERS_SHOWN)
}

/// The same for one of many texts.
pub(super) fn listed(text: &str) -> Markup {
    cut(text, CHARACTERS_LISTED)
}

fn cut(text: &str, most: usize) -> Markup {
    let runs = runs(text.chars().take(most));
    let is_cut = text.chars().nth(most).is_some();
    html! {
        bdi {
            @for run in &runs {
                @if run.is_hidden { span.hidden { (run.text) } } @else { (run.text) }
            }
            @if is_cut { span.hidden { "… cut here" } }
        }
    }
}

fn runs(characters: impl Iterator<Item = char>) -> Vec<CharacterRun> {
    let mut runs: Vec<CharacterRun> = Vec::new();
    for character in characters {
        let is_hidden = is_unprintable(character);
        if runs.last().is_none_or(|run| run.is_hidden != is_hidden) {
            runs.push(CharacterRun {
                is_hidden,
                text: String::new(),
            });
        }
        let Some(run) = runs.last_mut() else {
            continue;
        };
        if is_hidden {
            // Writing to a string does not fail.
            let _ = write!(run.text, "[U+{:04X}]", u32::from(character));
        } else {
            run.text.push(character);
        }
    }
    runs
}

/// A text on one line of a picture, at most `width` characters.
pub(super) fn fitting(text: &str, width: usize) -> String {
    let shown: String = runs(text.chars().take(width.saturating_add(1)))
        .into_iter()
        .map(|run| run.text)
        .collect();
    if shown.chars().count() <= width {
        return shown;
    }
    let head: String = shown.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_and_does_nothing() {
        for (text, want) in [
            ("plain é 漢", "<bdi>plain é 漢</bdi>"),
            (
                "<script>alert(\"1\")</script>&amp;",
                "<bdi>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;</bdi>",
            ),
            (
                "gnp\u{202e}\u{202c}exe\n",
                "<bdi>gnp<span class=\"hidden\">[U+202E][U+202C]</span>exe<span class=\"hidden\">[U+000A]</span></bdi>",
            ),
        ] {
            assert_eq!(foreign(text).0, want);
        }
        let long = foreign(&"x".repeat(5_000)).0;
        assert_eq!(long.matches('x').count(), CHARACTERS_SHOWN);
        assert!(long.ends_with("<span class=\"hidden\">… cut here</span></bdi>"));
    }

    #[test]
    fn a_line_of_a_picture_is_no_longer_than_it_may_be() {
        assert_eq!(fitting("Nordlys", 7), "Nordlys");
        assert_eq!(fitting("Nordlys Radio", 9), "Nordlys…");
        assert_eq!(fitting("\u{202e}x", 20), "[U+202E]x");
        assert_eq!(fitting(&"\u{202e}".repeat(100), 10).chars().count(), 10);
    }
}
