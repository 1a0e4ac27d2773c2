//! Provides a Docker daemon for tests: a private daemon when running as root, otherwise the machine's own daemon, where
//! tests touch only the containers that they created.

use super::{cgroup, skipped, stdout};
use host_telemetry::collect::{DockerEndpoint, DockerReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/private-docker.sh");
/// The variable with the address of a daemon that all tests share, because starting one for each would take too long.
const GIVEN: &str = "HOST_TELEMETRY_TEST_DOCKER";
pub const BURN: &[&str] = &["sh", "-c", "while :; do :; done"];
pub const SLEEP: &[&str] = &["sleep", "100000"];

/// A Docker daemon for one test. Dropping it removes the test's containers.
pub struct TestDocker {
    /// The daemon's address, as a value for `DOCKER_HOST`.
    pub host: String,
    /// The private daemon's folder; `None` if the test uses the machine's daemon.
    own: Option<tempfile::TempDir>,
    /// The label that all of the test's containers carry. The test's reader filters by it.
    pub label: String,
}

impl TestDocker {
    /// Starts a private daemon or falls back to the machine's. Returns `None` if neither is available.
    pub fn start(test: &str) -> Option<Self> {
        match std::env::var(GIVEN) {
            Ok(host) => Self::shared(test, host),
            Err(_) => Self::own_with(test, "").or_else(|| {
                Self::shared(
                    test,
                    std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into()),
                )
            }),
        }
        .or_else(|| skip(test))
    }

    /// Starts a private daemon, which the test may stop. Returns `None` if it cannot be started.
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
        println!("no private daemon: {}", String::from_utf8_lossy(&started.stderr));
        stdout(script("remove", folder.path()).output().expect("the script"));
        None
    }

    fn shared(test: &str, host: String) -> Option<Self> {
        let label = format!("host-telemetry-test={test}-{}", std::process::id());
        let folder = tempfile::tempdir().expect("a folder");
        let image = script("image", folder.path()).env("DOCKER_HOST", &host).output().expect("the script");
        image.status.success().then_some(Self { host, own: None, label })
    }

    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker").env("DOCKER_HOST", &self.host).args(arguments).output();
        stdout(output.expect("the docker command"))
    }

    /// Starts a docker command without waiting for it. It is killed when dropped.
    pub fn background(&self, arguments: &[&str]) -> Background {
        let mut command = Command::new("docker");
        command.env("DOCKER_HOST", &self.host).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        Background(command.spawn().expect("the docker command"))
    }

    pub fn run(&self, name: &str, options: &[&str], command: &[&str]) {
        let fixed = ["run", "-d", "--network", "none", "--label", &self.label, "--name", name];
        self.docker(&[&fixed, options, &["ht-busybox"], command].concat());
    }

    pub fn reader(&self) -> DockerReader {
        let endpoint = DockerEndpoint::parse(&self.host, None).expect("an address");
        DockerReader::new(endpoint, Some(self.label.clone()), Duration::from_secs(2))
    }

    pub fn script(&self, verb: &str) {
        stdout(script(verb, self.folder()).output().expect("the script"));
    }

    /// The private daemon's folder. Panics if the test uses the machine's daemon.
    pub fn folder(&self) -> &Path {
        self.own.as_ref().expect("a private daemon").path()
    }

    /// The private daemon's PID.
    pub fn pid(&self) -> String {
        std::fs::read_to_string(self.folder().join("pid")).expect("a pid file").trim().to_owned()
    }

    /// The PIDs of the private daemon and its containerd.
    pub fn daemons(&self) -> Vec<String> {
        let session = Command::new("ps").args(["-o", "sid=", "-p", &self.pid()]).output();
        let session = stdout(session.expect("ps")).trim().to_owned();
        let found = Command::new("pgrep").args(["-s", &session, "-x", "dockerd|containerd"]).output();
        stdout(found.expect("pgrep")).lines().map(str::to_owned).collect()
    }

    /// The PID of the container's shim, from which the daemon gets the container's statistics.
    pub fn shim(&self, name: &str) -> String {
        let id = self.docker(&["inspect", "-f", "{{.Id}}", name]);
        let shims = Command::new("pgrep").args(["-f", &format!("containerd-shim.*{}", id.trim())]).output();
        stdout(shims.expect("pgrep")).trim().to_owned()
    }

    /// The PID of the container's first process.
    pub fn container_pid(&self, name: &str) -> String {
        self.docker(&["inspect", "-f", "{{.State.Pid}}", name]).trim().to_owned()
    }

    /// Reads a file in the container's cgroup. `v1` is the file's name on cgroup v1, where `controller` selects the
    /// hierarchy, and `v2` is its name on cgroup v2.
    pub fn cgroup_file(&self, name: &str, controller: &str, v1: &str, v2: &str) -> String {
        let file = cgroup::file(&self.container_pid(name), controller, v1, v2);
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())).trim().to_owned()
    }
}

impl Drop for TestDocker {
    fn drop(&mut self) {
        // Print failures instead of asserting. A second panic would abort the process before other tests clean up.
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

/// A docker command that runs in the background.
pub struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn skip(test: &str) -> Option<TestDocker> {
    skipped(test, "root and dockerd, or a running Docker daemon");
    None
}

/// A command that runs the script for private daemons with the given verb.
pub fn script(verb: &str, folder: &Path) -> Command {
    let mut command = Command::new(SCRIPT);
    command.arg(verb).arg(folder);
    command
}
