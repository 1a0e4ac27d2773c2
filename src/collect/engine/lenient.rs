//! Lenient JSON parsing: a field of an unexpected type is treated as missing, and other fields are unaffected.

use serde::de::{Deserialize, Deserializer, IgnoredAny};

/// A JSON value that may or may not have the expected type.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(super) enum Lenient<T> {
    Expected(T),
    Other(IgnoredAny),
}

impl<T> Lenient<T> {
    pub(super) fn expected(self) -> Option<T> {
        match self {
            Self::Expected(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

/// Deserializes a field, or returns `None` if its type is unexpected. Meant for
/// `#[serde(default, deserialize_with = "lenient")]`.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<T>, D::Error> {
    Ok(Lenient::deserialize(field)?.expected())
}

/// Deserializes a list, skipping elements of an unexpected type.
pub(super) fn lenient_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Lenient<T>>> = lenient(field)?;
    Ok(list.unwrap_or_default().into_iter().filter_map(Lenient::expected).collect())
}
