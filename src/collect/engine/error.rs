//! Describes failed requests in terms that operators understand.

use super::endpoint::DockerEndpoint;
use super::headers::EngineHeaders;
use super::other_sockets;
use super::request::Request;
use hyper::header::HeaderMap;
use std::error::Error;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// The maximum length of an engine's error message, in characters; longer messages are truncated.
const LONGEST_MESSAGE: usize = 300;

/// Why a request to the engine failed.
#[derive(Debug)]
pub(super) enum EngineError {
    /// The engine, or a proxy in front of it, responded with an error status.
    Refused {
        request: &'static str,
        status: u16,
        /// The engine's error message; `None` if the body does not contain one, as in a proxy's HTML page.
        message: Option<String>,
        headers: EngineHeaders,
    },
    /// The response to `request` could not be parsed.
    Unreadable { request: &'static str, reason: String },
    /// The certificates could not be read, the connection could not be made or was lost, or the response was too large.
    Transport(Box<dyn Error + Send + Sync>),
}

impl EngineError {
    pub(super) fn refused(request: Request<'_>, status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let message = serde_json::from_slice::<serde_json::Value>(body)
            .ok()
            .and_then(|body| body.get("message")?.as_str().map(one_line))
            .filter(|message| !message.is_empty());
        Self::Refused { request: request.name(), status, message, headers: EngineHeaders::of(headers) }
    }

    pub(super) fn unreadable(request: Request<'_>, body: &str, error: &serde_json::Error) -> Self {
        let reason = if body.is_empty() { "empty".into() } else { format!("not in the expected form: {error}") };
        Self::Unreadable { request: request.name(), reason }
    }

    /// Whether the error means that the container no longer exists or is no longer running.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404 | 409, .. })
    }

    /// The cause in terms that operators understand, with a remedy if one is known.
    pub(super) fn reason(&self, endpoint: &DockerEndpoint) -> String {
        match self {
            Self::Refused { status, message: Some(message), .. } => format!("status {status}: {message}"),
            Self::Refused { request, status: status @ (401 | 403 | 405), .. } => {
                format!("the proxy refuses {request} ({status})")
            }
            Self::Refused { request, status, .. } => format!("{request} failed with status {status}"),
            Self::Unreadable { request, reason } => format!("the response to {request} is {reason}"),
            Self::Transport(error) => unreachable_reason(endpoint, error.as_ref()),
        }
    }
}

/// Replaces line breaks and other control characters with spaces, and truncates long text.
fn one_line(text: &str) -> String {
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn unreachable_reason(endpoint: &DockerEndpoint, error: &(dyn Error + 'static)) -> String {
    let (place, socket) = match endpoint {
        DockerEndpoint::Unix(path) => (path.display().to_string(), Some(path.as_path())),
        DockerEndpoint::Tcp { address, .. } => (address.clone(), None),
    };
    let kind = io_kind(error);
    if socket.is_some_and(is_other_file) {
        return format!("{place} is not a socket");
    }
    let elsewhere = || socket.and_then(other_sockets::hint);
    match kind {
        Some(ErrorKind::NotFound) => match elsewhere() {
            Some(hint) => format!("no socket at {place}, but {hint}"),
            None => format!("no socket at {place}: is Docker installed and running?"),
        },
        Some(ErrorKind::PermissionDenied) => match elsewhere() {
            Some(hint) => format!("permission denied at {place}, but {hint}"),
            None => format!("permission denied at {place}: run as root or as a member of the socket's group (docker)"),
        },
        Some(ErrorKind::ConnectionRefused) => match elsewhere() {
            Some(hint) => format!("nothing listens at {place}, but {hint}"),
            None => format!("nothing listens at {place}: is the daemon running?"),
        },
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            format!("the daemon at {place} closed the connection")
        }
        _ => chain(error),
    }
}

/// Whether the path exists but is not a socket.
fn is_other_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.file_type().is_socket())
}

/// The kind of the first I/O error in the chain of an error and its causes.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}

/// An error followed by its causes, without repeating text that is already included.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(request: Request<'_>, status: u16, body: &str) -> String {
        let error = EngineError::refused(request, status, &HeaderMap::new(), body.as_bytes());
        error.reason(&DockerEndpoint::Unix("/s".into()))
    }

    #[test]
    fn a_refusal_names_the_request_and_never_quotes_html() {
        assert_eq!(reason(Request::Version, 403, "<html><body>Forbidden"), "the proxy refuses /version (403)");
        assert_eq!(reason(Request::Stats("a"), 502, "<html>"), "/containers/{id}/stats failed with status 502");
        assert_eq!(reason(Request::Info, 500, r#"{"message": "out of\n memory "}"#), "status 500: out of  memory");
        let long = format!(r#"{{"message": "{}"}}"#, "é".repeat(1000));
        assert_eq!(reason(Request::Info, 500, &long).chars().count(), "status 500: ".len() + LONGEST_MESSAGE + 1);
    }

    #[test]
    fn a_path_that_is_not_a_socket_is_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = EngineError::Transport(std::io::Error::from(ErrorKind::ConnectionRefused).into());
        let place = folder.path().to_path_buf();
        let expected = format!("{} is not a socket", place.display());
        assert_eq!(refused.reason(&DockerEndpoint::Unix(place)), expected);
    }
}
