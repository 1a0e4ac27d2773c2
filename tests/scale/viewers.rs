//! Thousands of viewers: connections that poll.

use crate::start_crowd;
use crate::support::docker::TestDocker;
use crate::support::program::{Launch, Program};
use crate::support::{skipped, stdout, within};
use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scale/viewers.lua");
const MIB: f64 = 1024.0 * 1024.0;

/// What the load generator measured.
#[derive(Debug)]
pub struct Load(HashMap<String, f64>);

impl Load {
    pub fn get(&self, name: &str) -> f64 {
        *self.0.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// A load generator that keeps `viewers` connections open for `seconds`. Each viewer pauses between two requests.
pub fn viewers(program: &Program, viewers: u32, seconds: u32, pause: Duration) -> Command {
    let mut command = Command::new("sh");
    // Each connection is an open file.
    command.args(["-c", "ulimit -Sn $(ulimit -Hn); exec wrk \"$@\"", "sh", "-t2", "--timeout", "10s", "-s", SCRIPT]);
    command.arg(format!("-c{viewers}")).arg(format!("-d{seconds}s")).arg(format!("http://{}/", program.address()));
    command.env("PAUSE", pause.as_millis().to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Reads the load generator's result.
pub fn result(output: std::process::Output) -> Load {
    let text = stdout(output);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT ")).unwrap_or_else(|| panic!("{text}"));
    let field = |field: &str| {
        let (name, value) = field.split_once('=')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    Load(line.split(' ').filter_map(field).collect())
}

/// Whether the load generator is installed.
pub fn can_load(test: &str) -> bool {
    let can = Command::new("wrk").arg("--version").output().is_ok();
    if !can {
        skipped(test, "the Debian package wrk");
    }
    can
}

#[test]
fn more_viewers_than_the_usual_limit_of_open_files_are_all_served() {
    const VIEWERS: u32 = 600;
    if !can_load("viewers") {
        return;
    }
    let program = Launch::new(&["--docker-host", "unix:///nowhere/docker.sock"]).with_open_files(256).start();
    let files = program.open_files();
    let load = viewers(&program, VIEWERS, 6, Duration::from_millis(500)).spawn().expect("wrk");
    let open = || program.open_files();
    within(Duration::from_secs(5), "all are connected", open, |open| *open >= files + VIEWERS as usize);
    let load = result(load.wait_with_output().expect("wrk"));
    // Half of the answers are errors, because there is no Docker.
    assert!(load.get("requests") > f64::from(VIEWERS), "{load:?}");
    within(Duration::from_secs(5), "all are gone", open, |open| *open <= files + 2);
    assert_eq!(program.host().status, 200);
}

#[test]
#[ignore = "a benchmark: make bench-scale"]
fn bench_viewers() {
    const VIEWERS: u32 = 10_000;
    const SECONDS: u32 = 30;
    let docker = TestDocker::start("bench-viewers").expect("a daemon");
    start_crowd(&docker, 60);
    let program = Launch::new(&["--docker-host", &docker.host, "--container-label", &docker.label]).start();
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(60));
    let (memory, cpu) = (program.resident() as f64 / MIB, program.cpu_time());
    let load = viewers(&program, VIEWERS, SECONDS, Duration::from_secs(5)).output();
    let load = result(load.expect("wrk"));
    let cpu = (program.cpu_time() - cpu).as_secs_f64();
    let per_second = load.get("requests") / load.get("seconds");
    println!(
        "RESULT {VIEWERS} viewers, 60 containers: {per_second:.0} requests/s, {} failed, median {:.2} ms, p99 {:.2} ms",
        load.get("failed"),
        load.get("p50_ms"),
        load.get("p99_ms"),
    );
    println!(
        "RESULT {VIEWERS} viewers, 60 containers: {:.1} % of a core, {:.0} µs of CPU per request, memory {memory:.1} MiB before, {:.1} after",
        100.0 * cpu / load.get("seconds"),
        1e6 * cpu / load.get("requests"),
        program.resident() as f64 / MIB,
    );
    assert!(load.get("failed") == 0.0 && load.get("requests") > f64::from(VIEWERS), "{load:?}");
    assert_eq!(program.containers().status, 200);
}
