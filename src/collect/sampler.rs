//! The two measuring loops: one for the host, one for the containers. Neither waits for the other.

use super::containers::{ContainerReader, EventLog, Scraped, Scraper};
use super::failure_log::FailureLog;
use super::handle::{ContainersLatest, Failure, HostLatest, Telemetry, given_up_after};
use super::host::{HighTracker, HostReader, HostReading, HostUsage, derive};
use super::hour::{ContainersHour, HostHour};
use super::pace::{Early, Next, Outcome, Pace};
use super::sample::Sample;
use crate::model::{CAPACITY, ContainersHistory, CulpritTrackers, HostHistory, HostStats, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep, timeout};

/// The time between the first two readings of the host's counters, which yield the first CPU number.
const FIRST_HOST_WINDOW: Duration = Duration::from_millis(250);

/// How long to wait for the first scrape before serving without it.
const FIRST_SCRAPE_TIMEOUT: Duration = Duration::from_secs(2);

/// Options for a [`Sampler`].
#[derive(Clone, Debug)]
pub struct SamplerOptions {
    /// The time between samples.
    pub interval: Duration,
    /// The machine's name, published with the host's numbers.
    pub hostname: String,
    /// A prefix to strip from container names; may be empty.
    pub prefix: String,
}

impl SamplerOptions {
    fn interval_seconds(&self) -> u32 {
        u32::try_from(self.interval.as_secs()).unwrap_or(u32::MAX)
    }
}

/// Runs the two measuring loops; dropping it stops them.
pub struct Sampler {
    /// The tasks that run the loops; dropping the set aborts them.
    loops: JoinSet<()>,
    telemetry: Telemetry,
}

impl Sampler {
    /// Starts measuring. Must be called within a tokio runtime.
    pub fn spawn(host: impl HostReader, containers: impl ContainerReader, options: SamplerOptions) -> Self {
        let (host_sender, host_receiver) = watch::channel(Arc::default());
        let (containers_sender, containers_receiver) = watch::channel(Arc::default());
        let telemetry = Telemetry { host: host_receiver, containers: containers_receiver, interval: options.interval };
        let max_age = given_up_after(options.interval);
        let scraper = Scraper::new(containers, host.usage_reader(), options.interval, max_age, options.prefix.clone());
        let mut loops = JoinSet::new();
        loops.spawn(sample_host(host, options.clone(), host_sender));
        loops.spawn(sample_containers(scraper, options, containers_sender));
        Self { loops, telemetry }
    }

    /// A handle to the latest samples.
    pub fn telemetry(&self) -> Telemetry {
        self.telemetry.clone()
    }

    /// Resolves when one of the loops has ended and stopped measuring, which only happens because of a bug.
    pub async fn ended(&mut self) {
        self.loops.join_next().await;
    }

    /// Waits for the first host sample and, with a timeout, for the first scrape of the containers.
    pub async fn first_samples(&self) {
        let mut host = self.telemetry.host.clone();
        let mut containers = self.telemetry.containers.clone();
        // Each result is dropped at once because it holds a lock that the loop needs in order to publish. A wait fails
        // only if the loop has ended, and then there is nothing to wait for.
        let host_read = async { drop(host.wait_for(|latest| latest.sample.is_some()).await) };
        let measured = |latest: &Arc<ContainersLatest>| latest.last_good.is_some() || latest.failure.is_some();
        let scraped = async { drop(containers.wait_for(measured).await) };
        let _ = tokio::join!(host_read, timeout(FIRST_SCRAPE_TIMEOUT, scraped));
    }
}

async fn sample_host(mut reader: impl HostReader, options: SamplerOptions, publish: watch::Sender<Arc<HostLatest>>) {
    let mut ticks = ticks(options.interval);
    let mut previous = None;
    let mut history = HostHistory::new(options.interval_seconds(), CAPACITY);
    let mut hour = HostHour::new(options.interval_seconds());
    let mut high = HighTracker::default();
    let mut last = Instant::now();
    let mut log = FailureLog::new("the host cannot be fully read", "the host can be fully read again");
    loop {
        // If the process was paused, the rate would average over the whole pause, so a new baseline is needed. What was
        // high before it need not have been high meanwhile.
        if last.elapsed() > 3 * options.interval {
            previous = None;
            high = HighTracker::default();
        }
        if previous.is_none() {
            let begun = Instant::now();
            let Some((again, first)) = read_host(reader).await else { return };
            reader = again;
            previous = first.usage.cpu.ok().map(|times| (begun, times));
            sleep(FIRST_HOST_WINDOW).await;
        }
        let begun = Instant::now();
        let Some((again, reading)) = read_host(reader).await else { return };
        reader = again;
        // The elapsed time runs from before the previous reading to after this one, so it is never shorter than the
        // time that the counters cover.
        let since = previous.as_ref().map(|(begun, times): &(Instant, _)| (times, begun.elapsed()));
        let Sample { at, timestamp, mut data } = Sample::now(derive(&options.hostname, &reading, since));
        last = at;
        log.note(problem(&data).as_deref());
        let high_since = high.observe(data.as_ref().ok(), timestamp);
        if let Ok(stats) = &mut data {
            stats.high_since = Some(high_since);
            // `record` reports gaps, which clients fill from the server. The server itself has no other source of
            // samples, so it ignores them.
            let _ = history.record(timestamp, stats);
            hour.record(timestamp, stats);
        }
        let sample = Some(data.map(|data| Sample { at, timestamp, data }));
        publish.send_replace(Arc::new(HostLatest { sample, history: history.clone(), hour: Some(hour.clone()) }));
        previous = reading.usage.cpu.ok().map(|times| (begun, times));
        ticks.tick().await;
    }
}

