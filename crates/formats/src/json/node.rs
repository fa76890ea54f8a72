//! A JSON value in memory: only ever one element of a document, within [`crate::limits::Limits::element_bytes`].

use serde::de::{self, MapAccess, SeqAccess};
use serde_json::Number;

use super::{
    context::Context,
    fields::Fields,
    shape::{Keys, Shape, Shaped},
};
use crate::{bom::Properties, warning::quote};

/// What a node takes beside its text: its own size and its share of the list it stands in.
const NODE_BYTES: usize = 64;

/// How deep, and down to what length of key, a member that the schema lacks is kept. More would let a small document
/// make large names.
const KEPT_DEPTH: usize = 4;
const KEPT_KEY_BYTES: usize = 128;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// What it is, for a message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => format!("the number {value}"),
            Self::Text(text) => quote(text),
            Self::List(_) => "a list".to_owned(),
            Self::Object(_) => "an object".to_owned(),
        }
    }

    /// The text of a string; of a number or boolean with a warning.
    pub(crate) fn into_text(self, context: &mut Context) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            other => {
                context.warn(other.describe(), "a string");
                match other {
                    Self::Bool(value) => Some(value.to_string()),
                    Self::Number(value) => Some(value.to_string()),
                    _ => None,
                }
            }
        }
    }

    /// The members of an object.
    pub(crate) fn into_fields(self, context: &mut Context) -> Option<Fields> {
        match self {
            Self::Object(members) => Some(Fields::new(members)),
            other => {
                context.warn(other.describe(), "an object");
                None
            }
        }
    }

    /// The elements of a list; a lone value counts as a list of one, with a warning.
    pub(crate) fn into_list(self, context: &mut Context) -> Vec<Node> {
        match self {
            Self::List(elements) => elements,
            other => {
                context.warn(other.describe(), "a list");
                match other {
                    Self::Null | Self::Bool(_) | Self::Number(_) => Vec::new(),
                    other => vec![other],
                }
            }
        }
    }

    /// Keeps the scalars inside as properties named `name`, `name.member`, `name.member.member`.
    pub(crate) fn keep_as(self, name: &str, properties: &mut Properties) {
        self.keep_within(name, KEPT_DEPTH, properties);
    }

    fn keep_within(self, name: &str, depth: usize, properties: &mut Properties) {
        if name.len() > KEPT_KEY_BYTES.saturating_mul(KEPT_DEPTH) {
            return;
        }
        match self {
            Self::Null => {}
            Self::Bool(value) => properties.add(name.to_owned(), value.to_string()),
            Self::Number(value) => properties.add(name.to_owned(), value.to_string()),
            Self::Text(text) => properties.add(name.to_owned(), text),
            Self::List(elements) => {
                if let Some(depth) = depth.checked_sub(1) {
                    for element in elements {
                        element.keep_within(name, depth, properties);
                    }
                }
            }
            Self::Object(members) => {
                if let Some(depth) = depth.checked_sub(1) {
                    for (key, value) in members {
                        if key.len() <= KEPT_KEY_BYTES {
                            value.keep_within(&format!("{name}.{key}"), depth, properties);
                        }
                    }
                }
            }
        }
    }
}

/// Reads a value into memory, without the members of the outermost object that are named in `without`.
pub(crate) struct NodeShape<'c> {
    pub(crate) context: &'c mut Context,
    pub(crate) without: &'static [&'static str],
}

impl<'c> NodeShape<'c> {
    /// Reads all of a value.
    pub(crate) fn whole(context: &'c mut Context) -> Self {
        Self {
            context,
            without: &[],
        }
    }
}

impl<'de> Shape<'de> for NodeShape<'_> {
    type Output = Node;

    fn context(&mut self) -> &mut Context {
        self.context
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<Node, E> {
        let text = if let Node::Text(text) = &scalar {
            text.len()
        } else {
            0
        };
        match self.context.spend(text.saturating_add(NODE_BYTES)) {
            Ok(()) => Ok(scalar),
            Err(refused) => Err(refused.into_error()),
        }
    }

    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<Node, A::Error> {
        self.context
            .spend(NODE_BYTES)
            .map_err(super::context::Refused::into_error::<A::Error>)?;
        let mut elements = Vec::new();
        loop {
            match list.next_element_seed(Shaped(NodeShape::whole(self.context))) {
                Ok(Some(element)) => elements.push(element),
                Ok(None) => return Ok(Node::List(elements)),
                Err(error) => {
                    self.context.trail_index(elements.len());
                    return Err(error);
                }
            }
        }
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        let mut keys = Keys::default();
        while let Some(key) = keys.next(self.context, &mut object)? {
            if self.without.contains(&key.as_str()) {
                skip(self.context, &key, &mut object)?;
            } else {
                // Once here, once among the keys seen.
                let cost = key.len().saturating_mul(2).saturating_add(NODE_BYTES);
                self.context
                    .spend(cost)
                    .map_err(super::context::Refused::into_error::<A::Error>)?;
                let value = member(self.context, &key, &mut object)?;
                members.push((key, value));
            }
        }
        Ok(Node::Object(members))
    }
}

/// Reads the value of the member `key` into memory.
pub(crate) fn member<'de, A: MapAccess<'de>>(
    context: &mut Context,
    key: &str,
    object: &mut A,
) -> Result<Node, A::Error> {
    let value = object.next_value_seed(Shaped(NodeShape::whole(context)));
    value.inspect_err(|_| context.trail_key(key))
}

/// Passes over the value of the member `key`.
pub(crate) fn skip<'de, A: MapAccess<'de>>(
    context: &mut Context,
    key: &str,
    object: &mut A,
) -> Result<(), A::Error> {
    let value = object.next_value_seed(Shaped(Skip { context }));
    value.inspect_err(|_| context.trail_key(key))
}

/// Passes over a value, holding it to the same rules as one that is read: valid UTF-8, no duplicate keys, depth.
pub(crate) struct Skip<'c> {
    pub(crate) context: &'c mut Context,
}

impl<'de> Shape<'de> for Skip<'_> {
    type Output = ();

    fn context(&mut self) -> &mut Context {
        self.context
    }

    fn scalar<E: de::Error>(&mut self, _: Node) -> Result<(), E> {
        Ok(())
    }

    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            match list.next_element_seed(Shaped(Skip {
                context: self.context,
            })) {
                Ok(Some(())) => index = index.saturating_add(1),
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.context.trail_index(index);
                    return Err(error);
                }
            }
        }
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        let mut keys = Keys::default();
        while let Some(key) = keys.next(self.context, &mut object)? {
            skip(self.context, &key, &mut object)?;
        }
        Ok(())
    }
}
