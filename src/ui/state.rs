//! Everything that the page shows, and what an answer changes in it.

use super::format::spoken;
use super::part::Part;
use crate::api::{Settings, Snapshot, TelemetryError};
use crate::model::{ContainerStats, ContainersStats, Culprit, Culprits, History, HostStats, Timestamp};

/// What is known of the containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ContainersView {
    /// Nothing was heard yet.
    #[default]
    Waiting,
    /// The last good numbers.
    Measured(ContainersStats),
    /// There is no Docker; the text is the reason.
    Unavailable(String),
}

/// Everything that the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// How the server was set up.
    pub settings: Settings,
    /// The last good numbers of the host; `None` before any.
    pub host: Option<HostStats>,
    /// Why there are no numbers of the host, where there are none.
    pub host_problem: String,
    /// How old the host's numbers are, in seconds, once they are overdue; `None` while they are fresh.
    pub host_stale: Option<f64>,
    /// The containers.
    pub containers: ContainersView,
    /// Whether the containers' numbers are overdue.
    pub containers_stale: bool,
    /// Who uses most of a host in trouble.
    pub culprits: Culprits,
    /// The last 60 samples; those of each container since the page was opened, or all since a table was shown.
    pub history: History,
    /// The last change of a metric's band, in words; empty before the first.
    pub announcement: String,
    /// Whether samples were missed that the server may have.
    pub(super) missed: bool,
    /// Whether the history of each container is there, or being asked for.
    pub(super) complete: bool,
    /// When the host's numbers were taken, in seconds by the browser's clock; `None` while there are none.
    pub(super) taken: Option<f64>,
}

impl From<Snapshot> for State {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { settings, host, containers, culprits, history } = snapshot;
        let (host, containers) = (Result::from(host), Result::from(containers));
        let host_problem = host.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let host = host.ok();
        let host_stale = host.as_ref().filter(|host| host.stale).map(|host| host.age_seconds);
        let mut state = Self { settings, host, host_problem, host_stale, history, ..Self::default() };
        state.accept_containers(Some(containers));
        // The server's has seen this round already.
        state.culprits = culprits;
        state
    }
}

impl State {
    /// The containers' rows, highest CPU first; none where there are no numbers.
    pub(super) fn rows(&self) -> &[ContainerStats] {
        self.measured().map_or(&[], |stats| &stats.containers)
    }

    /// Notes when the host's numbers were taken, by this machine's clock.
    pub(super) fn date(&mut self) {
        self.taken = self.host.as_ref().map(|host| Timestamp::now().seconds() - host.age_seconds);
    }

    /// The containers' numbers, if there are any.
    pub(super) fn measured(&self) -> Option<&ContainersStats> {
        match &self.containers {
            ContainersView::Measured(stats) => Some(stats),
            ContainersView::Waiting | ContainersView::Unavailable(_) => None,
        }
    }

    /// The host's CPU, memory and disk, the worst band first and in this order within a band: what is shown the longer
    /// the less room there is.
    pub(super) fn ranking(&self) -> [Part; 3] {
        let mut parts = Part::ALL;
        if let Some(host) = &self.host {
            // `None` is less than any band: what is unknown shows nothing.
            parts.sort_by_key(|part| std::cmp::Reverse(part.band(host)));
        }
        parts
    }

    /// Who is to blame for a metric; nobody while the numbers are overdue.
    pub(super) fn culprit(&self, part: Part) -> Option<&Culprit> {
        let case = match part {
            Part::Cpu => &self.culprits.cpu,
            Part::Memory => &self.culprits.memory,
            Part::Disk => return None,
        };
        let current = self.measured().is_some() && self.host_stale.is_none() && !self.containers_stale;
        case.named.as_ref().filter(|_| current)
    }

    /// Whether this container is to blame for a metric; the empty ID is that of everything else.
    pub(super) fn is_culprit(&self, id: &str) -> bool {
        Part::ALL.into_iter().filter_map(|part| self.culprit(part)).any(|culprit| culprit.id == id)
    }

    /// Seconds from one sample to the next, as the server says that answers; one that was started anew may say otherwise.
    pub(super) fn interval_seconds(&self) -> u32 {
        match self.history.interval_seconds {
            0 => self.settings.interval_seconds,
            interval => interval,
        }
    }

    /// Seconds in which no sample of the host came that should have; each interval of them is a gap in its history.
    pub(super) fn silence(&self) -> f64 {
        self.host_stale.unwrap_or(0.0)
    }

    /// Seconds until the server has what it has not told yet: the host's next sample, and the containers' round with
    /// it, where that ends in the first half of the interval.
    pub(super) fn next_sample_in(&self) -> f64 {
        let interval = f64::from(self.interval_seconds().max(1));
        let due = |age: f64| interval - age.max(0.0) % interval;
        let host = self.host.as_ref().map_or(interval, |host| due(host.age_seconds));
        let later = self.measured().map_or(0.0, |stats| (due(stats.age_seconds) - host).rem_euclid(interval));
        if later <= interval / 2.0 { host + later } else { host }
    }

