//! The kernel's own counters of a container, to compare numbers with: no test may assume that a core is idle.

use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a counter is read.
const READ_EVERY: Duration = Duration::from_millis(10);

/// A file of a process's cgroup: `v1` in the hierarchy of `controller`, or `v2` in the single hierarchy of cgroup v2.
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

/// Records the CPU time of a process's cgroup until it is dropped.
pub struct CpuRecorder {
    /// Unix times in seconds, and the CPU seconds used until then.
    readings: Arc<Mutex<Vec<(f64, f64)>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl CpuRecorder {
    pub fn start(pid: &str) -> Self {
        let file = file(pid, "cpuacct", "cpuacct.usage", "cpu.stat");
        let (readings, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, stopped) = (Arc::clone(&readings), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if let Some(used) = cpu_seconds(&file) {
                    kept.lock().expect("the readings").push((unix_seconds(Utc::now()), used));
                }
                std::thread::sleep(READ_EVERY);
            }
        });
        Self { readings, stop, thread: Some(thread) }
    }

    /// The median difference between `samples`, each a timestamp of the wire and a container's CPU, and the counter
    /// over the same windows, in percent of a core.
    pub fn distance(&self, samples: &[(String, f64)]) -> f64 {
        let mut distances: Vec<f64> = samples
            .windows(2)
            .map(|pair| (pair[1].1 - self.percent_between(&pair[0].0, &pair[1].0)).abs())
            .inspect(|distance| println!("{distance:.1} points of a core from the kernel's counter"))
            .collect();
        distances.sort_by(f64::total_cmp);
        distances[distances.len() / 2]
    }

    /// CPU used between two timestamps of the wire; 100 is one core.
    fn percent_between(&self, from: &str, to: &str) -> f64 {
        let (from, to) = (parse(from), parse(to));
        100.0 * (self.used_at(to) - self.used_at(from)) / (to - from)
    }

    /// CPU seconds used until `moment`, interpolated between the two readings around it.
    fn used_at(&self, moment: f64) -> f64 {
        let readings = self.readings.lock().expect("the readings");
        let next = readings.partition_point(|(at, _)| *at < moment);
        assert!(next > 0 && next < readings.len(), "no readings around {moment}");
        let ((before, used), (after, more)) = (readings[next - 1], readings[next]);
        used + (more - used) * (moment - before) / (after - before)
    }
}

impl Drop for CpuRecorder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A panic in the thread has already been printed.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// CPU seconds from cpuacct.usage, or from `usage_usec` in cpu.stat.
fn cpu_seconds(file: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(file).ok()?;
    match text.lines().find_map(|line| line.strip_prefix("usage_usec ")) {
        Some(microseconds) => Some(microseconds.parse::<f64>().ok()? / 1e6),
        None => Some(text.trim().parse::<f64>().ok()? / 1e9),
    }
}

fn parse(timestamp: &str) -> f64 {
    unix_seconds(DateTime::parse_from_rfc3339(timestamp).expect("a time").to_utc())
}

fn unix_seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_micros() as f64 / 1e6
}
