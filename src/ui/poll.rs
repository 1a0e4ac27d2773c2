//! Time in the browser: deadlines, waits, and the loop that polls. The only file that names gloo_timers.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// A request that takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(3);

/// While requests fail, the next is made after this at the latest, so that a server's return is soon seen.
const RETRY: Duration = Duration::from_secs(5);

/// Waits and requests in turn, for ever, a `period` from start to start; `request` says whether it succeeded.
///
/// One request is under way at a time. Dropping the future clears the timer and ends the loop.
pub(super) async fn poll(period: impl Fn() -> Duration, first_at_once: bool, request: impl AsyncFn() -> bool) {
    let mut next = timer(if first_at_once { Duration::ZERO } else { period() });
    loop {
        next.await;
        let period = period();
        let (regular, retry) = (timer(period), timer(period.min(RETRY)));
        next = if request().await { regular } else { retry };
    }
}

/// What comes of `work`, or `None` if it takes longer than a request may.
///
/// The deadline stands around the whole request: the browser's own stops counting when an answer's head has come.
pub(super) async fn within_deadline<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), timer(DEADLINE)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// Starts to count at once, also while nobody waits for it.
fn timer(duration: Duration) -> TimeoutFuture {
    TimeoutFuture::new(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX))
}
