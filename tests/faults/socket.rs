//! Tests with an engine that sends invalid responses or a container name that contains markup.

use crate::support::fake_engine::{FakeSocket, Mood, Question, stats};
use crate::support::program::{Answer, Launch};
use crate::support::within;
use serde_json::json;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(15);

const FAULTS: [Mood; 6] =
    [Mood::SilentAfterHead, Mood::Cut, Mood::Empty, Mood::NotJson, Mood::OtherJson, Mood::Refused];

#[test]
fn an_invalid_list_is_an_error_with_a_reason_and_is_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for mood in &FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1) && !answer.is_stale());
        socket.answers(Question::List, mood.clone());
        within(TIMEOUT, "stale", || program.containers(), Answer::is_stale);
        let given_up = within(TIMEOUT, "given up", || program.containers(), |answer| answer.status == 503);
        let reason = given_up.json["reason"].as_str().expect("a reason").to_owned();
        println!("{mood:?}: {reason}");
        assert!(!reason.is_empty() && given_up.json["detail"] == "Docker not available", "{given_up:?}");
        assert_eq!(program.host().status, 200);
        socket.answers(Question::List, Mood::Sane);
    }
    within(TIMEOUT, "healed", || program.containers(), |answer| answer.is_complete(1));
}

#[test]
fn invalid_statistics_are_an_error_in_the_row_and_are_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for mood in &FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1));
        socket.answers(Question::Stats, mood.clone());
        let failed = |answer: &Answer| answer.status == 200 && answer.row("agent-a")["error"].is_string();
        let failed = within(TIMEOUT, "failed", || program.containers(), failed);
        println!("{mood:?}: {}", failed.row("agent-a")["error"]);
        assert_eq!((&failed.json["running_count"], &failed.json["measured_count"]), (&1.into(), &0.into()));
        assert!(failed.row("agent-a")["cpu"].is_null() && failed.json["total_cpu_percent"].is_null(), "{failed:?}");
        socket.answers(Question::Stats, Mood::Sane);
    }
    let healed = within(TIMEOUT, "healed", || program.containers(), |answer| answer.is_complete(1));
    let row = healed.row("agent-a");
    assert_eq!((&row["memory_limit_mb"], &row["cpu_limit_cores"]), (&64.0.into(), &0.25.into()));
}

#[test]
fn a_hostile_name_is_text_and_never_markup() {
    let name = "<script>alert(1)<img src=x onerror=alert(2)>";
    let socket = FakeSocket::start(name);
    let program = socket.program();
    within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    assert!(program.containers().row(name).is_object(), "the API returns the name unchanged");
    let page = program.get("/");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the page escapes the name");
    for markup in ["<script>alert", "<img src=x"] {
        // The page embeds its data in a script element, and a container name must not be able to close it.
        assert!(!page.contains(markup), "{markup}");
    }
}

const OTHER_ID: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

#[test]
fn a_malformed_container_in_the_list_affects_its_own_row_only() {
    let socket = FakeSocket::start("agent-a");
    let sane = |id: &str, name: &str| json!({"Id": id, "Names": [name], "State": "running"});
    socket.answers(
        Question::List,
        Mood::Json(json!([
            {"Id": OTHER_ID, "Names": ["/odd"], "State": "running", "Ports": [{"PrivatePort": 65536}], "Labels": {"a": null}},
            {"Id": "b", "State": "stopped"},
            {"Id": "c", "State": 7},
            "no container",
            sane(&"a".repeat(64), "/agent-a"),
        ])),
    );
    let program = socket.program();
    let answer = within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(2));
    assert!(answer.row("odd").is_object() && answer.row("agent-a").is_object(), "{answer:?}");
    assert_eq!(answer.rows().len(), 2);
}

