//! Where values come from, the strongest first: command line, environment, Leptos.toml.

use super::error::ConfigError;
use super::keys::KEYS;
use super::options::Options;
use std::collections::BTreeMap;
use std::path::Path;

/// The file that is read where `--config` names none; it need not be there.
const DEFAULT_FILE: &str = "Leptos.toml";

/// The values of a file, as text, and the file's name.
#[derive(Default)]
struct FileValues {
    path: String,
    values: BTreeMap<String, String>,
}

/// Reads the file that was named, which must be there, or the default one, which need not.
fn read_file(named: Option<&Path>) -> Result<FileValues, ConfigError> {
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
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(ConfigError::UnknownKey { path: shown, key: key.clone() });
    }
    let as_text = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(FileValues { path: shown, values: table.into_iter().map(|(key, value)| (key, as_text(value))).collect() })
}

/// Where values come from, the strongest first.
pub(super) struct Sources<'a> {
    flags: BTreeMap<&'static str, String>,
    env: &'a dyn Fn(&str) -> Option<String>,
    file: FileValues,
}

/// A value and where it stands.
pub(super) struct Found {
    key: &'static str,
    value: String,
    origin: String,
}

impl Found {
    pub(super) fn check<T>(self, parse: impl Fn(&str) -> Option<T>, allowed: &'static str) -> Result<T, ConfigError> {
        parse(&self.value).ok_or(ConfigError::BadValue {
            key: self.key,
            value: self.value,
            origin: self.origin,
            allowed,
        })
    }
}

impl<'a> Sources<'a> {
    /// Reads the file that the options name, or the default one.
    pub(super) fn of(options: &Options, env: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Ok(Self { flags: flags(options), file: read_file(options.config.as_deref())?, env })
    }

    pub(super) fn get<T>(
        &self,
        key: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: &'static str,
    ) -> Result<T, ConfigError> {
        let found = self.find(key);
        let default = || Found { key, value: default.to_owned(), origin: "the default".into() };
        found.unwrap_or_else(default).check(parse, allowed)
    }

    pub(super) fn find(&self, key: &'static str) -> Option<Found> {
        let found = |value, origin: String| Some(Found { key, value, origin });
        if let Some(value) = self.flags.get(key) {
            return found(value.clone(), format!("--{}", key.replace('_', "-")));
        }
        let own = format!("HOST_TELEMETRY_{}", key.to_uppercase());
        // The names by which others know the same thing: Docker's client and cargo-leptos.
        let other = match key {
            "docker_host" => "DOCKER_HOST",
            "listen" => "LEPTOS_SITE_ADDR",
            "site_root" => "LEPTOS_SITE_ROOT",
            _ => "",
        };
        for name in [own.as_str(), other] {
            if let Some(value) = (self.env)(name) {
                return found(value, name.to_owned());
            }
        }
        let value = self.file.values.get(key)?;
        found(value.clone(), self.file.path.clone())
    }
}

fn flags(options: &Options) -> BTreeMap<&'static str, String> {
    let given = [
        &options.listen,
        &options.docker_host,
        &options.container_label,
        &options.container_prefix,
        &options.container_noun,
        &options.interval,
        &options.disk_path,
        &options.hostname,
        &options.log,
        &options.site_root,
    ];
    KEYS.into_iter().zip(given).filter_map(|(key, value)| Some((key, value.clone()?))).collect()
}
