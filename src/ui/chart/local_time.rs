//! The reader's local time. Only the browser knows it, so the server must not call this.

use leptos::web_sys::js_sys::Date;

/// The local time at `seconds` since 1970: `14:27`, or with its seconds `14:27:05`.
pub(super) fn local_time(seconds: f64, with_seconds: bool) -> String {
    let date = Date::new(&(seconds * 1000.0).into());
    let minutes = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    if with_seconds { format!("{minutes}:{:02}", date.get_seconds()) } else { minutes }
}
