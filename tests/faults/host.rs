//! Faults in the host's own data sources: counters that decrease or never move, impossible values and clock jumps.

use crate::support::program::{Answer, Launch, Program};
use crate::support::{skipped, within};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(10);
const NO_DOCKER: [&str; 4] = ["--docker-host", "unix:///nowhere.sock", "--interval", "1"];

fn percent(answer: &Answer, part: &str) -> f64 {
    answer.json[part]["percent"].as_f64().unwrap_or(f64::NAN)
}

/// Replaces the contents of a file in a single write, so readers never see a partial file.
fn rewrite(file: &Path, text: &str) {
    // A bind mount follows the inode, so the file must be overwritten in place. Padding keeps its length constant.
    let padded = format!("{text:<4096}");
    std::os::unix::fs::FileExt::write_all_at(
        &std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(file).expect("a file"),
        padded.as_bytes(),
        0,
    )
    .expect("written");
}

/// The contents of a `/proc/stat` with the given columns in its first line and the given number of CPUs.
fn stat_of(columns: [u64; 10], cpus: usize) -> String {
    let lines: String = (0..cpus).map(|cpu| format!("cpu{cpu} 0 0 0 0 0 0 0 0 0 0\n")).collect();
    format!("cpu  {}\n{lines}", columns.map(|column| column.to_string()).join(" "))
}

fn stat(user: u64, idle: u64, iowait: u64, cpus: usize) -> String {
    stat_of([user, 0, 0, idle, iowait, 0, 0, 0, 0, 0], cpus)
}

fn meminfo(total: u64, free: u64, others: &str) -> String {
    format!("MemTotal: {total} kB\nMemFree: {free} kB\n{others}")
}

/// Waits until the program has sampled the current contents of the files.
fn sampled(program: &Program) {
    // Wait for two samples, because the first may have been taken before the files changed.
    for _ in 0..2 {
        let now = program.host().json["timestamp"].clone();
        within(TIMEOUT, "a sample", || program.host(), |answer| answer.json["timestamp"] != now);
    }
}

/// Starts the program in its own mount namespace, where the folder's `stat` and `meminfo` replace the files in `/proc`.
/// Returns `None` if mount namespaces are not permitted.
fn program_on(folder: &Path) -> Option<Program> {
    let (stat, meminfo) = (folder.join("stat"), folder.join("meminfo"));
    let may = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|output| output.status.success());
    if !may {
        skipped("replaced files under /proc", "root and permission to create mount namespaces");
        return None;
    }
    let bind = |file: &Path, name: &str| format!("mount --bind {} /proc/{name}", file.display());
    let mounts = format!("{} && {}", bind(&stat, "stat"), bind(&meminfo, "meminfo"));
    Some(Launch::new(&NO_DOCKER).in_own_mounts(&mounts).start())
}

#[test]
fn falling_counters_excessive_memory_and_cpu_hotplug_are_handled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stat_file, meminfo_file) = (folder.path().join("stat"), folder.path().join("meminfo"));
    rewrite(&stat_file, &stat(1000, 1000, 5000, 2));
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 19, "MemAvailable: 786432 kB\n"));
    let Some(program) = program_on(folder.path()) else { return };
    let host = || program.host();
    let still = host();
    assert_eq!(
        (&still.json["cpu"], percent(&still, "memory")),
        (&Value::Null, 25.0),
        "no counter moved; a quarter of memory is used"
    );
    assert_eq!(still.json["errors"]["cpu"], "/proc/stat: no time has passed since the last sample");

    // The busy time rises by 10 ticks and idle by 100, while iowait falls by more than both.
    rewrite(&stat_file, &stat(1010, 1100, 4000, 2));
    let fell = within(TIMEOUT, "iowait fell", host, |answer| answer.json["cpu"].is_object());
    assert_eq!(percent(&fell, "cpu"), 9.1, "as in psutil, without a spike to 100");

    rewrite(&stat_file, &stat(5, 5, 5, 4));
    sampled(&program);
    assert_eq!(host().json["cpu"], Value::Null, "CPU is unknown after all counters fell");
    rewrite(&stat_file, &stat(15, 95, 5, 4));
    let plugged = within(TIMEOUT, "two CPUs added", host, |answer| answer.json["cpu"]["count"] == 4);
    assert_eq!(percent(&plugged, "cpu"), 10.0);
    rewrite(&stat_file, &stat(115, 95, 5, 1));
    let unplugged = within(TIMEOUT, "three CPUs removed", host, |answer| answer.json["cpu"]["count"] == 1);
    assert_eq!(percent(&unplugged, "cpu"), 100.0);

    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 18, "MemAvailable: 9786432 kB\n"));
    within(TIMEOUT, "available above total", host, |answer| percent(answer, "memory") == 75.0);
    // Without MemAvailable, available memory is estimated. With no cache, the estimate equals free memory.
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 17, ""));
    within(TIMEOUT, "no MemAvailable", host, |answer| percent(answer, "memory") == 87.5);
    rewrite(&stat_file, "cpu x\n");
    let reason = "/proc/stat: \"x\" is not a counter";
    let broken = within(TIMEOUT, "no counters", host, |answer| answer.json["errors"]["cpu"] == reason);
    assert_eq!((broken.status, broken.json["memory"].is_object()), (200, true), "the rest is unaffected: {broken:?}");
    rewrite(&meminfo_file, "");
    let blind = within(TIMEOUT, "no memory", host, |answer| answer.json["memory"].is_null());
    assert_eq!((blind.status, blind.json["disk"].is_object()), (200, true), "{blind:?}");
}

