//! Lenient JSON parsing: a field of an unexpected type counts as missing and does not affect the other fields.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

/// Reads a field; for `#[serde(default, deserialize_with = "lenient")]`.
///
/// The field is taken as raw text first, so even a number that no type can hold does not affect the other fields.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(field: D) -> Result<Option<T>, D::Error> {
    Ok(parse(&Box::<RawValue>::deserialize(field)?))
}

/// Reads a list and leaves out the elements of an unexpected type.
pub(super) fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(field: D) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Box<RawValue>>> = lenient(field)?;
    Ok(list.unwrap_or_default().iter().filter_map(|element| parse(element)).collect())
}

fn parse<T: DeserializeOwned>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}
