//! The clock that owns all measuring: one loop for the host, one for the containers, neither waiting for the other.

use super::containers::{Baselines, ContainerReader, ListedContainer, Observed, ReadError, Round};
use super::host::{HostReader, HostReading, HostUsage, derive};
use super::telemetry::{ContainersLatest, HostLatest, Taken, Telemetry, given_up_after};
use crate::model::{ContainerState, ContainersStats, History, Timestamp};
use futures::StreamExt;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep, timeout, timeout_at};

/// From the first reading of the host's counters to the second, which gives the first number.
const FIRST_HOST_WINDOW: Duration = Duration::from_millis(250);

/// From the first round of the containers to the second, which gives the first CPU numbers.
const FIRST_CONTAINER_WINDOW: Duration = Duration::from_millis(500);

/// How long the daemon may take to list its containers, the whole answer included.
const LIST_DEADLINE: Duration = Duration::from_secs(3);

/// All counters are read within most of an interval, but these bound it: below the one, a daemon that collects once
/// a second would not be heard, and above the other nobody wants to wait for one that is stuck.
const COUNTERS_DEADLINE: RangeInclusive<Duration> = Duration::from_secs(2)..=Duration::from_secs(4);

/// How long to wait for the first container round before serving without it.
const FIRST_ROUND_PATIENCE: Duration = Duration::from_secs(2);

/// Reconnecting starts after this and doubles up to an interval, at most the other.
const BACKOFF_START: Duration = Duration::from_secs(1);
const BACKOFF_LIMIT: Duration = Duration::from_secs(5);

/// A failure that goes on is logged this often.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// How a sampler measures.
#[derive(Clone, Debug)]
pub struct SamplerOptions {
    /// From one sample to the next.
    pub interval: Duration,
    /// The machine's name to give with the host's numbers.
    pub hostname: String,
    /// A prefix to leave out of containers' names; empty leaves them as they are.
    pub prefix: String,
}

impl SamplerOptions {
    fn interval_seconds(&self) -> u32 {
        u32::try_from(self.interval.as_secs()).unwrap_or(u32::MAX)
    }
}

/// The two measuring loops; dropping it ends them.
pub struct Sampler {
    /// Aborts its tasks when dropped.
    loops: JoinSet<()>,
    telemetry: Telemetry,
}

impl Sampler {
    /// Starts measuring. Must be called within a tokio runtime.
    pub fn spawn(host: impl HostReader, containers: impl ContainerReader, options: SamplerOptions) -> Self {
        let (host_sender, host_receiver) = watch::channel(Arc::default());
        let (containers_sender, containers_receiver) = watch::channel(Arc::default());
        let telemetry = Telemetry { host: host_receiver, containers: containers_receiver, interval: options.interval };
        let rounds = Rounds {
            reader: containers,
            usage: Arc::new(host.usage_reader()),
            options: options.clone(),
            baselines: Baselines::default(),
            stuck: HashSet::new(),
        };
        let mut loops = JoinSet::new();
        loops.spawn(sample_host(host, options, host_sender));
        loops.spawn(sample_containers(rounds, containers_sender));
        Self { loops, telemetry }
    }

    /// The handle to what is measured.
    pub fn telemetry(&self) -> Telemetry {
        self.telemetry.clone()
    }

    /// Resolves when a loop has ended, which none does by itself: a fault of ours, after which nothing is measured.
    pub async fn ended(&mut self) {
        self.loops.join_next().await;
    }

    /// Waits until there is a host reading, and a container round or the patience for it is over.
    pub async fn first_samples(&self) {
        let mut host = self.telemetry.host.clone();
        let mut containers = self.telemetry.containers.clone();
        // Each result is dropped at once: it holds a lock that the loop needs for its next sample.
        // Neither wait can fail while the loops live, and without them there is nothing to wait for.
        let host_read = async { drop(host.wait_for(|latest| latest.sample.is_some()).await) };
        let measured = |latest: &Arc<ContainersLatest>| latest.good.is_some() || latest.failure.is_some();
        let round_ended = async { drop(containers.wait_for(measured).await) };
        let _ = tokio::join!(host_read, timeout(FIRST_ROUND_PATIENCE, round_ended));
    }
}

