//! Reads containers from a container engine: Docker, or Podman through its Docker-compatible API. The engine provides
//! names, states, PIDs and events, and one-shot statistics of what the kernel does not tell. Responses are parsed leniently, so a malformed value affects
//! only its own field or row.

mod client;
mod connect;
mod endpoint;
mod error;
mod events;
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
mod stats;
mod watcher;

pub use endpoint::{DockerEndpoint, Tls};
pub use reader::DockerReader;
