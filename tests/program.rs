//! Tests the program's command line: flags, exit statuses, one-line errors, startup and shutdown.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use support::program::{Launch, folder_with_site};

/// A command that runs the program in `folder` with an empty environment.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-telemetry"));
    command.current_dir(folder).env_clear();
    command
}

/// Runs the program, which must print exactly one line to stderr, and returns its exit status and that line.
fn fails(arguments: &[&str]) -> (i32, String) {
    let folder = folder_with_site();
    let Output { status, stderr, .. } =
        program(folder.path()).env("HOST_TELEMETRY_SITE_ROOT", "site").args(arguments).output().expect("it runs");
    let text = String::from_utf8(stderr).expect("text");
    assert_eq!(text.trim_end().lines().count(), 1, "one line: {text}");
    (status.code().expect("a status"), text)
}

#[test]
fn help_lists_every_flag_and_version_prints_the_version() {
    let folder = folder_with_site();
    let help = program(folder.path()).arg("--help").output().expect("it runs");
    let text = String::from_utf8(help.stdout).expect("text");
    assert!(help.status.success());
    for part in ["--listen <ADDRESS>", "[default: 127.0.0.1:3000]", "--config <FILE>", "HOST_TELEMETRY_LISTEN"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let version = program(folder.path()).arg("--version").output().expect("it runs");
    assert_eq!(version.stdout, format!("host-telemetry {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}

#[test]
fn an_invalid_value_exits_with_status_2_and_says_what_is_allowed() {
    let (status, text) = fails(&["--interval", "0"]);
    assert_eq!(status, 2);
    assert!(text.contains("interval = \"0\" (from --interval)") && text.contains("1 to 60"), "{text}");
    let (status, text) = fails(&["--docker-host", "http://localhost:2375"]);
    assert_eq!(status, 2);
    assert!(text.contains("unix:///absolute/path or tcp://host:port"), "{text}");
}

#[test]
fn system_errors_are_one_line_and_status_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (status, text) = fails(&["--listen", &address]);
    assert_eq!(status, 1);
    assert!(text.contains(&format!("cannot listen on {address}: Address already in use")), "{text}");
    let (status, text) = fails(&["--config", "nowhere.toml"]);
    assert_eq!(status, 1);
    assert!(text.contains("cannot read nowhere.toml: "), "{text}");
    let (status, text) = fails(&["--site-root", "elsewhere"]);
    assert_eq!(status, 1);
    assert!(text.contains("no page at elsewhere"), "{text}");
}

#[test]
fn a_missing_file_of_the_page_is_named_and_status_1() {
    let each = [
        &["pkg/host-telemetry.js"][..],
        // The page links to only one of these; which one depends on how Leptos was compiled.
        &["pkg/host-telemetry.wasm", "pkg/host-telemetry_bg.wasm"],
        &["pkg/host-telemetry.css"],
        &["page.css"],
        &["favicon.svg"],
    ];
    for files in each {
        let folder = folder_with_site();
        files.iter().for_each(|file| std::fs::remove_file(folder.path().join("site").join(file)).expect("removed"));
        let ended = program(folder.path()).args(["--site-root", "site"]).output().expect("it runs");
        let text = String::from_utf8(ended.stderr).expect("text");
        assert_eq!(ended.status.code(), Some(1), "{text}");
        assert!(files.iter().any(|file| text.contains(&format!("no page at site: {file} is missing"))), "{text}");
    }
}

#[test]
fn it_serves_until_sigterm() {
    let launch = Launch::new(&["--docker-host", "unix:///nowhere.sock"]);
    std::fs::write(launch.folder().join("Leptos.toml"), "hostname = \"from-the-file\"\n").expect("a file");
    let mut program = launch.start();
    let host = program.host();
    assert_eq!((host.status, &host.json["hostname"]), (200, &"from-the-file".into()));
    let containers = program.containers();
    assert_eq!(containers.status, 503);
    assert!(containers.json["reason"].as_str().expect("text").contains("no socket at /nowhere.sock"), "{containers:?}");
    assert!(program.get("/").contains("from-the-file"));
    program.signal("TERM");
    assert!(program.child.wait().expect("it ends").success(), "SIGTERM is a successful exit");
}
