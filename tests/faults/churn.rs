//! Tests with hundreds of containers that start and stop.

use crate::support::docker::{SLEEP, TestDocker};
use crate::support::program::{Launch, Program};
use crate::support::{seconds_of_day, within};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const COUNT: usize = 100;
const MIB: u64 = 1 << 20;

/// Runs a command for each container, replacing `N` with its number. Runs four at a time, because each call is slow.
fn for_all(docker: &TestDocker, command: &str) {
    let script = format!("seq {COUNT} | xargs -P 4 -I N {command} >/dev/null");
    let status = Command::new("sh").args(["-ec", &script]).env("DOCKER_HOST", &docker.host).status();
    assert!(status.expect("a shell").success(), "{command}");
}

fn start_and_remove(docker: &TestDocker, program: &Program) {
    let start =
        format!("docker run -d --network none --label {} --name crowd-N ht-busybox {}", docker.label, SLEEP.join(" "));
    for_all(docker, &start);
    let complete = |answer: &crate::support::program::Answer| answer.is_complete(COUNT as u64);
    within(Duration::from_secs(30), "all are measured", || program.containers(), complete);
    // Wait for a few scrapes of all containers to measure the time between them.
    let scrapes = || program.api("history").json["totals"].as_array().map_or(0, Vec::len);
    let before = scrapes();
    within(Duration::from_secs(30), "scrapes", scrapes, |now| *now >= before + 4);
    let times: Vec<f64> =
        program.api("history").json["totals"].as_array().expect("scrapes").iter().map(seconds_of_day).collect();
    let waits: Vec<f64> = times[times.len() - 4..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    println!("seconds between scrapes of {COUNT} containers: {waits:.1?}");
    assert!(waits.iter().all(|wait| *wait < 6.0), "scrapes keep to the 3 s interval: {waits:?}");
    for_all(docker, "docker rm -f crowd-N");
    within(
        Duration::from_secs(20),
        "all are removed",
        || program.containers(),
        |answer| answer.json["running_count"] == 0,
    );
}

#[test]
fn two_hundred_removed_containers_leave_nothing_behind() {
    let Some(docker) = TestDocker::start("churn") else { return };
    let arguments = ["--docker-host", &docker.host, "--container-label", &docker.label, "--interval", "3"];
    let program = Launch::new(&arguments).start();
    start_and_remove(&docker, &program);
    let (files, memory) = (program.open_files(), program.resident());
    start_and_remove(&docker, &program);
    let (files_after, memory_after) = (program.open_files(), program.resident());
    println!("open files {files}, then {files_after}; memory {} MiB, then {}", memory / MIB, memory_after / MIB);
    // A scrape in progress may hold a few files open, but removed containers must not.
    assert!(files_after <= files + 2, "{files} files, then {files_after}");
    // The values of those that ended stay in the history for a while.
    assert!(memory_after <= memory + memory / 10 + 4 * MIB, "{memory} bytes, then {memory_after}");
    // They stay in the history as long as their values do, which is longer than this test.
    let history = program.api("history").json;
    let trends = history["containers"].as_array().expect("trends");
    assert!(trends.len() <= 2 * COUNT, "{} containers in the history", trends.len());
    let ended = |trend: &Value| trend["cpu"].as_array().and_then(|values| values.last()).is_some_and(Value::is_null);
    assert!(trends.iter().all(ended), "no numbers of removed containers");
}
