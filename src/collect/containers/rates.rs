//! Rates: a scrape's counters compared with the previous scrape's.

#[cfg(test)]
mod tests;

use super::counters::{ContainerCounters, CpuClock};
use super::reader::ListedContainer;
use super::scrape::{Reading, Scrape};
use crate::collect::bounds::MAX_CPUS;
use crate::collect::host::{CpuTimes, HostUsage, MemoryReading};
use crate::collect::sample::Sample;
use crate::model::{ContainerState, percent_of};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// CPU that a container used between two readings, unrounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CpuUsage {
    /// 100 is one core.
    pub(super) cores_percent: f64,
    /// 100 is the whole host.
    pub(super) host_percent: f64,
    /// Whether it is relative to [`CpuClock::Host`], which excludes stolen time.
    excludes_steal: bool,
}

/// Why a container has no CPU rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRate {
    /// There is no comparable reading yet, as after a start or a restart of the container.
    Pending,
    /// The container's own counter is missing.
    Uncounted,
    /// There is nothing to compare the counter with: the host's CPU time, or its number of CPUs.
    NoClock,
    /// A counter rose by more than the time that passed.
    Impossible,
}

impl NoRate {
    /// The reason in an operator's words, with a remedy if known; `None` if the next scrape is expected to have a rate.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Pending => None,
            Self::Uncounted => Some(
                "the engine does not count its CPU: enable the cpu controller (for a rootless engine, Delegate=cpu)",
            ),
            Self::NoClock => Some("the engine reports neither the host's CPU time nor its number of CPUs"),
            Self::Impossible => Some("a CPU counter rose by more than the time that passed"),
        }
    }
}

/// Readings arrive up to 4 s after the request, so their window may be longer than the time between two arrivals.
const SLACK: Duration = Duration::from_secs(5);

impl ContainerCounters {
    /// CPU used since `previous`, which was read `elapsed` ago.
    ///
    /// Docker's formula: used time divided by the host's time, times the number of CPUs.
    fn cpu_since(&self, previous: &Self, elapsed: Duration) -> Result<CpuUsage, NoRate> {
        let total = self.cpu_total.ok_or(NoRate::Uncounted)?;
        let cpus = f64::from(self.online_cpus.filter(|cpus| *cpus > 0).ok_or(NoRate::NoClock)?);
        let clock = self.clock.ok_or(NoRate::NoClock)?;
        // The counter of a restarted container falls.
        let used = previous.cpu_total.and_then(|before| total.checked_sub(before)).ok_or(NoRate::Pending)? as f64;
        let passed = |time: Duration| time.as_nanos() as f64 * cpus;
        let available = match (clock, previous.clock) {
            (CpuClock::Host(now), Some(CpuClock::Host(before))) => {
                now.checked_sub(before).ok_or(NoRate::Pending)? as f64
            }
            (CpuClock::Monotonic, Some(CpuClock::Monotonic)) => passed(elapsed),
            _ => return Err(NoRate::Pending),
        };
        // The host's clock covers all of its CPUs, of which the engine may see a part only.
        let possible = 2.0 * (elapsed + SLACK).as_nanos() as f64 * f64::from(MAX_CPUS);
        if used > available + passed(SLACK) || available > possible {
            return Err(NoRate::Impossible);
        }
        let host_percent = percent_of(used, available).ok_or(NoRate::Pending)?;
        let excludes_steal = matches!(clock, CpuClock::Host(_));
        Ok(CpuUsage { cores_percent: host_percent * cpus, host_percent, excludes_steal })
    }
}

/// CPU that the host used since the previous scrape, unrounded.
#[derive(Clone, Copy, Debug)]
pub(in crate::collect) struct HostCpu {
    /// 0 to 100, stolen time included.
    pub(super) percent: f64,
    /// The fraction of all time that was not stolen, 0 to 1.
    unstolen_fraction: f64,
}

impl HostCpu {
    /// A container's CPU in percent of the host's time, including stolen time.
    pub(super) fn share_of(&self, cpu: CpuUsage) -> f64 {
        cpu.host_percent * if cpu.excludes_steal { self.unstolen_fraction } else { 1.0 }
    }
}

/// A scrape with its rates, unrounded.
pub(in crate::collect) struct RatedScrape {
    pub(super) rows: Vec<RatedContainer>,
    /// `None` if the host was not read, now or recently.
    pub(super) host_cpu: Option<HostCpu>,
    pub(super) host_memory: Option<MemoryReading>,
}

/// One container with its rates, unrounded.
pub(super) struct RatedContainer {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: ContainerState,
    /// The last good reading: this scrape's unless there is an error.
    pub(super) last_good: Option<LastReading>,
    /// Why this scrape has no reading.
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

/// The last readings of the containers and the host: the baselines of the next scrape.
#[derive(Default)]
pub(in crate::collect) struct Rates {
    containers: HashMap<String, LastReading>,
    host: Option<(Instant, CpuTimes)>,
}

impl Rates {
    /// Derives a scrape's rates and keeps its readings for the next. Forgets containers that are not in the scrape.
    ///
    /// Drops readings older than `max_age`, both as the last numbers of a failing container and as baselines, because a
    /// rate would average over too long a time.
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
        for Reading { container, counters } in readings {
            let ListedContainer { id, name, state } = container;
            let previous = self.containers.remove(&id).filter(|last| is_current(last.at));
            let (last_good, error) = match counters {
                None => (None, None),
                Some(Ok((at, counters))) => (Some(LastReading::since(previous.as_ref(), at, counters)), None),
                // A container that missed a scrape keeps its numbers and its baseline.
                Some(Err(reason)) => (previous, Some(reason)),
            };
            if let Some(last) = &last_good {
                next.insert(id.clone(), last.clone());
            }
            rows.push(RatedContainer { id, name: shown_name(&name, prefix).to_owned(), state, last_good, error });
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

/// The name without the prefix, unless nothing would remain.
fn shown_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}
