//! What is wrong with a configuration.

use thiserror::Error;

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// clap's answer to a command line that it does not take, or that asks for the help or the version.
    #[error(transparent)]
    CommandLine(clap::Error),
    /// A value that is not allowed.
    #[error("{key} = {value:?} (from {origin}) is not allowed: it must be {allowed}")]
    BadValue {
        /// The key, as in Leptos.toml.
        key: String,
        /// The value.
        value: String,
        /// Where it stands.
        origin: String,
        /// What would be allowed.
        allowed: String,
    },
    /// A key that does not exist.
    #[error("{path}: unknown key {key:?}; known are {known}")]
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
    /// A file of the page is not there.
    #[error("no page at {folder}: {file} is missing; build it with `make build`, or name its folder with --site-root")]
    NoSite {
        /// Where the page's files should be.
        folder: String,
        /// The first that is missing.
        file: String,
    },
}

impl ConfigError {
    /// 2 where the configuration is wrong, 1 where the machine refuses; 0 where only the help was asked for.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::CommandLine(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::BadValue { .. } | Self::UnknownKey { .. } | Self::BadFile { .. } => 2,
            Self::UnreadableFile { .. } | Self::NoSite { .. } => 1,
        }
    }
}
