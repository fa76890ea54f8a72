//! The members of one object, taken out one by one; what is left in the end is unknown to the schema.

use super::{context::Context, node::Node};
use crate::{
    bom::{Properties, Vocabulary},
    warning::quote,
};

pub(crate) struct Fields {
    members: Vec<(String, Node)>,
}

impl Fields {
    pub(crate) fn new(members: Vec<(String, Node)>) -> Self {
        Self { members }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(name, _)| name == key)
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Node> {
        let position = self.members.iter().position(|(name, _)| name == key)?;
        Some(self.members.swap_remove(position).1)
    }

    pub(crate) fn text(&mut self, context: &mut Context, key: &'static str) -> Option<String> {
        let node = self.take(key)?;
        context.within(key, |context| node.into_text(context))
    }

    /// A text that the schema requires: warns when there is none.
    pub(crate) fn required(&mut self, context: &mut Context, key: &'static str) -> Option<String> {
        if !self.has(key) {
            context.warn("no such member", format!("a member \"{key}\""));
        }
        self.text(context, key)
    }

    /// A text out of a fixed vocabulary; others are kept as they are, with a warning.
    pub(crate) fn word<V: Vocabulary>(&mut self, context: &mut Context, key: &'static str) -> Option<V> {
        let node = self.take(key)?;
        context.within(key, |context| {
            node.into_text(context).map(|text| word(context, &text))
        })
    }

    /// A text that should be a time of RFC 3339.
    pub(crate) fn timestamp(&mut self, context: &mut Context, key: &'static str) -> Option<String> {
        let text = self.text(context, key)?;
        if !is_timestamp(&text) {
            context.within(key, |context| {
                context.warn(quote(&text), "a date and time with zone (RFC 3339)");
            });
        }
        Some(text)
    }

    pub(crate) fn whole_number(&mut self, context: &mut Context, key: &'static str) -> Option<u64> {
        let node = self.take(key)?;
        context.within(key, |context| {
            if let Node::Number(number) = &node
                && let Some(value) = number.as_u64()
            {
                return Some(value);
            }
            context.warn(node.describe(), "a whole number");
            if let Node::Text(text) = node {
                text.parse().ok()
            } else {
                None
            }
        })
    }

    pub(crate) fn flag(&mut self, context: &mut Context, key: &'static str) -> Option<bool> {
        let node = self.take(key)?;
        context.within(key, |context| {
            if let Node::Bool(value) = node {
                return Some(value);
            }
            context.warn(node.describe(), "true or false");
            if let Node::Text(text) = node {
                text.parse().ok()
            } else {
                None
            }
        })
    }

    pub(crate) fn fields(&mut self, context: &mut Context, key: &'static str) -> Option<Fields> {
        let node = self.take(key)?;
        context.within(key, |context| node.into_fields(context))
    }

    /// Runs `each` at each element of the list `key`.
    pub(crate) fn each(
        &mut self,
        context: &mut Context,
        key: &'static str,
        mut each: impl FnMut(&mut Context, Node),
    ) {
        let Some(node) = self.take(key) else { return };
        context.within(key, |context| {
            for (index, element) in node.into_list(context).into_iter().enumerate() {
                context.at(index, |context| each(context, element));
            }
        });
    }

    /// Runs `each` at each element of the list `key` that is an object.
    pub(crate) fn each_fields(
        &mut self,
        context: &mut Context,
        key: &'static str,
        mut each: impl FnMut(&mut Context, Fields),
    ) {
        self.each(context, key, |context, node| {
            if let Some(fields) = node.into_fields(context) {
                each(context, fields);
            }
        });
    }

    pub(crate) fn texts(&mut self, context: &mut Context, key: &'static str) -> Vec<String> {
        let mut texts = Vec::new();
        self.each(context, key, |context, node| {
            texts.extend(node.into_text(context));
        });
        texts
    }

    /// Keeps the scalars of a member as properties, without a warning: the schema knows it, the summary does not.
    pub(crate) fn keep(&mut self, key: &str, properties: &mut Properties) {
        if let Some(node) = self.take(key) {
            node.keep_as(key, properties);
        }
    }

    /// Warns of each member that is left, and keeps its scalars as properties.
    pub(crate) fn keep_unknown(self, context: &mut Context, properties: &mut Properties) {
        for (key, node) in self.members {
            context.warn(format!("a member {}", quote(&key)), "members that the schema has");
            node.keep_as(&key, properties);
        }
    }
}

/// How much is kept of a word that is in no vocabulary: it can come to stand beside each of many references.
const OTHER_CHARS: usize = 200;

/// A word of a vocabulary, with a warning if it is none of those listed.
pub(crate) fn word<V: Vocabulary>(context: &mut Context, text: &str) -> V {
    V::known(text).unwrap_or_else(|| {
        context.warn(quote(text), format!("one of {}", V::WORDS.join(", ")));
        V::other(text.chars().take(OTHER_CHARS).collect())
    })
}

/// Whether a text has the shape of RFC 3339 §5.6: `2026-01-31T23:59:59Z`, with a fraction or an offset if need be.
fn is_timestamp(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let (Some(fixed), Some(rest)) = (text.get(..SHAPE.len()), text.get(SHAPE.len()..)) else {
        return false;
    };
    let fits = |(byte, shape): (u8, &u8)| {
        if *shape == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == *shape
        }
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let is_offset = |offset: &str| offset.len() == 5 && offset.bytes().zip(b"00:00").all(fits);
    fixed.bytes().zip(SHAPE).all(fits)
        && (zone == "Z" || zone.strip_prefix(['+', '-']).is_some_and(is_offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_a_zone_or_with_other_shapes_are_told_apart() {
        for (text, want) in [
            ("2026-01-31T23:59:59Z", true),
            ("2026-01-31T23:59:59.123456+02:00", true),
            ("2026-01-31T23:59:59", false),
            ("2026-01-31T23:59:59+0200", false),
            ("2026-01-31 23:59:59Z", false),
            ("2026-01-31", false),
            ("2026-01-31T23:59:é9Z", false),
            ("", false),
        ] {
            assert_eq!(is_timestamp(text), want, "{text}");
        }
    }
}
