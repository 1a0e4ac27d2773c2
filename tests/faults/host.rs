//! Faults of the host: falling counters, wrong files, hanging disks, stepping clocks.

use crate::support::program::{Answer, Launch, Program};
use crate::support::{signal, skipped, within};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(10);
const NO_DOCKER: [&str; 4] = ["--docker-host", "unix:///nowhere.sock", "--interval", "1"];

fn percent(answer: &Answer, metric: &str) -> f64 {
    answer.json[metric]["percent"].as_f64().unwrap_or(f64::NAN)
}

/// Replaces a file's content in one write, so that no reader sees half of it.
fn rewrite(file: &Path, text: &str) {
    // The bind mount refers to the inode, so the file cannot be renamed over; padding keeps its length.
    let padded = format!("{text:<4096}");
    std::os::unix::fs::FileExt::write_all_at(
        &std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(file).expect("a file"),
        padded.as_bytes(),
        0,
    )
    .expect("written");
}

fn stat(user: u64, idle: u64, iowait: u64, cpus: usize) -> String {
    let lines: String = (0..cpus).map(|cpu| format!("cpu{cpu} {user} 0 0 {idle} {iowait} 0 0 0 0 0\n")).collect();
    format!("cpu  {user} 0 0 {idle} {iowait} 0 0 0 0 0\n{lines}")
}

fn meminfo(total: u64, free: u64, available: &str) -> String {
    format!("MemTotal: {total} kB\nMemFree: {free} kB\n{available}SwapTotal: 0 kB\nSwapFree: 0 kB\n")
}

/// The program in its own mount namespace, where two files of this folder replace /proc/stat and /proc/meminfo.
fn program_on(folder: &Path) -> Option<Program> {
    let (stat, meminfo) = (folder.join("stat"), folder.join("meminfo"));
    let permitted = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|output| output.status.success());
    if !permitted {
        skipped("replaced files in /proc", "root, and permission to create mount namespaces");
        return None;
    }
    let bind = |file: &Path, name: &str| format!("mount --bind {} /proc/{name}", file.display());
    let mounts = format!("{} && {}", bind(&stat, "stat"), bind(&meminfo, "meminfo"));
    Some(Launch::new(&NO_DOCKER).in_own_mounts(&mounts).start())
}

#[test]
fn falling_counters_overflowing_memory_and_cpu_hotplug() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stat_file, meminfo_file) = (folder.path().join("stat"), folder.path().join("meminfo"));
    rewrite(&stat_file, &stat(1000, 1000, 5000, 2));
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 19, "MemAvailable: 786432 kB\n"));
    let Some(program) = program_on(folder.path()) else { return };
    let host = || program.host();
    assert_eq!((percent(&host(), "cpu"), percent(&host(), "memory")), (0.0, 25.0), "no CPU time; a quarter is used");

    // 10 ticks busy, 100 idle, and iowait falls by more than both.
    rewrite(&stat_file, &stat(1010, 1100, 4000, 2));
    let fell = within(TIMEOUT, "iowait fell", host, |answer| percent(answer, "cpu") > 0.0);
    assert_eq!(percent(&fell, "cpu"), 9.1, "as psutil computes it, without a spike to 100");

    rewrite(&stat_file, &stat(5, 5, 5, 4));
    let plugged = within(TIMEOUT, "two CPUs were added", host, |answer| answer.json["cpu"]["count"] == 4);
    assert_eq!(percent(&plugged, "cpu"), 0.0, "all counters fell, so no usage is known");
    rewrite(&stat_file, &stat(105, 5, 5, 1));
    let unplugged = within(TIMEOUT, "three CPUs were removed", host, |answer| answer.json["cpu"]["count"] == 1);
    assert_eq!(percent(&unplugged, "cpu"), 100.0);

    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 18, "MemAvailable: 9786432 kB\n"));
    within(TIMEOUT, "more available than the total", host, |answer| percent(answer, "memory") == 75.0);
    // Without MemAvailable it is estimated: the free memory, as this meminfo has no other input to the estimate.
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 17, ""));
    within(TIMEOUT, "no MemAvailable", host, |answer| percent(answer, "memory") == 87.5);
    rewrite(&stat_file, "cpu x\n");
    let broken = within(TIMEOUT, "no counters", host, |answer| answer.json["cpu"].is_null());
    assert_eq!((broken.status, broken.json["memory"].is_object()), (200, true), "the rest is unaffected: {broken:?}");
    assert_eq!(broken.json["errors"]["cpu"], "/proc/stat: \"x\" is no counter");
    rewrite(&meminfo_file, "");
    let no_memory = within(TIMEOUT, "no memory", host, |answer| answer.json["memory"].is_null());
    assert_eq!((no_memory.status, no_memory.json["disk"].is_object()), (200, true), "{no_memory:?}");
}

