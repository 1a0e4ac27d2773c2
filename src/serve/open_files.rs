//! The number of files that the process may have open. Each viewer has a connection, which is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as the process may. The usual 1,024 is for programs that use `select`, and it is less than the
/// viewers of one busy dashboard.
pub(super) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => tracing::debug!("up to {maximum:?} files may be open, instead of {current:?}"),
        Err(error) => tracing::warn!("only {current:?} files may be open: {error}"),
    }
}
