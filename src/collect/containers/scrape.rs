//! The readings taken in a scrape.

use super::counters::ContainerCounters;
use super::reader::{ContainerDetails, ListedContainer};
use crate::collect::host::HostUsage;
use std::time::Instant;

/// One reading of each container, and a reading of the host from the end of the scrape.
#[derive(Debug)]
pub(in crate::collect) struct Scrape {
    pub(in crate::collect) containers: Vec<Reading>,
    pub(in crate::collect) host: HostUsage,
}

/// One container's reading.
#[derive(Clone, Debug)]
pub(in crate::collect) struct Reading {
    pub(in crate::collect) container: ListedContainer,
    pub(in crate::collect) details: ContainerDetails,
    /// The counters and when they were read, or why they could not be read. `None` for a restarting container, which is
    /// not read.
    pub(in crate::collect) counters: Option<Result<(Instant, ContainerCounters), String>>,
}

impl Reading {
    pub(in crate::collect) fn is_measured(&self) -> bool {
        matches!(self.counters, Some(Ok(_)))
    }

    pub(in crate::collect) fn has_failed(&self) -> bool {
        matches!(self.counters, Some(Err(_)))
    }
}
