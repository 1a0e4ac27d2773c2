//! What is measured, in the form both sides share: wire types, history, severity, rounding.
//!
//! No I/O and no feature `cfg`; the one thing it asks of the machine is the time ([`Timestamp::now`]). The server fills these types in, the browser reads them.

mod containers;
mod culprit;
mod history;
mod host;
mod number;
mod severity;
mod timestamp;

pub use containers::{ContainerState, ContainerStats, ContainersStats, HostSplit, Split};
pub use culprit::{Case, Culprit, Culprits};
pub use history::{CAPACITY, ContainerTrend, History, HostPoint, TotalsPoint};
pub use host::{CpuStats, DiskStats, HostErrors, HostStats, MemoryStats, SwapStats};
pub use number::{GIB, MIB, percent_of, round1};
pub use severity::{DiskLevel, Severity};
pub use timestamp::Timestamp;
