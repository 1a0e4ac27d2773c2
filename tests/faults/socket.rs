//! An engine that sends invalid responses, or a container name that is markup.

use crate::support::fake_engine::{FakeSocket, Mood};
use crate::support::program::Answer;
use crate::support::within;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(15);

const FAULTS: [Mood; 5] = [Mood::SilentAfterHead, Mood::Cut, Mood::Empty, Mood::NotJson, Mood::OtherJson];

#[test]
fn an_invalid_list_is_an_error_with_a_reason_and_is_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for mood in FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1) && !answer.is_stale());
        socket.list_becomes(mood);
        within(TIMEOUT, "stale", || program.containers(), Answer::is_stale);
        let given_up = within(TIMEOUT, "given up", || program.containers(), |answer| answer.status == 503);
        let reason = given_up.json["reason"].as_str().expect("a reason").to_owned();
        println!("{mood:?}: {reason}");
        assert!(!reason.is_empty() && given_up.json["detail"] == "Docker not available", "{given_up:?}");
        assert_eq!(program.host().status, 200);
        socket.list_becomes(Mood::Sane);
    }
    within(TIMEOUT, "healed", || program.containers(), |answer| answer.is_complete(1));
}

#[test]
fn invalid_statistics_are_an_error_in_the_row_and_are_retried() {
    let socket = FakeSocket::start("agent-a");
    let program = socket.program();
    for mood in FAULTS {
        within(TIMEOUT, "fine", || program.containers(), |answer| answer.is_complete(1));
        socket.stats_become(mood);
        let failed = |answer: &Answer| answer.status == 200 && answer.row("agent-a")["error"].is_string();
        let failed = within(TIMEOUT, "failed", || program.containers(), failed);
        println!("{mood:?}: {}", failed.row("agent-a")["error"]);
        assert_eq!((&failed.json["running_count"], &failed.json["measured_count"]), (&1.into(), &0.into()));
        assert!(failed.row("agent-a")["cpu"].is_null() && failed.json["total_cpu_percent"].is_null(), "{failed:?}");
        socket.stats_become(Mood::Sane);
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
    assert!(program.containers().row(name).is_object(), "the wire has it as it is");
    let page = program.get("/");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the page shows it");
    for markup in ["<script>alert", "<img src=x"] {
        // The page's data are in a script, which markup must not be able to close.
        assert!(!page.contains(markup), "{markup}");
    }
}
