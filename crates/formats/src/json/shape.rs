//! What to do with a value of the stream, whatever kind of value it turns out to be.

use std::{collections::HashSet, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{
    context::{Context, JsonRefusal},
    node::Node,
};
use crate::warning::Step;

/// A consumer of one JSON value.
pub(crate) trait Shape<'de> {
    type Output;

    fn context(&mut self) -> &mut Context;

    /// A string, number, boolean or null.
    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<Self::Output, E>;

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<Self::Output, A::Error>;

    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<Self::Output, A::Error>;
}

/// A [`Shape`] as the parser wants it; keeps account of the depth.
pub(crate) struct Shaped<T>(pub(crate) T);

impl<'de, T: Shape<'de>> DeserializeSeed<'de> for Shaped<T> {
    type Value = T::Output;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Shape<'de>> Visitor<'de> for Shaped<T> {
    type Value = T::Output;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(mut self) -> Result<Self::Value, E> {
        self.0.scalar(Node::Null)
    }

    fn visit_bool<E: de::Error>(mut self, value: bool) -> Result<Self::Value, E> {
        self.0.scalar(Node::Bool(value))
    }

    fn visit_i64<E: de::Error>(mut self, value: i64) -> Result<Self::Value, E> {
        self.0.scalar(Node::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(mut self, value: u64) -> Result<Self::Value, E> {
        self.0.scalar(Node::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(mut self, value: f64) -> Result<Self::Value, E> {
        self.0
            .scalar(serde_json::Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E: de::Error>(mut self, value: &str) -> Result<Self::Value, E> {
        self.0.scalar(Node::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(mut self, value: String) -> Result<Self::Value, E> {
        self.0.scalar(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<Self::Value, A::Error> {
        self.0
            .context()
            .descend()
            .map_err(super::context::Refused::into_error::<A::Error>)?;
        let output = self.0.list(list)?;
        self.0.context().ascend();
        Ok(output)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, object: A) -> Result<Self::Value, A::Error> {
        self.0
            .context()
            .descend()
            .map_err(super::context::Refused::into_error::<A::Error>)?;
        let output = self.0.object(object)?;
        self.0.context().ascend();
        Ok(output)
    }
}

/// The keys that an object has had so far.
#[derive(Default)]
pub(crate) struct Keys {
    few: Vec<String>,
    many: HashSet<String>,
}

impl Keys {
    /// Most objects have fewer members than this, and a short list is faster to search than a hash table to make.
    const FEW: usize = 16;

    /// The next key of `object`; refuses one that was there before, and objects with too many.
    pub(crate) fn next<'de, A: MapAccess<'de>>(
        &mut self,
        context: &mut Context,
        object: &mut A,
    ) -> Result<Option<String>, A::Error> {
        let Some(key) = object.next_key::<String>()? else {
            return Ok(None);
        };
        let limit = context.limits().members;
        if self.few.len().saturating_add(self.many.len()) >= limit {
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            return Err(context
                .refuse(JsonRefusal::TooMany {
                    what: "members",
                    limit,
                })
                .into_error());
        }
        let is_new = if self.few.contains(&key) {
            false
        } else if self.few.len() < Self::FEW {
            self.few.push(key.clone());
            true
        } else {
            self.many.insert(key.clone())
        };
        if is_new {
            Ok(Some(key))
        } else {
            Err(context.refuse(JsonRefusal::DuplicateKey(key)).into_error())
        }
    }
}

/// Reads the value of the member `key` of `object` with `shape`; warnings in it are placed there.
pub(crate) fn read_at<'de, A: MapAccess<'de>, S: Shape<'de>>(
    object: &mut A,
    key: &'static str,
    mut shape: S,
) -> Result<S::Output, A::Error> {
    shape.context().enter(Step::Key(key.into()));
    object.next_value_seed(Shaped(Leaving(shape)))
}

/// A shape that leaves its place when its value has been read; after an error the place is still wanted.
struct Leaving<S>(S);

impl<'de, S: Shape<'de>> Shape<'de> for Leaving<S> {
    type Output = S::Output;

    fn context(&mut self) -> &mut Context {
        self.0.context()
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<S::Output, E> {
        let output = self.0.scalar(scalar)?;
        self.0.context().leave();
        Ok(output)
    }

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<S::Output, A::Error> {
        let output = self.0.list(list)?;
        self.0.context().leave();
        Ok(output)
    }

    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<S::Output, A::Error> {
        let output = self.0.object(object)?;
        self.0.context().leave();
        Ok(output)
    }
}
