//! Strict JSON is what serde_json reads, in UTF-8, without a member twice and nested no deeper than 32 levels.
#![no_main]

use std::{collections::BTreeSet, fmt};

use libfuzzer_sys::fuzz_target;
use prova_core::json::{MAX_DEPTH, check, parse};
use prova_fuzz::assert_printable;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value with every member, those that stand twice too.
enum Node {
    Scalar,
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn depth(&self) -> usize {
        match self {
            Self::Scalar => 0,
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }

    fn has_duplicate(&self) -> bool {
        match self {
            Self::Scalar => false,
            Self::Array(items) => items.iter().any(Self::has_duplicate),
            Self::Object(members) => {
                let names: BTreeSet<_> = members.iter().map(|(name, _)| name).collect();
                names.len() < members.len() || members.iter().any(|(_, value)| value.has_duplicate())
            }
        }
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let want = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| serde_json::from_str::<Node>(text).ok())
        .is_some_and(|node| node.depth() <= MAX_DEPTH && !node.has_duplicate());
    match check(bytes) {
        Ok(text) => {
            assert!(want, "accepted, but not strict JSON");
            assert_eq!(text.as_bytes(), bytes);
            let value = parse::<serde_json::Value>(bytes).expect("strict JSON is JSON");
            assert_eq!(
                value,
                serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON")
            );
        }
        Err(error) => {
            assert!(!want, "refused, but strict JSON: {error}");
            assert_printable(&error);
        }
    }
});