/// Everything that could not be read, in one line; `None` if nothing failed.
fn problem(derived: &Result<HostStats, String>) -> Option<String> {
    match derived {
        Ok(stats) => stats.errors.joined(),
        Err(reason) => Some(reason.clone()),
    }
}

/// A timer whose first tick is one interval from now and that skips missed ticks.
fn ticks(interval: Duration) -> Interval {
    let mut ticks = interval_at(tokio::time::Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// Reads the host on a blocking thread. `None` if the reader panicked or the runtime is shutting down.
async fn read_host<R: HostReader>(mut reader: R) -> Option<(R, HostReading)> {
    let read = tokio::task::spawn_blocking(move || {
        let reading = reader.read();
        (reader, reading)
    });
    read.await.inspect_err(|error| tracing::error!("the host reader failed: {error}")).ok()
}

async fn sample_containers<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static>(
    mut scraper: Scraper<R, U>,
    options: SamplerOptions,
    publish: watch::Sender<Arc<ContainersLatest>>,
) {
    let mut ticks = ticks(options.interval);
    let mut pace = Pace::new(options.interval);
    let mut early = Early::new();
    let mut events = EventLog::default();
    let mut log = FailureLog::new("Docker not available", "Docker is available again");
    let mut latest = ContainersLatest {
        history: ContainersHistory::new(options.interval_seconds(), CAPACITY),
        hour: Some(ContainersHour::new(options.interval_seconds())),
        culprits: CulpritTrackers::default(),
        ..ContainersLatest::default()
    };
    loop {
        let begun = Instant::now();
        let scraped = scraper.scrape().await;
        let last = Instant::now();
        if let Ok(Scraped { sample, .. }) = &scraped {
            let (count, time) = (sample.data.containers.len(), last.saturating_duration_since(begun));
            tracing::debug!("{count} containers sampled in {:.1} ms", time.as_secs_f64() * 1000.0);
        }
        let outcome = outcome(&scraped);
        match scraped {
            Ok(Scraped { mut sample, listed }) => {
                // `record` reports gaps, which the server ignores because it has no other source of scrapes.
                let _ = latest.history.record(sample.timestamp, &sample.data);
                if let Some(hour) = &mut latest.hour {
                    hour.record(sample.timestamp, &sample.data);
                }
                latest.culprits.observe(&sample.data);
                events.observe(sample.timestamp, &sample.data);
                sample.data.events = Some(events.events());
                sample.data.culprits = Some(latest.culprits.named());
                latest.last_good = Some(sample);
                latest.listed = Some(listed);
                latest.failure = None;
            }
            Err(reason) => {
                let since = latest.failure.map_or_else(Timestamp::now, |failure| failure.since);
                latest.failure = Some(Failure { reason, since });
            }
        }
        log.note(latest.failure.as_ref().map(|failure| failure.reason.as_str()));
        publish.send_replace(Arc::new(latest.clone()));
        let next = pace.after(outcome);
        let in_time = async {
            match next {
                Next::Tick => drop(ticks.tick().await),
                Next::After(pause) => sleep(pause).await,
            }
        };
        let is_early = tokio::select! {
            () = in_time => false,
            () = scraper_changed(&scraper, &early, last) => true,
        };
        early.scraped(is_early);
        if is_early || next != Next::Tick {
            ticks.reset();
        }
    }
}

/// Resolves when the list of containers has changed and an early scrape is allowed.
async fn scraper_changed<R: ContainerReader, U: Fn() -> HostUsage + Send + Sync + 'static>(
    scraper: &Scraper<R, U>,
    early: &Early,
    last: Instant,
) {
    if early.wait(Duration::ZERO).is_none() {
        return std::future::pending().await;
    }
    scraper.changed().await;
    sleep(early.wait(last.elapsed()).unwrap_or_default()).await;
}

fn outcome(scraped: &Result<Scraped, String>) -> Outcome {
    match scraped {
        Err(_) => Outcome::Failed,
        Ok(scraped) if scraped.sample.data.split.cpu_percent.is_none() => Outcome::NoRates,
        Ok(_) => Outcome::Rates,
    }
}
