//! Connects to an engine and identifies it.

use super::client::Client;
use super::endpoint::DockerEndpoint;
use super::error::EngineError;
use super::headers::EngineHeaders;
use super::identity::{Identity, Info, Version};
use super::request::Request;
use crate::collect::host::read_memory;
use crate::collect::procfs;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// How long to wait for `/info`, which describes the engine's machine. Its response is optional.
const INFO_TIMEOUT: Duration = Duration::from_secs(1);

/// A client, and what is known about the engine it talks to.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) engine: Identity,
    /// Whether the engine appears to run on this machine.
    pub(super) is_local: bool,
    /// The total memory of the engine's machine in bytes; `None` if unknown.
    pub(super) machine_memory: Option<u64>,
}

impl Connection {
    /// Connects to the engine. Fails if the TLS certificates cannot be read or the engine does not respond. A refused
    /// `/version` request or a failed `/info` request is not an error, because some proxies block both.
    pub(super) async fn open(endpoint: &DockerEndpoint) -> Result<Self, EngineError> {
        let client = Client::new(endpoint)?;
        let (version, headers) = describe::<Version>(&client, Request::Version).await?;
        let info = timeout(INFO_TIMEOUT, describe::<Info>(&client, Request::Info)).await;
        let engine = Identity::of(version, headers, info.ok().and_then(Result::ok).unwrap_or_default().0);
        let our_memory = read_memory().ok().map(|memory| memory.total);
        let kernel = procfs::read("/proc/sys/kernel/osrelease").ok();
        let may_be_ours = engine.may_run_on(kernel.as_deref().map(str::trim), our_memory);
        let is_local = !endpoint.is_remote() && may_be_ours;
        Ok(Self {
            client: client.in_version(engine.api_version.as_deref()),
            is_local,
            machine_memory: engine.memory.or(our_memory.filter(|_| is_local)),
            engine,
        })
    }
}

/// Sends a request and parses the response. If the request is refused or the response cannot be parsed, returns the
/// default value with the response's headers.
async fn describe<T: Default + DeserializeOwned>(
    client: &Client,
    request: Request<'_>,
) -> Result<(T, EngineHeaders), EngineError> {
    match client.get(request).await {
        Ok(answer) => Ok((serde_json::from_str(&answer.text()).unwrap_or_default(), answer.headers())),
        Err(EngineError::Refused { headers, .. }) => Ok((T::default(), headers)),
        Err(error) => Err(error),
    }
}
