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

/// Requests again and again, a `period` from start to start, and hands on each answer; one request at a time.
///
/// The deadline stands around the whole request: the browser's own stops counting when an answer's head has come.
/// `None` is handed on when it has passed. Dropping the future clears the timer and ends the loop.
pub(super) async fn poll<T, E, F>(
    period: Duration,
    first_at_once: bool,
    request: impl Fn() -> F,
    apply: impl Fn(Option<Result<T, E>>),
) where
    F: Future<Output = Result<T, E>>,
{
    let mut next = timer(if first_at_once { Duration::ZERO } else { period });
    loop {
        next.await;
        let started_regular = timer(period);
        let started_retry = timer(period.min(RETRY));
        let answer = within(DEADLINE, request()).await;
        let succeeded = matches!(answer, Some(Ok(_)));
        apply(answer);
        next = if succeeded { started_regular } else { started_retry };
    }
}

async fn within<T>(deadline: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), timer(deadline)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// Starts to count at once, also while nobody waits for it.
fn timer(duration: Duration) -> TimeoutFuture {
    TimeoutFuture::new(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX))
}
