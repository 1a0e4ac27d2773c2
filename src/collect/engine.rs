//! Reads containers from a container engine: Docker, or Podman through its Docker-compatible API. The engine provides
//! names, states, limits, PIDs and one-shot statistics. Responses are parsed leniently, so a malformed value affects
//! only its own field or row.

mod client;
mod connect;
mod endpoint;
mod error;
mod headers;
mod identity;
mod inspect;
mod lenient;
mod list;
mod other_sockets;
#[cfg(test)]
mod properties;
mod reader;
mod request;
mod shim_probe;
mod stats;

pub use endpoint::{DockerEndpoint, Tls};
pub use reader::DockerReader;
