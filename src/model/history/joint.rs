//! The histories of the host and its containers, aligned in time.

#[cfg(test)]
mod tests;

use super::containers::{ContainerTrend, ContainersHistory, TotalsPoint};
use super::host::{HostHistory, HostPoint};
use super::intervals::CAPACITY;
use serde::Serialize;

/// The response of `GET /api/telemetry/history`: for each series, the last [`CAPACITY`] samples, oldest first. With
/// `?minutes=60`, the means of about a hundred equal periods of the last hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HistoryAnswer {
    /// Seconds between samples, or the length of the periods.
    pub interval_seconds: u32,
    /// The samples of the host. The timestamp of a period is its beginning.
    pub host: Vec<HostPoint>,
    /// The containers' totals from each scrape.
    pub totals: Vec<TotalsPoint>,
    /// The usage of each container that was measured in one of these scrapes, even if it has ended. Of the last hour and
    /// in the HTML that the server renders, only the largest.
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
    fn from(answer: HistoryAnswer) -> Self {
        Self::of(answer, CAPACITY)
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
    /// The last hour, from the response to `?minutes=60`.
    pub fn hour(answer: HistoryAnswer) -> Self {
        let slots = 3600 / answer.interval_seconds.max(1);
        Self::of(answer, slots as usize)
    }

    fn of(HistoryAnswer { interval_seconds, host, totals, containers }: HistoryAnswer, slots: usize) -> Self {
        Self {
            host: HostHistory { points: host, ..HostHistory::new(interval_seconds, slots) },
            containers: ContainersHistory { totals, containers, ..ContainersHistory::new(interval_seconds, slots) },
        }
    }

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
