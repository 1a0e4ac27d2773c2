//! Measures the containers: the reader interface, the scrape, and what is derived from consecutive scrapes (`rates`,
//! then `summary`).

mod counters;
mod event_log;
mod rates;
mod reader;
mod scrape;
mod scraper;
mod summary;

pub use counters::{ContainerCounters, CpuClock, KernelLimits, MemoryLimit};
pub(super) use counters::{FileCache, MemoryUsage};
pub(super) use event_log::EventLog;
#[cfg(test)]
pub(super) use rates::Rates;
pub use reader::{ContainerDetails, ContainerList, ContainerReader, KernelReading, ListedContainer, ReadError};
#[cfg(test)]
pub(super) use scrape::{Reading, Scrape};
pub(super) use scraper::{Scraped, Scraper};
#[cfg(test)]
pub(super) use summary::summarize;
