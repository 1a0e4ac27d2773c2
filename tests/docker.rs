//! The collector against a real daemon: as root one of its own, otherwise the machine's, of which it touches
//! only containers that it made. Skipped, with a line that says so, only where no Docker can be had; never where
//! CI is set.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use host_telemetry::collect::{
    DockerEndpoint, DockerReader, NoDocker, Sampler, SamplerOptions, SystemHost, Telemetry, Tls,
};
use host_telemetry::model::{ContainerState, ContainerStats, ContainersStats};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/private-docker.sh");
const BURN: &[&str] = &["sh", "-c", "while :; do :; done"];
const SLEEP: &[&str] = &["sleep", "100000"];

/// A daemon to test with; what was made in it is removed when this is dropped.
struct TestDocker {
    /// DOCKER_HOST of the daemon.
    host: String,
    /// The folder of a daemon of our own; `None` for the machine's.
    own: Option<tempfile::TempDir>,
    /// Carried by every container of this test, and asked for by its reader.
    label: String,
}

impl TestDocker {
    /// A daemon, or `None` where there is none to be had.
    fn start(test: &str) -> Option<Self> {
        Self::own_with(test, "").or_else(|| Self::machine_s(test)).or_else(|| skipped(test))
    }

    /// A daemon that this test may stop, or `None` where there is none to be had.
    fn own(test: &str, flags: &str) -> Option<Self> {
        Self::own_with(test, flags).or_else(|| skipped(test))
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

    fn docker(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker").env("DOCKER_HOST", &self.host).args(arguments).output();
        stdout(output.expect("the docker command"))
    }

    fn run(&self, name: &str, options: &[&str], command: &[&str]) {
        let fixed = ["run", "-d", "--network", "none", "--label", &self.label, "--name", name];
        self.docker(&[&fixed, options, &["ht-busybox"], command].concat());
    }

    fn reader(&self) -> DockerReader {
        DockerReader::new(DockerEndpoint::parse(&self.host, None).expect("an address"), Some(self.label.clone()))
    }

    fn script(&self, verb: &str) {
        let folder = self.own.as_ref().expect("a daemon of our own").path();
        stdout(script(verb, folder).output().expect("the script"));
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

/// Says that a test cannot run here, past the harness, which keeps what a passing test prints. Never where CI is set.
fn skipped(test: &str) -> Option<TestDocker> {
    assert!(std::env::var_os("CI").is_none(), "Docker is needed here: {test} must not be skipped");
    if let Ok(mut terminal) = std::fs::OpenOptions::new().append(true).open("/dev/stderr") {
        writeln!(terminal, "skipped: {test} needs root and dockerd, or a Docker daemon that answers").ok();
    }
    None
}

fn script(verb: &str, folder: &Path) -> Command {
    let mut command = Command::new(SCRIPT);
    command.arg(verb).arg(folder);
    command
}

fn stdout(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn sampler(reader: DockerReader) -> (Sampler, Telemetry) {
    let options = SamplerOptions { interval: Duration::from_secs(2), hostname: "test".into(), prefix: "agent-".into() };
    let sampler = Sampler::spawn(SystemHost::new("/".into()), reader, options);
    let telemetry = sampler.telemetry();
    (sampler, telemetry)
}

/// Asks until the answer is as expected, at most as long as Docker has to heal.
async fn until(
    telemetry: &Telemetry,
    what: &str,
    expected: impl Fn(&Result<ContainersStats, NoDocker>) -> bool,
) -> Result<ContainersStats, NoDocker> {
    let start = Instant::now();
    loop {
        let answer = telemetry.containers();
        if expected(&answer) {
            println!("{what}: after {:.1} s", start.elapsed().as_secs_f64());
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{what}: not within 20 s, but {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn measured(telemetry: &Telemetry, count: u32) -> ContainersStats {
    let complete = |stats: &ContainersStats| {
        stats.running_count == Some(count) && stats.containers.iter().all(|row| row.cpu.is_some())
    };
    let answer = until(telemetry, "measured", |answer| answer.as_ref().is_ok_and(complete)).await;
    answer.expect("numbers")
}

/// What `docker stats` says of one container: CPU in percent and memory in MiB.
fn docker_stats(docker: &TestDocker, name: &str) -> (f64, f64) {
    let line = docker.docker(&["stats", "--no-stream", "--format", "{{json .}}", name]);
    let stats: Value = serde_json::from_str(&line).expect("json");
    let text = |key: &str| stats[key].as_str().expect("text").to_owned();
    let cpu = text("CPUPerc").trim_end_matches('%').parse().expect("percent");
    let used = text("MemUsage");
    let used = used.split(" / ").next().expect("used");
    let number: f64 = used.trim_end_matches(|c: char| c.is_alphabetic()).parse().expect("a number");
    let mib = match used.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "B" => number / 1024.0 / 1024.0,
        "KiB" => number / 1024.0,
        "MiB" => number,
        "GiB" => number * 1024.0,
        unit => panic!("{unit}?"),
    };
    (cpu, mib)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_equal_docker_stats() {
    let Some(docker) = TestDocker::start("stats") else { return };
    docker.run("agent-burner", &[], BURN);
    docker.run(
        "agent-cache",
        &["--tmpfs", "/t"],
        &["sh", "-c", "dd if=/dev/zero of=/t/f bs=1M count=32; sleep 100000"],
    );
    docker.run("idle", &[], SLEEP);
    let (_sampler, telemetry) = sampler(docker.reader());
    measured(&telemetry, 3).await;
    // Our window and theirs are not the same seconds, and a busy machine gives a burner now more and now less:
    // one of a few comparisons must hold for all containers at once.
    let mut attempts = 0;
    let stats = loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let stats = measured(&telemetry, 3).await;
        let differing = differences(&docker, &stats);
        if differing.is_empty() {
            break stats;
        }
        attempts += 1;
        assert!(attempts < 8, "{}", differing.join("; "));
    };
    let names: Vec<&str> = stats.containers.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["burner", "cache", "idle"], "the busiest first, then by name, without the prefix");
    assert!(stats.containers[0].cpu > Some(25.0), "the burner burns");
}

/// Where our numbers are further from `docker stats`' than 5 points of CPU, or 1 MiB and 2 % of memory.
fn differences(docker: &TestDocker, stats: &ContainersStats) -> Vec<String> {
    let compare = |row: &ContainerStats| {
        let full_name = if row.name == "idle" { "idle".to_owned() } else { format!("agent-{}", row.name) };
        let (cpu, memory) = docker_stats(docker, &full_name);
        let (our_cpu, our_memory) = (row.cpu.expect("cpu"), row.memory_mb.expect("memory"));
        let line = format!("{full_name}: CPU {our_cpu} (docker stats {cpu}), memory {our_memory} MiB ({memory})");
        println!("{line}");
        let agree = (our_cpu - cpu).abs() <= 5.0 && (our_memory - memory).abs() <= f64::max(1.0, 0.02 * memory);
        (!agree).then_some(line)
    };
    stats.containers.iter().filter_map(compare).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn states_are_shown_for_what_they_are() {
    let Some(docker) = TestDocker::start("states") else { return };
    docker.run("paused", &[], SLEEP);
    docker.run("restarting", &["--restart=always"], &["false"]);
    docker.run("exited", &[], &["true"]);
    docker.docker(&["pause", "paused"]);
    let (_sampler, telemetry) = sampler(docker.reader());
    let state_of = |stats: &ContainersStats, name: &str| {
        stats.containers.iter().find(|row| row.name == name).map(|row| (row.state, row.memory_mb.is_some()))
    };
    let shown = until(&telemetry, "states", |answer| {
        answer.as_ref().is_ok_and(|stats| {
            state_of(stats, "paused") == Some((ContainerState::Paused, true))
                && state_of(stats, "restarting") == Some((ContainerState::Restarting, false))
                && stats.running_count == Some(1)
        })
    });
    assert_eq!(state_of(&shown.await.expect("numbers"), "exited"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_containers_with_the_label_are_shown() {
    let Some(docker) = TestDocker::start("label") else { return };
    docker.run("agent-mine", &[], SLEEP);
    docker.docker(&["run", "-d", "--rm", "--network", "none", "--name", "ht-not-mine", "ht-busybox", "sleep", "60"]);
    let (_sampler, telemetry) = sampler(docker.reader());
    let stats = measured(&telemetry, 1).await;
    assert_eq!(stats.containers[0].name, "mine");
    docker.docker(&["rm", "-f", "agent-mine", "ht-not-mine"]);
    let empty = until(&telemetry, "empty", |answer| answer.as_ref().is_ok_and(|stats| stats.running_count == Some(0)));
    let empty = empty.await.expect("numbers");
    assert_eq!((empty.total_cpu_percent, empty.total_memory_mb), (Some(0.0), Some(0.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_stops_is_told_and_one_that_returns_is_seen() {
    let Some(docker) = TestDocker::own("restart", "") else { return };
    docker.run("agent-a", &[], SLEEP);
    let (_sampler, telemetry) = sampler(docker.reader());
    measured(&telemetry, 1).await;
    docker.script("stop");
    let gone = until(&telemetry, "gone", Result::is_err).await.expect_err("no Docker");
    assert!(gone.0.contains("socket") || gone.0.contains("daemon"), "{}", gone.0);
    docker.script("start");
    until(&telemetry, "back", |answer| answer.as_ref().is_ok_and(|stats| stats.running_count == Some(0))).await.ok();
    docker.run("agent-b", &[], SLEEP);
    measured(&telemetry, 1).await;
    docker.script("kill");
    until(&telemetry, "killed", Result::is_err).await.ok();
    docker.script("start");
    until(&telemetry, "back again", Result::is_ok).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_appears_later_is_found() {
    let Some(docker) = TestDocker::own("later", "") else { return };
    docker.script("stop");
    let socket = docker.host.trim_start_matches("unix://").to_owned();
    // A daemon that ends leaves its socket; one that never ran has none.
    std::fs::remove_file(&socket).ok();
    let (_sampler, telemetry) = sampler(docker.reader());
    let gone = until(&telemetry, "absent", Result::is_err).await.expect_err("no Docker");
    assert_eq!(gone.0, format!("no socket at {socket}: is Docker installed and running?"));
    docker.script("start");
    docker.run("agent-a", &[], SLEEP);
    measured(&telemetry, 1).await;
}

/// Certificates of an authority, of a daemon at 127.0.0.1 and of a client, in the names that Docker expects.
fn certificates(folder: &Path) {
    let commands = "
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem
        printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > server.ext
        printf 'extendedKeyUsage=clientAuth\n' > client.ext
        openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server-key.pem -out server.csr
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile server.ext -out server-cert.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=client -keyout key.pem -out client.csr
        openssl x509 -req -in client.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile client.ext -out cert.pem";
    stdout(Command::new("sh").args(["-ec", commands]).current_dir(folder).output().expect("openssl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_behind_tls_is_measured_and_a_stranger_is_refused() {
    let certificates_folder = tempfile::tempdir().expect("a folder");
    certificates(certificates_folder.path());
    let free_port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let file = |name: &str| certificates_folder.path().join(name).display().to_string();
    let flags = format!(
        "-H tcp://127.0.0.1:{free_port} --tlsverify --tlscacert={} --tlscert={} --tlskey={}",
        file("ca.pem"),
        file("server-cert.pem"),
        file("server-key.pem")
    );
    let Some(docker) = TestDocker::own("tls", &flags) else { return };
    docker.run("agent-a", &[], SLEEP);
    let address = format!("tcp://127.0.0.1:{free_port}");
    let reader = |directory: PathBuf| {
        let endpoint = DockerEndpoint::parse(&address, Some(Tls { directory })).expect("an address");
        DockerReader::new(endpoint, Some(docker.label.clone()))
    };
    let (_sampler, telemetry) = sampler(reader(certificates_folder.path().into()));
    assert_eq!(measured(&telemetry, 1).await.containers[0].name, "a");

    let strangers = tempfile::tempdir().expect("a folder");
    certificates(strangers.path());
    let (_stranger, telemetry) = sampler(reader(strangers.path().into()));
    let refused = until(&telemetry, "refused", Result::is_err).await.expect_err("another authority");
    assert!(refused.0.to_lowercase().contains("certificate"), "{}", refused.0);
}
