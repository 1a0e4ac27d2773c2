//! A Docker daemon to test with: as root one of the test's own, otherwise the machine's, of which it touches only
//! containers that it made.

use super::{skipped, stdout};
use host_telemetry::collect::{DockerEndpoint, DockerReader};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/private-docker.sh");
pub const BURN: &[&str] = &["sh", "-c", "while :; do :; done"];
pub const SLEEP: &[&str] = &["sleep", "100000"];

/// A daemon to test with; what was made in it is removed when this is dropped.
pub struct TestDocker {
    /// DOCKER_HOST of the daemon.
    pub host: String,
    /// The folder of a daemon of our own; `None` for the machine's.
    own: Option<tempfile::TempDir>,
    /// Carried by every container of this test, and asked for by its reader.
    pub label: String,
}

impl TestDocker {
    /// A daemon, or `None` where there is none to be had.
    pub fn start(test: &str) -> Option<Self> {
        Self::own_with(test, "").or_else(|| Self::machine_s(test)).or_else(|| skip(test))
    }

    /// A daemon that this test may stop, or `None` where there is none to be had.
    pub fn own(test: &str, flags: &str) -> Option<Self> {
        Self::own_with(test, flags).or_else(|| skip(test))
    }

    fn own_with(test: &str, flags: &str) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
        let host = format!("unix://{}/d.sock", folder.path().display());
        let started = script("start", folder.path()).env("PRIVATE_DOCKER_FLAGS", flags).output().expect("the script");
        if started.status.success() {
            return Some(Self { host, own: Some(folder), label: format!("host-telemetry-test={test}") });
        }
        println!("no daemon of our own: {}", String::from_utf8_lossy(&started.stderr));
        stdout(script("remove", folder.path()).output().expect("the script"));
        None
    }

    fn machine_s(test: &str) -> Option<Self> {
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into());
        let label = format!("host-telemetry-test={test}-{}", std::process::id());
        let folder = tempfile::tempdir().expect("a folder");
        let image = script("image", folder.path()).env("DOCKER_HOST", &host).output().expect("the script");
        image.status.success().then_some(Self { host, own: None, label })
    }

    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker").env("DOCKER_HOST", &self.host).args(arguments).output();
        stdout(output.expect("the docker command"))
    }

    pub fn run(&self, name: &str, options: &[&str], command: &[&str]) {
        let fixed = ["run", "-d", "--network", "none", "--label", &self.label, "--name", name];
        self.docker(&[&fixed, options, &["ht-busybox"], command].concat());
    }

    pub fn reader(&self) -> DockerReader {
        DockerReader::new(DockerEndpoint::parse(&self.host, None).expect("an address"), Some(self.label.clone()))
    }

    pub fn script(&self, verb: &str) {
        stdout(script(verb, self.folder()).output().expect("the script"));
    }

    /// The folder of the daemon; only where it is our own.
    pub fn folder(&self) -> &Path {
        self.own.as_ref().expect("a daemon of our own").path()
    }

    /// The process of the daemon; only where it is our own.
    pub fn pid(&self) -> String {
        std::fs::read_to_string(self.folder().join("pid")).expect("a pid file").trim().to_owned()
    }

    /// The process that watches over a container, and that the daemon asks for its numbers.
    pub fn shim(&self, name: &str) -> String {
        let id = self.docker(&["inspect", "-f", "{{.Id}}", name]);
        let shims = Command::new("pgrep").args(["-f", &format!("containerd-shim.*{}", id.trim())]).output();
        stdout(shims.expect("pgrep")).trim().to_owned()
    }

    /// A file of the kernel's about a container: in the hierarchy of `controller`, or the one hierarchy of cgroup v2.
    pub fn cgroup_file(&self, name: &str, controller: &str, v1: &str, v2: &str) -> String {
        let pid = self.docker(&["inspect", "-f", "{{.State.Pid}}", name]);
        let groups = std::fs::read_to_string(format!("/proc/{}/cgroup", pid.trim())).expect("a container's groups");
        let of = |wanted: &str| {
            groups.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (controllers, path) = rest.split_once(':')?;
                controllers.split(',').any(|controller| controller == wanted).then(|| path.to_owned())
            })
        };
        let file: PathBuf = match of(controller) {
            Some(path) => format!("/sys/fs/cgroup/{controller}{path}/{v1}").into(),
            None => format!("/sys/fs/cgroup{}/{v2}", of("").expect("a group")).into(),
        };
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())).trim().to_owned()
    }
}

impl Drop for TestDocker {
    fn drop(&mut self) {
        // Failures are told, not asserted: a second panic would end the other tests before they have cleaned up.
        let cleaned = match &self.own {
            Some(folder) => script("remove", folder.path()).status(),
            None => {
                let remove = format!("docker ps -aq --filter label={} | xargs -r docker rm -f", self.label);
                Command::new("sh").args(["-c", &remove]).env("DOCKER_HOST", &self.host).status()
            }
        };
        if !cleaned.is_ok_and(|status| status.success()) {
            eprintln!("{} left something behind", self.label);
        }
    }
}

fn skip(test: &str) -> Option<TestDocker> {
    skipped(test, "root and dockerd, or a Docker daemon that answers");
    None
}

/// The script that starts and ends daemons.
pub fn script(verb: &str, folder: &Path) -> Command {
    let mut command = Command::new(SCRIPT);
    command.arg(verb).arg(folder);
    command
}
