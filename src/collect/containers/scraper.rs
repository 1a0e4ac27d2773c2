//! Scrapes the containers: lists them, reads them and then the host, and derives the numbers.

use super::rates::Rates;
use super::reader::{ContainerDetails, ContainerReader, ListedContainer, ReadError};
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

/// How long the daemon may take to list its containers, including sending the whole response.
const LIST_TIMEOUT: Duration = Duration::from_secs(3);

/// Bounds on the time for reading all counters, which is 80 % of the interval. The lower bound is for daemons that
/// collect once a second; the upper bound limits how long a stuck container delays the others.
const COUNTERS_TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(2500)..=Duration::from_secs(4);

/// The minimum time between two readings of the host while replies arrive. Its latest reading is then close in time to
/// the last reply.
const HOST_READ_INTERVAL: Duration = Duration::from_millis(100);

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

    /// Drops open connections, which may be dead after a failed scrape.
    pub(in crate::collect) fn reset(&self) {
        self.reader.reset();
    }

    /// Lists the containers, then reads them concurrently. Fails if they cannot be listed. A container that cannot be
    /// read keeps its row, with its last good numbers while they are recent, otherwise with an error.
    pub(in crate::collect) async fn scrape(&mut self) -> Result<Sample<ContainersStats>, String> {
        let list = self.list().await?;
        let (mut scrape, gone) = self.read(list).await;
        let readings = &mut scrape.data.containers;
        let none_answered = readings.iter().any(Reading::has_failed) && !readings.iter().any(Reading::is_measured);
        if none_answered || !gone.is_empty() {
            // If the daemon itself went away, this fails and the last good numbers are kept. Otherwise, the new list
            // shows which containers have ended and which ones the daemon merely has no numbers for.
            let list = self.list().await?;
            let still_there = list.into_iter().filter(|container| gone.contains(&container.id));
            for container in still_there {
                let details = self.reader.details(&container).await;
                readings.push(without_numbers(container, details));
            }
        }
        let engine = self.reader.engine();
        let summarized = |scrape| ContainersStats { engine, ..summarize(scrape) };
        Ok(self.rates.update(scrape, &self.prefix, self.max_age).map(summarized))
    }

    /// Reads all containers, and the host at about the time of the last reply. Also returns the IDs of containers that
    /// the daemon reports as gone.
    ///
    /// The sample's time is when the host was read, not when this function returns. A stuck container delays the return
    /// until the deadline, and the other containers' numbers would then seem newer than they are.
    async fn read(&mut self, mut list: Vec<ListedContainer>) -> (Sample<Scrape>, HashSet<String>) {
        let deadline = Instant::now() + self.counters_timeout();
        // With limited concurrency, containers that hang could delay the others, so those that failed before come last.
        list.sort_by_key(|container| self.stuck.contains(&container.id));
        let mut replies = futures::stream::iter(list)
            .map(|container| read_container(&self.reader, container, deadline))
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
        let failed = containers.iter().filter(|reading| reading.has_failed());
        self.stuck = failed.map(|reading| reading.container.id.clone()).collect();
        (host.map(|host| Scrape { containers, host }), gone)
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

    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let list = timeout(LIST_TIMEOUT, self.reader.list()).await;
        list.unwrap_or_else(|_| Err(format!("timed out after {} s", LIST_TIMEOUT.as_secs())))
    }

    fn counters_timeout(&self) -> Duration {
        (self.interval * 4 / 5).clamp(*COUNTERS_TIMEOUT.start(), *COUNTERS_TIMEOUT.end())
    }
}

/// The reading of a container that is still listed although the daemon reported it as gone.
fn without_numbers(container: ListedContainer, details: ContainerDetails) -> Reading {
    let is_read = container.state != ContainerState::Restarting;
    Reading { container, details, counters: is_read.then(|| Err("the daemon has no statistics for it".into())) }
}

/// Reads one container, giving up at `deadline`. The error is the ID of a container that the daemon reports as gone.
async fn read_container(
    reader: &impl ContainerReader,
    container: ListedContainer,
    deadline: Instant,
) -> Result<Reading, String> {
    if container.state == ContainerState::Restarting {
        let details = reader.details(&container).await;
        return Ok(Reading { container, details, counters: None });
    }
    let counters = match timeout_at(deadline.into(), reader.counters(&container, deadline)).await {
        Ok(Ok(counters)) => Ok((Instant::now(), counters)),
        Ok(Err(ReadError::Gone)) => return Err(container.id),
        Ok(Err(ReadError::Failed(reason))) => Err(reason),
        Err(_) => Err("timed out".into()),
    };
    let details = reader.details(&container).await;
    Ok(Reading { container, details, counters: Some(counters) })
}
