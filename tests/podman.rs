//! The collector against Podman's socket, which answers in Docker's form and means other things by some of it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::docker::{BURN, SLEEP, script};
use support::program::{Answer, Launch};
use support::{mib, skipped, stdout, within};

const PATIENCE: Duration = Duration::from_secs(20);

/// Podman with a store of its own, serving on a socket of its own.
struct TestPodman {
    folder: tempfile::TempDir,
    service: Child,
}

impl TestPodman {
    /// `None` where there is none to be had.
    fn start() -> Option<Self> {
        let runs = Command::new("podman").arg("--version").output().is_ok_and(|output| output.status.success());
        let is_root = stdout(Command::new("id").arg("-u").output().expect("id")).trim() == "0";
        if !runs || !is_root {
            skipped("Podman's socket", "podman, and root");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
        let socket = format!("unix://{}/p.sock", folder.path().display());
        let mut service = podman(folder.path());
        let service = service.args(["system", "service", "--time=0", &socket]).stderr(Stdio::null()).spawn();
        let podman = Self { service: service.expect("podman"), folder };
        let path = podman.folder.path().join("p.sock");
        within(PATIENCE, "podman serves", || path.exists(), |exists| *exists);
        podman.import();
        Some(podman)
    }

    fn socket(&self) -> String {
        format!("unix://{}/p.sock", self.folder.path().display())
    }

    /// The image of the Docker tests.
    fn import(&self) {
        stdout(script("archive", self.folder.path()).output().expect("the script"));
        self.podman(&["import", &format!("{}/image.tar", self.folder.path().display()), "localhost/ht-busybox"]);
    }

    fn podman(&self, arguments: &[&str]) -> String {
        stdout(podman(self.folder.path()).args(arguments).output().expect("podman"))
    }

    fn run(&self, name: &str, options: &[&str], command: &[&str]) {
        // Higher limits than one has oneself cannot be given, which is what podman would try.
        let limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];
        let fixed = ["run", "-d", "--network", "none", "--label", "ht=yes", "--name", name];
        self.podman(&[&fixed, &limits[..], options, &["localhost/ht-busybox"], command].concat());
    }
}

fn podman(folder: &Path) -> Command {
    let mut command = Command::new("podman");
    command.arg("--root").arg(folder.join("root")).arg("--runroot").arg(folder.join("run"));
    command.args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"]);
    command
}

impl Drop for TestPodman {
    fn drop(&mut self) {
        let removed = podman(self.folder.path()).args(["rm", "-fa", "-t", "0"]).output();
        if !removed.is_ok_and(|output| output.status.success()) {
            eprintln!("podman left something behind in {}", self.folder.path().display());
        }
        let _ = self.service.kill();
        let _ = self.service.wait();
        // Podman mounts its store on itself, and a folder with a mount in it cannot be removed.
        let script =
            r#"awk -v dir="$0/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l"#;
        let _ = Command::new("sh").args(["-c", script]).arg(self.folder.path()).status();
    }
}

#[test]
fn podman_s_numbers_are_the_kernel_s() {
    let Some(podman) = TestPodman::start() else { return };
    podman.run("limited", &["--cpus", "0.5", "--memory", "128m"], BURN);
    podman.run("idle", &[], SLEEP);
    podman.run("paused", &[], SLEEP);
    podman.podman(&["pause", "paused"]);
    let arguments = ["--docker-host", &podman.socket(), "--container-label", "ht=yes", "--interval", "2"];
    let program = Launch::new(&arguments).start();
    let settled = |answer: &Answer| answer.is_complete(3) && answer.row("limited")["cpu"].as_f64() > Some(40.0);
    let answer = within(PATIENCE, "measured", || program.containers(), settled);
    let limited = answer.row("limited");
    let cpu = limited["cpu"].as_f64().expect("CPU");
    assert!((40.0..=60.0).contains(&cpu), "half a core, and not what Docker's formula would make of it: {limited}");
    assert_eq!((&limited["memory_limit_mb"], &limited["cpu_limit_cores"]), (&128.0.into(), &0.5.into()));
    let idle = answer.row("idle");
    assert!(idle["cpu"].as_f64() < Some(5.0), "{idle}");
    assert!(idle["memory_limit_mb"].is_null() && idle["cpu_limit_cores"].is_null(), "no limit is null: {idle}");
    assert_eq!(answer.row("paused")["state"], "paused", "Podman lists it only where it is asked to");
    // Podman does not tell the page cache, so that no part of the host's memory can be named.
    assert!(answer.json["split"]["memory_mb"].is_null() && answer.json["split"]["cpu_percent"].is_object());
    for name in ["limited", "idle"] {
        let ours = answer.row(name)["memory_mb"].as_f64().expect("memory");
        let theirs = podman.podman(&["stats", "--no-stream", "--format", "{{.MemUsageBytes}}", name]);
        println!("{name}: {ours} MiB, podman stats {theirs}");
        let theirs = mib(theirs.split(" / ").next().expect("used"));
        assert!((ours - theirs).abs() <= f64::max(1.0, 0.02 * theirs), "{name}: {ours} MiB, podman stats {theirs}");
    }
}
