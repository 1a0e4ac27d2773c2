//! What a round's counters say against those of the round before.

#[cfg(test)]
mod tests;

use super::summary::{Row, summarize};
use super::{ContainerCounters, CpuClock, ListedContainer, Observed, Round};
use crate::collect::host::HostUsage;
use crate::collect::host_cpu::CpuTimes;
use crate::model::{ContainersStats, percent_of};
use std::collections::HashMap;
use std::time::{Duration, Instant};

impl ContainerCounters {
    /// CPU in the `elapsed` time since `previous`; `None` where the two do not make a window.
    ///
    /// Docker's formula: used time over the host's time, times the number of CPUs. A counter that is
    /// missing or fell (the container was restarted) or a clock that did not move gives no number.
    fn cpu_since(&self, previous: &Self, elapsed: Duration) -> Option<CpuUse> {
        let cpus = f64::from(self.online_cpus.filter(|cpus| *cpus > 0)?);
        let used = self.cpu_total?.checked_sub(previous.cpu_total?)?;
        let available = match (self.clock?, previous.clock?) {
            (CpuClock::Host(now), CpuClock::Host(before)) => now.checked_sub(before)? as f64,
            (CpuClock::Ours, CpuClock::Ours) => elapsed.as_nanos() as f64 * cpus,
            _ => return None,
        };
        let host_percent = percent_of(used as f64, available)?;
        let of_host_time = matches!(self.clock, Some(CpuClock::Host(_)));
        Some(CpuUse { cores_percent: host_percent * cpus, host_percent, of_host_time })
    }
}

/// CPU that was used in a window, unrounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CpuUse {
    /// 100 is one core.
    pub(super) cores_percent: f64,
    /// 100 is the whole host.
    pub(super) host_percent: f64,
    /// Whether it is reckoned from [`CpuClock::Host`], which knows no stolen time.
    of_host_time: bool,
}

/// CPU that the host used since the round before, unrounded.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostCpu {
    /// 0 to 100, stolen time in it.
    pub(super) percent: f64,
    /// The part of all time that was not stolen, 0 to 1.
    own_share: f64,
}

impl HostCpu {
    /// What a container's use is in percent of all the host's time.
    pub(super) fn part_of(&self, cpu: CpuUse) -> f64 {
        cpu.host_percent * if cpu.of_host_time { self.own_share } else { 1.0 }
    }
}

/// What was last known of each container and of the host, which the next round's numbers are derived from.
#[derive(Default)]
pub(in crate::collect) struct Baselines {
    containers: HashMap<String, Known>,
    host: Option<(Instant, CpuTimes)>,
}

/// A container's last good reading.
#[derive(Clone)]
pub(super) struct Known {
    at: Instant,
    pub(super) counters: ContainerCounters,
    pub(super) cpu: Option<CpuUse>,
}

impl Baselines {
    /// Derives one round's numbers and keeps the counters for the next; containers not in `round` are forgotten.
    ///
    /// What is older than `max_age` is given up: as numbers of a container that has failed since, and as a baseline,
    /// because its window would no longer be current.
    pub(in crate::collect) fn derive(&mut self, round: Round, prefix: &str, max_age: Duration) -> ContainersStats {
        let Round { at: now, timestamp, containers, host } = round;
        let current = |at: Instant| now.saturating_duration_since(at) <= max_age;
        let mut next = HashMap::with_capacity(containers.len());
        let mut rows = Vec::with_capacity(containers.len());
        for Observed { container, counters } in containers {
            let ListedContainer { id, name, state } = container;
            let before = self.containers.remove(&id).filter(|known| current(known.at));
            let (known, error) = match counters {
                None => (None, None),
                Some(Ok((at, counters))) => (Some(Known::since(before.as_ref(), at, counters)), None),
                // One that missed a round keeps its numbers, and its baseline.
                Some(Err(reason)) => (before, Some(reason)),
            };
            if let Some(known) = &known {
                next.insert(id.clone(), known.clone());
            }
            rows.push(Row { id, name: shown_name(&name, prefix).to_owned(), state, known, error });
        }
        self.containers = next;
        let host_cpu = self.host_cpu(now, &host, current);
        summarize(rows, host_cpu, host.memory.ok(), timestamp)
    }

    /// The host's CPU since the round before; `None` without one that is current.
    fn host_cpu(&mut self, now: Instant, host: &HostUsage, current: impl Fn(Instant) -> bool) -> Option<HostCpu> {
        let times = host.cpu.as_ref().ok();
        let before = std::mem::replace(&mut self.host, times.map(|times| (now, times.clone())));
        let (_, before) = before.filter(|(at, _)| current(*at))?;
        let times = times?;
        Some(HostCpu { percent: times.percent_since(&before), own_share: times.own_share_since(&before) })
    }
}

impl Known {
    fn since(before: Option<&Self>, at: Instant, counters: ContainerCounters) -> Self {
        let cpu = before.and_then(|known| counters.cpu_since(&known.counters, at.saturating_duration_since(known.at)));
        Self { at, counters, cpu }
    }
}

/// The name without the prefix; one that consists of nothing else keeps it.
fn shown_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}
