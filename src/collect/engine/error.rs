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
        let message =
            message(&String::from_utf8_lossy(body)).map(|text| one_line(&text)).filter(|text| !text.is_empty());
        Self::Refused { request: request.name(), status, message, headers: EngineHeaders::of(headers) }
    }

    pub(super) fn unreadable(request: Request<'_>, body: &str, error: &serde_json::Error) -> Self {
        let reason = if body.is_empty() { "empty".into() } else { format!("not in the expected form: {error}") };
        Self::Unreadable { request: request.name(), reason }
    }

    /// Whether the request is forbidden, so that repeating it is pointless.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403 | 405, .. })
    }

    /// Whether the engine, or a proxy in front of it, answered.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether the connection could not be made because too many wait to be accepted, as happens after a while if the
    /// engine hangs.
    pub(super) fn is_backlog_full(&self) -> bool {
        matches!(self, Self::Transport(error) if io_kind(error.as_ref()) == Some(ErrorKind::WouldBlock))
    }

    /// Whether the error means that the container no longer exists or is no longer running.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404 | 409, .. })
    }

    /// The cause in terms that operators understand, with a remedy if one is known.
    pub(super) fn reason(&self, endpoint: &DockerEndpoint) -> String {
        match self {
            Self::Refused { status, message: Some(message), .. } => {
                format!("Docker error {status}: {message}")
            }
            Self::Refused { request, status, .. } if self.is_forbidden() => {
                format!("the proxy refuses {request} ({status})")
            }
            Self::Refused { request, status, .. } => format!("Docker error {status} for {request}"),
            Self::Unreadable { request, reason } => format!("the response to {request} is {reason}"),
            Self::Transport(error) => unreachable_reason(endpoint, error.as_ref()),
        }
    }
}

/// The engine's message in an error's body, which is JSON or plain text. HTML comes from a proxy and is ignored.
fn message(body: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => json.get("message")?.as_str().map(str::to_owned),
        Err(_) => (!body.trim_start().starts_with('<')).then(|| body.to_owned()),
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
    let elsewhere = socket.and_then(other_sockets::hint);
    let with_hint = |reason: String| match &elsewhere {
        Some(hint) => format!("{reason}. Another engine was found: {hint}"),
        None => reason,
    };
    match kind {
        Some(ErrorKind::NotFound) => match &elsewhere {
            Some(hint) => format!("no socket at {place}, but {hint}"),
            None => format!("no socket at {place}: is Docker installed and running?"),
        },
        Some(ErrorKind::PermissionDenied) => with_hint(format!(
            "permission denied at {place}: run as root or as a member of the socket's group (such as docker)"
        )),
        Some(ErrorKind::ConnectionRefused) => with_hint(format!("connection refused at {place}: start the daemon")),
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            format!("the daemon at {place} closed the connection")
        }
        _ if is_cut_short(error) => format!("the daemon at {place} closed the connection"),
        _ => format!("{place}: {}", chain(error)),
    }
}

/// Whether the connection was closed before the response was complete.
fn is_cut_short(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message))
}

/// An error and its causes, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// Whether the path exists but is not a socket.
fn is_other_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.file_type().is_socket())
}

/// The kind of the first I/O error among an error and its causes.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    causes(error).find_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind)
}

/// An error followed by its causes. Omits a cause that the text already contains.
fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        _ if text.contains(&cause) => text,
        _ => format!("{text}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(request: Request<'_>, status: u16, body: &str) -> String {
        let error = EngineError::refused(request, status, &HeaderMap::new(), body.as_bytes());
        error.reason(&DockerEndpoint::Unix("/s".into()))
    }

    #[test]
    fn a_refusal_without_a_message_names_the_request_and_never_quotes_html() {
        assert_eq!(reason(Request::Version, 403, "<html><body>Forbidden"), "the proxy refuses /version (403)");
        assert_eq!(reason(Request::Stats("a"), 502, "<html>"), "Docker error 502 for /containers/{id}/stats");
        assert_eq!(
            reason(Request::Info, 500, r#"{"message": "out of\n memory "}"#),
            "Docker error 500: out of  memory"
        );
        let plain = "Client sent an HTTP request to an HTTPS server.\n";
        let expected = "Docker error 400: Client sent an HTTP request to an HTTPS server.";
        assert_eq!(reason(Request::Version, 400, plain), expected);
        let long = format!(r#"{{"message": "{}"}}"#, "é".repeat(1000));
        assert_eq!(reason(Request::Info, 500, &long).chars().count(), "Docker error 500: ".len() + LONGEST_MESSAGE + 1);
    }

    #[test]
    fn a_full_backlog_is_the_sign_of_a_hang() {
        let error = |kind: ErrorKind| EngineError::Transport(std::io::Error::from(kind).into());
        assert!(error(ErrorKind::WouldBlock).is_backlog_full());
        assert!(!error(ErrorKind::ConnectionRefused).is_backlog_full());
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
