//! The host's own sources: counters that fall, files that lie, disks that hang, clocks that jump.

use crate::support::program::{Answer, Launch, Program};
use crate::support::{signal, skipped, within};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const NO_DOCKER: [&str; 4] = ["--docker-host", "unix:///nowhere.sock", "--interval", "1"];

fn percent(answer: &Answer, part: &str) -> f64 {
    answer.json[part]["percent"].as_f64().unwrap_or(f64::NAN)
}

/// Replaces what a file says in one write, so that no reader sees half of it.
fn rewrite(file: &Path, text: &str) {
    // A bind mount shows the file, not its name, so it cannot be replaced by another; padding keeps the length.
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

/// The program in a mount namespace of its own, in which these two files stand for the kernel's.
fn program_on(folder: &Path) -> Option<Program> {
    let (stat, meminfo) = (folder.join("stat"), folder.join("meminfo"));
    let may = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|output| output.status.success());
    if !may {
        skipped("lying files under /proc", "root, and the right to make mount namespaces");
        return None;
    }
    let bind = |file: &Path, name: &str| format!("mount --bind {} /proc/{name}", file.display());
    let mounts = format!("{} && {}", bind(&stat, "stat"), bind(&meminfo, "meminfo"));
    Some(Launch::new(&NO_DOCKER).in_own_mounts(&mounts).start())
}

#[test]
fn counters_that_fall_memory_that_overflows_and_cpus_that_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stat_file, meminfo_file) = (folder.path().join("stat"), folder.path().join("meminfo"));
    rewrite(&stat_file, &stat(1000, 1000, 5000, 2));
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 19, "MemAvailable: 786432 kB\n"));
    let Some(program) = program_on(folder.path()) else { return };
    let host = || program.host();
    assert_eq!((percent(&host(), "cpu"), percent(&host(), "memory")), (0.0, 25.0), "nothing moved; a quarter is used");

    // 10 busy, 100 idle, and iowait falls by more than both.
    rewrite(&stat_file, &stat(1010, 1100, 4000, 2));
    let fell = within(PATIENCE, "iowait fell", host, |answer| percent(answer, "cpu") > 0.0);
    assert_eq!(percent(&fell, "cpu"), 9.1, "as psutil has it, and no spike to 100");

    rewrite(&stat_file, &stat(5, 5, 5, 4));
    let plugged = within(PATIENCE, "two CPUs came", host, |answer| answer.json["cpu"]["count"] == 4);
    assert_eq!(percent(&plugged, "cpu"), 0.0, "all counters fell: nothing is known to have been used");
    rewrite(&stat_file, &stat(105, 5, 5, 1));
    let unplugged = within(PATIENCE, "three CPUs went", host, |answer| answer.json["cpu"]["count"] == 1);
    assert_eq!(percent(&unplugged, "cpu"), 100.0);

    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 18, "MemAvailable: 9786432 kB\n"));
    within(PATIENCE, "more available than there is", host, |answer| percent(answer, "memory") == 75.0);
    // Without a word of what is available it is what is free, which here is all that could be.
    rewrite(&meminfo_file, &meminfo(1 << 20, 1 << 17, ""));
    within(PATIENCE, "no word of what is available", host, |answer| percent(answer, "memory") == 87.5);
    rewrite(&stat_file, "cpu x\n");
    let broken = within(PATIENCE, "no counters", host, |answer| answer.json["cpu"].is_null());
    assert_eq!((broken.status, broken.json["memory"].is_object()), (200, true), "the rest goes on: {broken:?}");
    assert_eq!(broken.json["errors"]["cpu"], "/proc/stat: \"x\" is no counter");
    rewrite(&meminfo_file, "");
    let blind = within(PATIENCE, "no memory", host, |answer| answer.json["memory"].is_null());
    assert_eq!((blind.status, blind.json["disk"].is_object()), (200, true), "{blind:?}");
}

#[test]
fn a_disk_that_was_deleted_is_null_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    let program = Launch::new(&[&NO_DOCKER[..], &["--disk-path", &path]].concat()).start();
    assert!(program.host().json["disk"].is_object());
    folder.close().expect("deleted");
    let gone = within(PATIENCE, "gone", || program.host(), |answer| answer.json["disk"].is_null());
    assert_eq!(gone.json["errors"]["disk"], format!("{path}: No such file or directory (os error 2)"));
    assert!(gone.status == 200 && gone.json["memory"].is_object(), "the rest goes on: {gone:?}");
    std::fs::create_dir(&path).expect("made anew");
    within(PATIENCE, "healed", || program.host(), |answer| answer.json["disk"].is_object());
    std::fs::remove_dir(&path).expect("cleaned up");
}

/// A file system whose program can be stopped.
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
        within(PATIENCE, "mounted", mounts, |mounts| mounts.contains(&format!(" {path} fuse")));
        Self { program, mounted, _source: source }
    }

    fn signal(&self, name: &str) {
        signal(name, &self.program.id().to_string());
    }
}

impl Drop for FuseMount {
    fn drop(&mut self) {
        // Ending it frees whoever waits for it, and then it can be unmounted.
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = Command::new("umount").arg("-l").arg(self.mounted.path()).status();
    }
}

#[test]
fn a_disk_that_hangs_is_null_with_its_reason_and_nothing_waits_for_it() {
    if !Path::new("/dev/fuse").exists() {
        skipped("a disk that hangs", "/dev/fuse and bindfs");
        return;
    }
    let disk = FuseMount::start();
    let path = disk.mounted.path().display().to_string();
    let program = Launch::new(&[&NO_DOCKER[..], &["--disk-path", &path]].concat()).start();
    assert!(program.host().json["disk"].is_object());
    disk.signal("STOP");
    let hangs = within(PATIENCE, "hangs", || program.host(), |answer| answer.json["disk"].is_null());
    assert_eq!(hangs.json["errors"]["disk"], format!("{path}: the file system does not answer"));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        let host = program.host();
        assert!(host.json["cpu"].is_object() && !host.is_stale(), "the rest goes on: {host:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    let threads = std::fs::read_dir(format!("/proc/{}/task", program.pid())).expect("its threads");
    let waiting = threads.filter(|thread| {
        let name =
            thread.as_ref().map(|thread| std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default());
        name.is_ok_and(|name| name.trim() == "disk-usage")
    });
    assert_eq!(waiting.count(), 1, "one thread waits, not one for each sample");
    disk.signal("CONT");
    within(PATIENCE, "healed", || program.host(), |answer| answer.json["disk"].is_object());
}

/// libfaketime, where Debian puts it.
fn faketime() -> Option<String> {
    let list = Command::new("dpkg").args(["-L", "libfaketime"]).output().ok()?;
    let list = String::from_utf8(list.stdout).ok()?;
    list.lines().find(|line| line.ends_with("/libfaketime.so.1")).map(str::to_owned)
}

#[test]
fn a_clock_that_is_set_changes_no_age_and_makes_no_spike() {
    let Some(library) = faketime() else {
        skipped("a clock that is set", "the Debian package faketime");
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
        within(PATIENCE, "the clock was set", newest, |time| hour(time) != hour(&before));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            let host = program.host();
            let age = host.json["age_seconds"].as_f64().expect("an age");
            assert!(!host.is_stale() && (0.0..2.5).contains(&age), "{step}: {host:?}");
            assert!(host.json["cpu"].is_object(), "its window is of the clock that never steps: {step}: {host:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