#[test]
fn a_deleted_disk_path_is_null_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    let program = Launch::new(&[&NO_DOCKER[..], &["--disk-path", &path]].concat()).start();
    assert!(program.host().json["disk"].is_object());
    folder.close().expect("deleted");
    let gone = within(TIMEOUT, "gone", || program.host(), |answer| answer.json["disk"].is_null());
    assert_eq!(gone.json["errors"]["disk"], format!("{path}: No such file or directory (os error 2)"));
    assert!(gone.status == 200 && gone.json["memory"].is_object(), "the rest is unaffected: {gone:?}");
    std::fs::create_dir(&path).expect("created again");
    within(TIMEOUT, "recovered", || program.host(), |answer| answer.json["disk"].is_object());
    std::fs::remove_dir(&path).expect("cleaned up");
}

/// A FUSE file system whose process can be stopped.
struct FuseMount {
    program: Child,
    mounted: tempfile::TempDir,
    _source: tempfile::TempDir,
}

impl FuseMount {
    fn start() -> Self {
        let (source, mounted) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let program = Command::new("bindfs")
            .args(["-f".as_ref(), source.path().as_os_str(), mounted.path().as_os_str()])
            .stdin(Stdio::null())
            .spawn()
            .expect("bindfs");
        let path = mounted.path().display().to_string();
        let mounts = || std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        within(TIMEOUT, "mounted", mounts, |mounts| mounts.contains(&format!(" {path} fuse")));
        Self { program, mounted, _source: source }
    }

    fn signal(&self, name: &str) {
        signal(name, &self.program.id().to_string());
    }
}

impl Drop for FuseMount {
    fn drop(&mut self) {
        // Killing it releases blocked threads, so that it can be unmounted.
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = Command::new("umount").arg("-l").arg(self.mounted.path()).status();
    }
}

#[test]
fn a_hanging_disk_is_null_with_its_reason_and_blocks_nothing() {
    if !Path::new("/dev/fuse").exists() {
        skipped("a hanging disk", "/dev/fuse and bindfs");
        return;
    }
    let disk = FuseMount::start();
    let path = disk.mounted.path().display().to_string();
    let program = Launch::new(&[&NO_DOCKER[..], &["--disk-path", &path]].concat()).start();
    assert!(program.host().json["disk"].is_object());
    disk.signal("STOP");
    let hangs = within(TIMEOUT, "hangs", || program.host(), |answer| answer.json["disk"].is_null());
    assert_eq!(hangs.json["errors"]["disk"], format!("{path}: the file system does not answer"));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        let host = program.host();
        assert!(host.json["cpu"].is_object() && !host.is_stale(), "the rest is unaffected: {host:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    let threads = std::fs::read_dir(format!("/proc/{}/task", program.pid())).expect("its threads");
    let waiting = threads.filter(|thread| {
        let name =
            thread.as_ref().map(|thread| std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default());
        name.is_ok_and(|name| name.trim() == "disk-usage")
    });
    assert_eq!(waiting.count(), 1, "one thread is blocked, not one per sample");
    disk.signal("CONT");
    within(TIMEOUT, "recovered", || program.host(), |answer| answer.json["disk"].is_object());
}

/// The path of Debian's libfaketime.
fn faketime() -> Option<String> {
    let list = Command::new("dpkg").args(["-L", "libfaketime"]).output().ok()?;
    let list = String::from_utf8(list.stdout).ok()?;
    list.lines().find(|line| line.ends_with("/libfaketime.so.1")).map(str::to_owned)
}

#[test]
fn a_clock_step_changes_no_age_and_causes_no_spike() {
    let Some(library) = faketime() else {
        skipped("a clock step", "the Debian package faketime");
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
            assert!(host.json["cpu"].is_object(), "its window is measured on the monotonic clock: {step}: {host:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
