//! Measuring, on the server: two loops on clocks of their own, each publishing its newest sample.
//!
//! Reading (a small trait a source, so that tests can put another in its place) is apart from
//! deriving (pure functions of this sample and the one before). Nobody who asks ever waits for a read.

mod containers;
mod docker;
mod endpoint;
mod failure_log;
mod host;
mod host_cpu;
mod host_disk;
mod host_memory;
#[cfg(test)]
mod properties;
mod rounds;
mod sampler;
mod telemetry;

pub use containers::{ContainerCounters, ContainerReader, CpuClock, ListedContainer, ReadError};
pub use docker::DockerReader;
pub use endpoint::{DockerEndpoint, Tls};
pub use host::{HostReader, HostReading, HostUsage, SystemHost};
pub use host_cpu::CpuTimes;
pub use host_disk::DiskUsage;
pub use host_memory::MemoryReading;
pub use sampler::{Sampler, SamplerOptions};
pub use telemetry::{HostUnreadable, NoDocker, Telemetry};
