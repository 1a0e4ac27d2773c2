//! Derives rates by comparing each scrape's counters with the previous scrape's.

#[cfg(test)]
mod tests;

use super::counters::{ContainerCounters, CpuClock};
use super::reader::{ContainerDetails, ListedContainer};
use super::scrape::{Reading, Scrape};
use crate::collect::bounds::MAX_CPUS;
use crate::collect::host::{CpuTimes, HostUsage, MemoryReading};
use crate::collect::sample::Sample;
use crate::model::{ContainerState, percent_of};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A container's CPU usage between two readings, unrounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CpuUsage {
    /// CPU usage in percent, where 100 is one core.
    pub(super) cores_percent: f64,
    /// CPU usage as a percentage of the whole host, 0 to 100.
    pub(super) host_percent: f64,
    /// Whether usage was measured against [`CpuClock::Host`], which excludes stolen time.
    excludes_steal: bool,
}

/// Why a container has no CPU rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRate {
    /// There is no comparable earlier reading, for example because the container has just started or restarted.
    Pending,
    /// The container's own counter is missing.
    Uncounted,
    /// The engine does not report what to compare the counter with: the host's CPU time, or its number of CPUs.
    NoClock,
    /// A counter rose by more than the elapsed time allows.
    Impossible,
}

impl NoRate {
    /// The reason as shown to operators, with a remedy if known; `None` if the next scrape is expected to have a rate.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Pending => None,
            Self::Uncounted => {
                Some("its CPU is not counted: enable the cpu controller (for a rootless engine, Delegate=cpu)")
            }
            Self::NoClock => Some("the engine reports neither the host's CPU time nor its number of CPUs"),
            Self::Impossible => Some("a CPU counter rose by more than the time that passed"),
        }
    }
}

/// Tolerance for the plausibility checks: a reading may arrive up to 4 s after it was requested, so the time between
/// two readings may be longer than the time between their arrivals.
const SLACK: Duration = Duration::from_secs(5);

impl ContainerCounters {
    /// CPU usage since `previous`, which was read `elapsed` before these counters.
    ///
    /// Uses Docker's formula: the container's CPU time divided by the host's, times the number of CPUs.
    fn cpu_since(&self, previous: &Self, elapsed: Duration) -> Result<CpuUsage, NoRate> {
        let total = self.cpu_total.ok_or(NoRate::Uncounted)?;
        let cpus = f64::from(self.online_cpus.filter(|cpus| *cpus > 0).ok_or(NoRate::NoClock)?);
        let clock = self.clock.ok_or(NoRate::NoClock)?;
        // When a container restarts, its counter starts over.
        let used = previous.cpu_total.and_then(|before| total.checked_sub(before)).ok_or(NoRate::Pending)? as f64;
        let passed = |time: Duration| time.as_nanos() as f64 * cpus;
        let available = match (clock, previous.clock) {
            (CpuClock::Host(now), Some(CpuClock::Host(before))) => {
                now.checked_sub(before).ok_or(NoRate::Pending)? as f64
            }
            (CpuClock::Monotonic, Some(CpuClock::Monotonic)) => passed(elapsed),
            _ => return Err(NoRate::Pending),
        };
        // The host's clock covers all of its CPUs, but the engine may see only some of them.
        let possible = 2.0 * (elapsed + SLACK).as_nanos() as f64 * f64::from(MAX_CPUS);
        if used > available + passed(SLACK) || available > possible {
            return Err(NoRate::Impossible);
        }
        let host_percent = percent_of(used, available).ok_or(NoRate::Pending)?;
        let excludes_steal = matches!(clock, CpuClock::Host(_));
        Ok(CpuUsage { cores_percent: host_percent * cpus, host_percent, excludes_steal })
    }
}

/// The host's CPU usage since the previous scrape, unrounded.
#[derive(Clone, Copy, Debug)]
pub(in crate::collect) struct HostCpu {
    /// CPU usage in percent, 0 to 100. Stolen time counts as used.
    pub(super) percent: f64,
    /// The fraction of all CPU time that was not stolen by the hypervisor, 0 to 1.
    unstolen_fraction: f64,
}

impl HostCpu {
    /// A container's CPU usage as a percentage of the host's CPU time, including stolen time.
    pub(super) fn share_of(&self, cpu: CpuUsage) -> f64 {
        cpu.host_percent * if cpu.excludes_steal { self.unstolen_fraction } else { 1.0 }
    }
}

