//! The configuration layers below the command line: first the environment, then Leptos.toml.

use super::error::ConfigError;
use super::keys::{keys, variables};
use std::path::Path;

/// The file to read if `--config` is not given; it may be missing.
const DEFAULT_FILE: &str = "Leptos.toml";

/// A value as a string, and where it was set.
pub(super) struct Given {
    pub(super) value: String,
    pub(super) origin: String,
}

/// The value of the key's first environment variable that is set, in order of precedence.
pub(super) fn from_env(key: &str, env: &dyn Fn(&str) -> Option<String>) -> Option<Given> {
    variables(key).into_iter().find_map(|origin| env(&origin).map(|value| Given { value, origin }))
}

/// The values in a configuration file, by key. `named` is the path given with `--config`.
pub(super) fn from_file(named: Option<&Path>) -> Result<FileValues, ConfigError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let shown = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(FileValues::default());
        }
        Err(error) => return Err(ConfigError::UnreadableFile { path: shown, reason: error.to_string() }),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        ConfigError::BadFile { path: shown.clone(), reason: format!("line {line}: {}", error.message()) }
    })?;
    let known = keys();
    if let Some(key) = table.keys().find(|key| !known.contains(key)) {
        return Err(ConfigError::UnknownKey { path: shown, key: key.clone(), known: known.join(", ") });
    }
    Ok(FileValues { path: shown, table })
}

/// The values of a configuration file. They are checked only when used.
#[derive(Default)]
pub(super) struct FileValues {
    path: String,
    table: toml::Table,
}

impl FileValues {
    /// The value of a key; `None` if the file does not have it. A number is returned as text, which the key's own
    /// parser checks. Fails for other types.
    pub(super) fn get(&self, key: &str) -> Result<Option<Given>, ConfigError> {
        let origin = self.path.clone();
        match self.table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(value)) => Ok(Some(Given { value: value.clone(), origin })),
            Some(value @ (toml::Value::Integer(_) | toml::Value::Float(_))) => {
                Ok(Some(Given { value: value.to_string(), origin }))
            }
            Some(other) => Err(ConfigError::BadValue {
                key: key.to_owned(),
                value: other.to_string(),
                origin,
                allowed: "a string or a number".into(),
            }),
        }
    }
}
