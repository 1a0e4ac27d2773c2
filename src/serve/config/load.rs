//! Merges the command line, the environment and Leptos.toml into the configuration.
//!
//! clap parses all three: values from the environment and the file are turned into flags and placed before those from
//! the command line. This way, each value is checked by the declaration of its key, and this module names only the keys
//! that need special treatment.

#[cfg(test)]
mod tests;

use super::error::ConfigError;
use super::keys::{Config, flag, keys};
use super::layers::{Given, from_env, from_file};
use super::values::tls;
use crate::collect::DockerEndpoint;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{CommandFactory, Parser};
use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::OsString;
use std::path::PathBuf;

/// The command line: one flag for each key and one for the configuration file.
#[derive(Parser)]
#[command(
    name = "host-telemetry",
    version,
    no_binary_name = true,
    about = "CPU, memory and disk of this host and of its containers, live in a dashboard's header.",
    long_about = None,
    after_help = "A flag left out is taken from the environment (HOST_TELEMETRY_LISTEN for --listen, and so on), \
                  else from Leptos.toml, else has its default."
)]
struct CommandLine {
    #[command(flatten)]
    config: Config,
    /// Configuration file [default: Leptos.toml, if it exists]
    #[arg(long = "config", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Config {
    /// Merges the command line's flags, the environment variables (looked up with `env`) and Leptos.toml.
    pub fn load(
        flags: impl IntoIterator<Item = OsString>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let flags: Vec<OsString> = flags.into_iter().collect();
        let below = below_flags(&flags, &env)?;
        let added = below.iter().map(|(key, given)| format!("{}={}", flag(key), given.value).into());
        let parsed = CommandLine::try_parse_from(added.chain(flags)).map_err(|error| explained(error, &below))?;
        Ok(completed(parsed.config, &env))
    }
}

/// The values from the environment and the file for all keys that are not set on the command line.
fn below_flags(
    flags: &[OsString],
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Given>, ConfigError> {
    let given =
        CommandLine::command().try_get_matches_from(flags).map_err(|error| explained(error, &BTreeMap::new()))?;
    let file = from_file(given.get_one("file").map(PathBuf::as_path))?;
    let open = keys().into_iter().filter(|key| given.value_source(key) != Some(ValueSource::CommandLine));
    let mut below = BTreeMap::new();
    for key in open {
        let given = match from_env(&key, env) {
            Some(given) => Some(given),
            None => file.get(&key)?,
        };
        below.extend(given.map(|given| (key, given)));
    }
    Ok(below)
}

/// Completes the configuration: treats an empty label as no filter and applies the environment variables that do not
/// correspond to a key.
fn completed(mut config: Config, env: &dyn Fn(&str) -> Option<String>) -> Config {
    config.container_label = config.container_label.filter(|label| !label.is_empty());
    if let DockerEndpoint::Tcp { tls: certificates, .. } = &mut config.docker_host {
        *certificates = tls(env);
    }
    if let Some(port) = env("LEPTOS_RELOAD_PORT").and_then(|port| port.parse().ok()) {
        config.reload_port = port;
    }
    config
}

/// Converts clap's error. For an invalid value, the message says where the value was set and what is allowed; any other
/// error keeps clap's message.
fn explained(error: clap::Error, below: &BTreeMap<String, Given>) -> ConfigError {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (argument, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    match (error.kind(), argument, value, error.source()) {
        (ErrorKind::ValueValidation, Some(argument), Some(value), Some(allowed)) => {
            // clap names an argument as in its help text: "--disk-path <PATH>".
            let flag = argument.split(' ').next().unwrap_or_default();
            let key = flag.trim_start_matches('-').replace('-', "_");
            let origin = below.get(&key).map_or(flag, |given| &given.origin).to_owned();
            ConfigError::BadValue { key, value, origin, allowed: allowed.to_string() }
        }
        _ => ConfigError::CommandLine(error),
    }
}
