//! Provides a private Podman service for tests.

use super::docker::script;
use super::{skipped, stdout, within};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long the service may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A Podman service with its own storage and socket. Dropping it removes its containers.
pub struct TestPodman {
    folder: tempfile::TempDir,
    service: Child,
}

impl TestPodman {
    /// Starts the service. Returns `None` if Podman is not installed or the tests are not running as root.
    pub fn start() -> Option<Self> {
        let runs = Command::new("podman").arg("--version").output().is_ok_and(|output| output.status.success());
        let is_root = stdout(Command::new("id").arg("-u").output().expect("id")).trim() == "0";
        if !runs || !is_root {
            skipped("Podman's socket", "Podman and root");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
        let socket = format!("unix://{}/p.sock", folder.path().display());
        let mut service = podman(folder.path());
        let service = service.args(["system", "service", "--time=0", &socket]).stderr(Stdio::null()).spawn();
        let podman = Self { service: service.expect("podman"), folder };
        let path = podman.folder.path().join("p.sock");
        within(START_TIMEOUT, "podman serves", || path.exists(), |exists| *exists);
        podman.import();
        Some(podman)
    }

    pub fn socket(&self) -> String {
        format!("unix://{}/p.sock", self.folder.path().display())
    }

    /// Imports the same image that the Docker tests use.
    fn import(&self) {
        stdout(script("archive", self.folder.path()).output().expect("the script"));
        self.podman(&["import", &format!("{}/image.tar", self.folder.path().display()), "localhost/ht-busybox"]);
    }

    pub fn podman(&self, arguments: &[&str]) -> String {
        stdout(podman(self.folder.path()).args(arguments).output().expect("podman"))
    }

    pub fn run(&self, name: &str, options: &[&str], command: &[&str]) {
        // By default, Podman raises these limits, which fails if they exceed the test process's own limits.
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
        // Podman bind-mounts its storage onto itself, and a folder that contains a mount point cannot be removed.
        let script =
            r#"awk -v dir="$0/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l"#;
        let _ = Command::new("sh").args(["-c", script]).arg(self.folder.path()).status();
    }
}
