//! Decides when the page polls and when it requests the history. It performs no I/O: [`Live`](super::Live) acts on its
//! decisions.

use std::time::Duration;

/// The interval between polls while the page is hidden and only the tab's title and icon need to be kept up to date.
const HIDDEN_PERIOD: Duration = Duration::from_secs(60);

/// The longest delay before a failed request is retried, so that the page soon notices when the server is back.
pub(in crate::ui) const RETRY: Duration = Duration::from_secs(5);

/// Extra delay before requesting a sample that is due, because ages are rounded to one decimal.
const MARGIN: Duration = Duration::from_millis(150);

/// The generation of a polling loop. Once a new loop starts, earlier ones end when they next wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation(u32);

/// How a poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Polled {
    /// Whether the host's endpoint returned data and the containers' endpoint did not time out.
    pub(super) answered: bool,
    /// Whether samples may be missing just before the new ones.
    pub(super) after_gap: bool,
}

/// Decides when to poll and when to request the history.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Poller {
    generation: u32,
    /// Whether the current loop is waiting for responses.
    is_polling: bool,
    /// Whether a history request is in flight. Only one is made at a time.
    is_asking_history: bool,
    /// Whether the server may have samples that the page lacks.
    has_gap: bool,
    /// Whether every container's history has been requested. The initial HTML omits it.
    has_trends: bool,
    /// Age in seconds of the host's sample in the last successful response; `None` before the first.
    host_age: Option<f64>,
    /// Age in seconds of the containers' scrape in the last successful response; `None` if there are no numbers.
    containers_age: Option<f64>,
    /// When the host was sampled, in seconds since 1970 by the browser's clock, which may differ from the server's.
    host_sampled_at: Option<f64>,
}

impl Poller {
    /// Returns the generation of a new loop, which replaces any earlier loop.
    pub(super) fn begin_loop(&mut self) -> Generation {
        self.generation += 1;
        Generation(self.generation)
    }

    /// Whether the loop of this generation is the current one.
    pub(super) fn is_current(&self, loop_: Generation) -> bool {
        loop_ == Generation(self.generation)
    }

    /// Records that a sample of the host was `age` seconds old when it arrived at `now` by the browser's clock.
    pub(super) fn host_sampled(&mut self, age: f64, now: f64) {
        self.host_age = Some(age);
        self.host_sampled_at = Some(now - age);
    }

    /// Records the age of the containers' scrape in seconds.
    pub(super) fn containers_scraped(&mut self, age: f64) {
        self.containers_age = Some(age);
    }

    /// Records that the containers no longer have any numbers.
    pub(super) fn containers_gone(&mut self) {
        self.containers_age = None;
    }

    /// The age of the host's sample at `now`, in seconds; `None` before the first sample.
    pub(super) fn host_age_at(&self, now: f64) -> Option<f64> {
        self.host_sampled_at.map(|at| now - at)
    }

    /// The pause before the first poll, which is zero if the HTML came without a snapshot.
    pub(super) fn first(&self, has_snapshot: bool, interval: u32) -> Duration {
        if has_snapshot { self.until_next_sample(interval) } else { Duration::ZERO }
    }

    /// Records that the current loop is sending its requests.
    pub(super) fn poll_sent(&mut self) {
        self.is_polling = true;
    }

    /// Records how a poll ended and returns the pause before the next poll. If the poll failed and the page is visible,
    /// the pause is measured from the start of the failed poll.
    pub(super) fn polled(&mut self, polled: Polled, hidden: bool, interval: u32) -> Pause {
        self.has_gap |= polled.after_gap;
        match polled.answered {
            _ if hidden => Pause::FromNow(HIDDEN_PERIOD),
            true => Pause::FromNow(self.until_next_sample(interval)),
            false => Pause::Retry,
        }
    }

    /// The pause from the start of a failed poll to the start of the next poll.
    pub(super) fn retry(interval: u32) -> Duration {
        Duration::from_secs(interval.into()).min(RETRY)
    }

    /// Whether to request the history after this poll to fill gaps. Gaps are filled only while the page is visible.
    pub(super) fn fills_gap(&self, polled: Polled, hidden: bool) -> bool {
        polled.answered && self.has_gap && !hidden
    }

    /// Records that the current loop is no longer waiting for responses.
    pub(super) fn poll_ended(&mut self) {
        self.is_polling = false;
    }

    /// The pause before the first poll of the loop that starts when the page becomes visible or hidden. `None` while
    /// requests are in flight, because the current loop then continues.
    pub(super) fn visibility_changed(&self, hidden: bool) -> Option<Duration> {
        let pause = if hidden { HIDDEN_PERIOD } else { Duration::ZERO };
        (!self.is_polling).then_some(pause)
    }

    /// Whether to request every container's history now that it is needed. True only on the first call, because polling
    /// then keeps the history up to date.
    pub(super) fn needs_trends(&mut self) -> bool {
        let is_first = !std::mem::replace(&mut self.has_trends, true);
        self.has_gap |= is_first;
        is_first
    }

    /// Marks a history request as in flight. Returns false if one already is; the caller must not send another then.
    pub(super) fn begin_history(&mut self) -> bool {
        !std::mem::replace(&mut self.is_asking_history, true)
    }

