//! Measures the containers: the reader interface, the scrape, and what is derived from consecutive scrapes (`rates`,
//! then `summary`).

mod counters;
mod rates;
mod reader;
mod scrape;
mod scraper;
mod summary;

pub use counters::{ContainerCounters, CpuClock};
pub(super) use counters::{FileCache, MemoryUsage};
#[cfg(test)]
pub(super) use rates::Rates;
pub use reader::{ContainerReader, ListedContainer, ReadError};
#[cfg(test)]
pub(super) use scrape::{Reading, Scrape};
pub(super) use scraper::Scraper;
#[cfg(test)]
pub(super) use summary::summarize;
