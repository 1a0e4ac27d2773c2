//! Tests with a watched file system that is deleted, hanging, full or read-only.

use crate::support::program::{Launch, Program};
use crate::support::{signal, skipped, within};
use serde_json::json;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(10);
const NO_DOCKER: [&str; 4] = ["--docker-host", "unix:///nowhere.sock", "--interval", "1"];

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
    within(TIMEOUT, "healed", || program.host(), |answer| answer.json["disk"].is_object());
    std::fs::remove_dir(&path).expect("cleaned up");
}

/// A FUSE file system that hangs while its process is stopped.
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
        // Killing the process releases the callers that are blocked on it, so the file system can be unmounted.
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = Command::new("umount").arg("-l").arg(self.mounted.path()).status();
    }
}

#[test]
fn a_hanging_disk_is_null_with_its_reason_and_delays_nothing() {
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
    assert_eq!(waiting.count(), 1, "expected one blocked thread, not one per sample");
    disk.signal("CONT");
    within(TIMEOUT, "healed", || program.host(), |answer| answer.json["disk"].is_object());
}

/// Starts the program in its own mount namespace, where it watches a full 1 MiB file system at `/mnt`. The shell runs
/// `commands` after mounting the file system. Returns `None` if mount namespaces are not permitted.
fn program_on_a_full_disk(commands: &str) -> Option<Program> {
    let may = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|output| output.status.success());
    if !may {
        skipped("a full disk", "root and permission to create mount namespaces");
        return None;
    }
    let full = "mount -t tmpfs -o size=1m full /mnt && { head -c 2m /dev/zero 2>/dev/null >/mnt/file || :; }";
    let arguments = [&NO_DOCKER[..], &["--disk-path", "/mnt"]].concat();
    Some(Launch::new(&arguments).in_own_mounts(&format!("{full} && {commands}")).start())
}

#[test]
fn a_full_disk_is_read_only_only_if_its_file_system_is() {
    let cases = [
        ("mount -o remount,ro /mnt", true),
        // A read-only mount, such as the one that `docker run -v /:/host:ro` creates, leaves the file system writable.
        ("mount -o remount,bind,ro /mnt", false),
        ("true", false),
    ];
    for (commands, read_only) in cases {
        let Some(program) = program_on_a_full_disk(commands) else { return };
        let full = json!({"percent": 100.0, "used_gb": 0.0, "total_gb": 0.0, "path": "/mnt", "read_only": read_only});
        assert_eq!(program.host().json["disk"], full, "{commands}");
    }
}
