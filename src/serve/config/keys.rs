//! The configuration keys, each declared once.

use super::values::{
    absolute_path, address, default_site_root, docker_endpoint, folder, host_name, label, log_level, machine_name,
    seconds, word,
};
use crate::collect::DockerEndpoint;
use clap::builder::ArgPredicate::{Equals, IsPresent};
use clap::{Arg, Args, Command};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tracing::Level;

/// The server's validated configuration. Each field except `reload_port` is a key, which can be set by its flag, its
/// environment variables or Leptos.toml. A field's doc comment is the flag's help text and is repeated above the key in
/// Leptos.toml.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to serve on.
    ///
    /// Port 0 picks a free port. The endpoints require no login: put a reverse proxy with authentication in front of
    /// any address other than loopback.
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Docker daemon, as unix:///absolute/path or tcp://host:port; DOCKER_HOST is honored as well.
    ///
    /// With tcp://, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are also honored. Podman's socket
    /// (unix:///run/podman/podman.sock) works, too.
    #[arg(long, value_name = "ADDRESS", value_parser = docker_endpoint, default_value = "unix:///var/run/docker.sock")]
    pub docker_host: DockerEndpoint,

    /// Show only containers with this label, given as key or key=value; by default, show all containers.
    ///
    /// For example, trinity.platform=agent.
    #[arg(long, value_name = "LABEL", value_parser = label)]
    pub container_label: Option<String>,

    /// Prefix to strip from container names, such as agent-; by default, none.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub container_prefix: String,

    /// Noun for a container; defaults to agent if a container label is set.
    #[arg(long, value_name = "WORD", value_parser = word, default_value = "container", default_value_ifs = [
        ("container_label", Equals("".into()), "container"),
        ("container_label", IsPresent, "agent"),
    ])]
    pub container_noun: String,

    /// Seconds between samples, 1 to 60.
    ///
    /// Charts show the last 60 samples.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "5", allow_negative_numbers = true)]
    pub interval: Duration,

    /// Show disk usage of the file system that contains this path.
    ///
    /// In a container, mount a folder from the host's file system and set this to its path.
    #[arg(long, value_name = "PATH", value_parser = absolute_path, default_value = "/")]
    pub disk_path: PathBuf,

    /// Host name to show; by default, the machine's own name.
    #[arg(long, value_name = "NAME", value_parser = host_name, default_value_t = machine_name(), hide_default_value = true)]
    pub hostname: String,

    /// What to log: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", value_parser = log_level, default_value = "info")]
    pub log: Level,

    /// Folder with the page's files; by default, the folder named site beside the program or one level up.
    #[arg(long, value_name = "FOLDER", value_parser = folder, default_value_os_t = default_site_root(), hide_default_value = true)]
    pub site_root: PathBuf,

    /// Port over which `cargo leptos watch` tells the page to reload. This is not a key: only LEPTOS_RELOAD_PORT sets
    /// it.
    #[arg(skip = 3001u32)]
    pub reload_port: u32,
}

/// Environment variables of Docker's client and cargo-leptos that also set a key, as pairs of key and variable.
const FOREIGN_VARIABLES: [(&str, &str); 3] =
    [("docker_host", "DOCKER_HOST"), ("listen", "LEPTOS_SITE_ADDR"), ("site_root", "LEPTOS_SITE_ROOT")];

/// The names of all keys, in declaration order.
pub(super) fn keys() -> Vec<String> {
    let declared = Config::augment_args(Command::default());
    declared.get_arguments().map(Arg::get_id).map(ToString::to_string).collect()
}

/// The command-line flag for a key.
pub(super) fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

/// The environment variables for a key, in order of precedence.
pub(super) fn variables(key: &str) -> Vec<String> {
    let foreign = FOREIGN_VARIABLES.iter().filter(|(of, _)| *of == key).map(|(_, name)| (*name).to_owned());
    std::iter::once(format!("HOST_TELEMETRY_{}", key.to_uppercase())).chain(foreign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The help text for a key on one line, without the final period, which clap removes from short help.
    fn meaning(arg: &Arg) -> String {
        let help = arg.get_long_help().or(arg.get_help()).expect("help text").to_string();
        one_line(&help)
    }

    fn one_line(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
    }

    fn declared() -> Vec<Arg> {
        Config::augment_args(Command::default()).get_arguments().cloned().collect()
    }

    fn shown_default(arg: &Arg) -> Option<&str> {
        arg.get_default_values().first().filter(|_| !arg.is_hide_default_value_set())?.to_str()
    }

    #[test]
    fn leptos_toml_has_the_declared_keys_with_their_help_in_order() {
        let blocks = include_str!("../../../Leptos.toml").split("\n\n").skip(1);
        let found: Vec<(String, String)> = blocks
            .map(|block| {
                let (comment, line) = block.trim_end().rsplit_once('\n').expect("a comment and a key");
                let key = line.trim_start_matches("# ").split(" = ").next().expect("a key");
                (key.to_owned(), one_line(&comment.replace("# ", "")))
            })
            .collect();
        let expected: Vec<_> = declared().iter().map(|arg| (arg.get_id().to_string(), meaning(arg))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_table_in_the_readme_has_the_declared_keys_with_names_and_defaults() {
        let rows: Vec<&str> =
            include_str!("../../../README.md").lines().filter(|row| row.starts_with("| `--")).collect();
        assert_eq!(rows.len(), declared().len() + 1, "one row for each key and one for --config");
        for arg in declared() {
            let key = arg.get_id().as_str();
            let default = shown_default(&arg).map_or(String::new(), |default| format!("`{default}`"));
            let row = format!("| `{}` | `{}` | `{key}` | {default}", flag(key), variables(key).join("`, `"));
            assert!(rows.iter().any(|found| found.starts_with(&row)), "the table has no row {row:?}");
        }
    }
}
