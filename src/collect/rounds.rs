//! Rounds: lists the containers, reads all of them and the host at their end, and derives the numbers.

use super::containers::{Baselines, ContainerReader, ListedContainer, Observed, ReadError, Round};
use super::host::HostUsage;
use super::sampler::SamplerOptions;
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
const COUNTERS_DEADLINE: RangeInclusive<Duration> = Duration::from_secs(2)..=Duration::from_secs(4);

/// Takes one round after the other, each compared with the one before.
pub(super) struct Rounds<R, U> {
    reader: R,
    /// Reads the host's CPU and memory, for the split.
    usage: Arc<U>,
    options: SamplerOptions,
    baselines: Baselines,
    /// The containers that did not answer in the round before.
    stuck: HashSet<String>,
}

impl<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static> Rounds<R, U> {
    /// Begins without any; `usage` reads the host's CPU and memory.
    pub(super) fn new(reader: R, usage: U, options: &SamplerOptions) -> Self {
        Self {
            reader,
            usage: Arc::new(usage),
            options: options.clone(),
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
        let round = self.read(list).await;
        if round.containers.iter().any(Observed::has_failed) && !round.containers.iter().any(Observed::is_measured) {
            // All of them, or a daemon that went away within the round? Then the last good numbers stay.
            self.list().await?;
        }
        let at = round.at;
        let max_age = given_up_after(self.options.interval);
        Ok(Taken { at, stats: self.baselines.derive(round, &self.options.prefix, max_age) })
    }

    /// Reads the containers, and the host as soon as all those have answered that can be expected to: one that is
    /// stuck is waited for until the deadline, and would otherwise make the others' numbers seem newer than they are.
    async fn read(&mut self, list: Vec<ListedContainer>) -> Round {
        let deadline = Instant::now() + self.counters_deadline();
        let is_expected = |id: &str| !self.stuck.contains(id);
        let mut awaited = list.iter().filter(|container| is_expected(&container.id)).count();
        let mut answers = futures::stream::iter(list)
            .map(|container| observe(&self.reader, container, deadline))
            .buffer_unordered(self.reader.concurrency());
        let mut containers = Vec::new();
        let mut end = None;
        while let Some((id, observed)) = answers.next().await {
            awaited -= usize::from(is_expected(&id));
            if awaited == 0 && end.is_none() {
                end = Some(self.end().await);
            }
            containers.extend(observed);
        }
        drop(answers);
        let (at, timestamp, host) = match end {
            Some(end) => end,
            None => self.end().await,
        };
        let failed = containers.iter().filter(|observed| observed.has_failed());
        self.stuck = failed.map(|observed| observed.container.id.clone()).collect();
        Round { at, timestamp, containers, host }
    }

    /// The end of a round: the moment, by both clocks, and what the host has used until then.
    async fn end(&self) -> (Instant, Timestamp, HostUsage) {
        let usage = Arc::clone(&self.usage);
        let host = tokio::task::spawn_blocking(move || usage()).await.unwrap_or_else(|error| {
            let reason = error.to_string();
            HostUsage { cpu: Err(reason.clone()), memory: Err(reason) }
        });
        (Instant::now(), Timestamp::now(), host)
    }

    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let list = timeout(LIST_DEADLINE, self.reader.list()).await;
        list.unwrap_or_else(|_| Err(format!("no answer within {} s", LIST_DEADLINE.as_secs())))
    }

    fn counters_deadline(&self) -> Duration {
        (self.options.interval * 4 / 5).clamp(*COUNTERS_DEADLINE.start(), *COUNTERS_DEADLINE.end())
    }
}

/// One container's counters within the deadline, and its ID; nothing observed if it ended meanwhile.
async fn observe(
    reader: &impl ContainerReader,
    container: ListedContainer,
    deadline: Instant,
) -> (String, Option<Observed>) {
    let id = container.id.clone();
    if container.state == ContainerState::Restarting {
        return (id, Some(Observed { container, counters: None }));
    }
    let counters = match timeout_at(deadline.into(), reader.counters(&id, deadline)).await {
        Ok(Ok(counters)) => Ok((Instant::now(), counters)),
        Ok(Err(ReadError::Gone)) => return (id, None),
        Ok(Err(ReadError::Failed(reason))) => Err(reason),
        Err(_) => Err("no answer in time".into()),
    };
    (id, Some(Observed { container, counters: Some(counters) }))
}
