//! Starts the program as a user would and queries it over HTTP.

use serde_json::Value;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Much shorter than a reader's timeout, so a request that waits for a reader fails the test.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How to start the program.
pub struct Launch {
    wrapper: Vec<String>,
    arguments: Vec<String>,
    env: Vec<(String, String)>,
    user: Option<u32>,
    folder: tempfile::TempDir,
}

impl Launch {
    /// Prepares to start the program in a new folder that contains an empty site, listening on a free port and with
    /// only `PATH` in its environment.
    pub fn new(arguments: &[&str]) -> Self {
        let folder = folder_with_site();
        let fixed = ["--site-root", "site", "--listen", "127.0.0.1:0"];
        let arguments = fixed.iter().chain(arguments).map(ToString::to_string).collect();
        Self { wrapper: Vec::new(), arguments, env: Vec::new(), user: None, folder }
    }

    /// The folder in which the program starts.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes the program start in its own mount namespace, after a shell has run `commands` there.
    pub fn in_own_mounts(mut self, commands: &str) -> Self {
        let script = format!("{commands} && exec \"$0\" \"$@\"");
        self.wrapper = ["unshare", "-m", "sh", "-ec", &script].map(Into::into).into();
        self
    }

    /// Makes the program start with this many files allowed to be open; it may raise the limit to that of the shell.
    pub fn with_open_files(mut self, limit: u32) -> Self {
        let script = format!("ulimit -Sn {limit} && exec \"$0\" \"$@\"");
        self.wrapper = ["sh", "-ec", &script].map(Into::into).into();
        self
    }

    /// Makes the program start in its own PID namespace, with a /proc that shows nothing else.
    pub fn in_own_pids(mut self) -> Self {
        // `--kill-child` ends the program with its wrapper, which is what the test kills.
        self.wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"].map(Into::into).into();
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Starts the program as another user and group, given by ID.
    pub fn run_by(mut self, user: u32) -> Self {
        self.user = Some(user);
        self
    }

    /// The path of the program. For another user, this is a copy in a readable folder, because the build folder may not
    /// be readable.
    fn program(&self) -> String {
        let program = env!("CARGO_BIN_EXE_host-telemetry");
        if self.user.is_none() {
            return program.into();
        }
        let copy = self.folder.path().join("host-telemetry");
        std::fs::copy(program, &copy).expect("a copy");
        std::fs::set_permissions(self.folder.path(), Permissions::from_mode(0o755)).expect("a readable folder");
        copy.display().to_string()
    }

    /// Starts the program and waits until it is listening.
    pub fn start(self) -> Program {
        let program = self.program();
        let mut words = self.wrapper.iter().chain([&program]).chain(&self.arguments);
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words).current_dir(self.folder.path()).env_clear().stderr(Stdio::piped());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            log.lock().expect("the log").push(line.clone());
            line.split_once("listening on http://").map(|(_, address)| address.trim().to_owned())
        });
        let address = address.unwrap_or_else(|| panic!("it does not serve: {:?}", log.lock()));
        let sink = Arc::clone(&log);
        // Keep reading stderr: the program would fail if the pipe were closed.
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| sink.lock().expect("the log").push(line));
        });
        Program { child, address, log, _folder: self.folder }
    }
}

/// The files that the page needs. The name of the WebAssembly file depends on whether `LEPTOS_OUTPUT_NAME` was set when
/// Leptos was compiled, so both names are listed.
const SITE_FILES: [&str; 6] = [
    "pkg/host-telemetry.js",
    "pkg/host-telemetry.css",
    "pkg/host-telemetry.wasm",
    "pkg/host-telemetry_bg.wasm",
    "page.css",
    "favicon.svg",
];

/// Creates a folder for the program to start in. It contains a site whose files are empty.
pub fn folder_with_site() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("pkg")).expect("a site");
    for file in SITE_FILES {
        std::fs::write(site.join(file), "").expect("a file");
    }
    folder
}

/// A running instance of the program. It is killed when dropped.
pub struct Program {
    pub child: Child,
    address: String,
    log: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

/// The status and JSON body of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
}

impl Program {
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends the program a signal (`STOP`, `CONT`, `TERM`).
    pub fn signal(&self, name: &str) {
        super::signal(name, &self.pid());
    }

    /// The lines that the program has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("the log").clone()
    }

    /// Requests `path` and returns the raw response. Panics if a read takes longer than `RESPONSE_TIMEOUT`.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(RESPONSE_TIMEOUT)).expect("a deadline");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("a response in time");
        answer
    }

    /// Requests `/api/telemetry/{name}`.
    pub fn api(&self, name: &str) -> Answer {
        let text = self.get(&format!("/api/telemetry/{name}"));
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, json: serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}")) }
    }

    pub fn host(&self) -> Answer {
        self.api("host")
    }

    pub fn containers(&self) -> Answer {
        self.api("containers")
    }

    /// The address and port that the program listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// CPU time that the program has used, from its threads' run times: clock ticks are too coarse for an idle program.
    pub fn cpu_time(&self) -> Duration {
        cpu_time(&self.pid())
    }

    /// How many threads the program has.
    pub fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.pid())).expect("its threads").count()
    }

    /// The program's resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// How many files the program has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("its files").count()
    }
}

/// CPU time that a process's threads have used.
pub fn cpu_time(pid: &str) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads").flatten();
    let run = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(run).sum())
}

impl Answer {
    /// Whether `count` containers are running and every row has a CPU value.
    pub fn is_complete(&self, count: u64) -> bool {
        let rows = self.rows();
        self.json["running_count"] == count && !rows.is_empty() && rows.iter().all(|row| row["cpu"].is_number())
    }

    /// The rows of all containers; empty if the response has none.
    pub fn rows(&self) -> &[Value] {
        self.json["containers"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The row of the container with the given name; null if there is no such row.
    pub fn row(&self, name: &str) -> &Value {
        self.rows().iter().find(|row| row["name"] == name).unwrap_or(&Value::Null)
    }

    /// Whether the response is marked as stale.
    pub fn is_stale(&self) -> bool {
        self.json["stale"] == true
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The program may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
