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
    /// Connects. Fails if nothing answers, or if the certificates cannot be read. The descriptions of the engine and
    /// its machine are optional: some proxies refuse them, and a slow engine may not describe its machine in time.
    pub(super) async fn open(endpoint: &DockerEndpoint) -> Result<Self, EngineError> {
        let (client, version, headers) = version(Client::new(endpoint)?).await?;
        let info = timeout(INFO_TIMEOUT, describe::<Info>(&client, Request::Info)).await;
        let (info, more_headers) = info.ok().and_then(Result::ok).map(Described::into_parts).unwrap_or_default();
        let engine = Identity::of(version, headers.or(more_headers), info);
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

    /// This connection with what a response's headers add. `None` if the engine was already identified, or if the
    /// headers do not identify it.
    pub(super) fn identified_by(&self, headers: EngineHeaders) -> Option<Self> {
        let engine = self.engine.identified_by(headers)?;
        Some(Self { client: self.client.clone().in_version(engine.api_version.as_deref()), engine, ..self.clone() })
    }
}

/// Requests the engine's version, also by paths with an API version: some proxies allow only those.
async fn version(client: Client) -> Result<(Client, Version, EngineHeaders), EngineError> {
    let mut headers = EngineHeaders::default();
    for api_version in [None, Some("1.44"), Some("1.41")] {
        let client = client.clone().in_version(api_version);
        match describe(&client, Request::Version).await? {
            Described::Answered(version, more) => return Ok((client, version, headers.or(more))),
            Described::Refused(more) => headers = headers.or(more),
        }
    }
    Ok((client, Version::default(), headers))
}

/// The response to a request for a description.
enum Described<T> {
    /// The description; the default if it could not be parsed.
    Answered(T, EngineHeaders),
    Refused(EngineHeaders),
}

impl<T: Default> Described<T> {
    fn into_parts(self) -> (T, EngineHeaders) {
        match self {
            Self::Answered(description, headers) => (description, headers),
            Self::Refused(headers) => (T::default(), headers),
        }
    }
}

/// Requests a description. Fails if there is no response at all.
async fn describe<T: Default + DeserializeOwned>(
    client: &Client,
    request: Request<'_>,
) -> Result<Described<T>, EngineError> {
    match client.get(request).await {
        Ok(answer) => {
            let description = serde_json::from_str(&answer.text()).unwrap_or_default();
            Ok(Described::Answered(description, answer.headers()))
        }
        Err(EngineError::Refused { headers, .. }) => Ok(Described::Refused(headers)),
        Err(error) => Err(error),
    }
}
