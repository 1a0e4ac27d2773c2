//! The measured data, as types shared by the server, which fills them in, and the browser, which reads them.
//!
//! This module is pure: it does no I/O and does not depend on the crate's features. The only thing it reads from the
//! system is the time ([`Timestamp::now`]).

mod attribution;
mod containers;
mod events;
mod history;
mod host;
mod number;
mod severity;
mod stamp;
mod timestamp;

pub use attribution::{Culprit, CulpritKind, CulpritTrackers, Culprits, HostSplit, Split};
pub use containers::{ContainerState, ContainerStats, ContainersStats, Engine, ReadFrom, Restarts};
pub use events::{Event, EventKind};
pub use history::{
    CAPACITY, ContainerPoint, ContainerTrend, ContainersHistory, History, HistoryAnswer, HostHistory, HostPoint,
    Recorded, TotalsPoint,
};
pub use host::{CpuStats, DiskLevel, DiskStats, HighSince, HostErrors, HostStats, MemoryStats, SwapStats};
pub use number::{GIB, MIB, percent_of, round1};
pub use severity::Severity;
pub use stamp::{Stamp, Stamped};
pub use timestamp::Timestamp;
