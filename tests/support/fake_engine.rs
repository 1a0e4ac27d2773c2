//! A Docker socket that misbehaves.

use super::program::{Launch, Program};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// When the counters started.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How the socket responds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    /// Answers as a daemon would.
    Sane,
    /// Sends the head of a response, then nothing.
    SilentAfterHead,
    /// Closes the connection in the middle of the body.
    Cut,
    /// Sends an empty body.
    Empty,
    /// Sends something other than JSON.
    NotJson,
    /// Sends JSON of another shape.
    OtherJson,
}

/// A socket with one container, and a mood for each kind of request.
pub struct FakeSocket {
    address: String,
    list: Arc<Mutex<Mood>>,
    stats: Arc<Mutex<Mood>>,
    _folder: tempfile::TempDir,
}

impl FakeSocket {
    pub fn start(name: &'static str) -> Self {
        let folder = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).expect("a socket");
        let (list, stats) = (Arc::new(Mutex::new(Mood::Sane)), Arc::new(Mutex::new(Mood::Sane)));
        let moods = (Arc::clone(&list), Arc::clone(&stats));
        // A thread per connection, which may hang forever; they end with the test's process.
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let moods = moods.clone();
                std::thread::spawn(move || serve(connection, name, &moods));
            }
        });
        Self { address: format!("unix://{}", path.display()), list, stats, _folder: folder }
    }

    pub fn program(&self) -> Program {
        Launch::new(&["--docker-host", &self.address, "--interval", "1"]).start()
    }

    pub fn list_becomes(&self, mood: Mood) {
        *self.list.lock().unwrap() = mood;
    }

    pub fn stats_become(&self, mood: Mood) {
        *self.stats.lock().unwrap() = mood;
    }
}

fn serve(connection: UnixStream, name: &str, moods: &(Arc<Mutex<Mood>>, Arc<Mutex<Mood>>)) {
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
        if !say(&mut connection, &body.to_string(), mood) {
            return;
        }
    }
}

/// A sane daemon's response, and the mood to send it in.
fn answer(path: &str, name: &str, moods: &(Arc<Mutex<Mood>>, Arc<Mutex<Mood>>)) -> (Value, Mood) {
    let mood = |mood: &Arc<Mutex<Mood>>| *mood.lock().unwrap();
    if path.contains("/stats") {
        // 10% of two cores.
        let elapsed = START.elapsed().as_micros();
        let stats = json!({
            "read": "2026-01-13T12:00:00Z",
            "cpu_stats": {"cpu_usage": {"total_usage": elapsed / 5}, "system_cpu_usage": 2 * elapsed, "online_cpus": 2},
            "memory_stats": {"usage": 32 << 20, "limit": 64 << 20, "stats": {"inactive_file": 0, "active_file": 0}},
        });
        (stats, mood(&moods.1))
    } else if path.contains("/containers/json") {
        (json!([{"Id": ID, "Names": [format!("/{name}")], "State": "running"}]), mood(&moods.0))
    } else if path.contains("/version") {
        (json!({"Version": "28.2.2"}), Mood::Sane)
    } else if path.contains("/info") {
        (json!({"NCPU": 2, "MemTotal": 1u64 << 34}), Mood::Sane)
    } else {
        (json!({"HostConfig": {"NanoCpus": 250_000_000}}), Mood::Sane)
    }
}

/// Sends the body in that mood; returns whether to keep the connection open.
fn say(connection: &mut UnixStream, body: &str, mood: Mood) -> bool {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    let text = match mood {
        Mood::Sane => head + body,
        Mood::SilentAfterHead => head,
        Mood::Cut => head + &body[..body.len() / 2],
        Mood::Empty => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n".into(),
        Mood::NotJson => "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".into(),
        Mood::OtherJson => {
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}".into()
        }
    };
    connection.write_all(text.as_bytes()).is_ok() && mood != Mood::Cut
}
