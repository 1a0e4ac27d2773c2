//! Measuring, on the server: two independent loops ([`Sampler`]), each publishing its newest sample to a handle
//! ([`Telemetry`]) that never waits.
//!
//! Reading is separate from deriving. A reader is a small trait, so that tests can replace it; derivation is a pure
//! function of this sample and the previous one.

mod bounds;
mod cgroup;
mod containers;
mod engine;
mod failure_log;
mod handle;
mod host;
mod pace;
mod procfs;
mod sample;
mod sampler;
mod sync;

pub use containers::{ContainerCounters, ContainerReader, CpuClock, ListedContainer, ReadError};
pub use engine::{DockerEndpoint, DockerReader, Tls};
pub use handle::Telemetry;
pub use host::{CpuTimes, DiskUsage, HostReader, HostReading, HostUsage, MemoryReading, SwapReading, SystemHost};
pub use sampler::{Sampler, SamplerOptions};
