//! The histories of the host and its containers, aligned in time.

#[cfg(test)]
mod tests;

use super::containers::{ContainerTrend, ContainersHistory, TotalsPoint};
use super::host::{HostHistory, HostPoint};
use serde::Serialize;

/// The response of `GET /api/telemetry/history`: for each series, at most [`CAPACITY`](super::CAPACITY) samples, oldest
/// first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HistoryAnswer {
    /// Seconds between samples.
    pub interval_seconds: u32,
    /// The samples of the host.
    pub host: Vec<HostPoint>,
    /// The containers' totals from each scrape.
    pub totals: Vec<TotalsPoint>,
    /// The CPU usage of each container in the newest scrape. Empty in the HTML that the server renders.
    pub containers: Vec<ContainerTrend>,
}

/// The recent samples of the host and its containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The history of the host.
    pub host: HostHistory,
    /// The history of the containers.
    pub containers: ContainersHistory,
}

impl From<HistoryAnswer> for History {
    fn from(HistoryAnswer { interval_seconds, host, totals, containers }: HistoryAnswer) -> Self {
        Self {
            host: HostHistory { interval_seconds, points: host },
            containers: ContainersHistory { interval_seconds, totals, containers },
        }
    }
}

impl From<History> for HistoryAnswer {
    fn from(History { host, containers }: History) -> Self {
        Self {
            interval_seconds: host.interval_seconds,
            host: host.points,
            totals: containers.totals,
            containers: containers.containers,
        }
    }
}

impl History {
    /// Merges the server's history into this one. The server's samples replace all samples from the time span they
    /// cover. Older samples, which may be from before the server was restarted, and samples newer than the response are
    /// kept.
    pub fn merge(&mut self, server: HistoryAnswer) {
        let Self { host, containers } = server.into();
        self.host.merge(host.interval_seconds, host.points);
        self.containers.merge(containers);
    }

    /// How many intervals the containers' series go on after their newest scrape, so that they end at the same time as
    /// the host's. Those end `silence` seconds after the host's newest sample.
    pub fn containers_overdue(&self, silence: f64) -> usize {
        let times = self.host.newest().zip(self.containers.newest());
        let behind = times.map_or(0.0, |(host, containers)| host.seconds() - containers.seconds());
        self.containers.intervals().missing(behind) + self.host.overdue(silence)
    }
}
