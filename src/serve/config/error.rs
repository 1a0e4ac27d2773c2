//! Errors of the configuration.

use thiserror::Error;

/// Why the server cannot start with its configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// clap's response to an invalid command line, or to a request for help or version.
    #[error(transparent)]
    CommandLine(clap::Error),
    /// A value that is not allowed.
    #[error("{key} = {value:?} (from {origin}) is not allowed: it must be {allowed}")]
    BadValue {
        /// The key, as in Leptos.toml.
        key: String,
        /// The value.
        value: String,
        /// Where it was set: a flag, a variable or a file.
        origin: String,
        /// What is allowed.
        allowed: String,
    },
    /// A key that does not exist.
    #[error("{path}: unknown key {key:?}; known keys are {known}")]
    UnknownKey {
        /// The file.
        path: String,
        /// The key.
        key: String,
        /// The keys that exist.
        known: String,
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
    /// A file of the page is missing.
    #[error("no page at {folder}: {file} is missing; build it with `make build`, or name its folder with --site-root")]
    NoSite {
        /// Where the page's files should be.
        folder: String,
        /// The first missing file.
        file: String,
    },
}

impl ConfigError {
    /// 2 for an invalid configuration, 1 for a file that is not available, 0 if only help or version was requested.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::CommandLine(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::BadValue { .. } | Self::UnknownKey { .. } | Self::BadFile { .. } => 2,
            Self::UnreadableFile { .. } | Self::NoSite { .. } => 1,
        }
    }
}
