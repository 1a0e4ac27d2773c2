//! The handle to the latest samples, which is cheap to clone and never blocks.

use super::hour::{ContainersHour, HostHour, keep_largest};
use super::sample::Sample;
use crate::api::{Source, TelemetryError};
use crate::model::{
    ContainersHistory, ContainersStats, CulpritTrackers, History, HistoryAnswer, HostHistory, HostStats, Stamped,
    Timestamp, round1,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How many containers a chart names for each resource.
const DRAWN: usize = 3;

/// Published by the host's loop after each reading.
#[derive(Clone, Debug, Default)]
pub(super) struct HostLatest {
    /// The latest sample, or why the host could not be read; `None` before the first reading.
    pub(super) sample: Option<Result<Sample<HostStats>, String>>,
    /// Recent samples, including `sample` unless it is an error.
    pub(super) history: HostHistory,
    /// The last hour; `None` before the first reading.
    pub(super) hour: Option<HostHour>,
}

/// Published by the containers' loop after each scrape.
#[derive(Clone, Debug, Default)]
pub(super) struct ContainersLatest {
    /// The latest successful scrape; `None` before the first.
    pub(super) last_good: Option<Sample<ContainersStats>>,
    /// When the list of containers in `last_good` was last known to be complete, and whether the engine has hung since.
    pub(super) listed: Option<Sample<bool>>,
    /// The failure of the latest scrape; `None` if it succeeded or if there has been none.
    pub(super) failure: Option<Failure>,
    /// Recent successful scrapes, including `last_good`.
    pub(super) history: ContainersHistory,
    /// The last hour; `None` before the first scrape.
    pub(super) hour: Option<ContainersHour>,
    /// The culprits as of the latest successful scrape.
    pub(super) culprits: CulpritTrackers,
}

/// Consecutive failed scrapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Why the latest of them failed.
    pub(super) reason: String,
    /// When the first of them failed.
    pub(super) since: Timestamp,
}

impl From<&Failure> for TelemetryError {
    fn from(Failure { reason, since }: &Failure) -> Self {
        Self::Docker { reason: reason.clone(), since: Some(*since) }
    }
}

/// A handle to the latest samples of the host and the containers.
#[derive(Clone)]
pub struct Telemetry {
    pub(super) host: watch::Receiver<Arc<HostLatest>>,
    pub(super) containers: watch::Receiver<Arc<ContainersLatest>>,
    pub(super) interval: Duration,
}

impl Source for Telemetry {
    fn host(&self) -> Result<Stamped<HostStats>, TelemetryError> {
        let latest = Arc::clone(&self.host.borrow());
        host_at(&latest, Instant::now(), self.interval)
    }

    fn containers(&self) -> Result<Stamped<ContainersStats>, TelemetryError> {
        let latest = Arc::clone(&self.containers.borrow());
        containers_at(&latest, Instant::now(), self.interval)
    }

    fn history(&self) -> HistoryAnswer {
        let containers = self.containers.borrow().history.clone();
        History { host: self.host.borrow().history.clone(), containers }.into()
    }

    fn drawn_history(&self) -> HistoryAnswer {
        let mut containers = self.containers.borrow().history.clone();
        keep_largest(&mut containers.containers, DRAWN);
        History { host: self.host.borrow().history.clone(), containers }.into()
    }

    fn hour(&self) -> HistoryAnswer {
        let (host, containers) = (Arc::clone(&self.host.borrow()), Arc::clone(&self.containers.borrow()));
        let host = host.hour.as_ref().map(HostHour::history).unwrap_or_default();
        let containers = containers.hour.as_ref().map(ContainersHour::history).unwrap_or_default();
        History { host, containers }.into()
    }
}

fn host_at(latest: &HostLatest, now: Instant, interval: Duration) -> Result<Stamped<HostStats>, TelemetryError> {
    match &latest.sample {
        Some(Ok(sample)) => Ok(sample.stamped(now, sample.age(now) > stale_after(interval))),
        Some(Err(reason)) => Err(TelemetryError::Host(reason.clone())),
        None => Err(TelemetryError::Host("no reading yet".into())),
    }
}

