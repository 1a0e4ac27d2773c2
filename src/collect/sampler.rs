//! The clock that owns all measuring: one loop for the host, one for the containers, neither waiting for the other.

use super::containers::ContainerReader;
use super::failure_log::FailureLog;
use super::host::{HostReader, HostReading, HostUsage, derive};
use super::rounds::Rounds;
use super::telemetry::{ContainersLatest, HostLatest, Taken, Telemetry};
use crate::model::{ContainersStats, Culprits, History, HostStats, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep, timeout};

/// From the first reading of the host's counters to the second, which gives the first number.
const FIRST_HOST_WINDOW: Duration = Duration::from_millis(250);

/// From the first round of the containers to the second, which gives the first CPU numbers.
const FIRST_CONTAINER_WINDOW: Duration = Duration::from_millis(500);

/// How long to wait for the first container round before serving without it.
const FIRST_ROUND_PATIENCE: Duration = Duration::from_secs(2);

/// Reconnecting starts after this and doubles up to an interval, at most the other.
const BACKOFF_START: Duration = Duration::from_secs(1);
const BACKOFF_LIMIT: Duration = Duration::from_secs(5);

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
        let rounds = Rounds::new(containers, host.usage_reader(), options.interval, options.prefix.clone());
        let mut loops = JoinSet::new();
        loops.spawn(sample_host(host, options.clone(), host_sender));
        loops.spawn(sample_containers(rounds, options, containers_sender));
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
    let mut log = FailureLog::new("the host cannot be read", "the host can be read again");
    loop {
        // After a pause (the program was stopped, say) the window would be an average over all of it: begin anew.
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
        log.note(problem(&derived).as_deref());
        if let Ok(stats) = &derived {
            history.record_host(stats);
        }
        let sample = Some(derived.map(|stats| Taken { at, stats }));
        publish.send_replace(Arc::new(HostLatest { sample, history: history.clone() }));
        previous = reading.usage.cpu.ok();
        ticks.tick().await;
    }
}

/// What could not be read, in one line.
fn problem(derived: &Result<HostStats, String>) -> Option<String> {
    match derived {
        Ok(stats) => stats.errors.joined(),
        Err(reason) => Some(reason.clone()),
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
    options: SamplerOptions,
    publish: watch::Sender<Arc<ContainersLatest>>,
) {
    let interval = options.interval;
    let mut ticks = ticks(interval);
    let mut backoff = BACKOFF_START;
    let mut log = FailureLog::new("Docker not available", "Docker is available again");
    let mut history = History::new(options.interval_seconds());
    let mut culprits = Culprits::default();
    let mut good = None;
    let mut may_hurry = true;
    loop {
        let outcome = rounds.run().await;
        let failure = outcome.as_ref().err().cloned();
        log.note(failure.as_deref());
        let lacks_window = outcome.as_ref().is_ok_and(|taken| lacks_a_window(&taken.stats));
        let hurried = may_hurry && lacks_window;
        if let Ok(taken) = &outcome {
            history.record_containers(&taken.stats);
            culprits.observe(&taken.stats);
        }
        good = outcome.ok().or(good);
        let failed = failure.is_some();
        // Once after each round that had a window, or failed: where none can be had, hurrying does not help.
        may_hurry = failed || !lacks_window;
        let (good, history, culprits) = (good.clone(), history.clone(), culprits.clone());
        publish.send_replace(Arc::new(ContainersLatest { good, failure, history, culprits }));
        if failed {
            rounds.reset();
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
