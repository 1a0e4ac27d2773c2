//! Recent samples with their timestamps, oldest first: [`HostHistory`], [`ContainersHistory`], and [`History`], which
//! aligns the two.

mod containers;
mod host;
mod intervals;
mod joint;

pub use containers::{ContainerPoint, ContainerTrend, ContainersHistory, TotalsPoint};
pub use host::{HostHistory, HostPoint};
pub use intervals::{CAPACITY, Recorded};
pub use joint::{History, HistoryAnswer};
