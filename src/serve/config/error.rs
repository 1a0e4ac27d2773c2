//! What is wrong with a configuration.

use super::keys::KEYS;
use thiserror::Error;

/// Why there is no configuration; each is one line that a person can act on.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A value that is not allowed.
    #[error("{key} = {value:?} (from {origin}) is not allowed: it must be {allowed}")]
    BadValue {
        /// The key, as in Leptos.toml.
        key: &'static str,
        /// The value.
        value: String,
        /// Where it stands.
        origin: String,
        /// What would be allowed.
        allowed: &'static str,
    },
    /// A key that does not exist.
    #[error("{path}: unknown key {key:?}; known are {}", KEYS.join(", "))]
    UnknownKey {
        /// The file.
        path: String,
        /// The key.
        key: String,
    },
    /// A file that is not TOML.
    #[error("{path}: {reason}")]
    BadFile {
        /// The file.
        path: String,
        /// Where and why.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {reason}")]
    UnreadableFile {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// The page's files are not there.
    #[error("no page at {0}: build it with `make build`, or name its folder with --site-root")]
    NoSite(String),
}

impl ConfigError {
    /// 2 where the configuration is wrong, 1 where the machine refuses.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::BadValue { .. } | Self::UnknownKey { .. } | Self::BadFile { .. } => 2,
            Self::UnreadableFile { .. } | Self::NoSite(_) => 1,
        }
    }
}
