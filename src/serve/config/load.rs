//! The checked configuration, from all sources.

use super::error::ConfigError;
use super::options::Options;
use super::sources::Sources;
use super::values::{
    HOSTNAME, INTERVAL, LABEL, LISTEN, LOG, NOUN, absolute, default_site_root, hostname_of, interval_of, label_of,
    log_of, noun_of, tls,
};
use crate::collect::{DockerEndpoint, SystemHost};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tracing::Level;

/// How the server is configured, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// Where the Docker daemon is.
    pub docker: DockerEndpoint,
    /// A label that containers must carry; `None` shows all.
    pub container_label: Option<String>,
    /// Left out of containers' names; may be empty.
    pub container_prefix: String,
    /// What one container is called.
    pub container_noun: String,
    /// From one sample to the next.
    pub interval: Duration,
    /// The file system that holds it is measured.
    pub disk_path: PathBuf,
    /// The host's name.
    pub hostname: String,
    /// What to log: this and what is worse.
    pub log: Level,
    /// The folder of the page's files.
    pub site_root: PathBuf,
    /// Port on which `cargo leptos watch` tells the page to reload.
    pub reload_port: u32,
}

impl Config {
    /// Joins the command line, the environment (as `env` gives it) and Leptos.toml.
    pub fn load(options: &Options, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let sources = Sources::of(options, &env)?;
        let tls = tls(&env);
        let container_label = sources.find("container_label").map(|label| label.check(label_of, LABEL)).transpose()?;
        let container_label = container_label.flatten();
        let noun = if container_label.is_some() { "agent" } else { "container" };
        Ok(Self {
            listen: sources.get("listen", "127.0.0.1:3000", |text| text.parse().ok(), LISTEN)?,
            docker: sources.get(
                "docker_host",
                "unix:///var/run/docker.sock",
                |text| DockerEndpoint::parse(text, tls.clone()).ok(),
                DockerEndpoint::ALLOWED,
            )?,
            container_prefix: sources.get("container_prefix", "", |text| Some(text.to_owned()), "a text")?,
            container_noun: sources.get("container_noun", noun, noun_of, NOUN)?,
            interval: sources.get("interval", "5", interval_of, INTERVAL)?,
            disk_path: sources.get("disk_path", "/", absolute, "an absolute path")?,
            hostname: sources.get("hostname", &SystemHost::hostname().unwrap_or_default(), hostname_of, HOSTNAME)?,
            log: sources.get("log", "info", log_of, LOG)?,
            site_root: match sources.find("site_root") {
                Some(found) => found.check(|text| Some(PathBuf::from(text)), "a folder")?,
                None => default_site_root(),
            },
            reload_port: env("LEPTOS_RELOAD_PORT").and_then(|port| port.parse().ok()).unwrap_or(3001),
            container_label,
        })
    }

