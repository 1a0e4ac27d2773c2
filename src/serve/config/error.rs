//! Configuration errors.

use thiserror::Error;

/// Why the server cannot start with this configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// clap's response to an invalid command line, or to a request for help or version.
    #[error(transparent)]
    CommandLine(clap::Error),
    /// A value is not allowed.
    #[error("{key} = {value:?} (from {origin}) is not allowed: it must be {allowed}")]
    BadValue {
        /// The key, as in Leptos.toml.
        key: String,
        /// The rejected value, as it was given.
        value: String,
        /// Where the value was set: a flag, an environment variable or a file.
        origin: String,
        /// A description of the allowed values.
        allowed: String,
    },
    /// The file contains an unknown key.
    #[error("{path}: unknown key {key:?}; known keys are {known}")]
    UnknownKey {
        /// The path of the configuration file.
        path: String,
        /// The key that does not exist.
        key: String,
        /// All known keys, separated by commas.
        known: String,
    },
    /// The file is not valid TOML.
    #[error("{path}: {reason}")]
    BadFile {
        /// The path of the configuration file.
        path: String,
        /// The line of the error, and what is wrong.
        reason: String,
    },
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    UnreadableFile {
        /// The path of the configuration file.
        path: String,
        /// The operating system's error message.
        reason: String,
    },
    /// One of the page's files is missing.
    #[error("no page at {folder}: {file} is missing; build it with `make build`, or name its folder with --site-root")]
    NoSite {
        /// The folder that should contain the page's files.
        folder: String,
        /// The first missing file.
        file: String,
    },
}

impl ConfigError {
    /// The program's exit status: 2 for an invalid configuration, 1 if a file is missing or unreadable, and 0 if only
    /// help or the version was requested.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::CommandLine(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::BadValue { .. } | Self::UnknownKey { .. } | Self::BadFile { .. } => 2,
            Self::UnreadableFile { .. } | Self::NoSite { .. } => 1,
        }
    }
}
