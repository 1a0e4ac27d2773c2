//! One line when something begins to fail, one a minute while it does, one when it is over.

use std::time::{Duration, Instant};

/// A failure that goes on is logged this often.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// What was last said of one source.
pub(super) struct FailureLog {
    failing: &'static str,
    healed: &'static str,
    /// When a failure was last told.
    told: Option<Instant>,
    /// Whether its end is still to be told.
    is_open: bool,
}

impl FailureLog {
    /// Says `failing`, and why, of the one and `healed` of the other.
    pub(super) fn new(failing: &'static str, healed: &'static str) -> Self {
        Self { failing, healed, told: None, is_open: false }
    }

    /// Takes the reason of a failure, or that there is none. One that comes and goes is told as rarely as one that stays.
    pub(super) fn note(&mut self, failure: Option<&str>) {
        match failure {
            Some(reason) if self.told.is_none_or(|at| at.elapsed() >= LOG_EVERY) => {
                tracing::warn!("{}: {reason}", self.failing);
                self.told = Some(Instant::now());
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
