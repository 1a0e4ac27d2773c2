//! Rounds: lists the containers, reads all of them and the host at their end, and derives the numbers.

use super::containers::{Baselines, ContainerReader, ListedContainer, Observed, ReadError, Round};
use super::host::HostUsage;
use super::telemetry::{Taken, given_up_after};
use crate::model::{ContainerState, ContainersStats, Timestamp};
use futures::StreamExt;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{timeout, timeout_at};

/// How long the daemon may take to list its containers, the whole answer included.
const LIST_DEADLINE: Duration = Duration::from_secs(3);

/// All counters are read within most of an interval, but these bound it: below the one, a daemon that collects once
/// a second would not be heard, and above the other nobody wants to wait for one that is stuck.
const COUNTERS_DEADLINE: RangeInclusive<Duration> = Duration::from_millis(2500)..=Duration::from_secs(4);

/// While containers answer, the host is read this often, so that the last reading is of the last answer's moment.
const HOST_READ_EVERY: Duration = Duration::from_millis(100);

/// Takes one round after the other, each compared with the one before.
pub(super) struct Rounds<R, U> {
    reader: R,
    /// Reads the host's CPU and memory, for the split.
    usage: Arc<U>,
    /// From one round to the next.
    interval: Duration,
    /// Left out of containers' names.
    prefix: String,
    baselines: Baselines,
    /// The containers that did not answer in the round before.
    stuck: HashSet<String>,
}

impl<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static> Rounds<R, U> {
    /// Begins without any; `usage` reads the host's CPU and memory.
    pub(super) fn new(reader: R, usage: U, interval: Duration, prefix: String) -> Self {
        Self {
            reader,
            usage: Arc::new(usage),
            interval,
            prefix,
            baselines: Baselines::default(),
            stuck: HashSet::new(),
        }
    }

    /// A round failed: what is held open may be dead.
    pub(super) fn reset(&self) {
        self.reader.reset();
    }

    /// Lists, then reads all containers at once. Fails where the daemon does not answer; a container that does not is a row.
    pub(super) async fn run(&mut self) -> Result<Taken<ContainersStats>, String> {
        let list = self.list().await?;
        let (mut round, gone) = self.read(list).await;
        let nobody_answered =
            round.containers.iter().any(Observed::has_failed) && !round.containers.iter().any(Observed::is_measured);
        if nobody_answered || !gone.is_empty() {
            // All of them, or a daemon that went away within the round? Then the last good numbers stay. Really gone, or
            // is it only that the daemon has nothing to say of them?
            let list = self.list().await?;
            round
                .containers
                .extend(list.into_iter().filter(|container| gone.contains(&container.id)).map(without_numbers));
        }
        let at = round.at;
        let max_age = given_up_after(self.interval);
        Ok(Taken { at, stats: self.baselines.derive(round, &self.prefix, max_age) })
    }

    /// Reads the containers, and the host with the last that answers: one that is stuck is waited for until the deadline,
    /// and would otherwise make the others' numbers seem newer than they are. Names those that are said to be gone.
    async fn read(&mut self, mut list: Vec<ListedContainer>) -> (Round, HashSet<String>) {
        let deadline = Instant::now() + self.counters_deadline();
        // Where few are asked at a time, those that hung before would keep the others waiting.
        list.sort_by_key(|container| self.stuck.contains(&container.id));
        let mut answers = futures::stream::iter(list)
            .map(|container| observe(&self.reader, container, deadline))
            .buffer_unordered(self.reader.concurrency());
        let (mut containers, mut gone) = (Vec::new(), HashSet::new());
        let mut end: Option<End> = None;
        let mut answered = None;
        while let Some(observed) = answers.next().await {
            match observed {
                Ok(observed) => {
                    if observed.is_measured() {
                        answered = Some(Instant::now());
                        if end.as_ref().is_none_or(|end| end.at.elapsed() >= HOST_READ_EVERY) {
                            end = Some(self.end().await);
                        }
                    }
                    containers.push(observed);
                }
                Err(id) => drop(gone.insert(id)),
            }
        }
        drop(answers);
        let End { at, timestamp, host } = match end {
            Some(end) if answered.is_some_and(|at| at.elapsed() >= HOST_READ_EVERY) => end,
            _ => self.end().await,
        };
        let failed = containers.iter().filter(|observed| observed.has_failed());
        self.stuck = failed.map(|observed| observed.container.id.clone()).collect();
        (Round { at, timestamp, containers, host }, gone)
    }

    async fn end(&self) -> End {
        let unread = |reason: String| HostUsage { cpu: Err(reason.clone()), memory: Err(reason) };
        let host = if self.reader.is_local() {
            let usage = Arc::clone(&self.usage);
            tokio::task::spawn_blocking(move || usage()).await.unwrap_or_else(|error| unread(error.to_string()))
        } else {
            unread("the containers are on another machine".into())
        };
        End { at: Instant::now(), timestamp: Timestamp::now(), host }
    }

    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let list = timeout(LIST_DEADLINE, self.reader.list()).await;
        list.unwrap_or_else(|_| Err(format!("no answer within {} s", LIST_DEADLINE.as_secs())))
    }

    fn counters_deadline(&self) -> Duration {
        (self.interval * 4 / 5).clamp(*COUNTERS_DEADLINE.start(), *COUNTERS_DEADLINE.end())
    }
}

/// The end of a round: the moment, by both clocks, and what the host has used until then.
struct End {
    at: Instant,
    timestamp: Timestamp,
    host: HostUsage,
}

/// One that is still listed, though the daemon says that it is gone or has nothing to say of it.
fn without_numbers(container: ListedContainer) -> Observed {
    let is_asked = container.state != ContainerState::Restarting;
    Observed { container, counters: is_asked.then(|| Err("the daemon has no numbers of it".into())) }
}

/// One container's counters within the deadline; its ID if it is said to be gone.
async fn observe(
    reader: &impl ContainerReader,
    container: ListedContainer,
    deadline: Instant,
) -> Result<Observed, String> {
    if container.state == ContainerState::Restarting {
        return Ok(Observed { container, counters: None });
    }
    let counters = match timeout_at(deadline.into(), reader.counters(&container.id, deadline)).await {
        Ok(Ok(counters)) => Ok((Instant::now(), counters)),
        Ok(Err(ReadError::Gone)) => return Err(container.id),
        Ok(Err(ReadError::Failed(reason))) => Err(reason),
        Err(_) => Err("no answer in time".into()),
    };
    Ok(Observed { container, counters: Some(counters) })
}
