//! The last samples, oldest first, by the time they were taken: [`HostHistory`], [`ContainersHistory`], and both
//! aligned in a [`History`].

mod containers;
mod host;
mod intervals;
mod joint;

pub use containers::{ContainerTrend, ContainersHistory, TotalsPoint};
pub use host::{HostHistory, HostPoint};
pub use intervals::{CAPACITY, Recorded};
pub use joint::{History, HistoryAnswer};
