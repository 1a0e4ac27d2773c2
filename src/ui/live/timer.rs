//! The browser's timer and the page's visibility. This is the only file that uses gloo_timers.

use gloo_timers::future::TimeoutFuture;
use std::time::Duration;

/// Starts a timer immediately, without waiting for the future to be polled. Dropping the future cancels the timer.
pub(in crate::ui) fn sleep(duration: Duration) -> TimeoutFuture {
    // A `u32` holds 49 days in milliseconds. `as_millis` would add 128-bit division to the bundle.
    let seconds = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    TimeoutFuture::new(seconds.saturating_mul(1000).saturating_add(duration.subsec_millis()))
}

/// Whether the page's tab is in the background or its window minimized.
pub(super) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}
