//! A tree, drawn.

use std::io::{self, Write};

/// A line and the lines below it. Its text is fit for a terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Branch {
    /// The line.
    pub(super) text: String,
    /// What hangs on it.
    pub(super) below: Vec<Branch>,
}

impl Branch {
    /// A line with nothing below it.
    pub(super) fn leaf(text: String) -> Self {
        Self {
            text,
            below: Vec::new(),
        }
    }

    /// Draws the tree.
    pub(super) fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.text)?;
        self.draw_below("", out)
    }

    fn draw_below(&self, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let Some((last, others)) = self.below.split_last() else {
            return Ok(());
        };
        for branch in others {
            writeln!(out, "{indent}├─ {}", branch.text)?;
            branch.draw_below(&format!("{indent}│  "), out)?;
        }
        writeln!(out, "{indent}└─ {}", last.text)?;
        last.draw_below(&format!("{indent}   "), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_hang_on_the_line_above() {
        let leaf = |text: &str| Branch::leaf(text.to_owned());
        let branch = |text: &str, below| Branch {
            text: text.to_owned(),
            below,
        };
        let tree = branch(
            "a",
            vec![
                branch("b", vec![leaf("c"), leaf("d")]),
                branch("e", vec![leaf("f")]),
            ],
        );
        let mut drawn = Vec::new();
        tree.draw(&mut drawn).unwrap();
        assert_eq!(
            String::from_utf8(drawn).unwrap(),
            "a\n├─ b\n│  ├─ c\n│  └─ d\n└─ e\n   └─ f\n"
        );
    }
}
