//! CPU utilization of the host, from /proc/stat.
//!
//! Not from sysinfo: its first figure is the average since boot, it jumps to 100 when a counter falls (iowait can), and it
//! misses CPUs that were added while running.

use crate::model::{CpuStats, percent_of, round1};

/// The kernel's CPU time counters, in ticks since boot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// The columns of the `cpu ` line: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice.
    /// Columns that an old kernel does not have are 0.
    columns: [u64; 10],
    /// How many CPUs are online: the `cpuN` lines.
    count: u32,
}

const IDLE: usize = 3;
const IOWAIT: usize = 4;
const STEAL: usize = 7;
const GUEST: usize = 8;
const GUEST_NICE: usize = 9;

impl CpuTimes {
    /// Reads the text of /proc/stat. The error says what is missing.
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
            return Err("/proc/stat names no CPU".into());
        }
        Ok(Self { columns, count })
    }

    /// Logical CPUs online.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// All time since boot except stolen time, in ticks: the first seven columns, which Docker calls system_cpu_usage.
    pub fn without_steal(&self) -> u64 {
        self.columns.iter().take(STEAL).fold(0, |sum, column| sum.saturating_add(*column))
    }

    /// Busy time since `previous` in percent of all time, 0 to 100; 0 where no time has passed.
    ///
    /// psutil's `cpu_percent`: the delta of each column, at least 0. Guest time is part of user time already, so it is
    /// not added to the total. Idle and iowait are not busy, steal is.
    pub fn percent_since(&self, previous: &Self) -> f64 {
        let delta = self.since(previous);
        let total = total(&delta);
        percent_of(total - delta[IDLE] - delta[IOWAIT], total).unwrap_or(0.0)
    }

    /// The fraction of all time since `previous` that was not stolen by a hypervisor, 0 to 1.
    ///
    /// Docker's total of the host's time excludes stolen time; the host's own percentage includes it.
    pub fn unstolen_fraction_since(&self, previous: &Self) -> f64 {
        let delta = self.since(previous);
        let total = total(&delta);
        percent_of(total - delta[STEAL], total).map_or(1.0, |percent| percent / 100.0)
    }

    fn since(&self, previous: &Self) -> [f64; 10] {
        let mut delta = [0.0; 10];
        for (column, (now, before)) in delta.iter_mut().zip(self.columns.iter().zip(&previous.columns)) {
            *column = now.saturating_sub(*before) as f64;
        }
        delta
    }
}

/// CPU utilization between two readings; the error says why there is none.
pub(super) fn stats(times: &CpuTimes, previous: Option<&CpuTimes>) -> Result<CpuStats, String> {
    let previous = previous.ok_or("no sample before this one")?;
    Ok(CpuStats { percent: round1(times.percent_since(previous)), count: times.count() })
}

/// All time; guest time is part of user time already.
fn total(delta: &[f64; 10]) -> f64 {
    delta.iter().sum::<f64>() - delta[GUEST] - delta[GUEST_NICE]
}

fn parse_columns<'a>(fields: impl Iterator<Item = &'a str>) -> Result<[u64; 10], String> {
    let mut columns = [0; 10];
    let mut known = 0;
    for (column, field) in columns.iter_mut().zip(fields) {
        *column = field.parse().map_err(|_| format!("/proc/stat: {field:?} is no counter"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(cpu: &str) -> CpuTimes {
        CpuTimes::parse(&format!("cpu  {cpu}\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\nbtime 6\n")).expect("a cpu line")
    }

    /// Kernel 6.18, two CPUs of which one is busy; the second text is from two seconds later.
    const RECORDED: [&str; 2] = [
        "cpu  1346498 13801 221406 1321011 17678 0 2825 1053 0 0
cpu0 662770 7338 104043 681951 4958 0 414 544 0 0
cpu1 683727 6462 117363 639060 12720 0 2410 509 0 0
intr 14501562 0 0 0
ctxt 36134971
btime 1795366611
processes 404110
procs_running 1
procs_blocked 0
softirq 9150433 1 2 3
",
        "cpu  1346698 13801 221407 1321209 17678 0 2825 1053 0 0
cpu0 662770 7338 104044 682148 4958 0 414 544 0 0
cpu1 683927 6462 117363 639060 12720 0 2410 509 0 0
intr 14502217 0 0 0
ctxt 36135134
btime 1795366611
processes 404110
procs_running 1
procs_blocked 0
softirq 9150533 1 2 3
",
    ];

    #[test]
    fn recorded_files_give_what_psutil_makes_of_them() {
        let [before, now] = RECORDED.map(|text| CpuTimes::parse(text).expect("a stat file"));
        assert_eq!(crate::model::round1(now.percent_since(&before)), 50.4, "psutil 7.2.2 on the same two files");
        assert_eq!(now.count(), 2);
    }

    #[test]
    fn busy_is_all_but_idle_and_iowait() {
        let before = stat("100 0 100 800 0 0 0 0 0 0");
        let now = stat("130 5 110 840 10 2 3 0 0 0");
        // 30 + 5 + 10 + 2 + 3 busy of 100.
        assert_eq!(now.percent_since(&before), 50.0);
        assert_eq!(now.count(), 2);
    }

    #[test]
    fn steal_is_busy_and_guest_is_not_counted_twice() {
        let before = stat("0 0 0 0 0 0 0 0 0 0");
        assert_eq!(stat("0 0 0 50 0 0 0 50 0 0").percent_since(&before), 50.0);
        assert_eq!(stat("40 10 0 50 0 0 0 0 40 10").percent_since(&before), 50.0);
        assert_eq!(stat("40 0 0 40 0 0 0 20 0 0").unstolen_fraction_since(&before), 0.8);
        assert_eq!(stat("40 10 0 50 0 0 0 0 40 10").unstolen_fraction_since(&before), 1.0);
        assert_eq!(before.unstolen_fraction_since(&before), 1.0);
    }

    #[test]
    fn a_falling_counter_does_not_become_a_spike() {
        let before = stat("100 0 100 1000 500 0 0 0 0 0");
        let now = stat("110 0 100 1100 300 0 0 0 0 0");
        // iowait fell by 200: 10 busy of 110, as psutil says, where a falling total would say 100.
        assert!((now.percent_since(&before) - 100.0 * 10.0 / 110.0).abs() < 1e-9);
        assert_eq!(before.percent_since(&before), 0.0);
    }

    #[test]
    fn what_is_no_stat_file_is_an_error() {
        for text in ["", "cpu 1 2 3", "cpu a b c d", "cpu 1 2 3 4", "intr 5\nctxt 7"] {
            assert!(CpuTimes::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_old_kernel_has_fewer_columns() {
        let times = CpuTimes::parse("cpu 1 2 3 4\ncpu0 1 2 3 4\n").expect("four columns");
        assert_eq!(times.count(), 1);
    }
}
