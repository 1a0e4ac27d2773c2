//! Measures the host and its containers on the server. The [`Sampler`] runs two independent loops; each publishes its
//! latest sample to a handle ([`Telemetry`]) that never blocks.
//!
//! Reading and deriving are separate. Readers are small traits that tests can replace; derivation is a pure function of
//! the current reading and the previous one.

mod bounds;
mod cgroup;
mod containers;
mod cpu_set;
mod engine;
mod failure_log;
mod handle;
mod host;
mod hour;
mod pace;
mod procfs;
mod sample;
mod sampler;
mod sync;

pub use containers::{
    ContainerCounters, ContainerDetails, ContainerList, ContainerReader, CpuClock, KernelLimits, KernelReading,
    ListedContainer, MemoryLimit, ReadError,
};
pub use engine::{DockerEndpoint, DockerReader, Tls};
pub use handle::Telemetry;
pub use host::{CpuTimes, DiskUsage, HostReader, HostReading, HostUsage, MemoryReading, SwapReading, SystemHost};
pub use sampler::{Sampler, SamplerOptions};
