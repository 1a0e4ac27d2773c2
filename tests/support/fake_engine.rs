//! A fake Docker socket that can misbehave.

use super::program::{Launch, Program};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// When the fake container's counters started.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The kinds of requests that the socket answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    Version,
    Info,
    List,
    Inspect,
    Stats,
    /// Refused unless a mood is set: the list is then requested in each interval.
    Events,
    Ping,
}

/// How the socket responds to a request.
#[derive(Clone, Debug)]
pub enum Mood {
    /// Responds as a real daemon would.
    Sane,
    /// Sends the response headers, but no body.
    SilentAfterHead,
    /// Closes the connection halfway through the body.
    Cut,
    /// Sends an empty body.
    Empty,
    /// Sends something other than JSON.
    NotJson,
    /// Sends JSON with an unexpected structure.
    OtherJson,
    /// Sends the given JSON.
    Json(Value),
    /// Responds as a real daemon would, with these changes.
    Changed(fn(&mut Value)),
    /// Refuses the request with an HTML page, as a proxy would.
    Refused,
    /// Refuses paths without an API version, as some proxies are told to.
    RefusedUnversioned,
    /// Responds as a real daemon would, which names itself in the headers.
    Named,
}

type Moods = Arc<Mutex<HashMap<Question, Mood>>>;

/// A fake socket that reports one container. Its mood can be set for each kind of request.
pub struct FakeSocket {
    address: String,
    moods: Moods,
    paths: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl FakeSocket {
    /// A socket with many containers on this machine, whose events are open and silent.
    pub fn with_containers(ids: &[String]) -> Self {
        let socket = Self::start("agent-a");
        let listed = |id: &String| json!({"Id": id, "Names": [format!("/agent-{id}")], "State": "running"});
        socket.answers(Question::List, Mood::Json(ids.iter().map(listed).collect()));
        socket.answers(Question::Info, Mood::Json(json!({"NCPU": 2, "MemTotal": machine_memory()})));
        socket.answers(Question::Events, Mood::SilentAfterHead);
        socket
    }

    pub fn start(name: &'static str) -> Self {
        let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).expect("a socket");
        let moods = Moods::default();
        let paths = Arc::default();
        let (served, asked) = (Arc::clone(&moods), Arc::clone(&paths));
        // Each connection has its own thread. A thread may hang, but not outlive the test process.
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (moods, paths) = (Arc::clone(&served), Arc::clone(&asked));
                std::thread::spawn(move || serve(connection, name, &moods, &paths));
            }
        });
        Self { address: format!("unix://{}", path.display()), moods, paths, _folder: folder }
    }

    /// The address, as a value for `DOCKER_HOST`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn program(&self) -> Program {
        Launch::new(&["--docker-host", &self.address, "--interval", "1"]).start()
    }

    /// The paths that were requested since the last call.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.paths.lock().unwrap())
    }

    /// Sets how the socket responds to one kind of request.
    pub fn answers(&self, question: Question, mood: Mood) {
        self.moods.lock().unwrap().insert(question, mood);
    }
}

fn serve(connection: UnixStream, name: &str, moods: &Moods, paths: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(connection.try_clone().expect("a connection"));
    let mut connection = connection;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut header = String::from("-");
        while !header.trim().is_empty() {
            header.clear();
            if reader.read_line(&mut header).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let (body, mood) = answer(&path, name, moods);
        paths.lock().unwrap().push(path);
        if !say(&mut connection, body, mood) {
            return;
        }
    }
}

/// The response that a real daemon would send, and the mood to send it in.
fn answer(path: &str, name: &str, moods: &Moods) -> (Value, Mood) {
    let (question, body) = if path.contains("/stats") {
        (Question::Stats, stats())
    } else if path.contains("/containers/json") {
        (Question::List, json!([{"Id": ID, "Names": [format!("/{name}")], "State": "running"}]))
    } else if path.contains("/version") {
        (Question::Version, json!({"Version": "28.2.2"}))
    } else if path.contains("/info") {
        (Question::Info, json!({"NCPU": 2, "MemTotal": 1u64 << 34}))
    } else if path.contains("/events") {
        (Question::Events, Value::Null)
    } else if path.contains("/_ping") {
        (Question::Ping, json!("OK"))
    } else {
        (Question::Inspect, json!({"HostConfig": {"NanoCpus": 250_000_000, "Memory": 64 << 20}}))
    };
    let mood = moods.lock().unwrap().get(&question).cloned().unwrap_or(if question == Question::Events {
        Mood::Refused
    } else {
        Mood::Sane
    });
    match mood {
        Mood::RefusedUnversioned if path.starts_with("/v1.") => (body, Mood::Sane),
        Mood::RefusedUnversioned => (body, Mood::Refused),
        mood => (body, mood),
    }
}

/// Statistics for a container that uses a tenth of the CPU time of two cores.
fn stats() -> Value {
    let elapsed = u64::try_from(START.elapsed().as_nanos()).expect("a short test");
    json!({
        "read": "2026-01-13T12:00:00Z",
        "cpu_stats": {"cpu_usage": {"total_usage": elapsed / 5}, "system_cpu_usage": 2 * elapsed, "online_cpus": 2},
        "memory_stats": {"usage": 32 << 20, "limit": 64 << 20, "stats": {"inactive_file": 0, "active_file": 0}},
    })
}

/// Sends the body according to the mood. Returns whether to keep the connection open.
fn say(connection: &mut UnixStream, mut body: Value, mood: Mood) -> bool {
    let head = |length: usize| {
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
    };
    let is_last = matches!(mood, Mood::Cut);
    match &mood {
        Mood::Json(other) => body = other.clone(),
        Mood::Changed(change) => change(&mut body),
        _ => {}
    }
    let body = body.to_string();
    let text = match mood {
        Mood::Sane | Mood::Json(_) | Mood::Changed(_) => head(body.len()) + &body,
        Mood::Named => {
            let named = "\r\nServer: Docker/28.2.2 (linux)\r\nApi-Version: 1.48\r\n";
            head(body.len()).replacen("\r\n", named, 1) + &body
        }
        Mood::Refused | Mood::RefusedUnversioned => {
            let page = "<html><body><h1>403 Forbidden</h1></body></html>";
            format!("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len())
        }
        Mood::SilentAfterHead => head(body.len()),
        Mood::Cut => head(body.len()) + &body[..body.len() / 2],
        Mood::Empty => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n".into(),
        Mood::NotJson => "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".into(),
        Mood::OtherJson => {
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}".into()
        }
    };
    connection.write_all(text.as_bytes()).is_ok() && !is_last
}

/// This machine's total memory in bytes, as a local engine would report it.
pub fn machine_memory() -> u64 {
    let meminfo = std::fs::read_to_string("/proc/meminfo").expect("meminfo");
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")).expect("MemTotal");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}
