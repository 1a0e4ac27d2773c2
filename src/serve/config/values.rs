//! What each value may be, what is said of one that may not, and what stands where there is none.

use crate::collect::Tls;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::Level;

pub(super) const LISTEN: &str = "an IP address and a port, such as 127.0.0.1:3000 or [::1]:0";
pub(super) const LABEL: &str = "key or key=value";
pub(super) const NOUN: &str = "one word of at most 24 characters";
pub(super) const INTERVAL: &str = "whole seconds from 1 to 60";
pub(super) const LOG: &str = "error, warn, info, debug or trace";
pub(super) const HOSTNAME: &str = "a name of at most 253 characters";

/// An empty label is no filter.
pub(super) fn label_of(text: &str) -> Option<Option<String>> {
    match text {
        "" => Some(None),
        label => (!label.starts_with('=')).then(|| Some(label.to_owned())),
    }
}

pub(super) fn noun_of(text: &str) -> Option<String> {
    let is_word = !text.is_empty() && text.chars().count() <= 24 && !text.contains(char::is_whitespace);
    is_word.then(|| text.to_owned())
}

pub(super) fn interval_of(text: &str) -> Option<Duration> {
    text.parse().ok().filter(|seconds| (1..=60).contains(seconds)).map(Duration::from_secs)
}

pub(super) fn log_of(text: &str) -> Option<Level> {
    // By name only: numbers, which a level may be parsed from as well, say nothing to a reader.
    text.parse().ok().filter(|level: &Level| level.as_str().eq_ignore_ascii_case(text))
}

pub(super) fn absolute(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text)).filter(|path| path.is_absolute())
}

/// A machine without a name gets one, so that the page has something to say.
pub(super) fn hostname_of(text: &str) -> Option<String> {
    let name = if text.is_empty() { "localhost" } else { text };
    (name.len() <= 253 && !name.contains(char::is_control)).then(|| name.to_owned())
}

/// As Docker's own client: TLS where DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set, from ~/.docker by default.
/// Unlike it, the daemon's certificate is verified in either case.
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

/// Beside the program, as a deployed copy has it, or one folder up, as cargo's target folder does.
pub(super) fn default_site_root() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new(""));
    let beside = folder.join("site");
    if beside.is_dir() { beside } else { folder.parent().unwrap_or(folder).join("site") }
}
