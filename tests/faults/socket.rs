//! Tests with an engine that sends invalid responses or a container name that contains markup.

use crate::support::fake_engine::{FakeSocket, Mood, Question, machine_memory};
use crate::support::program::{Answer, Launch};
use crate::support::within;
use serde_json::json;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(15);

/// Each fault, with what the reason for it must say.
const FAULTS: [(Mood, &str); 6] = [
    (Mood::SilentAfterHead, "timed out"),
    (Mood::Cut, "closed the connection"),
    (Mood::Empty, "is empty"),
    (Mood::NotJson, "not in the expected form"),
    (Mood::OtherJson, ""),
    (Mood::Refused, "the proxy refuses /containers/"),
];

#[test]
fn an_invalid_list_is_an_error_with_a_reason_and_is_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for (mood, words) in &FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1) && !answer.is_stale());
        socket.answers(Question::List, mood.clone());
        within(TIMEOUT, "stale", || program.containers(), Answer::is_stale);
        let given_up = within(TIMEOUT, "given up", || program.containers(), |answer| answer.status == 503);
        let reason = given_up.json["reason"].as_str().expect("a reason").to_owned();
        println!("{mood:?}: {reason}");
        assert!(!reason.is_empty() && reason.contains(words) && !reason.contains('<'), "{mood:?}: {reason}");
        assert_eq!(given_up.json["detail"], "Docker not available");
        assert_eq!(program.host().status, 200);
        socket.answers(Question::List, Mood::Sane);
    }
    within(TIMEOUT, "healed", || program.containers(), |answer| answer.is_complete(1));
}

#[test]
fn invalid_statistics_are_an_error_in_the_row_and_are_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for (mood, words) in &FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1));
        socket.answers(Question::Stats, mood.clone());
        let failed = |answer: &Answer| answer.status == 200 && answer.row("agent-a")["error"].is_string();
        let failed = within(TIMEOUT, "failed", || program.containers(), failed);
        let error = failed.row("agent-a")["error"].as_str().expect("an error");
        assert!(!error.is_empty() && error.contains(words) && !error.contains('<'), "{mood:?}: {error}");
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
    assert!(page.contains("&lt;script"), "the page escapes the name");
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
    // For a container without a limit, engines report the machine's memory. It must not be taken for a limit.
    socket.answers(Question::Stats, Mood::Changed(|stats| stats["memory_stats"]["limit"] = json!(machine_memory())));
    let program = socket.program();
    let answer = within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    let row = answer.row("agent-a");
    assert!(row["memory_limit_mb"].is_null() && row["cpu_limit_cores"].is_null(), "{row}");
    assert_eq!((&row["memory_mb"], row["error"].is_null()), (&32.0.into(), true), "{row}");
    // A fifth of a core, measured by our own clock, because the engine may be Podman.
    let cpu = row["cpu"].as_f64().expect("CPU");
    assert!((10.0..30.0).contains(&cpu), "{row}");
    assert!(socket.requests().iter().any(|path| path.contains("all=true")), "it may be Podman");

    socket.answers(Question::List, Mood::Refused);
    let refused = within(TIMEOUT, "refused", || program.containers(), |answer| answer.status == 503);
    assert_eq!(refused.json["reason"], "the proxy refuses /containers/json (403)");
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
    socket.answers(Question::Stats, Mood::Changed(|stats| stats["cpu_stats"]["cpu_usage"]["total_usage"] = json!(0)));
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

#[test]
fn a_proxy_that_allows_only_versioned_paths_is_measured_through() {
    let socket = FakeSocket::start("agent-a");
    for question in [Question::Version, Question::Info, Question::List, Question::Inspect, Question::Stats] {
        socket.answers(question, Mood::RefusedUnversioned);
    }
    let program = socket.program();
    let answer = within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    assert_eq!(answer.row("agent-a")["cpu_limit_cores"], 0.25);
}

#[test]
fn an_engine_whose_version_is_withheld_is_identified_by_its_other_responses() {
    let socket = FakeSocket::start("agent-a");
    socket.answers(Question::Version, Mood::Refused);
    socket.answers(Question::Info, Mood::Refused);
    socket.answers(Question::List, Mood::Named);
    let program = socket.program();
    within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    socket.requests();
    let is_list = |path: &String| path.contains("/containers/json");
    let lists = || socket.requests().into_iter().filter(is_list).collect::<Vec<_>>();
    let lists = within(TIMEOUT, "another list", lists, |lists| !lists.is_empty());
    assert_eq!(lists[0], "/v1.48/containers/json", "Docker lists what is active by default");
}

#[test]
fn events_that_end_at_once_do_not_make_the_engine_the_load() {
    let socket = FakeSocket::start("agent-a");
    socket.answers(Question::Events, Mood::Empty);
    let program = socket.program();
    within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    std::thread::sleep(Duration::from_secs(3));
    socket.requests();
    std::thread::sleep(Duration::from_secs(10));
    let requests = socket.requests();
    let count = |what: &str| requests.iter().filter(|path| path.contains(what)).count();
    assert_eq!(
        (count("/events"), count("/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/json")),
        (0, 0)
    );
    assert!((5..=12).contains(&count("/containers/json")), "a list in each interval: {requests:?}");
}
