//! The measured data, in types that both sides share. The server fills them in, the browser reads them.
//!
//! Pure: no I/O and no feature `cfg`. Its only input from the system is the time ([`Timestamp::now`]).

mod attribution;
mod containers;
mod history;
mod host;
mod number;
mod severity;
mod stamp;
mod timestamp;

pub use attribution::{Culprit, CulpritTracker, Culprits, HostSplit, Split};
pub use containers::{ContainerState, ContainerStats, ContainersStats};
pub use history::{
    CAPACITY, ContainerTrend, ContainersHistory, History, HistoryAnswer, HostHistory, HostPoint, Recorded, TotalsPoint,
};
pub use host::{CpuStats, DiskLevel, DiskStats, HostErrors, HostStats, MemoryStats, SwapStats};
pub use number::{GIB, MIB, percent_of, round1};
pub use severity::Severity;
pub use stamp::{Stamp, Stamped};
pub use timestamp::Timestamp;