    /// Takes an answer; one that failed leaves the numbers and marks them. False if samples were missed before it.
    pub(super) fn accept_host(&mut self, answer: Option<Result<HostStats, TelemetryError>>) -> bool {
        match answer {
            Some(Ok(stats)) => {
                self.host_stale = stats.stale.then_some(stats.age_seconds);
                let follows = self.history.record_host(&stats);
                if let Some(before) = self.host.replace(stats) {
                    self.announce(&before);
                }
                self.date();
                return follows;
            }
            Some(Err(error)) => self.host_problem = error.to_string(),
            None => self.host_problem = "no answer".into(),
        }
        if let Some(taken) = self.taken {
            self.host_stale = Some(Timestamp::now().seconds() - taken);
        }
        true
    }

    /// Says which metrics are in another band than before; without a change what was said stays.
    fn announce(&mut self, before: &HostStats) {
        let Some(now) = &self.host else { return };
        let changed = |part: &Part| part.band(now) != part.band(before);
        let said: Vec<String> =
            Part::ALL.into_iter().filter(changed).map(|part| spoken(part.name(), part.percent(now))).collect();
        if !said.is_empty() {
            self.announcement = said.join(". ");
        }
    }

    /// Takes an answer; a server that does not answer leaves the numbers, one that has no Docker ends them.
    /// False if rounds were missed before it.
    pub(super) fn accept_containers(&mut self, answer: Option<Result<ContainersStats, TelemetryError>>) -> bool {
        match answer {
            Some(Ok(stats)) if stats.running_count.is_none() => self.containers = ContainersView::Waiting,
            Some(Ok(stats)) => {
                self.containers_stale = stats.stale;
                if self.measured().is_none_or(|known| known.timestamp != stats.timestamp) {
                    self.culprits.observe(&stats);
                }
                let follows = self.history.record_containers(&stats);
                self.containers = ContainersView::Measured(stats);
                return follows;
            }
            Some(Err(error)) if error.docker_reason().is_some() => {
                self.containers_stale = false;
                self.culprits = Culprits::default();
                self.containers = ContainersView::Unavailable(error.docker_reason().unwrap_or_default().into());
            }
            Some(Err(_)) | None => self.containers_stale = true,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CpuStats, DiskStats, MemoryStats};

    fn host(cpu: f64, memory: f64, disk: Option<f64>) -> HostStats {
        HostStats {
            cpu: Some(CpuStats { percent: cpu, count: 2 }),
            memory: Some(MemoryStats { percent: memory, used_gb: 1.0, total_gb: 2.0, available_gb: 1.0 }),
            disk: disk.map(|percent| DiskStats { percent, used_gb: 1.0, total_gb: 2.0 }),
            ..HostStats::sample()
        }
    }

    #[test]
    fn the_worst_band_ranks_first_and_the_unknown_last() {
        let ranking = |host| State { host: Some(host), ..State::default() }.ranking();
        let (cpu, memory, disk) = (Part::Cpu, Part::Memory, Part::Disk);
        assert_eq!(ranking(host(10.0, 49.0, Some(20.0))), [cpu, memory, disk], "within a band they stand as ever");
        assert_eq!(ranking(host(10.0, 50.0, Some(20.0))), [memory, cpu, disk]);
        assert_eq!(ranking(host(76.0, 50.0, Some(95.0))), [disk, cpu, memory]);
        assert_eq!(ranking(host(10.0, 10.0, None)), [cpu, memory, disk]);
        assert_eq!(State::default().ranking(), [cpu, memory, disk]);
    }

    #[test]
    fn a_change_of_band_is_said_once() {
        let mut state = State::default();
        let mut said = |cpu, memory| {
            state.accept_host(Some(Ok(host(cpu, memory, None))));
            state.announcement.clone()
        };
        assert_eq!(said(45.0, 60.0), "", "what was there at first is no change");
        assert_eq!(said(49.9, 74.0), "");
        assert_eq!(said(94.2, 74.0), "CPU 94 percent, critical");
        assert_eq!(said(99.0, 74.0), "CPU 94 percent, critical", "nothing new is said within a band");
        assert_eq!(said(20.0, 80.0), "CPU 20 percent, normal. Memory 80 percent, high");
    }

    #[test]
    fn the_next_sample_is_asked_for_when_it_is_there() {
        let next = |host_age: f64, containers_age: f64| {
            let mut state = State { host: Some(host(1.0, 1.0, None)), ..State::default() };
            state.settings.interval_seconds = 5;
            state.host.iter_mut().for_each(|host| host.age_seconds = host_age);
            let containers =
                ContainersStats { age_seconds: containers_age, ..ContainersStats::pending(Timestamp::now()) };
            state.containers = ContainersView::Measured(containers);
            (10.0 * state.next_sample_in()).round() / 10.0
        };
        assert_eq!(next(2.0, 2.0), 3.0);
        assert_eq!(next(2.0, 1.0), 4.0, "the round that ends a second after it is waited for");
        assert_eq!(next(2.0, 3.0), 3.0, "one that ends much later is not");
        assert_eq!(next(6.0, 6.0), 4.0, "one that is overdue is asked for with the one after it");
        let waiting = State { host: Some(host(1.0, 1.0, None)), ..State::default() };
        assert_eq!(waiting.next_sample_in(), 5.0);
        assert_eq!(State::default().next_sample_in(), 5.0);
    }
}
