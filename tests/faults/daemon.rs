//! Tests with a daemon that is absent, killed, hanging or inaccessible.

use crate::support::docker::{SLEEP, TestDocker};
use crate::support::fake_engine::{FakeSocket, Mood, Question};
use crate::support::program::{Answer, Launch, Program};
use crate::support::{signal, within};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

/// The default sampling interval. Numbers become stale after at most two intervals and are dropped after three.
const INTERVAL: Duration = Duration::from_secs(5);

/// How long numbers may remain after the daemon disappears: three intervals, plus 3 s of slack for busy machines.
const GIVEN_UP: Duration = Duration::from_secs(3 * INTERVAL.as_secs() + 3);

fn program(docker: &TestDocker) -> Program {
    Launch::new(&["--docker-host", &docker.host, "--container-label", &docker.label]).start()
}

fn measured(program: &Program) {
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(1));
}

/// Starts a container and the program, and waits until the container has been measured.
fn measuring(docker: &TestDocker) -> Program {
    docker.run("agent-a", &[], SLEEP);
    let program = program(docker);
    measured(&program);
    program
}

fn healed(answer: &Answer) -> bool {
    answer.status == 200 && !answer.is_stale()
}

/// Checks that the last good numbers turn stale and are dropped three intervals after they were sampled, and that the
/// host's numbers are unaffected.
fn expect_stale_and_given_up(program: &Program) {
    let start = Instant::now();
    let stale = within(GIVEN_UP, "stale", || program.containers(), Answer::is_stale);
    assert_eq!((stale.status, &stale.json["running_count"]), (200, &1.into()), "the last good numbers stay");
    assert!(stale.rows()[0]["cpu"].is_number(), "{stale:?}");
    within(
        GIVEN_UP,
        "given up",
        || program.containers(),
        |answer| {
            let host = program.host();
            assert_eq!((host.status, host.is_stale()), (200, false), "the host is unaffected");
            answer.status == 503
        },
    );
    assert!(start.elapsed() > 2 * INTERVAL, "given up after {:?} already", start.elapsed());
}

#[test]
fn a_socket_that_appears_later_is_found() {
    let Some(docker) = TestDocker::own("later", "") else { return };
    docker.script("stop");
    let socket = docker.host.trim_start_matches("unix://").to_owned();
    // A stopped daemon may leave its socket behind.
    std::fs::remove_file(&socket).ok();
    let program = program(&docker);
    let absent = program.containers();
    assert_eq!(absent.status, 503);
    assert_eq!(absent.json["reason"], format!("no socket at {socket}: is Docker installed and running?"));
    assert_eq!(program.host().status, 200);
    docker.script("start");
    docker.run("agent-a", &[], SLEEP);
    measured(&program);
    let complaints = program.log().iter().filter(|line| line.contains("Docker not available")).count();
    assert_eq!(complaints, 1, "failures are logged once a minute, however often they occur: {:?}", program.log());
}

#[test]
fn a_killed_daemon_leaves_its_last_numbers_and_its_successor_is_found() {
    let Some(docker) = TestDocker::own("killed", "") else { return };
    let program = measuring(&docker);
    docker.script("kill");
    expect_stale_and_given_up(&program);
    let reason = program.containers().json["reason"].to_string();
    assert!(reason.contains("connection refused") || reason.contains("no socket"), "{reason}");
    docker.script("start");
    within(Duration::from_secs(20), "healed", || program.containers(), healed);
}

