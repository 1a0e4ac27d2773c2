//! Decides when the page polls and when it requests the history. Pure: [`Live`](super::Live) carries it out.

use std::time::Duration;

/// While the page is hidden, one poll a minute keeps the tab's title up to date.
const HIDDEN_PERIOD: Duration = Duration::from_secs(60);

/// The longest pause after a failed poll, so that the page soon notices when the server is back.
pub(in crate::ui) const RETRY: Duration = Duration::from_secs(5);

/// A sample is requested this long after it is due, because ages have one decimal.
const MARGIN: Duration = Duration::from_millis(150);

/// The generation of a polling loop. Once a new loop starts, earlier ones end when they next wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation(u32);

/// How a poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Polled {
    /// Whether both endpoints responded.
    pub(super) answered: bool,
    /// Whether samples may be missing before the new ones.
    pub(super) after_gap: bool,
}

/// Decides when to poll and when to request the history.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Poller {
    generation: u32,
    /// Whether the current loop waits for responses.
    is_polling: bool,
    /// Whether a history request is in flight. Only one is made at a time.
    is_asking_history: bool,
    /// Whether the server may have samples that the page lacks.
    has_gap: bool,
    /// Whether each container's history is present or was requested. The first HTML omits it.
    has_trends: bool,
    /// Age of the host's sample in the last good response, in seconds.
    host_age: Option<f64>,
    /// Age of the containers' scrape in the last good response, in seconds.
    containers_age: Option<f64>,
    /// The time of the host's sample, in seconds by the browser's clock, which may differ from the server's.
    host_sampled_at: Option<f64>,
}

impl Poller {
    /// Starts a loop that replaces any other.
    pub(super) fn begin_loop(&mut self) -> Generation {
        self.generation += 1;
        Generation(self.generation)
    }

    /// Whether a loop is the current one.
    pub(super) fn is_current(&self, loop_: Generation) -> bool {
        loop_ == Generation(self.generation)
    }

    /// Records the host sample's age when it arrived `now`, by the browser's clock.
    pub(super) fn host_sampled(&mut self, age: f64, now: f64) {
        self.host_age = Some(age);
        self.host_sampled_at = Some(now - age);
    }

    /// Records the age of the containers' scrape.
    pub(super) fn containers_scraped(&mut self, age: f64) {
        self.containers_age = Some(age);
    }

    /// Records that the containers have no numbers any more.
    pub(super) fn containers_gone(&mut self) {
        self.containers_age = None;
    }

    /// The age of the host's sample `now`; `None` while there is none.
    pub(super) fn host_age_at(&self, now: f64) -> Option<f64> {
        self.host_sampled_at.map(|at| now - at)
    }

    /// The pause before the first poll: none if the HTML has no numbers.
    pub(super) fn first(&self, has_snapshot: bool, interval: u32) -> Duration {
        if has_snapshot { self.until_next_sample(interval) } else { Duration::ZERO }
    }

    /// Records that the current loop sent its requests.
    pub(super) fn poll_sent(&mut self) {
        self.is_polling = true;
    }

    /// The pause before the next poll. After a failure it counts from the start of the failed poll.
    pub(super) fn polled(&mut self, polled: Polled, hidden: bool, interval: u32) -> Pause {
        self.has_gap |= polled.after_gap;
        match polled.answered {
            _ if hidden => Pause::FromNow(HIDDEN_PERIOD),
            true => Pause::FromNow(self.until_next_sample(interval)),
            false => Pause::Retry,
        }
    }

    /// The pause from the start of a failed poll to the start of the next.
    pub(super) fn retry(interval: u32) -> Duration {
        Duration::from_secs(interval.into()).min(RETRY)
    }

    /// Whether to fill gaps after this poll. A gap on a hidden page waits until the page is visible.
    pub(super) fn fills_gap(&self, polled: Polled, hidden: bool) -> bool {
        polled.answered && self.has_gap && !hidden
    }

    /// Records that the current loop has all responses that it waited for.
    pub(super) fn poll_ended(&mut self) {
        self.is_polling = false;
    }

    /// The first pause of a new loop when the page becomes visible or hidden; `None` while requests are in flight, after
    /// which the current loop continues by itself.
    pub(super) fn visibility_changed(&self, hidden: bool) -> Option<Duration> {
        let pause = if hidden { HIDDEN_PERIOD } else { Duration::ZERO };
        (!self.is_polling).then_some(pause)
    }

    /// Whether to request each container's history, now that it is needed. Done once, as polling keeps it up to date.
    pub(super) fn needs_trends(&mut self) -> bool {
        let is_first = !std::mem::replace(&mut self.has_trends, true);
        self.has_gap |= is_first;
        is_first
    }

    /// Whether to send a request for the history, which is then in flight.
    pub(super) fn begin_history(&mut self) -> bool {
        !std::mem::replace(&mut self.is_asking_history, true)
    }

    /// Records that the history request has ended.
    pub(super) fn end_history(&mut self, received: bool) {
        self.is_asking_history = false;
        self.has_gap &= !received;
    }

    /// The time until the server has new samples: the host's next one, and the scrape if it ends within half an interval after
    /// that.
    fn until_next_sample(&self, interval: u32) -> Duration {
        let interval = f64::from(interval.max(1));
        let due = |age: f64| interval - modulo(age.max(0.0), interval);
        let host = self.host_age.map_or(interval, due);
        let behind = self.containers_age.map_or(0.0, |age| modulo(due(age) - host, interval));
        let seconds = if behind <= interval / 2.0 { host + behind } else { host };
        Duration::from_millis((seconds * 1000.0) as u64) + MARGIN
    }
}

/// The remainder in `0.0..divisor`, even of a negative number. Not `%`, whose exactness takes a kilobyte of the bundle.
fn modulo(number: f64, divisor: f64) -> f64 {
    number - (number / divisor).floor() * divisor
}

/// A pause between two polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// From the responses to the next poll.
    FromNow(Duration),
    /// [`Poller::retry`] from the start of the failed poll.
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
        assert_eq!(next(Some(2.0), Some(1.0)), 4.0, "a scrape that ends a second later is waited for");
        assert_eq!(next(Some(2.0), Some(3.0)), 3.0, "a scrape that ends much later is not");
        assert_eq!(next(Some(6.0), Some(6.0)), 4.0, "an overdue sample is asked for with the next");
        assert_eq!((next(Some(0.0), None), next(None, None)), (5.0, 5.0));
    }

    #[test]
    fn failures_are_retried_soon_and_hidden_pages_poll_once_a_minute() {
        let mut poller = Poller::default();
        assert_eq!(poller.first(false, 5), Duration::ZERO, "without numbers there is nothing to wait for");
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
        assert!(!poller.fills_gap(AFTER_GAP, true), "it is not visible yet");
        let _ = poller.polled(ANSWERED, false, 5);
        assert!(poller.fills_gap(ANSWERED, false), "it is still there");
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
        assert!(poller.fills_gap(ANSWERED, false), "if that request fails, the next poll fills it");
    }

    #[test]
    fn ages_are_by_the_browsers_clock() {
        let mut poller = Poller::default();
        assert_eq!(poller.host_age_at(100.0), None);
        poller.host_sampled(2.5, 100.0);
        assert_eq!(poller.host_age_at(110.0), Some(12.5));
    }
}
