//! Times of day for people.

use leptos::web_sys::js_sys::Date;

/// How many seconds UTC is ahead of the user's time zone at this time; 0 unless `zoned`.
pub(in crate::ui) fn offset(seconds: f64, zoned: bool) -> f64 {
    if zoned { Date::new(&(seconds * 1000.0).into()).get_timezone_offset() * 60.0 } else { 0.0 }
}

/// The time of day at `seconds` since 1970: `14:27`, or `14:27:05` if `with_seconds` is true. `zoned` selects the
/// user's time zone, which only the browser knows; the server must pass false, which gives UTC, marked as such.
pub(in crate::ui) fn clock(seconds: f64, zoned: bool, with_seconds: bool) -> String {
    let whole = (seconds - offset(seconds, zoned)) as u64;
    let seconds = if with_seconds { format!(":{:02}", whole % 60) } else { String::new() };
    format!("{:02}:{:02}{seconds}{}", whole / 3600 % 24, whole / 60 % 60, if zoned { "" } else { " UTC" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_time_zone_it_is_utc_and_says_so() {
        let noon = 1_768_305_600.0;
        assert_eq!(
            (clock(noon + 65.9, false, true), clock(noon, false, false)),
            ("12:01:05 UTC".into(), "12:00 UTC".into())
        );
    }
}
