//! Strict JSON (RFC 8259, I-JSON of RFC 7493 §2.3): one reading for every reader.
//!
//! Refused: invalid UTF-8, duplicate member names (readers differ about which counts), nesting over 32 levels, more members of an
//! object than an entry has room for, anything after the value. Tokens are serde_json's business; this module adds the rules that serde_json leaves open.

use std::{borrow::Cow, collections::BTreeSet, fmt, marker::PhantomData};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 32;
/// Most members of one object, whose names are held in memory: more than fit into an entry.
pub const MAX_MEMBERS: usize = 16_384;

/// Why bytes are not strict JSON of the wanted shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not UTF-8.
    #[error("invalid UTF-8 at byte {valid_up_to}")]
    Utf8 {
        /// Bytes before the first wrong one.
        valid_up_to: usize,
    },
    /// Not JSON, not strict, or not of the wanted shape; the place is in the text.
    #[error("{0}")]
    Syntax(String),
}

/// How long texts and lists may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Most bytes of a text, names of members included.
    pub text_bytes: usize,
    /// Most members of a list.
    pub list_members: usize,
}

impl JsonLimits {
    /// None but the length of the document.
    pub const NONE: Self = Self {
        text_bytes: usize::MAX,
        list_members: usize::MAX,
    };
}

/// Reads a `T` from strict JSON.
///
/// # Errors
/// Bytes that are not strict JSON, or not a `T`; the message names line and column.
pub fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, JsonError> {
    parse_within(bytes, JsonLimits::NONE)
}

/// Reads a `T` from strict JSON whose texts and lists are within limits, also where a reader ignores them.
///
/// # Errors
/// Bytes that are not strict JSON, are over a limit, or not a `T`; the message names line and column.
pub fn parse_within<'a, T: Deserialize<'a>>(bytes: &'a [u8], limits: JsonLimits) -> Result<T, JsonError> {
    let text = check_within(bytes, limits)?;
    serde_json::from_str(text).map_err(|error| syntax(&error))
}

/// Checks that `bytes` are strict JSON, and returns them as text.
///
/// # Errors
/// Bytes that are not strict JSON; the message names line and column.
pub fn check(bytes: &[u8]) -> Result<&str, JsonError> {
    check_within(bytes, JsonLimits::NONE)
}

fn check_within(bytes: &[u8], limits: JsonLimits) -> Result<&str, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonError::Utf8 {
        valid_up_to: error.valid_up_to(),
    })?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Strict {
        levels_left: MAX_DEPTH,
        limits,
    }
    .deserialize(&mut deserializer)
    .and_then(|()| deserializer.end())
    .map_err(|error| syntax(&error))?;
    Ok(text)
}

/// Reads a list; one item more than `LIMIT` is refused before it is held in memory.
pub(crate) fn at_most<'de, const LIMIT: usize, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Items<const LIMIT: usize, T>(PhantomData<T>);

    impl<'de, const LIMIT: usize, T: Deserialize<'de>> Visitor<'de> for Items<LIMIT, T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of {LIMIT} items at most")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                if list.len() >= LIMIT {
                    return Err(A::Error::custom(format_args!(
                        "a list of more than {LIMIT} items"
                    )));
                }
                list.push(item);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_seq(Items::<LIMIT, T>(PhantomData))
}

/// What the parser says of strict JSON that has another shape.
pub(crate) fn syntax(error: &serde_json::Error) -> JsonError {
    // The parser quotes names as they stand.
    JsonError::Syntax(crate::text::escape_message(&error.to_string()))
}

/// Walks a value and keeps nothing.
#[derive(Clone, Copy)]
struct Strict {
    levels_left: usize,
    limits: JsonLimits,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels_left = self
            .levels_left
            .checked_sub(1)
            .ok_or_else(|| E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")))?;
        Ok(Self { levels_left, ..self })
    }