fn containers_at(
    latest: &ContainersLatest,
    now: Instant,
    interval: Duration,
) -> Result<Stamped<ContainersStats>, TelemetryError> {
    let Some(last_good) = &latest.last_good else {
        return match &latest.failure {
            Some(failure) => Err(failure.into()),
            None => Ok(Sample::now(ContainersStats::default()).stamped(now, false)),
        };
    };
    let age = last_good.age(now);
    // All that a scrape waits for has a timeout. Old numbers without a failure mean that this process was suspended.
    if let Some(failure) = latest.failure.as_ref().filter(|_| age > given_up_after(interval)) {
        return Err(failure.into());
    }
    let mut answer = last_good.stamped(now, latest.failure.is_some() || age > stale_after(interval));
    if let Some(listed) = &latest.listed {
        let age = listed.age(now);
        answer.list_age_seconds = Some(round1(age.as_secs_f64()));
        answer.data.listed_at = (listed.data && age > stale_after(interval)).then_some(listed.timestamp);
    }
    Ok(answer)
}

/// The age at which a sample counts as stale: two intervals.
fn stale_after(interval: Duration) -> Duration {
    2 * at_least_two_seconds(interval)
}

/// The age at which the last good numbers for one or all containers are dropped: three intervals.
pub(super) fn given_up_after(interval: Duration) -> Duration {
    3 * at_least_two_seconds(interval)
}

/// With daemons that collect once a second, a scrape takes up to 1.3 s, so intervals below 2 s count as 2 s.
fn at_least_two_seconds(interval: Duration) -> Duration {
    interval.max(Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);

    fn sample(at: Instant) -> Option<Sample<ContainersStats>> {
        let data = ContainersStats { running_count: Some(3), ..ContainersStats::default() };
        Some(Sample { at, ..Sample::now(data) })
    }

    fn failed(reason: &str) -> Failure {
        Failure { reason: reason.into(), since: Timestamp::sample() }
    }

    #[test]
    fn before_the_first_scrape_everything_is_null() {
        let answer = containers_at(&ContainersLatest::default(), Instant::now(), TICK).expect("an answer");
        assert_eq!((answer.data, answer.stamp.stale), (ContainersStats::default(), false));
    }

    #[test]
    fn docker_that_never_answered_is_not_available() {
        let latest = ContainersLatest { failure: Some(failed("no socket")), ..ContainersLatest::default() };
        assert_eq!(containers_at(&latest, Instant::now(), TICK), Err((&failed("no socket")).into()));
    }

    #[test]
    fn numbers_go_stale_and_are_dropped_after_three_intervals() {
        let start = Instant::now();
        let at = |seconds: u64, failure: Option<&str>| {
            let (last_good, failure) = (sample(start), failure.map(failed));
            let latest = ContainersLatest { last_good, failure, ..ContainersLatest::default() };
            let answer = containers_at(&latest, start + Duration::from_secs(seconds), TICK);
            answer.map(|answer| (answer.stamp.age_seconds, answer.stamp.stale))
        };
        assert_eq!(at(6, None), Ok((6.0, false)));
        assert_eq!(at(6, Some("refused")), Ok((6.0, true)), "a failed scrape counts as missed");
        assert_eq!(at(11, None), Ok((11.0, true)), "a hanging scrape counts as missed");
        assert_eq!(at(15, Some("refused")), Ok((15.0, true)));
        assert_eq!(at(16, Some("refused")), Err((&failed("refused")).into()));
        assert_eq!(at(16, None), Ok((16.0, true)), "no scrape failed: this process was suspended, not Docker");
    }

    #[test]
    fn the_list_has_an_age_of_its_own() {
        let start = Instant::now();
        let at = |seconds: u64, is_hung: bool| {
            let listed = Some(Sample { at: start, ..Sample::now(is_hung) });
            let now = start + Duration::from_secs(seconds);
            let latest = ContainersLatest { last_good: sample(now), listed, ..ContainersLatest::default() };
            let answer = containers_at(&latest, now, TICK).expect("an answer");
            (answer.stamp.stale, answer.list_age_seconds, answer.data.listed_at.is_some())
        };
        assert_eq!(at(6, true), (false, Some(6.0), false));
        assert_eq!(at(14, false), (false, Some(14.0), false), "the scrape took long");
        assert_eq!(at(60, true), (false, Some(60.0), true), "the numbers are fresh although the engine is silent");
    }

    #[test]
    fn no_reading_is_an_error_not_a_zero() {
        let unread = host_at(&HostLatest::default(), Instant::now(), TICK);
        assert_eq!(unread, Err(TelemetryError::Host("no reading yet".into())));
    }
}
