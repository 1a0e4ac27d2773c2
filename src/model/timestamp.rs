//! The time of a sample, and its representation on the wire.

use chrono::{DateTime, SecondsFormat};
use miniserde::de::Visitor;
use serde::{Serialize, Serializer};
use std::fmt;

/// When a sample was taken, in UTC; formatted with microseconds and `Z` (`2026-01-13T12:00:00.000000Z`).
///
/// Stored as microseconds since the Unix epoch. The browser only reads timestamps, so its bundle contains no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The current time according to the server's wall clock.
    pub fn now() -> Self {
        Self(chrono::Utc::now().timestamp_micros())
    }

    /// The time this many microseconds after the Unix epoch.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Seconds since the Unix epoch, with microsecond precision.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::from_timestamp_micros(self.0).ok_or(fmt::Error)?;
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
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
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok().map(i64::from);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second, micros) = (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?);
    let first = days_before(year, month);
    let is_date = (1..=12).contains(&month) && (1..=days_before(year, month + 1) - first).contains(&day);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let seconds = (((first + day - 1) * 24 + hour) * 60 + minute) * 60 + second;
    (text.len() == 27 && is_date && is_time).then_some(Timestamp(seconds * 1_000_000 + micros))
}

/// The number of days from 1970 to the first day of a month in the Gregorian calendar. Month 13 is the next January.
/// From Howard Hinnant's `days_from_civil`, whose years begin in March, so that a leap day is the last day of a year.
fn days_before(year: i64, month: i64) -> i64 {
    let from_march = (month + 9) % 12;
    let year = year - i64::from(month < 3);
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * from_march + 2) / 5 - 719_468
}

#[cfg(test)]
impl Timestamp {
    /// A time in whole microseconds, like every timestamp read from the wire.
    pub(crate) fn sample() -> Self {
        parse("2026-01-13T12:00:00.000000Z").unwrap_or_else(Self::now)
    }

    /// The time this many seconds after this one.
    pub(crate) fn plus_seconds(self, seconds: usize) -> Self {
        Self(self.0 + i64::try_from(seconds).unwrap_or(0) * 1_000_000)
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

    #[test]
    fn every_date_is_read_as_it_was_written() {
        let (first, last) = (parse("0000-01-01T00:00:00.000000Z"), parse("9999-12-31T23:59:59.999999Z"));
        let (Some(Timestamp(first)), Some(Timestamp(last))) = (first, last) else { panic!("{first:?}, {last:?}") };
        // A step that meets every day of the year and every time of day.
        for micros in (first..=last).step_by(3_000_017 * 86_400) {
            assert_eq!(parse(&Timestamp(micros).to_string()), Some(Timestamp(micros)));
        }
        assert_eq!(parse(&Timestamp(last).to_string()), Some(Timestamp(last)));
    }

    #[test]
    fn dates_and_times_that_cannot_be_are_errors() {
        for text in [
            "2026-02-29T12:00:00.000000Z",
            "1900-02-29T12:00:00.000000Z",
            "2026-13-01T12:00:00.000000Z",
            "2026-00-01T12:00:00.000000Z",
            "2026-01-00T12:00:00.000000Z",
            "2026-01-13T24:00:00.000000Z",
            "2026-01-13T12:60:00.000000Z",
            "2026-01-13T12:00:60.000000Z",
            "2026-01-13T12:00:00.000000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("2024-02-29T12:00:00.000000Z").is_some());
        assert!(parse("2000-02-29T12:00:00.000000Z").is_some());
    }
}
