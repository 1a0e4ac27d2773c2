//! Helpers shared by the integration tests.

// Each test binary uses only some of these helpers.
#![allow(dead_code)]

pub mod cgroup;
pub mod docker;
pub mod fake_engine;
pub mod fakes;
pub mod podman;
pub mod program;

use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Reports that a test is skipped. Writes to `/dev/stderr`, because the harness captures a passing test's output.
/// Panics in CI, where no test may be skipped.
pub fn skipped(test: &str, needs: &str) {
    assert!(std::env::var_os("CI").is_none(), "{test} must not be skipped here: it needs {needs}");
    if let Ok(mut terminal) = std::fs::OpenOptions::new().append(true).open("/dev/stderr") {
        writeln!(terminal, "skipped: {test} needs {needs}").ok();
    }
}

/// Returns a command's stdout. Panics with its stderr if the command failed.
pub fn stdout(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Sends a signal (`STOP`, `CONT`, `KILL`) to a process that a test started.
pub fn signal(name: &str, pid: &str) {
    assert!(
        Command::new("kill").args([&format!("-{name}"), pid]).status().expect("kill").success(),
        "kill -{name} {pid}"
    );
}

/// Polls until `expected` accepts the answer, and prints how long that took. Panics after `limit`.
pub fn within<T: std::fmt::Debug>(
    limit: Duration,
    what: &str,
    ask: impl Fn() -> T,
    expected: impl Fn(&T) -> bool,
) -> T {
    let start = Instant::now();
    loop {
        let answer = ask();
        if expected(&answer) {
            println!("{what}: after {:.1} s", start.elapsed().as_secs_f64());
            return answer;
        }
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}, but {answer:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The timestamp of a point in the history, in seconds since midnight UTC.
pub fn seconds_of_day(point: &Value) -> f64 {
    let text = point["timestamp"].as_str().expect("a time");
    let number = |from: usize, to: usize| text[from..to].parse::<f64>().expect("a number");
    number(11, 13) * 3600.0 + number(14, 16) * 60.0 + number(17, 26)
}

/// Parses an amount of memory as container engines print it (`504KiB`, `1.176 MiB`) and returns it in MiB.
pub fn mib(text: &str) -> f64 {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number: f64 = text[..text.len() - unit.len()].parse().expect("a number");
    match unit.trim() {
        "B" => number / 1024.0 / 1024.0,
        "KiB" => number / 1024.0,
        "MiB" => number,
        "GiB" => number * 1024.0,
        unit => panic!("{unit:?}?"),
    }
}
