//! The kernel's own counters for a container. Tests compare the program's numbers with these, because they cannot
//! assume that the machine is otherwise idle.

use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the CPU counter is read.
const READ_EVERY: Duration = Duration::from_millis(10);

/// The path of a file in a process's cgroup. `v1` is the file's name on cgroup v1, where `controller` selects the
/// hierarchy, and `v2` is its name on cgroup v2.
pub fn file(pid: &str, controller: &str, v1: &str, v2: &str) -> PathBuf {
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("the process's cgroups");
    let of = |wanted: &str| {
        groups.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            controllers.split(',').any(|controller| controller == wanted).then(|| path.to_owned())
        })
    };
    match of(controller) {
        Some(path) => format!("/sys/fs/cgroup/{controller}{path}/{v1}").into(),
        None => format!("/sys/fs/cgroup{}/{v2}", of("").expect("a cgroup")).into(),
    }
}

/// Records the CPU time that a process's cgroup uses, until the recorder is dropped.
pub struct CpuRecorder {
    readings: Arc<Mutex<Vec<CpuReading>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug)]
struct CpuReading {
    /// Unix time in seconds.
    at: f64,
    /// CPU time that the cgroup has used, in seconds.
    used: f64,
    /// Cumulative steal time in seconds, averaged over all CPUs.
    stolen: f64,
}

impl CpuRecorder {
    pub fn start(pid: &str) -> Self {
        let file = file(pid, "cpuacct", "cpuacct.usage", "cpu.stat");
        let (readings, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, stopped) = (Arc::clone(&readings), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if let (Some(used), Some(stolen)) = (cpu_seconds(&file), stolen_seconds()) {
                    kept.lock().expect("the readings").push(CpuReading { at: unix_seconds(Utc::now()), used, stolen });
                }
                std::thread::sleep(READ_EVERY);
            }
        });
        Self { readings, stop, thread: Some(thread) }
    }

    /// The median difference between the CPU usage in `samples` and the kernel's counter over the same windows, as a
    /// percentage of one core. Each sample is a timestamp and a CPU usage from the API. `excludes_steal` says whether
    /// the usage is a fraction of the time that was not stolen, as Docker's is, or of the total time.
    pub fn distance(&self, samples: &[(String, f64)], excludes_steal: bool) -> f64 {
        let mut distances: Vec<f64> = samples
            .windows(2)
            .map(|pair| (pair[1].1 - self.percent_between(&pair[0].0, &pair[1].0, excludes_steal)).abs())
            .inspect(|distance| println!("off by {distance:.1} percentage points of a core"))
            .collect();
        distances.sort_by(f64::total_cmp);
        distances[distances.len() / 2]
    }

    /// The CPU usage between two timestamps from the API, as a percentage where 100 is one core.
    fn percent_between(&self, from: &str, to: &str, excludes_steal: bool) -> f64 {
        let (from, to) = (self.at(parse(from)), self.at(parse(to)));
        let stolen = if excludes_steal { to.stolen - from.stolen } else { 0.0 };
        100.0 * (to.used - from.used) / (to.at - from.at - stolen)
    }

    /// Interpolates the counters at `moment`. Waits until a later reading exists.
    fn at(&self, moment: f64) -> CpuReading {
        let is_past = |readings: &Vec<CpuReading>| readings.last().is_some_and(|reading| reading.at > moment);
        let read = || self.readings.lock().expect("the readings").clone();
        let readings = super::within(Duration::from_secs(10), "a reading past the sample", read, is_past);
        let next = readings.partition_point(|reading| reading.at < moment);
        assert!(next > 0, "the recorder started after {moment}");
        let (before, after) = (readings[next - 1], readings[next]);
        let part = (moment - before.at) / (after.at - before.at);
        let between = |from: f64, to: f64| from + (to - from) * part;
        let (used, stolen) = (between(before.used, after.used), between(before.stolen, after.stolen));
        CpuReading { at: moment, used, stolen }
    }
}

impl Drop for CpuRecorder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // If the thread panicked, its message has already been printed.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Reads the CPU seconds used, from `cpuacct.usage` on cgroup v1 or from `usage_usec` in `cpu.stat` on cgroup v2.
fn cpu_seconds(file: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(file).ok()?;
    match text.lines().find_map(|line| line.strip_prefix("usage_usec ")) {
        Some(microseconds) => Some(microseconds.parse::<f64>().ok()? / 1e6),
        None => Some(text.trim().parse::<f64>().ok()? / 1e9),
    }
}

/// Reads the steal time per CPU in seconds. `/proc/stat` counts it in ticks of 10 ms, in the eighth column.
fn stolen_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let ticks: f64 = stat.lines().next()?.split_ascii_whitespace().nth(8)?.parse().ok()?;
    let cpus = stat.lines().filter(|line| line.starts_with("cpu")).count() - 1;
    Some(ticks / 100.0 / cpus as f64)
}

fn parse(timestamp: &str) -> f64 {
    unix_seconds(DateTime::parse_from_rfc3339(timestamp).expect("a time").to_utc())
}

fn unix_seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_micros() as f64 / 1e6
}