#[test]
fn the_numbers_stay_fresh_while_the_daemon_hangs() {
    let Some(docker) = TestDocker::own("hung", "") else { return };
    docker.run("agent-b", &[], SLEEP);
    docker.run("agent-a", &[], SLEEP);
    let program = program(&docker);
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(2));
    let (files, ending) = (program.open_files(), docker.container_pid("agent-b"));
    let seconds = |answer: &Answer, name: &str| answer.json[name].as_f64().expect("seconds");
    assert!(seconds(&program.containers(), "list_age_seconds") < 6.0);
    signal("STOP", &docker.pid());
    let start = Instant::now();
    let mut list_age = 0.0;
    let mut has_ended = false;
    // The engine's client waits for the daemon to go on.
    let running =
        docker.background(&["run", "-d", "--network", "none", "--label", &docker.label, "ht-busybox", "true"]);
    while start.elapsed() < Duration::from_secs(30) {
        let answer = program.containers();
        assert_eq!((answer.status, answer.is_stale(), program.host().status), (200, false, 200), "{answer:?}");
        assert!(seconds(&answer, "age_seconds") <= INTERVAL.as_secs_f64() + 1.0, "{answer:?}");
        list_age = f64::max(list_age, seconds(&answer, "list_age_seconds"));
        assert!(answer.row("agent-a")["cpu"].is_number() && answer.row("agent-a")["source"] == "cgroup", "{answer:?}");
        if start.elapsed() > Duration::from_secs(10) && !has_ended {
            signal("KILL", &ending);
            let gone = |answer: &Answer| answer.row("agent-b").is_null();
            within(INTERVAL + Duration::from_secs(1), "its end", || program.containers(), gone);
            has_ended = true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(list_age > 25.0, "the list has an age of its own: {list_age}");
    assert!(program.containers().json["listed_at"].is_string(), "the page says how old the list is");
    let piled_up = program.open_files().saturating_sub(files);
    assert!(piled_up <= 3 + 8, "{piled_up} connections are waiting for the hung daemon");
    signal("CONT", &docker.pid());
    drop(running);
    let listed = |answer: &Answer| answer.json["listed_at"].is_null() && answer.row("agent-b").is_null();
    within(Duration::from_secs(10), "listed again", || program.containers(), listed);
}

#[test]
fn a_container_that_is_started_while_the_daemon_hangs_appears_soon_after() {
    let Some(docker) = TestDocker::own("late", "") else { return };
    let program = measuring(&docker);
    signal("STOP", &docker.pid());
    let run = ["run", "-d", "--network", "none", "--label", &docker.label, "--name", "late", "ht-busybox"];
    let running = docker.background(&[&run, SLEEP].concat());
    std::thread::sleep(Duration::from_secs(12));
    signal("CONT", &docker.pid());
    // It is 3 s on a quiet machine, most of which the daemon needs to start the container.
    let listed = |answer: &Answer| answer.row("late").is_object();
    within(Duration::from_secs(10), "a row", || program.containers(), listed);
    drop(running);
}

#[test]
fn a_hanging_daemon_that_has_all_the_numbers_leaves_the_last_ones() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(1));
    assert_eq!(program.containers().row("agent-a")["source"], "engine", "it has no cgroup on this machine");
    for question in [Question::List, Question::Ping, Question::Stats] {
        socket.answers(question, Mood::SilentAfterHead);
    }
    within(Duration::from_secs(15), "stale", || program.containers(), Answer::is_stale);
    let answer = within(Duration::from_secs(15), "given up", || program.containers(), |answer| answer.status == 503);
    assert!(answer.json["reason"].as_str().is_some_and(|reason| reason.starts_with("timed out")), "{answer:?}");
}

#[test]
fn a_forbidden_socket_is_reported_with_a_hint() {
    let Some(docker) = TestDocker::own("forbidden", "") else { return };
    let socket = docker.host.trim_start_matches("unix://").to_owned();
    std::fs::set_permissions(docker.folder(), std::fs::Permissions::from_mode(0o755)).expect("chmod the folder");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o660)).expect("chmod the socket");
    let launch = Launch::new(&["--docker-host", &docker.host]).run_by(65_534);
    let program = launch.start();
    let refused = program.containers();
    assert_eq!(refused.status, 503);
    let hint = "run as root or as a member of the socket's group (such as docker)";
    assert_eq!(refused.json["reason"], format!("permission denied at {socket}: {hint}"));
    assert_eq!(program.host().status, 200);
}