#[test]
fn containers_are_measured_through_a_proxy_that_refuses_descriptions() {
    let socket = FakeSocket::start("agent-a");
    for question in [Question::Version, Question::Info, Question::Inspect] {
        socket.answers(question, Mood::Refused);
    }
    // Without a limit, the engine reports the machine's memory size, which must not be shown as the container's limit.
    let mut unlimited = stats();
    unlimited["memory_stats"]["limit"] = json!(machine_memory());
    socket.answers(Question::Stats, Mood::Json(unlimited));
    let program = socket.program();
    let counted = |answer: &Answer| answer.row("agent-a")["memory_mb"] == 32.0;
    let answer = within(TIMEOUT, "measured", || program.containers(), counted);
    let row = answer.row("agent-a");
    assert!(row["memory_limit_mb"].is_null() && row["cpu_limit_cores"].is_null(), "{row}");

    socket.answers(Question::List, Mood::Refused);
    let refused = within(TIMEOUT, "refused", || program.containers(), |answer| answer.status == 503);
    assert_eq!(refused.json["reason"], "the proxy refuses /containers/json (403)");
}

/// This machine's total memory in bytes, as a local engine reports it.
fn machine_memory() -> u64 {
    let meminfo = std::fs::read_to_string("/proc/meminfo").expect("meminfo");
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")).expect("MemTotal");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

#[test]
fn malformed_fields_do_not_affect_the_others() {
    let socket = FakeSocket::start("agent-a");
    socket.answers(
        Question::Inspect,
        Mood::Json(json!({
            "Config": {"Entrypoint": "/entry.sh"},
            "HostConfig": {"NanoCpus": 1_500_000_000, "Memory": 64 << 20, "PortBindings": 7},
        })),
    );
    socket.answers(Question::Info, Mood::Json(json!({"NCPU": "two", "MemTotal": -1, "Plugins": []})));
    socket.answers(Question::Version, Mood::Json(json!({"Version": "28.2.2", "ApiVersion": 1.5, "Components": {}})));
    let program = socket.program();
    let answer = within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    let row = answer.row("agent-a");
    assert_eq!((&row["cpu_limit_cores"], &row["memory_limit_mb"]), (&1.5.into(), &64.0.into()), "{row}");
}

#[test]
fn counters_that_are_missing_or_0_are_null_with_a_reason() {
    let socket = FakeSocket::start("agent-a");
    let mut rootless = stats();
    rootless["cpu_stats"]["cpu_usage"]["total_usage"] = json!(0);
    socket.answers(Question::Stats, Mood::Json(rootless));
    let program = socket.program();
    let counted = |answer: &Answer| answer.row("agent-a")["memory_mb"] == 32.0;
    let answer = within(TIMEOUT, "memory is counted", || program.containers(), counted);
    let row = answer.row("agent-a");
    let error = row["error"].as_str().expect("an error");
    assert!(row["cpu"].is_null() && error.contains("cpu controller"), "{row}");
    assert_eq!((&answer.json["measured_count"], &answer.json["total_memory_mb"]), (&0.into(), &32.0.into()));

    socket.answers(Question::Stats, Mood::Json(json!({"read": "2026-01-13T12:00:00Z"})));
    let uncounted = |answer: &Answer| answer.row("agent-a")["memory_mb"].is_null();
    let answer = within(TIMEOUT, "nothing is counted", || program.containers(), uncounted);
    assert!(answer.row("agent-a")["error"].is_string(), "{answer:?}");
}

#[test]
fn a_missing_socket_is_reported_with_another_that_exists() {
    let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
    let socket = folder.path().join("docker.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let runtime = folder.path().display().to_string();
    let program =
        Launch::new(&["--docker-host", "unix:///nowhere/docker.sock"]).env("XDG_RUNTIME_DIR", &runtime).start();
    let answer = within(TIMEOUT, "refused", || program.containers(), |answer| answer.status == 503);
    let reason = answer.json["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("no socket at /nowhere/docker.sock, but "), "{reason}");
    // If the machine has a Docker socket at the usual path, the reason suggests that socket instead.
    let names_one =
        reason.contains(&format!("unix://{}", socket.display())) || reason.contains("unix:///var/run/docker.sock");
    assert!(names_one, "{reason}");
    drop(program);

    let program = Launch::new(&["--docker-host", &format!("unix://{runtime}")]).start();
    let answer = within(TIMEOUT, "refused", || program.containers(), |answer| answer.status == 503);
    assert_eq!(answer.json["reason"], format!("{runtime} is not a socket"));
}
