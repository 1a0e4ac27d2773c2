//! Connecting to an engine.

use super::endpoint::DockerEndpoint;
use super::identity::Identity;
use crate::collect::host::read_memory;
use crate::collect::procfs;
use bollard::{API_DEFAULT_VERSION, Docker, errors::Error};
use std::time::Duration;
use tokio::time::timeout;

/// bollard's own timeout, in seconds. It covers an answer's head only; the scraper's deadlines are tighter and cover all.
const CLIENT_TIMEOUT: u64 = 30;

/// How long the engine may take to describe its machine. It is measured without that description, too.
const INFO_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection, and what is at its other end.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) client: Docker,
    pub(super) engine: Identity,
    /// Whether the engine runs on this machine, as far as can be told.
    pub(super) is_local: bool,
}

impl Connection {
    pub(super) async fn open(endpoint: &DockerEndpoint) -> Result<Self, Error> {
        let client = client(endpoint)?;
        let version = client.version().await?;
        // Slow on some machines, and refused by some proxies in front of a daemon.
        let info = timeout(INFO_TIMEOUT, client.info()).await;
        let engine = Identity::of(&version, &info.ok().and_then(Result::ok).unwrap_or_default());
        let is_local = !endpoint.is_remote() && is_local(&engine);
        Ok(Self { client, engine, is_local })
    }
}

/// Whether the engine describes a machine like this one.
fn is_local(engine: &Identity) -> bool {
    let kernel = procfs::read("/proc/sys/kernel/osrelease").ok();
    engine.may_run_on(kernel.as_deref().map(str::trim), read_memory().ok().map(|memory| memory.total))
}

fn client(endpoint: &DockerEndpoint) -> Result<Docker, Error> {
    match endpoint {
        DockerEndpoint::Unix(path) => {
            Docker::connect_with_unix(&path.to_string_lossy(), CLIENT_TIMEOUT, API_DEFAULT_VERSION)
        }
        DockerEndpoint::Tcp { address, tls: None } => {
            Docker::connect_with_http(address, CLIENT_TIMEOUT, API_DEFAULT_VERSION)
        }
        DockerEndpoint::Tcp { address, tls: Some(tls) } => Docker::connect_with_ssl(
            address,
            &tls.directory.join("key.pem"),
            &tls.directory.join("cert.pem"),
            &tls.directory.join("ca.pem"),
            CLIENT_TIMEOUT,
            API_DEFAULT_VERSION,
        ),
    }
}
