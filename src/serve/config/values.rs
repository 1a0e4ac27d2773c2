//! Parsers and computed defaults for configuration values. A parser's error says what is allowed.

use crate::collect::{DockerEndpoint, SystemHost, Tls};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::Level;

/// The parsed value, or a description of what is allowed.
type Checked<T> = Result<T, &'static str>;

pub(super) fn address(text: &str) -> Checked<SocketAddr> {
    text.parse().map_err(|_| "an IP address and a port, such as 127.0.0.1:3000 or [::1]:0")
}

/// Parses the endpoint without TLS settings, which come from separate environment variables; see [`tls`].
pub(super) fn docker_endpoint(text: &str) -> Checked<DockerEndpoint> {
    DockerEndpoint::parse(text, None)
}

/// An empty label is allowed and means no filter.
pub(super) fn label(text: &str) -> Checked<String> {
    let is_label = !text.starts_with('=') && text.len() <= 4096;
    is_label.then(|| text.to_owned()).ok_or("key or key=value, of at most 4096 bytes")
}

pub(super) fn word(text: &str) -> Checked<String> {
    let is_word = !text.is_empty() && text.chars().count() <= 24 && !text.contains(char::is_whitespace);
    is_word.then(|| text.to_owned()).ok_or("one word of at most 24 characters")
}

pub(super) fn seconds(text: &str) -> Checked<Duration> {
    let seconds = text.parse().ok().filter(|seconds| (1..=60).contains(seconds));
    seconds.map(Duration::from_secs).ok_or("whole seconds from 1 to 60")
}

pub(super) fn log_level(text: &str) -> Checked<Level> {
    // Accept only names: `Level` also parses numbers, whose meaning is not obvious.
    let level = text.parse().ok().filter(|level: &Level| level.as_str().eq_ignore_ascii_case(text));
    level.ok_or("error, warn, info, debug or trace")
}

pub(super) fn absolute_path(text: &str) -> Checked<PathBuf> {
    Some(PathBuf::from(text)).filter(|path| path.is_absolute()).ok_or("an absolute path")
}

pub(super) fn folder(text: &str) -> Checked<PathBuf> {
    (!text.is_empty()).then(|| text.into()).ok_or("a folder")
}

/// Replaces an empty name with "localhost", so the page has something to show.
pub(super) fn host_name(text: &str) -> Checked<String> {
    let name = if text.is_empty() { "localhost" } else { text };
    let is_name = name.len() <= 253 && !name.contains(char::is_control);
    is_name.then(|| name.to_owned()).ok_or("a name of at most 253 characters")
}

/// The machine's own name, or "localhost" if the name is missing or invalid.
pub(super) fn machine_name() -> String {
    host_name(&SystemHost::hostname().unwrap_or_default()).unwrap_or_else(|_| "localhost".into())
}

/// The folder `site` beside the program, as in a deployment, or one level up, as in cargo's target folder.
pub(super) fn default_site_root() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new(""));
    let beside = folder.join("site");
    if beside.is_dir() { beside } else { folder.parent().unwrap_or(folder).join("site") }
}

/// The TLS settings from the environment; `None` if TLS is not used.
///
/// As in Docker's own client, TLS is used if DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set, and the certificates are in
/// ~/.docker by default. Unlike Docker's client, this program verifies the daemon's certificate in either case.
pub(super) fn tls(env: &dyn Fn(&str) -> Option<String>) -> Option<Tls> {
    let verify = env("DOCKER_TLS_VERIFY");
    match (env("DOCKER_CERT_PATH"), verify) {
        (Some(path), _) => Some(Tls { directory: path.into() }),
        (None, Some(_)) => {
            let home = env("HOME").unwrap_or_else(|| "/root".into());
            Some(Tls { directory: Path::new(&home).join(".docker") })
        }
        (None, None) => None,
    }
}
