//! The program as a person starts it: flags, exit statuses, one line for each failure, start and stop.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program in an empty folder and with nothing of ours in its environment.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-telemetry"));
    command.current_dir(folder).env_clear();
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("site/pkg")).expect("a site");
    std::fs::write(folder.path().join("site/pkg/host-telemetry.js"), "").expect("a bundle");
    folder
}

/// Runs to its end; the status, and what it said, which must be one line.
fn fails(arguments: &[&str]) -> (i32, String) {
    let folder = folder();
    let Output { status, stderr, .. } =
        program(folder.path()).env("HOST_TELEMETRY_SITE_ROOT", "site").args(arguments).output().expect("it runs");
    let text = String::from_utf8(stderr).expect("text");
    assert_eq!(text.trim_end().lines().count(), 1, "one line: {text}");
    (status.code().expect("a status"), text)
}

/// The program, serving; ended when dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let fixed = ["--site-root", "site", "--listen", "127.0.0.1:0", "--docker-host", "unix:///nowhere.sock"];
        let mut child = program(folder).args(fixed).args(arguments).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let address = lines.find_map(|line| {
            let line = line.expect("a line");
            line.split_once("listening on http://").map(|(_, address)| address.trim().to_owned())
        });
        // What it says later must go somewhere, or it would be ended by a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it says where it listens") }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn help_names_every_flag_and_version_the_version() {
    let folder = folder();
    let help = program(folder.path()).arg("--help").output().expect("it runs");
    let text = String::from_utf8(help.stdout).expect("text");
    for flag in [
        "--listen",
        "--config",
        "--docker-host",
        "--container-label",
        "--container-prefix",
        "--container-noun",
        "--interval",
        "--disk-path",
        "--hostname",
        "--log",
        "--site-root",
        "--help",
        "--version",
    ] {
        assert!(text.contains(flag), "{flag} is not in {text}");
    }
    let version = program(folder.path()).arg("--version").output().expect("it runs");
    assert_eq!(version.stdout, format!("host-telemetry {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}

#[test]
fn a_bad_value_ends_with_status_2_and_says_what_is_allowed() {
    let (status, text) = fails(&["--interval", "0"]);
    assert_eq!(status, 2);
    assert!(text.contains("interval = \"0\" (from --interval)") && text.contains("1 to 60"), "{text}");
    let (status, text) = fails(&["--docker-host", "http://localhost:2375"]);
    assert_eq!(status, 2);
    assert!(text.contains("unix:///absolute/path or tcp://host:port"), "{text}");
}

#[test]
fn what_the_machine_refuses_is_told_in_one_line() {
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
fn it_serves_numbers_of_this_machine_and_ends_when_told_to() {
    let folder = folder();
    std::fs::write(folder.path().join("Leptos.toml"), "hostname = \"from-the-file\"\n").expect("a file");
    let mut running = Running::start(folder.path(), &[]);
    let host = running.get("/api/telemetry/host");
    assert!(host.starts_with("HTTP/1.1 200 ") && host.contains("\"hostname\":\"from-the-file\""), "{host}");
    let containers = running.get("/api/telemetry/containers");
    assert!(
        containers.starts_with("HTTP/1.1 503 ") && containers.contains("no socket at /nowhere.sock"),
        "{containers}"
    );
    assert!(running.get("/").contains("from-the-file"));
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    assert!(running.child.wait().expect("it ends").success(), "told to stop is no failure");
}
