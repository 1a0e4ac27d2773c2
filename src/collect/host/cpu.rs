//! CPU utilization of the host, from /proc/stat.
//!
//! sysinfo is not used: its first figure is the average since boot, it jumps to 100 when a counter falls (as iowait
//! can), and it misses CPUs that were added at run time.

#[cfg(test)]
mod tests;

use crate::model::{CpuStats, percent_of, round1};
use std::time::Duration;

/// The kernel's CPU time counters, in ticks since boot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// The columns of the `cpu ` line: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice.
    /// Columns that an old kernel does not have are 0.
    columns: [u64; 10],
    /// How many CPUs are online, which is the number of `cpuN` lines.
    count: u32,
}

const IDLE: usize = 3;
const IOWAIT: usize = 4;
const STEAL: usize = 7;
const GUEST: usize = 8;
const GUEST_NICE: usize = 9;

/// The kernel's USER_HZ: how many ticks per second /proc/stat counts on each CPU.
const TICKS_PER_SECOND: f64 = 100.0;

/// How far the counters may lag behind: on CPUs without a periodic tick, the kernel updates them only once a second.
const LATE_BY: Duration = Duration::from_secs(1);

impl CpuTimes {
    /// Parses the contents of /proc/stat. The error says what is missing or malformed.
    pub fn parse(stat: &str) -> Result<Self, String> {
        let mut columns = None;
        let mut count = 0;
        for line in stat.lines() {
            let mut fields = line.split_ascii_whitespace();
            match fields.next() {
                Some("cpu") => columns = Some(parse_columns(fields)?),
                Some(name) if is_cpu_line(name) => count += 1,
                _ => {}
            }
        }
        let columns = columns.ok_or("/proc/stat has no cpu line")?;
        if count == 0 {
            return Err("/proc/stat lists no CPU".into());
        }
        Ok(Self { columns, count })
    }

    /// The number of logical CPUs that are online.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// All CPU time since boot except stolen time, in ticks. This is the sum of the first seven columns, which Docker
    /// reports as `system_cpu_usage` in nanoseconds.
    pub fn without_steal(&self) -> u64 {
        self.columns.iter().take(STEAL).fold(0, |sum, column| sum.saturating_add(*column))
    }

    /// Busy time since `previous` as a percentage of all time, 0 to 100. `elapsed` is the time between the two readings
    /// or slightly more, measured by a clock that stops while the machine is suspended, as the counters do. The error
    /// says why the percentage is unknown.
    ///
    /// Uses the same formula as psutil's `cpu_percent`: it sums the increase in each column, and a column that fell
    /// counts as 0. Guest time is already part of user time, so it is not added to the total. Steal counts as busy;
    /// idle and iowait do not. If no time has passed, psutil returns 0, whereas this function returns an error. A
    /// column that rose by more than the elapsed time allows is left out; if that is idle time, the result is an error.
    pub fn percent_since(&self, previous: &Self, elapsed: Duration) -> Result<f64, String> {
        if self.columns == [0; 10] {
            return Err("/proc/stat counts no time on this kernel".into());
        }
        let delta = self.since(previous, elapsed)?;
        let total = total(&delta);
        let percent = percent_of(total - delta[IDLE] - delta[IOWAIT], total);
        percent.ok_or_else(|| "/proc/stat: no time has passed since the last sample".into())
    }

    /// The fraction of all time since `previous` that was not stolen by the hypervisor, 0 to 1; 1 if unknown. `elapsed`
    /// has the same meaning as in [`percent_since`](Self::percent_since).
    ///
    /// This converts between two scales: the host time that Docker reports excludes stolen time, but the host's own
    /// percentage includes it.
    pub fn unstolen_fraction_since(&self, previous: &Self, elapsed: Duration) -> f64 {
        let Ok(delta) = self.since(previous, elapsed) else { return 1.0 };
        let total = total(&delta);
        percent_of(total - delta[STEAL], total).map_or(1.0, |percent| percent / 100.0)
    }

    /// The increase in each column, in ticks; 0 if the column fell, or rose by more than all CPUs together could have
    /// counted. An impossible idle time is an error, because without idle time the host would seem fully busy.
    fn since(&self, previous: &Self, elapsed: Duration) -> Result<[f64; 10], String> {
        let cpus = f64::from(self.count.max(previous.count));
        let most = elapsed.saturating_add(LATE_BY).as_secs_f64() * TICKS_PER_SECOND * cpus;
        let mut delta = [0.0; 10];
        for (column, (now, before)) in self.columns.iter().zip(&previous.columns).enumerate() {
            let rise = now.saturating_sub(*before) as f64;
            if rise <= most {
                delta[column] = rise;
            } else if column == IDLE {
                return Err("/proc/stat: the CPUs were idle for longer than the time since the last sample".into());
            }
        }
        Ok(delta)
    }
}

/// CPU utilization since the previous reading, given with the time elapsed since then. The error says why it is
/// unknown.
pub(super) fn stats(times: &CpuTimes, previous: Option<(&CpuTimes, Duration)>) -> Result<CpuStats, String> {
    let (previous, elapsed) = previous.ok_or("no sample before this one")?;
    Ok(CpuStats { percent: round1(times.percent_since(previous, elapsed)?), count: times.count() })
}

/// The total time. Guest time is already part of user time, so it is subtracted.
fn total(delta: &[f64; 10]) -> f64 {
    delta.iter().sum::<f64>() - delta[GUEST] - delta[GUEST_NICE]
}

fn parse_columns<'a>(fields: impl Iterator<Item = &'a str>) -> Result<[u64; 10], String> {
    let mut columns = [0; 10];
    let mut known = 0;
    for (column, field) in columns.iter_mut().zip(fields) {
        *column = field.parse().map_err(|_| format!("/proc/stat: {field:?} is not a counter"))?;
        known += 1;
    }
    if known <= IDLE {
        return Err(format!("/proc/stat: the cpu line has {known} columns, at least 4 are needed"));
    }
    Ok(columns)
}

fn is_cpu_line(name: &str) -> bool {
    name.strip_prefix("cpu").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}
