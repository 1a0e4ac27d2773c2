//! What is wrong, and who is responsible.

use super::state::{ContainersView, State};
use crate::model::{ContainerState, ContainerStats, Culprit, CulpritKind, Severity, Timestamp};
use crate::ui::metrics::Metric;

/// Something that is wrong.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ui) struct Cause<'a> {
    /// What is wrong.
    pub(in crate::ui) trouble: Trouble<'a>,
    /// Since when; `None` if it is unknown.
    pub(in crate::ui) since: Option<Timestamp>,
    /// Who is responsible; `None` if nobody stands out or it is unknown.
    pub(in crate::ui) culprit: Option<&'a Culprit>,
    /// Whether the culprit is known from current numbers. Otherwise it is the last that was known.
    pub(in crate::ui) is_current: bool,
}

/// What can be wrong.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ui) enum Trouble<'a> {
    /// A resource of the host is short.
    Metric(&'static Metric),
    /// The containers' numbers are overdue.
    ContainersStale,
    /// Docker is not available.
    Docker,
    /// This container, and this many others, are about to reach their memory limits.
    NearLimit(&'a ContainerStats, usize),
    /// This container has been restarted this often in the last five minutes, and so have this many others.
    Restarting(&'a ContainerStats, u32, usize),
}

/// From this many recent restarts on, a container restarts in a loop. A single one may have been by hand.
pub(in crate::ui) const LOOP: u32 = 2;

impl State {
    /// What is wrong, the worst first; empty if nothing is. While the server does not answer, what was wrong last.
    pub(in crate::ui) fn causes(&self) -> Vec<Cause<'_>> {
        let mut causes = self.short_resources();
        let is_current = self.is_current();
        let containers = match &self.containers {
            ContainersView::Unavailable { since, .. } => Some((Trouble::Docker, *since)),
            ContainersView::Measured(_) if self.containers_stale && self.silence_reason().is_none() => {
                Some((Trouble::ContainersStale, self.scraped))
            }
            ContainersView::Waiting | ContainersView::Measured(_) => None,
        };
        causes.extend(containers.map(|(trouble, since)| Cause { trouble, since, culprit: None, is_current }));
        let near_limit = self.near_limit().filter(|(trouble, _)| {
            // Who fills the host's memory is named already, with other advice.
            let is_named = |cause: &Cause<'_>| cause.culprit.is_some_and(|culprit| trouble.is_of(&culprit.id));
            !causes.iter().any(is_named)
        });
        let of_containers = [near_limit, self.restarting()].into_iter().flatten();
        causes.extend(of_containers.map(|(trouble, since)| Cause { trouble, since, culprit: None, is_current }));
        causes
    }

    /// The resources of the host that are short, the worst first.
    pub(in crate::ui) fn short_resources(&self) -> Vec<Cause<'_>> {
        let is_current = self.is_current();
        let since = self.host.as_ref().and_then(|host| host.high_since.as_ref());
        let mut causes = Vec::new();
        for metric in self.ranking() {
            if let Some(since) = since.and_then(metric.high_since) {
                // The culprit of an earlier period is not responsible for this one.
                let culprits = self.culprits.as_ref().filter(|_| self.history.containers.newest() >= Some(since));
                let culprit = metric.attribution.as_ref().zip(culprits);
                let culprit = culprit.and_then(|(attribution, culprits)| (attribution.culprit)(culprits).as_ref());
                causes.push(Cause { trouble: Trouble::Metric(metric), since: Some(since), culprit, is_current });
            }
        }
        causes
    }

    /// Whether the numbers are current, those of the containers included.
    fn is_current(&self) -> bool {
        self.measured().is_some() && !self.containers_stale && self.silence_reason().is_none()
    }

    /// The container that is closest to its memory limit, if that is close, and since when.
    pub(super) fn near_limit(&self) -> Option<(Trouble<'_>, Option<Timestamp>)> {
        let (mut worst, mut count) = (None::<(f64, &ContainerStats)>, 0);
        for row in self.rows() {
            let Some(percent) = row.memory_limit_percent().filter(|percent| *percent >= Severity::CRITICAL_FROM) else {
                continue;
            };
            count += 1;
            if worst.is_none_or(|(most, _)| percent > most) {
                worst = Some((percent, row));
            }
        }
        let (_, row) = worst?;
        let least = row.memory_limit_mb? * Severity::CRITICAL_FROM / 100.0;
        let since = self.history.containers.memory_since(&row.id, least);
        Some((Trouble::NearLimit(row, count - 1), since))
    }

    /// The container that restarts most often, if it does so in a loop, and since when.
    pub(super) fn restarting(&self) -> Option<(Trouble<'_>, Option<Timestamp>)> {
        let (stats, now) = self.measured().zip(self.scraped)?;
        let restarts = stats.recent_restarts(now);
        let restarts_of = |row: &ContainerStats| restarts.iter().find(|restarts| restarts.id == row.id);
        let (mut worst, mut count) = (None::<(u32, &ContainerStats)>, 0);
        for row in &stats.containers {
            let restarts = restarts_of(row).map_or(0, |restarts| restarts.count);
            if restarts < LOOP && row.state != ContainerState::Restarting {
                continue;
            }
            count += 1;
            if worst.is_none_or(|(most, _)| restarts > most) {
                worst = Some((restarts, row));
            }
        }
        let (restarts, row) = worst?;
        Some((Trouble::Restarting(row, restarts, count - 1), restarts_of(row).map(|restarts| restarts.since)))
    }

    /// The culprit for this metric according to current numbers.
    pub(in crate::ui) fn culprit(&self, metric: &Metric) -> Option<&Culprit> {
        let mut causes = self.short_resources().into_iter();
        causes.find(|cause| cause.trouble.is(metric) && cause.is_current)?.culprit
    }

    /// The CSS classes of the row of this kind with this ID if it is a culprit according to current numbers: with the
    /// severity of the worst metric that it is responsible for. Otherwise empty. The ID is empty except for a
    /// container.
    pub(in crate::ui) fn culprit_class(&self, kind: CulpritKind, id: &str) -> String {
        let is_it = |cause: &Cause<'_>| {
            cause.is_current && cause.culprit.is_some_and(|culprit| culprit.kind == kind && culprit.id == id)
        };
        let severity = self.short_resources().into_iter().find(is_it).and_then(|cause| match cause.trouble {
            Trouble::Metric(metric) => (metric.severity)(self.host.as_ref()?),
            _ => None,
        });
        severity.map_or_else(String::new, |severity| format!("ht-is-culprit ht-is-{}", severity.word()))
    }
}

