//! The newest samples, for everyone who asks: a handle that clones cheaply and never waits.

use crate::model::{ContainersStats, Culprits, History, HostStats, Timestamp, round1};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The host could not be read at all; the text is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostUnreadable(pub String);

/// There is no Docker to measure; the text is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDocker(pub String);

/// A sample and the moment it was taken, by the clock that ages are counted on.
#[derive(Clone, Debug)]
pub(super) struct Taken<T> {
    pub(super) at: Instant,
    pub(super) stats: T,
}

/// What the host's loop publishes after each reading.
#[derive(Clone, Debug, Default)]
pub(super) struct HostLatest {
    /// The newest reading; `None` before the first.
    pub(super) sample: Option<Result<Taken<HostStats>, String>>,
    /// The readings before it, and it; of the host alone.
    pub(super) history: History,
}

/// What the containers' loop publishes after each round.
#[derive(Clone, Debug, Default)]
pub(super) struct ContainersLatest {
    /// The newest round that succeeded.
    pub(super) good: Option<Taken<ContainersStats>>,
    /// Why the rounds after it failed; `None` after a success.
    pub(super) failure: Option<String>,
    /// The rounds before it, and it; of the containers alone.
    pub(super) history: History,
    /// Who uses most of a host in trouble, by all rounds so far.
    pub(super) culprits: Culprits,
}

/// Handle to the newest samples.
#[derive(Clone)]
pub struct Telemetry {
    pub(super) host: watch::Receiver<Arc<HostLatest>>,
    pub(super) containers: watch::Receiver<Arc<ContainersLatest>>,
    pub(super) interval: Duration,
}

impl Telemetry {
    /// The newest host sample, with its age now.
    pub fn host(&self) -> Result<HostStats, HostUnreadable> {
        let latest = Arc::clone(&self.host.borrow());
        host_at(&latest, Instant::now(), self.interval)
    }

    /// The newest containers' numbers, with their age now; `running_count` is `null` before the first round.
    pub fn containers(&self) -> Result<ContainersStats, NoDocker> {
        let latest = Arc::clone(&self.containers.borrow());
        containers_at(&latest, Instant::now(), self.interval)
    }

    /// Who uses most of a host in trouble, by the rounds so far.
    pub fn culprits(&self) -> Culprits {
        self.containers.borrow().culprits.clone()
    }

    /// The last samples of the host and of the containers.
    pub fn history(&self) -> History {
        let containers = self.containers.borrow().history.containers.clone();
        History { containers, ..self.history_in_sum() }
    }

    /// The last samples without those of each container.
    pub fn history_in_sum(&self) -> History {
        let totals = self.containers.borrow().history.totals.clone();
        History { totals, ..self.host.borrow().history.clone() }
    }
}

fn host_at(latest: &HostLatest, now: Instant, interval: Duration) -> Result<HostStats, HostUnreadable> {
    match &latest.sample {
        Some(Ok(taken)) => {
            let age = now.saturating_duration_since(taken.at);
            let stale = age > stale_after(interval);
            Ok(HostStats { age_seconds: round1(age.as_secs_f64()), stale, ..taken.stats.clone() })
        }
        Some(Err(reason)) => Err(HostUnreadable(reason.clone())),
        None => Err(HostUnreadable("no reading yet".into())),
    }
}

fn containers_at(latest: &ContainersLatest, now: Instant, interval: Duration) -> Result<ContainersStats, NoDocker> {
    let Some(good) = &latest.good else {
        return match &latest.failure {
            Some(reason) => Err(NoDocker(reason.clone())),
            None => Ok(ContainersStats::pending(Timestamp::now())),
        };
    };
    let age = now.saturating_duration_since(good.at);
    // Without a failure it is us who were stopped, not Docker: every question to it has a deadline.
    if let Some(reason) = latest.failure.as_ref().filter(|_| age > given_up_after(interval)) {
        return Err(NoDocker(reason.clone()));
    }
    let stale = latest.failure.is_some() || age > stale_after(interval);
    Ok(ContainersStats { age_seconds: round1(age.as_secs_f64()), stale, ..good.stats.clone() })
}

/// A sample that is two intervals old has missed one.
fn stale_after(interval: Duration) -> Duration {
    2 * patient(interval)
}

/// After three intervals the last good numbers say nothing any more, all containers' or one's.
pub(super) fn given_up_after(interval: Duration) -> Duration {
    3 * patient(interval)
}

/// A round takes up to 1.3 s with daemons that collect once a second, so the shortest intervals are not counted in full.
fn patient(interval: Duration) -> Duration {
    interval.max(Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);

    fn good(at: Instant) -> Option<Taken<ContainersStats>> {
        let stats = ContainersStats { running_count: Some(3), ..ContainersStats::pending(Timestamp::now()) };
        Some(Taken { at, stats })
    }

    #[test]
    fn before_the_first_round_nothing_is_known() {
        let stats = containers_at(&ContainersLatest::default(), Instant::now(), TICK).expect("pending");
        assert_eq!((stats.running_count, stats.total_cpu_percent, stats.stale), (None, None, false));
    }

    #[test]
    fn a_docker_that_never_answered_is_not_available() {
        let latest = ContainersLatest { failure: Some("no socket".into()), ..ContainersLatest::default() };
        assert_eq!(containers_at(&latest, Instant::now(), TICK), Err(NoDocker("no socket".into())));
    }

    #[test]
    fn good_numbers_grow_stale_and_are_given_up_after_three_intervals() {
        let start = Instant::now();
        let at = |seconds: u64, failure: Option<&str>| {
            let latest =
                ContainersLatest { good: good(start), failure: failure.map(Into::into), ..ContainersLatest::default() };
            containers_at(&latest, start + Duration::from_secs(seconds), TICK)
                .map(|stats| (stats.age_seconds, stats.stale))
        };
        assert_eq!(at(6, None), Ok((6.0, false)));
        assert_eq!(at(6, Some("refused")), Ok((6.0, true)), "a failed round is a missed one");
        assert_eq!(at(11, None), Ok((11.0, true)), "so is one that hangs");
        assert_eq!(at(15, Some("refused")), Ok((15.0, true)));
        assert_eq!(at(16, Some("refused")), Err(NoDocker("refused".into())));
        assert_eq!(at(16, None), Ok((16.0, true)), "nobody has asked since: Docker is not to blame");
    }

    #[test]
    fn no_reading_is_an_error_not_a_zero() {
        let unread = host_at(&HostLatest::default(), Instant::now(), TICK);
        assert_eq!(unread, Err(HostUnreadable("no reading yet".into())));
    }
}