    /// Records that the history request has ended. If the history was received, no gap remains.
    pub(super) fn end_history(&mut self, received: bool) {
        self.is_asking_history = false;
        self.has_gap &= !received;
    }

    /// The time until the server has the host's next sample, or until the containers' next scrape ends if that is at
    /// most half an interval later.
    fn until_next_sample(&self, interval: u32) -> Duration {
        let interval = f64::from(interval.max(1));
        let due = |age: f64| interval - modulo(age.max(0.0), interval);
        let host = self.host_age.map_or(interval, due);
        let behind = self.containers_age.map_or(0.0, |age| modulo(due(age) - host, interval));
        let seconds = if behind <= interval / 2.0 { host + behind } else { host };
        Duration::from_millis((seconds * 1000.0) as u64) + MARGIN
    }
}

/// The remainder in `0.0..divisor`, even for a negative number. The exact `%` operator would add a kilobyte to the
/// bundle.
fn modulo(number: f64, divisor: f64) -> f64 {
    number - (number / divisor).floor() * divisor
}

/// The pause between two polls, and when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// A pause that starts when the responses have arrived.
    FromNow(Duration),
    /// A pause of [`Poller::retry`] that started when the failed poll did.
    Retry,
}

#[cfg(test)]
mod tests {
    use super::*;
    use Pause::{FromNow, Retry};

    const ANSWERED: Polled = Polled { answered: true, after_gap: false };
    const AFTER_GAP: Polled = Polled { answered: true, after_gap: true };
    const FAILED: Polled = Polled { answered: false, after_gap: false };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_next_sample_is_asked_for_once_it_is_there() {
        let next = |host_age, containers_age| {
            let poller = Poller { host_age, containers_age, ..Poller::default() };
            (poller.until_next_sample(5) - MARGIN).as_secs_f64()
        };
        assert_eq!(next(Some(2.0), Some(2.0)), 3.0);
        assert_eq!(next(Some(2.0), Some(1.0)), 4.0, "waits for a scrape that ends a second later");
        assert_eq!(next(Some(2.0), Some(3.0)), 3.0, "does not wait for a scrape that ends much later");
        assert_eq!(next(Some(6.0), Some(6.0)), 4.0, "an overdue sample is requested along with the next");
        assert_eq!((next(Some(0.0), None), next(None, None)), (5.0, 5.0));
    }

    #[test]
    fn failures_are_retried_soon_and_hidden_pages_poll_once_a_minute() {
        let mut poller = Poller::default();
        assert_eq!(poller.first(false, 5), Duration::ZERO, "polls at once if there are no numbers yet");
        assert_eq!(poller.first(true, 5), seconds(5) + MARGIN);
        assert_eq!(poller.polled(ANSWERED, false, 5), FromNow(seconds(5) + MARGIN));
        assert_eq!(poller.polled(FAILED, false, 2), Retry);
        assert_eq!((Poller::retry(2), Poller::retry(60)), (seconds(2), RETRY));
        assert_eq!(poller.polled(FAILED, true, 5), FromNow(HIDDEN_PERIOD));
        assert_eq!(poller.polled(ANSWERED, true, 5), FromNow(HIDDEN_PERIOD));
    }

    #[test]
    fn a_page_that_becomes_visible_polls_at_once_unless_it_polls_already() {
        let mut poller = Poller::default();
        assert_eq!(poller.visibility_changed(false), Some(Duration::ZERO));
        assert_eq!(poller.visibility_changed(true), Some(HIDDEN_PERIOD));
        poller.poll_sent();
        assert_eq!(poller.visibility_changed(false), None);
        poller.poll_ended();
        assert_eq!(poller.visibility_changed(false), Some(Duration::ZERO));
        let earlier = poller.begin_loop();
        let present = poller.begin_loop();
        assert!(!poller.is_current(earlier) && poller.is_current(present));
    }

    #[test]
    fn a_gap_is_filled_once_the_page_is_visible_and_the_server_answers() {
        let mut poller = Poller::default();
        assert!(!poller.fills_gap(ANSWERED, false));
        let _ = poller.polled(AFTER_GAP, true, 5);
        assert!(!poller.fills_gap(AFTER_GAP, true), "the page is not visible yet");
        let _ = poller.polled(ANSWERED, false, 5);
        assert!(poller.fills_gap(ANSWERED, false), "the gap is still there");
        assert!(!poller.fills_gap(FAILED, false));
        assert!(poller.begin_history() && !poller.begin_history(), "one request at a time");
        poller.end_history(false);
        assert!(poller.fills_gap(ANSWERED, false), "the request failed");
        poller.end_history(true);
        assert!(!poller.fills_gap(ANSWERED, false));
    }

    #[test]
    fn trends_are_asked_for_once() {
        let mut poller = Poller::default();
        assert!(poller.needs_trends() && !poller.needs_trends());
        assert!(poller.fills_gap(ANSWERED, false), "if that request fails, the gap is filled after the next poll");
    }

    #[test]
    fn ages_are_by_the_browsers_clock() {
        let mut poller = Poller::default();
        assert_eq!(poller.host_age_at(100.0), None);
        poller.host_sampled(2.5, 100.0);
        assert_eq!(poller.host_age_at(110.0), Some(12.5));
    }
}
