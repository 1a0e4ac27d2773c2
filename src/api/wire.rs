//! The encoding of responses: JSON, written by serde_json on the server and read by miniserde in the browser.

use crate::model::{HistoryAnswer, Stamped};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;

/// The JSON encoding. It uses miniserde for reading because serde generates a reader for each type, which would make up
/// a sixth of the browser's bundle; miniserde uses trait objects instead.
#[derive(Clone, Copy, Debug)]
pub struct Wire;

/// A value that can be read from JSON.
pub trait FromJson: Sized {
    /// Parses a whole JSON document.
    fn from_json(json: &str) -> miniserde::Result<Self>;
}

/// Reads a value with its derived `Deserialize` implementation, which ignores unknown keys.
pub(super) fn read<T: miniserde::Deserialize>(json: &str) -> miniserde::Result<T> {
    miniserde::json::from_str(json)
}

/// miniserde cannot flatten structs, so the data and the stamp are read separately from the same object.
impl<T: miniserde::Deserialize> FromJson for Stamped<T> {
    fn from_json(json: &str) -> miniserde::Result<Self> {
        Ok(Self { data: read(json)?, stamp: read(json)?, list_age_seconds: None })
    }
}

impl FromJson for HistoryAnswer {
    fn from_json(json: &str) -> miniserde::Result<Self> {
        read(json)
    }
}

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: FromJson> Decodes<T> for Wire {
    type Error = &'static str;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let text = std::str::from_utf8(&bytes).map_err(|_| "the answer is not text")?;
        T::from_json(text).map_err(|_| "the answer is not ours")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostStats, Timestamp};

    #[test]
    fn a_stamped_value_is_one_object_and_comes_back_as_it_went() {
        let stamped = Stamped::fresh(HostStats::sample(), Timestamp::sample());
        let bytes = Wire::encode(&stamped).expect("json");
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("json");
        assert!(json["hostname"].is_string() && json["timestamp"].is_string() && json["stale"] == false, "{json}");
        assert_eq!(Wire::decode(bytes), Ok(stamped));
        let strange: Result<Stamped<HostStats>, _> = Wire::decode(Bytes::from_static(b"<html>"));
        assert_eq!(strange, Err("the answer is not ours"));
    }
}
