//! Hundreds of containers, coming and going.

use crate::support::docker::{SLEEP, TestDocker};
use crate::support::program::{Launch, Program};
use crate::support::{seconds_of_day, within};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const CROWD: usize = 100;
const MIB: u64 = 1 << 20;

/// Starts or removes many containers at a time: a shell, because each call takes a while.
fn crowd(docker: &TestDocker, command: &str) {
    let script = format!("seq {CROWD} | xargs -P 4 -I N {command} >/dev/null");
    let status = Command::new("sh").args(["-ec", &script]).env("DOCKER_HOST", &docker.host).status();
    assert!(status.expect("a shell").success(), "{command}");
}

fn come_and_go(docker: &TestDocker, program: &Program) {
    let start =
        format!("docker run -d --network none --label {} --name crowd-N ht-busybox {}", docker.label, SLEEP.join(" "));
    crowd(docker, &start);
    let everyone = |answer: &crate::support::program::Answer| answer.is_complete(CROWD as u64);
    within(Duration::from_secs(30), "all are measured", || program.containers(), everyone);
    // A few rounds of all of them, so that the tick shows.
    let rounds = || program.api("history").json["totals"].as_array().map_or(0, Vec::len);
    let before = rounds();
    within(Duration::from_secs(30), "rounds", rounds, |now| *now >= before + 4);
    let times: Vec<f64> =
        program.api("history").json["totals"].as_array().expect("rounds").iter().map(seconds_of_day).collect();
    let waits: Vec<f64> = times[times.len() - 4..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    println!("seconds between rounds of {CROWD}: {waits:.1?}");
    assert!(waits.iter().all(|wait| *wait < 6.0), "the tick of 3 s is kept: {waits:?}");
    crowd(docker, "docker rm -f crowd-N");
    within(
        Duration::from_secs(20),
        "all are forgotten",
        || program.containers(),
        |answer| answer.json["running_count"] == 0,
    );
}

#[test]
fn two_hundred_containers_come_and_go_and_nothing_of_them_stays() {
    let Some(docker) = TestDocker::start("churn") else { return };
    let arguments = ["--docker-host", &docker.host, "--container-label", &docker.label, "--interval", "3"];
    let program = Launch::new(&arguments).start();
    come_and_go(&docker, &program);
    let (files, memory) = (program.open_files(), program.resident());
    come_and_go(&docker, &program);
    let (files_after, memory_after) = (program.open_files(), program.resident());
    println!("open files {files}, then {files_after}; memory {} MiB, then {}", memory / MIB, memory_after / MIB);
    // Connections that were used at once are kept for a while; containers that came and went leave none.
    assert!(files_after <= files + 2, "{files} files, then {files_after}");
    assert!(memory_after <= memory + memory / 10, "{memory} bytes, then {memory_after}");
    assert_eq!(program.api("history").json["containers"], Value::Array(Vec::new()), "no history of who is gone");
}