    /// Whether the page's files are where they should be; without them nothing could be shown.
    pub fn check_site(&self) -> Result<(), ConfigError> {
        let bundle = self.site_root.join("pkg/host-telemetry.js");
        bundle.is_file().then_some(()).ok_or_else(|| ConfigError::NoSite(self.site_root.display().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::config::keys::KEYS;
    use clap::Parser;
    use std::collections::BTreeMap;
    use std::io::Write as _;

    fn load(flags: &[&str], env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let arguments = ["host-telemetry"].iter().chain(flags);
        let options = Options::try_parse_from(arguments).expect("flags that clap takes");
        let env: BTreeMap<_, _> = env.iter().copied().collect();
        Config::load(&options, |name| env.get(name).map(ToString::to_string))
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    #[test]
    fn the_program_runs_without_any_configuration() {
        let config = load(&[], &[]).expect("defaults");
        assert_eq!(config.listen, "127.0.0.1:3000".parse().expect("an address"));
        assert_eq!(config.docker, DockerEndpoint::Unix("/var/run/docker.sock".into()));
        assert_eq!(config.interval, Duration::from_secs(5));
        assert_eq!((config.container_label, config.container_noun.as_str()), (None, "container"));
        assert!(!config.hostname.is_empty());
    }

    #[test]
    fn the_repository_s_own_file_names_every_key_and_keeps_the_defaults() {
        let text = include_str!("../../../Leptos.toml");
        for key in KEYS {
            assert!(text.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = "))), "{key}");
        }
        let path = file(text);
        let flag = path.path().to_str().expect("a path");
        assert_eq!(load(&["--config", flag], &[]), load(&[], &[]));
    }

    #[test]
    fn flag_beats_environment_beats_file_beats_default() {
        let path = file("interval = 10\nlisten = \"127.0.0.1:1\"\ndisk_path = \"/file\"\n");
        let config = ["--config", path.path().to_str().expect("a path"), "--listen", "127.0.0.1:4"];
        let env = [
            ("HOST_TELEMETRY_LISTEN", "127.0.0.1:3"),
            ("HOST_TELEMETRY_DISK_PATH", "/env"),
            ("HOST_TELEMETRY_INTERVAL", ""),
        ];
        let config = load(&config, &env).expect("a configuration");
        assert_eq!(config.listen.port(), 4);
        assert_eq!(config.disk_path, PathBuf::from("/env"));
        assert_eq!(config.interval, Duration::from_secs(10), "an empty variable is none");
    }

    #[test]
    fn our_own_variables_beat_those_of_others() {
        let docker = ("DOCKER_HOST", "tcp://10.0.0.1:2375");
        let config = load(&[], &[docker, ("LEPTOS_SITE_ADDR", "127.0.0.1:9")]).expect("a configuration");
        assert_eq!(config.docker, DockerEndpoint::Tcp { address: "10.0.0.1:2375".into(), tls: None });
        assert_eq!(config.listen.port(), 9);
        let ours = ("HOST_TELEMETRY_DOCKER_HOST", "unix:///ours.sock");
        assert_eq!(
            load(&[], &[docker, ours]).expect("a configuration").docker,
            DockerEndpoint::Unix("/ours.sock".into())
        );
    }

    #[test]
    fn docker_s_tls_variables_are_followed() {
        let host = ("DOCKER_HOST", "tcp://10.0.0.1:2376");
        let directory = |env: &[(&str, &str)]| match load(&[], env).expect("a configuration").docker {
            DockerEndpoint::Tcp { tls, .. } => tls.map(|tls| tls.directory),
            DockerEndpoint::Unix(_) => None,
        };
        assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/c")]), Some("/c".into()));
        assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "1"), ("HOME", "/h")]), Some("/h/.docker".into()));
        assert_eq!(directory(&[host, ("DOCKER_TLS_VERIFY", "")]), None);
    }

    #[test]
    fn a_label_makes_containers_agents() {
        let config = load(&["--container-label", "trinity.platform=agent"], &[]).expect("a configuration");
        assert_eq!(config.container_label.as_deref(), Some("trinity.platform=agent"));
        assert_eq!(config.container_noun, "agent");
    }

    #[test]
    fn a_bad_value_is_named_with_its_key_and_what_is_allowed() {
        let cases: [(&[&str], &str); 11] = [
            (
                &["--interval", "0"],
                "interval = \"0\" (from --interval) is not allowed: it must be whole seconds from 1 to 60",
            ),
            (&["--interval", "61"], "whole seconds"),
            (&["--interval", "5s"], "\"5s\""),
            (&["--interval", "-1"], "whole seconds"),
            (&["--log", "loud"], "error, warn, info, debug or trace"),
            (&["--listen", "3000"], "an IP address and a port"),
            (&["--docker-host", "ssh://root@a"], "docker_host = \"ssh://root@a\""),
            (&["--disk-path", "data"], "an absolute path"),
            (&["--container-label", "=x"], "key or key=value"),
            (&["--container-noun", "two words"], "one word"),
            (&["--hostname", "a\nb"], "a name of at most"),
        ];
        for (flags, part) in cases {
            let error = load(flags, &[]).expect_err("a bad value");
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains('\n'), "one line: {error}");
            assert_eq!(error.exit_status(), 2);
        }
    }

    #[test]
    fn a_bad_file_says_where() {
        let error_of = |text: &str| {
            let path = file(text);
            load(&["--config", path.path().to_str().expect("a path")], &[]).expect_err("a bad file").to_string()
        };
        assert!(error_of("# fine\n\ninterval = = 5\n").contains("line 3: "));
        assert!(error_of("intervall = 5\n").contains("unknown key \"intervall\"; known are listen, "));
        assert!(error_of("interval = 5.5\n").contains("interval = \"5.5\""));
        let missing = load(&["--config", "/nowhere/at.toml"], &[]).expect_err("no file");
        assert!(missing.to_string().starts_with("cannot read /nowhere/at.toml: "), "{missing}");
        assert_eq!(missing.exit_status(), 1);
    }
}
