//! Which containers need attention.

use super::moment::Moment;
use crate::model::{ContainerState, ContainerStats, CulpritKind, Restarts, Severity};
use crate::ui::live::LOOP;

/// The containers that need attention.
pub(super) struct Attention<'a> {
    culprits: Vec<&'a str>,
    restarts: Vec<Restarts<'a>>,
}

impl<'a> Attention<'a> {
    pub(super) fn of(moment: Moment<'a>) -> Self {
        let causes = if moment.is_past { Vec::new() } else { moment.state.short_resources() };
        let culprits = causes.iter().filter(|cause| cause.is_current).filter_map(|cause| cause.culprit);
        let culprits = culprits.filter(|culprit| culprit.kind == CulpritKind::Container);
        let culprits = culprits.map(|culprit| culprit.id.as_str()).collect();
        Self { culprits, restarts: recent_restarts(moment) }
    }

    /// Whether a container could not be measured, restarts, is about to reach its memory limit, or is a culprit. A
    /// container that reaches its CPU limit is only slowed down, which is what the limit is for.
    pub(super) fn needs(&self, row: &ContainerStats) -> bool {
        row.error.is_some()
            || row.state == ContainerState::Restarting
            || row.memory_limit_percent().is_some_and(|percent| percent >= Severity::CRITICAL_FROM)
            || self.culprits.contains(&row.id.as_str())
            || self.restarts.iter().any(|restarts| restarts.id == row.id && restarts.count >= LOOP)
    }
}

/// What a container's row says about restarts; empty if there is nothing to say.
pub(super) fn restart_note(moment: Moment<'_>, row: &ContainerStats) -> String {
    let word = if row.state == ContainerState::Restarting { "restarting" } else { "restarted" };
    let restarts = recent_restarts(moment);
    match restarts.iter().find(|restarts| restarts.id == row.id).map_or(0, |restarts| restarts.count) {
        count if count >= LOOP => format!("{word} · {count} times in 5 min"),
        _ if row.state == ContainerState::Restarting => word.into(),
        _ => String::new(),
    }
}

fn recent_restarts(moment: Moment<'_>) -> Vec<Restarts<'_>> {
    let scrape = moment.stats.zip(moment.state.scraped);
    scrape.map_or_else(Vec::new, |(stats, scraped)| stats.recent_restarts(scraped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainersStats, Event, EventKind, Timestamp};
    use crate::ui::live::{ContainersView, State};

    fn state(row: ContainerStats, restarts: &[(usize, u32)]) -> State {
        let event = |(second, count): &(usize, u32)| Event {
            timestamp: Timestamp::sample().plus_seconds(*second),
            kind: EventKind::Restarted,
            id: "id-a".into(),
            name: "a".into(),
            count: *count,
        };
        let stats = ContainersStats {
            events: Some(restarts.iter().map(event).collect()),
            containers: vec![row],
            ..ContainersStats::default()
        };
        let scraped = Some(Timestamp::sample().plus_seconds(1000));
        State { containers: ContainersView::Measured(stats), scraped, ..State::default() }
    }

    fn seen(row: ContainerStats, restarts: &[(usize, u32)]) -> (bool, String) {
        let state = state(row.clone(), restarts);
        let moment = Moment::new(&state, None);
        (Attention::of(moment).needs(&row), restart_note(moment, &row))
    }

    #[test]
    fn trouble_needs_attention_and_heavy_use_does_not() {
        let calm = ContainerStats { cpu: Some(799.0), memory_mb: Some(89.9), ..ContainerStats::sample("a") };
        let limited = |limit: f64| ContainerStats { memory_limit_mb: Some(limit), ..calm.clone() };
        assert!(!seen(calm.clone(), &[]).0);
        assert!(!seen(limited(100.0), &[]).0);
        assert!(seen(limited(99.0), &[]).0, "at 90.8 % of its limit");
        assert!(!seen(ContainerStats { cpu_limit_cores: Some(8.0), ..calm.clone() }, &[]).0, "slowed down");
        assert!(seen(ContainerStats { error: Some("timed out".into()), ..calm }, &[]).0);
    }

    #[test]
    fn restarts_are_counted_over_five_minutes() {
        let row = ContainerStats::sample("a");
        let restarting = ContainerStats { state: ContainerState::Restarting, ..row.clone() };
        assert_eq!(seen(restarting.clone(), &[]), (true, "restarting".into()));
        let events = [(100, 5), (699, 9), (700, 1), (900, 3)];
        assert_eq!(seen(restarting, &events), (true, "restarting · 4 times in 5 min".into()));
        assert_eq!(seen(row.clone(), &events), (true, "restarted · 4 times in 5 min".into()));
        assert_eq!(seen(row, &[(900, 1)]), (false, String::new()), "perhaps by hand");
    }
}
