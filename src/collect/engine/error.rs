//! Failures in an operator's words.

use super::endpoint::DockerEndpoint;
use bollard::errors::Error;
use std::error::Error as _;
use std::io::ErrorKind;

/// The cause of a failure in an operator's words, with what to do if that is known.
pub(super) fn reason(endpoint: &DockerEndpoint, error: &Error) -> String {
    let place = match endpoint {
        DockerEndpoint::Unix(path) => path.display().to_string(),
        DockerEndpoint::Tcp { address, .. } => address.clone(),
    };
    match (error, io_kind(error)) {
        (Error::SocketNotFoundError(_), _) | (_, Some(ErrorKind::NotFound)) => {
            format!("no socket at {place}: is Docker installed and running?")
        }
        (_, Some(ErrorKind::PermissionDenied)) => {
            format!("permission denied at {place}: run as root or as a member of the socket's group (docker)")
        }
        (_, Some(ErrorKind::ConnectionRefused)) => format!("nobody listens at {place}: is the daemon running?"),
        (_, Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)) => format!("the daemon at {place} hung up"),
        (Error::DockerResponseServerError { status_code, message }, _) => format!("status {status_code}: {message}"),
        _ => chain(error),
    }
}

/// The kind of the I/O error at the root of an error.
fn io_kind(error: &Error) -> Option<ErrorKind> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}

/// An error with its causes, each once.
fn chain(error: &Error) -> String {
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
