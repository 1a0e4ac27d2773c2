//! The container engine, over its socket: Docker, or Podman in Docker's place. It gives names, states, limits and PIDs, and
//! one-shot statistics. Only this folder names bollard.

mod connect;
mod endpoint;
mod error;
mod identity;
mod inspect;
mod list;
#[cfg(test)]
mod properties;
mod reader;
mod shim_probe;
mod stats;

pub use endpoint::{DockerEndpoint, Tls};
pub use reader::DockerReader;
