//! The user's local time. Only the browser knows the time zone, so the server must not call this.

use leptos::web_sys::js_sys::Date;

/// Formats a time in seconds since 1970 as local time: `14:27`, or `14:27:05` if `with_seconds` is true.
pub(super) fn local_time(seconds: f64, with_seconds: bool) -> String {
    let date = Date::new(&(seconds * 1000.0).into());
    let minutes = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    if with_seconds { format!("{minutes}:{:02}", date.get_seconds()) } else { minutes }
}
