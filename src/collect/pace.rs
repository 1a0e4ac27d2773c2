//! Decides when to scrape the containers next, without doing any I/O.

use std::time::Duration;

/// The time between the first two scrapes, which yield the first CPU numbers.
const FIRST_WINDOW: Duration = Duration::from_millis(500);

/// The pause after the first failure. It doubles with each further failure, up to the interval and at most
/// [`BACKOFF_LIMIT`].
const BACKOFF_START: Duration = Duration::from_secs(1);
const BACKOFF_LIMIT: Duration = Duration::from_secs(5);

/// The growing pauses between attempts that fail.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    limit: Duration,
    /// The pause after the next failure.
    next: Duration,
}

impl Backoff {
    /// `interval` is the time between samples, beyond which no pause grows.
    pub(super) fn new(interval: Duration) -> Self {
        Self { limit: interval.clamp(BACKOFF_START, BACKOFF_LIMIT), next: BACKOFF_START }
    }

    /// The pause after a failure.
    pub(super) fn failed(&mut self) -> Duration {
        let pause = self.next;
        self.next = (2 * pause).min(self.limit);
        pause
    }

    /// Starts over after a success.
    pub(super) fn succeeded(&mut self) {
        self.next = BACKOFF_START;
    }
}

/// How a scrape ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The scrape succeeded and had rates, because there was an earlier scrape to compare with.
    Rates,
    /// The scrape succeeded, but had no rates.
    NoRates,
    /// The scrape failed.
    Failed,
}

/// When the next scrape is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At the next tick of the interval.
    Tick,
    /// After this pause, which also restarts the interval.
    After(Duration),
}

/// Decides when the next scrape is due, depending on how the previous ones ended.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    backoff: Backoff,
    /// Whether the previous scrape had no rates. Only the first scrape without rates is followed by an early one: if
    /// that yields no rates either, hurrying again won't help.
    hurried: bool,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self { backoff: Backoff::new(interval), hurried: false }
    }

    pub(super) fn after(&mut self, outcome: Outcome) -> Next {
        let hurry = outcome == Outcome::NoRates && !self.hurried;
        self.hurried = outcome == Outcome::NoRates;
        if outcome == Outcome::Failed {
            return Next::After(self.backoff.failed());
        }
        self.backoff.succeeded();
        if hurry { Next::After(FIRST_WINDOW) } else { Next::Tick }
    }
}

/// The least time between an early scrape and the one before it: CPU usage over a shorter time is noise.
const SHORTEST_WINDOW: Duration = Duration::from_secs(1);

/// How many scrapes on time pay for an early one.
const TICKS_PER_EARLY: u32 = 4;

/// Allows scrapes before their time, so that a container that has just started has a row at once. They are few, however
/// often containers come and go: a history is a number of samples, and each sample costs something.
#[derive(Clone, Debug)]
pub(super) struct Early {
    /// How many ticks have been saved up.
    saved: u32,
}

impl Early {
    /// At most this many ticks are saved up: for three early scrapes in a row.
    const MOST: u32 = 3 * TICKS_PER_EARLY;

    pub(super) fn new() -> Self {
        Self { saved: Self::MOST }
    }

    /// How long to wait before an early scrape, if the last one was this long ago; `None` if there must be none.
    pub(super) fn wait(&self, since_last: Duration) -> Option<Duration> {
        (self.saved >= TICKS_PER_EARLY).then(|| SHORTEST_WINDOW.saturating_sub(since_last))
    }

    /// Notes a scrape.
    pub(super) fn scraped(&mut self, is_early: bool) {
        self.saved = if is_early { self.saved.saturating_sub(TICKS_PER_EARLY) } else { Self::MOST.min(self.saved + 1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Next::{After, Tick};
    use Outcome::{Failed, NoRates, Rates};

    fn plan(interval: u64, outcomes: &[Outcome]) -> Vec<Next> {
        let mut pace = Pace::new(Duration::from_secs(interval));
        outcomes.iter().map(|outcome| pace.after(*outcome)).collect()
    }

    fn seconds(seconds: u64) -> Next {
        After(Duration::from_secs(seconds))
    }

    #[test]
    fn early_scrapes_are_few_and_not_too_early() {
        let mut early = Early::new();
        assert_eq!(early.wait(Duration::from_millis(300)), Some(Duration::from_millis(700)));
        for _ in 0..3 {
            assert_eq!(early.wait(Duration::from_secs(4)), Some(Duration::ZERO));
            early.scraped(true);
        }
        // Under constant churn, one scrape in five is early.
        for _ in 0..10 {
            for _ in 0..4 {
                assert_eq!(early.wait(Duration::from_secs(4)), None);
                early.scraped(false);
            }
            assert!(early.wait(Duration::from_secs(4)).is_some());
            early.scraped(true);
        }
    }

    #[test]
    fn the_second_scrape_hurries_and_the_rest_follow_the_tick() {
        assert_eq!(plan(5, &[NoRates, Rates, Rates]), [After(FIRST_WINDOW), Tick, Tick]);
    }

    #[test]
    fn a_missing_rate_is_hurried_for_only_once() {
        assert_eq!(plan(5, &[NoRates, NoRates, NoRates]), [After(FIRST_WINDOW), Tick, Tick]);
        assert_eq!(plan(5, &[NoRates, Rates, NoRates]), [After(FIRST_WINDOW), Tick, After(FIRST_WINDOW)]);
        assert_eq!(
            plan(5, &[NoRates, NoRates, Failed, NoRates]),
            [After(FIRST_WINDOW), Tick, seconds(1), After(FIRST_WINDOW)]
        );
    }

    #[test]
    fn failures_back_off_up_to_an_interval_and_a_success_starts_over() {
        assert_eq!(plan(60, &[Failed; 5]), [1, 2, 4, 5, 5].map(seconds));
        assert_eq!(plan(3, &[Failed; 3]), [1, 2, 3].map(seconds));
        assert_eq!(plan(1, &[Failed; 2]), [1, 1].map(seconds));
        assert_eq!(plan(5, &[Failed, Failed, Rates, Failed]), [seconds(1), seconds(2), Tick, seconds(1)]);
    }
}
