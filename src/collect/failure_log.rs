//! Logs failures, at most one line a minute, and the end of each logged failure.

use std::time::{Duration, Instant};

/// How often a lasting failure is logged.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Logs the failures of one source.
pub(super) struct FailureLog {
    failing: &'static str,
    healed: &'static str,
    /// When a failure was last logged.
    logged: Option<Instant>,
    /// Whether a failure has been logged, but not yet its end.
    is_open: bool,
}

impl FailureLog {
    /// `failing` introduces the reason for a failure; `healed` is the message when it ends.
    pub(super) fn new(failing: &'static str, healed: &'static str) -> Self {
        Self { failing, healed, logged: None, is_open: false }
    }

    /// Logs the reason for a failure, or its end if `failure` is `None`. Intermittent failures are rate-limited like
    /// persistent ones.
    pub(super) fn note(&mut self, failure: Option<&str>) {
        match failure {
            Some(reason) if self.logged.is_none_or(|at| at.elapsed() >= LOG_EVERY) => {
                tracing::warn!("{}: {reason}", self.failing);
                self.logged = Some(Instant::now());
                self.is_open = true;
            }
            None if self.is_open => {
                tracing::info!("{}", self.healed);
                self.is_open = false;
            }
            _ => {}
        }
    }
}