/// A scrape with rates, unrounded.
pub(in crate::collect) struct RatedScrape {
    pub(super) rows: Vec<RatedContainer>,
    /// `None` if the host's CPU counters could not be read, or could not be compared with a recent reading.
    pub(super) host_cpu: Option<HostCpu>,
    pub(super) host_memory: Option<MemoryReading>,
}

/// A container with its rates, unrounded.
pub(super) struct RatedContainer {
    pub(super) id: String,
    /// The name without the configured prefix.
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) state: ContainerState,
    pub(super) details: ContainerDetails,
    /// The last good reading, which is from this scrape unless `error` is set. `None` if there is no recent reading or
    /// the container is restarting.
    pub(super) last_good: Option<LastReading>,
    /// Why the container could not be read in this scrape; `None` if it was read or is restarting.
    pub(super) error: Option<String>,
}

/// A container's last good reading.
#[derive(Clone)]
pub(super) struct LastReading {
    at: Instant,
    pub(super) counters: ContainerCounters,
    pub(super) cpu: Result<CpuUsage, NoRate>,
}

impl LastReading {
    fn since(previous: Option<&Self>, at: Instant, counters: ContainerCounters) -> Self {
        let (before, elapsed) = match previous {
            Some(last) => (&last.counters, at.saturating_duration_since(last.at)),
            None => (&ContainerCounters::default(), Duration::ZERO),
        };
        let cpu = counters.cpu_since(before, elapsed);
        Self { at, counters, cpu }
    }
}

/// The latest readings of the containers and the host, which are the baselines for the next scrape.
#[derive(Default)]
pub(in crate::collect) struct Rates {
    containers: HashMap<String, LastReading>,
    host: Option<(Instant, CpuTimes)>,
}

impl Rates {
    /// Derives a scrape's rates and keeps its readings as baselines for the next scrape. Forgets containers that are
    /// not in the scrape.
    ///
    /// Readings older than `max_age` are dropped. They are no longer shown for a container that keeps failing, and no
    /// longer serve as baselines, because the rate would average over too long a time.
    pub(in crate::collect) fn update(
        &mut self,
        scrape: Sample<Scrape>,
        prefix: &str,
        max_age: Duration,
    ) -> Sample<RatedScrape> {
        let now = scrape.at;
        scrape.map(|Scrape { containers, host }| {
            let is_current = |at: Instant| now.saturating_duration_since(at) <= max_age;
            let rows = self.rows(containers, prefix, is_current);
            RatedScrape { rows, host_cpu: self.host_cpu(now, &host, is_current), host_memory: host.memory.ok() }
        })
    }

    fn rows(
        &mut self,
        readings: Vec<Reading>,
        prefix: &str,
        is_current: impl Fn(Instant) -> bool,
    ) -> Vec<RatedContainer> {
        let mut next = HashMap::with_capacity(readings.len());
        let mut rows = Vec::with_capacity(readings.len());
        for Reading { container, details, counters } in readings {
            let ListedContainer { id, name, state, .. } = container;
            let previous = self.containers.remove(&id).filter(|last| is_current(last.at));
            let (last_good, error) = match counters {
                None => (None, None),
                Some(Ok((at, counters))) => (Some(LastReading::since(previous.as_ref(), at, counters)), None),
                // A container that could not be read keeps its last numbers and its baseline.
                Some(Err(reason)) => (previous, Some(reason)),
            };
            if let Some(last) = &last_good {
                next.insert(id.clone(), last.clone());
            }
            let shown = shown_name(&name, prefix).to_owned();
            rows.push(RatedContainer { id, name: shown, full_name: name, state, details, last_good, error });
        }
        self.containers = next;
        rows
    }

    fn host_cpu(&mut self, now: Instant, host: &HostUsage, is_current: impl Fn(Instant) -> bool) -> Option<HostCpu> {
        let times = host.cpu.as_ref().ok();
        let previous = std::mem::replace(&mut self.host, times.map(|times| (now, times.clone())));
        let (at, previous) = previous.filter(|(at, _)| is_current(*at))?;
        let (times, elapsed) = (times?, now.saturating_duration_since(at));
        let unstolen_fraction = times.unstolen_fraction_since(&previous, elapsed);
        Some(HostCpu { percent: times.percent_since(&previous, elapsed).ok()?, unstolen_fraction })
    }
}

/// The name without the prefix, or the whole name if nothing else would remain.
fn shown_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}
