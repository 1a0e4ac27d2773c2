//! Scrapes the containers: reads those that are listed and then the host, and derives the numbers.

use super::counters::ContainerCounters;
use super::rates::Rates;
use super::reader::{ContainerList, ContainerReader, KernelReading, ListedContainer, ReadError};
use super::scrape::{Reading, Scrape};
use super::summary::summarize;
use crate::collect::host::HostUsage;
use crate::collect::sample::Sample;
use crate::model::{ContainerState, ContainersStats};
use futures::StreamExt;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{timeout, timeout_at};

/// How long to wait for a list. The reader's own deadlines are shorter.
const LIST_TIMEOUT: Duration = Duration::from_secs(6);

/// Bounds on the time for reading all counters, which is 80 % of the interval. The lower bound is for daemons that
/// collect once a second; the upper bound limits how long a stuck container delays the others.
const COUNTERS_TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(2500)..=Duration::from_secs(4);

/// The minimum time between two readings of the host while replies arrive. Its latest reading is then close in time to
/// the last reply.
const HOST_READ_INTERVAL: Duration = Duration::from_millis(100);

/// Why a container could not be read although the engine is there.
const HUNG: &str = "timed out: the engine does not answer";

/// Why a container that is still listed could not be read although the engine reported it as gone.
const NO_STATISTICS: &str = "the daemon has no statistics for it";

/// The result of a scrape.
pub(in crate::collect) struct Scraped {
    pub(in crate::collect) sample: Sample<ContainersStats>,
    /// When the list of containers was last known to be complete, and whether the engine has hung since.
    pub(in crate::collect) listed: Sample<bool>,
}

/// Scrapes repeatedly, comparing each scrape with the previous one.
pub(in crate::collect) struct Scraper<R, U> {
    reader: R,
    /// Reads the host's CPU and memory, which are split between containers and everything else.
    usage: Arc<U>,
    /// The time between scrapes.
    interval: Duration,
    /// A prefix to strip from container names; may be empty.
    prefix: String,
    /// The age beyond which readings are dropped.
    max_age: Duration,
    rates: Rates,
    /// The containers that failed in the previous scrape.
    stuck: HashSet<String>,
}

impl<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static> Scraper<R, U> {
    /// `usage` reads the host's CPU and memory; readings older than `max_age` are dropped.
    pub(in crate::collect) fn new(reader: R, usage: U, interval: Duration, max_age: Duration, prefix: String) -> Self {
        Self {
            reader,
            usage: Arc::new(usage),
            interval,
            prefix,
            max_age,
            rates: Rates::default(),
            stuck: HashSet::new(),
        }
    }

    /// Resolves when the list of containers has changed.
    pub(in crate::collect) async fn changed(&self) {
        self.reader.changed().await;
    }

    /// Reads the listed containers. Fails if they cannot be listed, or if an engine that hangs has all the numbers. A
    /// container that cannot be read keeps its row, with its last good numbers while they are recent, otherwise with an
    /// error.
    pub(in crate::collect) async fn scrape(&mut self) -> Result<Scraped, String> {
        let mut list = timeout(LIST_TIMEOUT, self.reader.list()).await.unwrap_or_else(|_| Err(timed_out()))?;
        let (mut scrape, gone) = self.read(&list).await;
        let readings = &mut scrape.data.containers;
        let none_answered = readings.iter().any(Reading::has_failed) && !readings.iter().any(Reading::is_measured);
        if list.is_hung && (none_answered || !self.reader.is_local()) {
            return Err(HUNG.into());
        }
        if none_answered || !gone.is_empty() {
            // If the daemon itself went away, this fails and the last good numbers are kept. Otherwise, the new list
            // shows which containers have ended and which ones the daemon merely has no numbers for.
            match timeout(LIST_TIMEOUT, self.reader.list_again()).await {
                Ok(again) => list = again?,
                Err(_) if none_answered => return Err(timed_out()),
                // The others have numbers; the next list tells.
                Err(_) => {}
            }
            let still_there = list.containers.iter().filter(|container| gone.contains(&container.id));
            readings.extend(still_there.map(|container| self.reading(container.clone(), Err(NO_STATISTICS.into()))));
        }
        let engine = self.reader.engine();
        let summarized = |scrape| ContainersStats { engine, ..summarize(scrape) };
        let sample = self.rates.update(scrape, &self.prefix, self.max_age).map(summarized);
        Ok(Scraped { sample, listed: Sample { at: list.at, timestamp: list.timestamp, data: list.is_hung } })
    }

