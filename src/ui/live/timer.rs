//! Time in the browser, and whether the page is visible. The only file that names gloo_timers.

use gloo_timers::future::TimeoutFuture;
use std::time::Duration;

/// A timer that starts at once, even before it is awaited. Dropping it clears the timer.
pub(in crate::ui) fn sleep(duration: Duration) -> TimeoutFuture {
    // In u32, which is 49 days: `as_millis` would bring a division of 128 bits.
    let seconds = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    TimeoutFuture::new(seconds.saturating_mul(1000).saturating_add(duration.subsec_millis()))
}

/// Whether the page's tab is in the background, or its window minimised.
pub(super) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}
