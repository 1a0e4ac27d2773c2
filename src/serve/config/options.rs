//! The command line.

use clap::Parser;
use std::path::PathBuf;

/// The command line. A flag left out is taken from the environment (HOST_TELEMETRY_LISTEN for --listen,
/// and so on), else from Leptos.toml, else has the default named here.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "host-telemetry",
    version,
    about = "CPU, memory and disk of this host and of its containers, live in a dashboard's header."
)]
pub struct Options {
    /// Address and port to serve on; port 0 takes a free one [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Configuration file [default: Leptos.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Docker daemon, as unix:///path or tcp://host:port [default: DOCKER_HOST, or unix:///var/run/docker.sock]
    #[arg(long, value_name = "ADDRESS")]
    pub docker_host: Option<String>,
    /// Show containers with this label only, as key or key=value [default: every container]
    #[arg(long, value_name = "LABEL")]
    pub container_label: Option<String>,
    /// Prefix to leave out of containers' names [default: none]
    #[arg(long, value_name = "TEXT")]
    pub container_prefix: Option<String>,
    /// What one container is called [default: container; agent where a label is set]
    #[arg(long, value_name = "WORD")]
    pub container_noun: Option<String>,
    /// Seconds between samples, 1 to 60 [default: 5]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub interval: Option<String>,
    /// Show the file system that holds this path [default: /]
    #[arg(long, value_name = "PATH")]
    pub disk_path: Option<String>,
    /// Name to show for this host [default: the machine's]
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,
    /// What to log: error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// Folder of the page's files [default: site beside the program, or one folder up]
    #[arg(long, value_name = "FOLDER")]
    pub site_root: Option<String>,
}
