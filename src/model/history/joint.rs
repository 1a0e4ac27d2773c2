//! The host's and the containers' histories, aligned.

#[cfg(test)]
mod tests;

use super::containers::{ContainerTrend, ContainersHistory, TotalsPoint};
use super::host::{HostHistory, HostPoint};
use serde::Serialize;

/// The response of `GET /api/telemetry/history`: at most [`CAPACITY`](super::CAPACITY) samples of each series, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HistoryAnswer {
    /// Seconds between samples.
    pub interval_seconds: u32,
    /// The host's samples.
    pub host: Vec<HostPoint>,
    /// The totals of each scrape.
    pub totals: Vec<TotalsPoint>,
    /// The CPU of each container of the newest scrape. Omitted from the first HTML.
    pub containers: Vec<ContainerTrend>,
}

/// The last samples of the host and of its containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The host's.
    pub host: HostHistory,
    /// The containers'.
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
    /// Merges the server's history. The server's samples win for the time that they span. Our own stay from before that
    /// time, when another server ran, and from after the response.
    pub fn merge(&mut self, server: HistoryAnswer) {
        let Self { host, containers } = server.into();
        self.host.merge(host.interval_seconds, host.points);
        self.containers.merge(containers);
    }

    /// The `silence` with which the containers' series end when the host's do: `silence` seconds after the host's newest
    /// sample.
    pub fn containers_silence(&self, silence: f64) -> f64 {
        let times = self.host.newest().zip(self.containers.newest());
        let behind = times.map_or(0.0, |(host, containers)| host.seconds() - containers.seconds());
        // A scrape that ends late in its interval lags by an interval without one being missing.
        (behind + silence - self.containers.intervals().seconds).max(0.0)
    }
}