async fn sample_host(mut reader: impl HostReader, options: SamplerOptions, publish: watch::Sender<Arc<HostLatest>>) {
    let mut ticks = ticks(options.interval);
    let mut previous = None;
    let mut history = History::new(options.interval_seconds());
    let mut last = Instant::now();
    loop {
        // After a pause (a suspend, say) the window would be an average over all of it: begin anew.
        if last.elapsed() > 3 * options.interval {
            previous = None;
        }
        if previous.is_none() {
            let Some((again, first)) = read_host(reader).await else { return };
            reader = again;
            previous = first.usage.cpu.ok();
            sleep(FIRST_HOST_WINDOW).await;
        }
        let Some((again, reading)) = read_host(reader).await else { return };
        reader = again;
        let at = Instant::now();
        last = at;
        let derived = derive(&options.hostname, Timestamp::now(), &reading, previous.as_ref());
        if let Ok(stats) = &derived {
            history.record_host(stats);
        }
        let sample = Some(derived.map(|stats| Taken { at, stats }));
        publish.send_replace(Arc::new(HostLatest { sample, history: history.clone() }));
        previous = reading.usage.cpu.ok();
        ticks.tick().await;
    }
}

/// A clock whose first tick is one interval away, and which never makes up for ticks that were missed.
fn ticks(interval: Duration) -> Interval {
    let mut ticks = interval_at(tokio::time::Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// Reads on a thread that may block. `None` only where the runtime is ending.
async fn read_host<R: HostReader>(mut reader: R) -> Option<(R, HostReading)> {
    let read = tokio::task::spawn_blocking(move || {
        let reading = reader.read();
        (reader, reading)
    });
    read.await.inspect_err(|error| tracing::error!("the host's reader ended: {error}")).ok()
}

async fn sample_containers<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static>(
    mut rounds: Rounds<R, U>,
    publish: watch::Sender<Arc<ContainersLatest>>,
) {
    let interval = rounds.options.interval;
    let mut ticks = ticks(interval);
    let mut backoff = BACKOFF_START;
    let mut log = FailureLog::default();
    let mut history = History::new(rounds.options.interval_seconds());
    let mut good = None;
    let mut may_hurry = true;
    loop {
        let outcome = rounds.run().await;
        let failure = outcome.as_ref().err().cloned();
        log.note(failure.as_deref());
        let hurried = may_hurry && outcome.as_ref().is_ok_and(|taken| lacks_a_window(&taken.stats));
        if let Ok(taken) = &outcome {
            history.record_containers(&taken.stats);
        }
        good = outcome.ok().or(good);
        let failed = failure.is_some();
        may_hurry = failed || (may_hurry && !hurried);
        publish.send_replace(Arc::new(ContainersLatest { good: good.clone(), failure, history: history.clone() }));
        if failed {
            rounds.reader.reset();
            sleep(backoff).await;
            backoff = (2 * backoff).min(interval.clamp(BACKOFF_START, BACKOFF_LIMIT));
            ticks.reset();
            continue;
        }
        backoff = BACKOFF_START;
        if hurried {
            // The round that follows gives the first CPU numbers; waiting a whole interval for them would show nothing.
            sleep(FIRST_CONTAINER_WINDOW).await;
            ticks.reset();
        } else {
            ticks.tick().await;
        }
    }
}

/// Whether there was nothing to compare the round with.
fn lacks_a_window(stats: &ContainersStats) -> bool {
    stats.split.cpu_percent.is_none()
}

/// Takes one round after the other, each compared with the one before.
struct Rounds<R, U> {
    reader: R,
    /// Reads the host's CPU and memory, for the split.
    usage: Arc<U>,
    options: SamplerOptions,
    baselines: Baselines,
    /// The containers that did not answer in the round before.
    stuck: HashSet<String>,
}

impl<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static> Rounds<R, U> {
    /// Lists, then reads all containers at once. Fails where the daemon does not answer; a container that does not is a row.
    async fn run(&mut self) -> Result<Taken<ContainersStats>, String> {
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

/// Logs a failure when it begins, while it lasts once a minute, and its end.
#[derive(Default)]
struct FailureLog {
    last: Option<Instant>,
}

impl FailureLog {
    fn note(&mut self, failure: Option<&str>) {
        match (failure, self.last) {
            (Some(reason), last) if last.is_none_or(|at| at.elapsed() >= LOG_EVERY) => {
                tracing::warn!("Docker not available: {reason}");
                self.last = Some(Instant::now());
            }
            (None, Some(_)) => {
                tracing::info!("Docker is available again");
                self.last = None;
            }
            _ => {}
        }
    }
}