    fn check_text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let (got, want) = (text.len(), self.limits.text_bytes);
        if got > want {
            return Err(E::custom(format_args!(
                "a text of {got} bytes, want {want} at most"
            )));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.check_text(text)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut members = 0_usize;
        while items.next_element_seed(inner)?.is_some() {
            members = members.saturating_add(1);
            let want = self.limits.list_members;
            if members > want {
                return Err(A::Error::custom(format_args!(
                    "a list of more than {want} members"
                )));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut names = Names::default();
        while let Some(Name(name)) = members.next_key::<Name<'de>>()? {
            self.check_text(&name)?;
            members.next_value_seed(inner)?;
            if let Some(twice) = names.insert(name) {
                let name = crate::text::excerpt(&twice);
                return Err(A::Error::custom(format_args!(
                    "member «{name}» stands twice in one object"
                )));
            }
            if names.many.len() > MAX_MEMBERS {
                return Err(A::Error::custom(format_args!(
                    "an object of more than {MAX_MEMBERS} members"
                )));
            }
        }
        Ok(())
    }
}

/// The names seen in one object: few are compared one by one, many are looked up.
#[derive(Default)]
struct Names<'de> {
    few: [Option<Cow<'de, str>>; FEW_NAMES],
    many: BTreeSet<Cow<'de, str>>,
}

const FEW_NAMES: usize = 12;

impl<'de> Names<'de> {
    /// Adds a name; if it is there already, returns it.
    fn insert(&mut self, name: Cow<'de, str>) -> Option<Cow<'de, str>> {
        for place in &mut self.few {
            match place {
                Some(seen) if *seen == name => return Some(name),
                Some(_) => {}
                None => {
                    *place = Some(name);
                    return None;
                }
            }
        }
        if self.many.contains(&name) {
            return Some(name);
        }
        self.many.insert(name);
        None
    }
}

/// A member name, borrowed where it has no escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_json_passes() {
        let deep = format!("{}{}", "[".repeat(32), "]".repeat(32));
        for text in [
            "null",
            "{}",
            r#"{"a":1,"b":{"a":[1.5,-2,true,"é"]}}"#,
            deep.as_str(),
        ] {
            assert_eq!(check(text.as_bytes()), Ok(text));
        }
    }

    #[test]
    fn an_object_holds_as_many_names_as_an_entry_can() {
        let members = |count: usize| {
            let members: Vec<_> = (0..count).map(|at| format!("\"{at:x}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        // The most that fit into a payload.
        assert!(check(members(8_000).as_bytes()).is_ok());
        let error = check(members(40_000).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("more than 16384 members"), "{error}");
    }

    #[test]
    fn a_name_that_comes_back_after_many_others_is_found() {
        for count in [1, 12, 13, 40] {
            let members = (0..count)
                .map(|at| format!("\"m{at}\":0,"))
                .collect::<Vec<_>>()
                .concat();
            for twice in [0, count / 2, count - 1] {
                let text = format!("{{{members}\"m{twice}\":1}}");
                assert!(
                    check(text.as_bytes())
                        .unwrap_err()
                        .to_string()
                        .contains("stands twice"),
                    "{text}"
                );
            }
            assert!(check(format!("{{{members}\"n\":1}}").as_bytes()).is_ok());
        }
    }

    #[test]
    fn what_readers_could_read_differently_is_refused() {
        let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
        for (bytes, want) in [
            (
                br#"{"a":1,"a":2}"#.as_slice(),
                "member «a» stands twice in one object at line 1 column 13",
            ),
            (
                br#"{"a":1,"\u0061":2}"#,
                "member «a» stands twice in one object at line 1 column 18",
            ),
            (
                deep.as_bytes(),
                "nested deeper than 32 levels at line 1 column 34",
            ),
            (b"1 2", "trailing characters at line 1 column 3"),
            (b"", "EOF while parsing a value at line 1 column 0"),
            (b"{'a':1}", "key must be a string at line 1 column 2"),
        ] {
            assert_eq!(check(bytes), Err(JsonError::Syntax(want.into())));
        }
        assert_eq!(check(b"\"\xff\""), Err(JsonError::Utf8 { valid_up_to: 1 }));
    }

    #[test]
    fn what_the_parser_quotes_is_escaped() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}
        assert_eq!(
            parse::<Empty>(br#"{"\u001b[2J":1}"#),
            Err(JsonError::Syntax(
                "unknown field `\\u{1b}[2J`, there are no fields at line 1 column 12".into()
            ))
        );
    }
}
