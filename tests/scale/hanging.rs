//! How fast answers are while the engine hangs.

use crate::median;
use crate::support::docker::{SLEEP, TestDocker};
use crate::support::program::{Answer, Launch};
use crate::support::{signal, within};
use std::time::{Duration, Instant};

/// How long the daemon is stopped.
const STOPPED: Duration = Duration::from_secs(60);

#[test]
#[ignore = "a benchmark: make bench-scale"]
fn bench_hanging() {
    let docker = TestDocker::own("bench-hung", "").expect("a daemon");
    for number in 0..10 {
        docker.run(&format!("agent-{number}"), &[], SLEEP);
    }
    let program = Launch::new(&["--docker-host", &docker.host, "--container-label", &docker.label]).start();
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(10));
    signal("STOP", &docker.pid());
    let run = ["run", "-d", "--network", "none", "--label", &docker.label, "--name", "late", "ht-busybox"];
    let running = docker.background(&[&run, SLEEP].concat());
    let (start, mut times) = (Instant::now(), Vec::new());
    let (mut age, mut list_age) = (0.0, 0.0);
    while start.elapsed() < STOPPED {
        let (host, containers) = (timed(|| program.host()), timed(|| program.containers()));
        let seconds = |name: &str| containers.1.json[name].as_f64().expect("seconds");
        (age, list_age) = (f64::max(age, seconds("age_seconds")), f64::max(list_age, seconds("list_age_seconds")));
        times.extend([host.0, containers.0]);
        std::thread::sleep(Duration::from_millis(50));
    }
    signal("CONT", &docker.pid());
    let (appeared, _) = timed(|| {
        let listed = |answer: &Answer| answer.row("late").is_object();
        within(Duration::from_secs(15), "the container that was started meanwhile", || program.containers(), listed)
    });
    drop(running);
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let (count, median) = (times.len(), median(times));
    println!(
        "RESULT dockerd stopped for 60 s: {count} answers, median {median:.1} ms, at most 50; slowest {slowest:.1} ms"
    );
    println!("RESULT dockerd stopped for 60 s: age at most {age:.1} s (6 allowed), list's age {list_age:.1} s");
    println!(
        "RESULT dockerd continued: a container started meanwhile appears after {:.1} s, at most 3",
        appeared / 1000.0
    );
    assert!(median <= 50.0 && age <= 6.0 && list_age > 55.0 && appeared <= 3000.0, "beyond a limit");
}

/// Calls `ask`; returns how many milliseconds that took.
fn timed(ask: impl Fn() -> Answer) -> (f64, Answer) {
    let start = Instant::now();
    let answer = ask();
    (start.elapsed().as_secs_f64() * 1000.0, answer)
}
