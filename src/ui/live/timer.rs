//! The browser's timer and the page's visibility. The only file that names gloo_timers.

use gloo_timers::future::TimeoutFuture;
use std::time::Duration;

/// A timer that starts before it is awaited. Dropping it clears the timer.
pub(in crate::ui) fn sleep(duration: Duration) -> TimeoutFuture {
    // u32 milliseconds are 49 days; `as_millis` would add a 128-bit division to the bundle.
    let seconds = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    TimeoutFuture::new(seconds.saturating_mul(1000).saturating_add(duration.subsec_millis()))
}

/// Whether the page's tab is in the background or its window minimized.
pub(super) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}
