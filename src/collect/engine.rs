//! The container engine, over its socket: Docker, or Podman in Docker's place. It gives names, states, limits and PIDs, and
//! one-shot statistics. Answers are read into types of our own, field by field: what is odd costs its own row.

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