#[test]
fn impossible_numbers_are_null_with_their_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stat_file, meminfo_file) = (folder.path().join("stat"), folder.path().join("meminfo"));
    // gVisor does not count CPU time, and lxcfs reports an unset limit as the size of the swap space.
    rewrite(&stat_file, &stat_of([0; 10], 8));
    let swap = "MemAvailable: 786432 kB\nSwapTotal: 9007199246672720 kB\nSwapFree: 0 kB\n";
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 19, swap));
    let Some(program) = program_on(folder.path()) else { return };
    let host = || program.host();
    let odd = host();
    assert_eq!((&odd.json["cpu"], &odd.json["swap"], percent(&odd, "memory")), (&Value::Null, &Value::Null, 25.0));
    assert_eq!(odd.json["errors"]["cpu"], "/proc/stat counts no time on this kernel");
    assert_eq!(odd.json["errors"]["swap"], "/proc/meminfo: SwapTotal cannot be 9223372028592865280 bytes");

    // One of 100 ticks is busy, and steal time jumps by 92 days.
    rewrite(&stat_file, &stat_of([1000, 0, 0, 1000, 0, 0, 0, 5, 0, 0], 8));
    sampled(&program);
    rewrite(&stat_file, &stat_of([1001, 0, 0, 1099, 0, 0, 0, 800_000_005, 0, 0], 8));
    let stolen = within(TIMEOUT, "steal jumped", host, |answer| answer.json["cpu"].is_object());
    assert_eq!(percent(&stolen, "cpu"), 1.0, "{stolen:?}");

    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 21, "SwapTotal: 1024 kB\nSwapFree: 2048 kB\n"));
    let more_free = within(TIMEOUT, "free above total", host, |answer| answer.json["memory"].is_null());
    assert_eq!(more_free.json["errors"]["memory"], "/proc/meminfo: MemFree is more than MemTotal", "{more_free:?}");
}

/// The path of libfaketime, if its Debian package is installed.
fn faketime() -> Option<String> {
    let list = Command::new("dpkg").args(["-L", "libfaketime"]).output().ok()?;
    let list = String::from_utf8(list.stdout).ok()?;
    list.lines().find(|line| line.ends_with("/libfaketime.so.1")).map(str::to_owned)
}

#[test]
fn setting_the_clock_changes_no_age_and_makes_no_spike() {
    let Some(library) = faketime() else {
        skipped("setting the clock", "the Debian package faketime");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let offset = folder.path().join("offset");
    std::fs::write(&offset, "+0").expect("a file");
    let program = Launch::new(&NO_DOCKER)
        .env("LD_PRELOAD", &library)
        .env("FAKETIME_TIMESTAMP_FILE", &offset.display().to_string())
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .start();
    let newest = || program.host().json["timestamp"].as_str().expect("a time").to_owned();
    for step in ["+3600", "-3600"] {
        let before = newest();
        std::fs::write(&offset, step).expect("a file");
        let hour = |time: &str| time[11..13].parse::<u32>().expect("an hour");
        within(TIMEOUT, "the clock was set", newest, |time| hour(time) != hour(&before));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            let host = program.host();
            let age = host.json["age_seconds"].as_f64().expect("an age");
            assert!(!host.is_stale() && (0.0..2.5).contains(&age), "{step}: {host:?}");
            assert!(host.json["cpu"].is_object(), "CPU is measured with the monotonic clock: {step}: {host:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
