//! The time of a sample, and its representation on the wire.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use miniserde::de::Visitor;
use serde::{Serialize, Serializer};
use std::fmt;

/// When a sample was taken, in UTC; formatted with microseconds and `Z` (`2026-01-13T12:00:00.000000Z`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The current time according to the wall clock of the server or the browser.
    pub fn now() -> Self {
        Self(Utc::now())
    }

    /// Seconds since the Unix epoch, with microsecond precision.
    pub fn seconds(self) -> f64 {
        self.0.timestamp_micros() as f64 / 1e6
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

miniserde::make_place!(Place);

impl miniserde::Deserialize for Timestamp {
    fn begin(out: &mut Option<Self>) -> &mut dyn Visitor {
        Place::new(out)
    }
}

impl Visitor for Place<Timestamp> {
    fn string(&mut self, text: &str) -> miniserde::Result<()> {
        self.out = Some(parse(text).ok_or(miniserde::Error)?);
        Ok(())
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let date = NaiveDate::from_ymd_opt(number(0, 4)?.cast_signed(), number(5, 7)?, number(8, 10)?)?;
    let time = date.and_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?)?;
    (text.len() == 27).then(|| Timestamp(time.and_utc()))
}

#[cfg(test)]
impl Timestamp {
    /// A time in whole microseconds, like every timestamp read from the wire.
    pub(crate) fn sample() -> Self {
        parse("2026-01-13T12:00:00.000000Z").unwrap_or_else(Self::now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn always_has_six_decimals_and_z() {
        let json = "\"2026-01-13T12:00:00.000000Z\"";
        let time: Timestamp = miniserde::json::from_str(json).expect("a timestamp");
        assert_eq!(serde_json::to_string(&time).expect("text"), json);
        assert!(miniserde::json::from_str::<Timestamp>("\"yesterday\"").is_err());
    }
}