    /// Reads all containers, from the kernel where it can be, and then the host. Also returns the IDs of containers that
    /// the engine reports as gone.
    ///
    /// The sample's time is when the host was read, not when this function returns. A stuck container delays the return
    /// until the deadline, and the other containers' numbers would then seem newer than they are.
    async fn read(&mut self, list: &ContainerList) -> (Sample<Scrape>, HashSet<String>) {
        let (restarting, active): (Vec<_>, Vec<_>) =
            list.containers.iter().cloned().partition(|container| container.state == ContainerState::Restarting);
        let kernel = self.reader.kernel_counters(&active).await;
        let (mut containers, mut unknown) = (Vec::with_capacity(list.containers.len()), Vec::new());
        for container in restarting {
            let details = self.reader.details(&container);
            containers.push(Reading { container, details, counters: None });
        }
        for (container, kernel) in active.into_iter().zip(kernel) {
            match kernel {
                KernelReading::Counted(at, counters) => containers.push(self.reading(container, Ok((at, counters)))),
                KernelReading::Failed(reason) => containers.push(self.reading(container, Err(reason))),
                KernelReading::Ended => {}
                // The engine hangs; another request would only queue up.
                KernelReading::Unknown if list.is_hung => containers.push(self.reading(container, Err(HUNG.into()))),
                KernelReading::Unknown => unknown.push(container),
            }
        }
        let (from_engine, gone, host) = self.read_from_engine(unknown).await;
        containers.extend(from_engine);
        let failed = containers.iter().filter(|reading| reading.has_failed());
        self.stuck = failed.map(|reading| reading.container.id.clone()).collect();
        (host.map(|host| Scrape { containers, host }), gone)
    }

    /// Reads these containers from the engine, and the host at about the time of the last reply.
    async fn read_from_engine(
        &self,
        mut list: Vec<ListedContainer>,
    ) -> (Vec<Reading>, HashSet<String>, Sample<HostUsage>) {
        let deadline = Instant::now() + self.counters_timeout();
        // With limited concurrency, containers that hang could delay the others, so those that failed before come last.
        list.sort_by_key(|container| self.stuck.contains(&container.id));
        let mut replies = futures::stream::iter(list)
            .map(|container| self.read_one(container, deadline))
            .buffer_unordered(self.reader.concurrency());
        let (mut containers, mut gone) = (Vec::new(), HashSet::new());
        let mut host: Option<Sample<HostUsage>> = None;
        let mut last_reply = None;
        while let Some(reply) = replies.next().await {
            match reply {
                Ok(reading) => {
                    if reading.is_measured() {
                        last_reply = Some(Instant::now());
                        if host.as_ref().is_none_or(|host| host.at.elapsed() >= HOST_READ_INTERVAL) {
                            host = Some(self.read_host().await);
                        }
                    }
                    containers.push(reading);
                }
                Err(id) => drop(gone.insert(id)),
            }
        }
        drop(replies);
        let host = match host {
            Some(host) if last_reply.is_some_and(|at| at.elapsed() >= HOST_READ_INTERVAL) => host,
            _ => self.read_host().await,
        };
        (containers, gone, host)
    }

    /// Reads one container from the engine, giving up at `deadline`. The error is the ID of a container that the engine
    /// reports as gone.
    async fn read_one(&self, container: ListedContainer, deadline: Instant) -> Result<Reading, String> {
        let counters = match timeout_at(deadline.into(), self.reader.counters(&container)).await {
            Ok(Ok(counters)) => Ok((Instant::now(), counters)),
            Ok(Err(ReadError::Gone)) => return Err(container.id),
            Ok(Err(ReadError::Failed(reason))) => Err(reason),
            Err(_) => Err("timed out".into()),
        };
        Ok(self.reading(container, counters))
    }

    fn reading(&self, container: ListedContainer, counters: Result<(Instant, ContainerCounters), String>) -> Reading {
        let details = self.reader.details(&container);
        Reading { container, details, counters: Some(counters) }
    }

    async fn read_host(&self) -> Sample<HostUsage> {
        Sample::now(if self.reader.is_local() {
            let usage = Arc::clone(&self.usage);
            let read = tokio::task::spawn_blocking(move || usage()).await;
            read.unwrap_or_else(|error| HostUsage::unread(&error.to_string()))
        } else {
            HostUsage::unread("the containers are on another machine")
        })
    }

    fn counters_timeout(&self) -> Duration {
        (self.interval * 4 / 5).clamp(*COUNTERS_TIMEOUT.start(), *COUNTERS_TIMEOUT.end())
    }
}

fn timed_out() -> String {
    format!("timed out after {} s", LIST_TIMEOUT.as_secs())
}