impl Trouble<'_> {
    /// Whether it is this container that is near its limit.
    fn is_of(self, id: &str) -> bool {
        matches!(self, Self::NearLimit(row, _) if row.id == id)
    }

    /// Whether it is this metric that is in trouble.
    pub(in crate::ui) fn is(self, metric: &Metric) -> bool {
        matches!(self, Self::Metric(ours) if ours == metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainersStats, Event, EventKind};

    fn time(second: usize) -> Timestamp {
        Timestamp::sample().plus_seconds(second)
    }

    fn row(name: &str, memory_mb: f64) -> ContainerStats {
        let memory_limit_mb = Some(100.0);
        ContainerStats { memory_mb: Some(memory_mb), memory_limit_mb, ..ContainerStats::sample(name) }
    }

    /// The state after these scrapes, five seconds apart.
    fn state(scrapes: &[&[ContainerStats]], events: Vec<Event>) -> State {
        let mut state = State::default();
        for (rows, second) in scrapes.iter().zip((0..).step_by(5)) {
            let events = Some(events.clone());
            let stats = ContainersStats { containers: rows.to_vec(), events, ..ContainersStats::default() };
            let _ = state.history.containers.record(time(second), &stats);
            state.scraped = Some(time(second));
            state.containers = ContainersView::Measured(stats);
        }
        state
    }

    #[test]
    fn the_container_that_is_closest_to_its_limit_is_a_cause() {
        let (full, fuller) = (row("a", 91.0), row("b", 99.0));
        let state = state(&[&[row("b", 50.0)], &[row("b", 92.0)], &[full, fuller, row("c", 89.9)]], Vec::new());
        let causes = state.causes();
        let [Cause { trouble: Trouble::NearLimit(row, others), since, .. }] = causes.as_slice() else {
            panic!("{}", causes.len())
        };
        assert_eq!((row.name.as_str(), *others, *since), ("b", 1, Some(time(5))));
    }

    #[test]
    fn a_container_that_restarts_over_and_over_is_a_cause() {
        let restart = |second, count| Event {
            timestamp: time(second),
            kind: EventKind::Restarted,
            id: "id-a".into(),
            name: "a".into(),
            count,
        };
        let rows: [&[ContainerStats]; 2] = [&[row("a", 1.0)], &[row("a", 1.0)]];
        assert!(state(&rows, vec![restart(1, 1)]).causes().is_empty(), "it may have been by hand");
        let looping = state(&rows, vec![restart(1, 1), restart(4, 3)]);
        let causes = looping.causes();
        let [Cause { trouble: Trouble::Restarting(row, count, others), since, .. }] = causes.as_slice() else {
            panic!("{}", causes.len())
        };
        assert_eq!((row.name.as_str(), *count, *others, *since), ("a", 4, 0, Some(time(1))));
    }
}
