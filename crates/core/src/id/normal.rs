//! Ids that are read in their normal form only: what is signed holds nothing else.

use std::{fmt, str::FromStr};

use super::component::ParseComponentError;

/// `serde_as_text!`, but only the normal form is read.
macro_rules! normal_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::deserialize::<D, $crate::id::normal::Normal<$name>>(deserializer)
                    .map(|normal| normal.0)
            }
        }
    };
}
pub(super) use normal_text;

/// An id whose text was its normal form.
pub(super) struct Normal<T>(pub(super) T);

impl<T: FromStr<Err = ParseComponentError> + fmt::Display> FromStr for Normal<T> {
    type Err = ParseComponentError;

    fn from_str(text: &str) -> Result<Self, ParseComponentError> {
        let id: T = text.parse()?;
        if crate::text::is_text_of(text, &id) {
            Ok(Self(id))
        } else {
            let want = id.to_string();
            Err(ParseComponentError::NotNormal { want })
        }
    }
}
