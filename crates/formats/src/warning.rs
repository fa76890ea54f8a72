//! Where a document deviates from its schema, and how.

use std::{borrow::Cow, fmt};

use prova_core::text::escape;

/// A place in a JSON document (RFC 6901); empty for the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

/// One step of a [`Pointer`].
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

impl Pointer {
    pub(crate) fn of<'s>(steps: impl Iterator<Item = &'s Step>) -> Self {
        let mut text = String::new();
        for step in steps {
            text.push('/');
            match step {
                Step::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => text.push_str(&index.to_string()),
            }
        }
        Self(text)
    }

    /// The pointer as RFC 6901 writes it, unescaped for display.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    /// Control characters are escaped; the document itself is `/`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("/")
        } else {
            f.write_str(&escape(&self.0))
        }
    }
}

/// A deviation from the schema that did not keep the document from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where it is.
    pub at: Pointer,
    /// What is there, escaped and shortened.
    pub found: String,
    /// What the schema wants there.
    pub wanted: Cow<'static, str>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, want {}", self.at, self.found, self.wanted)
    }
}

/// A text of the document, quoted, escaped and shortened for a message.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_for_rfc_6901_and_its_display_for_terminals() {
        let steps = [
            Step::Key("a/b~c".into()),
            Step::Index(3),
            Step::Key("x\u{1b}[2J".into()),
        ];
        let pointer = Pointer::of(steps.iter());
        assert_eq!(pointer.as_str(), "/a~1b~0c/3/x\u{1b}[2J");
        assert_eq!(pointer.to_string(), "/a~1b~0c/3/x\\u{1b}[2J");
        assert_eq!(Pointer::default().to_string(), "/");
    }
}
