//! Notices what happened to containers by comparing scrapes.

use crate::model::{ContainerState, ContainerStats, ContainersStats, Event, EventKind, Timestamp};
use std::collections::{HashMap, VecDeque};

/// How long events are kept, in seconds.
const KEPT_FOR: f64 = 3600.0;

/// The maximum number of events; the oldest are dropped first.
const MAX_EVENTS: usize = 64;

/// How much earlier than the scrape before, in seconds, a start may have happened: the details of a container that
/// restarts between two scrapes are read about once a minute.
const NOTICED_WITHIN: f64 = 75.0;

/// The kernel shows a container's end before the engine starts it again, so a start within this many seconds after the
/// end counts as a restart.
const RESTARTS_WITHIN: f64 = 10.0;

/// The latest events, and what the last scrape knew of each container.
#[derive(Clone, Debug, Default)]
pub(in crate::collect) struct EventLog {
    /// By container ID; `None` before the first scrape, which is no event for the containers that it finds.
    known: Option<HashMap<String, Known>>,
    scraped: Option<Timestamp>,
    /// The containers that ended a moment ago, and when.
    ended: HashMap<String, (Timestamp, Known)>,
    events: VecDeque<Event>,
}

/// What the last scrape knew of a container.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    state: ContainerState,
    started_at: Option<Timestamp>,
    restart_count: Option<u32>,
}

impl EventLog {
    /// Compares a scrape with the one before.
    pub(in crate::collect) fn observe(&mut self, timestamp: Timestamp, stats: &ContainersStats) {
        let mut ended = self.known.take();
        let is_first = ended.is_none();
        // A start may be noticed long after it happened.
        let kept = RESTARTS_WITHIN + NOTICED_WITHIN;
        self.ended.retain(|_, (at, _)| (0.0..=kept).contains(&(timestamp.seconds() - at.seconds())));
        let mut known = HashMap::with_capacity(stats.containers.len());
        for row in &stats.containers {
            let mut before = ended.as_mut().and_then(|ended| ended.remove(&row.id));
            let happened = match &before {
                None if let Some((at, known)) = self.restarted(row, timestamp) => {
                    self.events.retain(|event| {
                        event.kind != EventKind::Stopped || event.id != row.id || event.timestamp != at
                    });
                    let count = restarts(&known, row).unwrap_or(1);
                    before = Some(known);
                    Some((EventKind::Restarted, count))
                }
                None => (!is_first).then_some((EventKind::Started, 1)),
                Some(before) => restarts(before, row).map(|count| (EventKind::Restarted, count)),
            };
            if let Some((kind, count)) = happened {
                let timestamp = self.started(row, timestamp);
                self.events.push_back(Event { timestamp, kind, id: row.id.clone(), name: row.name.clone(), count });
            }
            // What could not be read this time is as it was.
            let (started_at, restart_count) = before.map_or((None, None), |row| (row.started_at, row.restart_count));
            let now = Known {
                name: row.name.clone(),
                state: row.state,
                started_at: row.started_at.or(started_at),
                restart_count: row.restart_count.or(restart_count),
            };
            known.insert(row.id.clone(), now);
        }
        for (id, known) in ended.unwrap_or_default() {
            let name = known.name.clone();
            self.events.push_back(Event { timestamp, kind: EventKind::Stopped, id: id.clone(), name, count: 1 });
            self.ended.insert(id, (timestamp, known));
        }
        self.known = Some(known);
        self.scraped = Some(timestamp);
        self.events.make_contiguous().sort_by_key(|event| event.timestamp);
        // After the clock was set back, earlier events are in the future.
        self.events.retain(|event| event.timestamp <= timestamp);
        let is_old = |event: &Event| timestamp.seconds() - event.timestamp.seconds() > KEPT_FOR;
        while self.events.len() > MAX_EVENTS || self.events.front().is_some_and(is_old) {
            self.events.pop_front();
        }
    }

    /// The latest events, oldest first.
    pub(in crate::collect) fn events(&self) -> Vec<Event> {
        self.events.iter().cloned().collect()
    }

    /// What was known of a container that ended so shortly before its start that it was restarted, and when it ended.
    fn restarted(&mut self, row: &ContainerStats, scraped: Timestamp) -> Option<(Timestamp, Known)> {
        let (ended, _) = self.ended.get(&row.id)?;
        let pause = self.started(row, scraped).seconds() - ended.seconds();
        self.ended.remove(&row.id).filter(|_| pause <= RESTARTS_WITHIN)
    }

    /// When the engine started the container, or the time of the scrape if that cannot be the start that it noticed:
    /// the engine's clock may be another machine's.
    fn started(&self, row: &ContainerStats, scraped: Timestamp) -> Timestamp {
        let earliest = self.scraped.map_or(f64::MIN, |before| before.seconds() - NOTICED_WITHIN);
        let possible = |at: &Timestamp| *at <= scraped && at.seconds() >= earliest;
        // A container that waits for its restart was last started before it ended.
        let is_up = row.state != ContainerState::Restarting;
        row.started_at.filter(|at| is_up && possible(at)).unwrap_or(scraped)
    }
}

/// How often the container was restarted since the last scrape; `None` if it was not.
fn restarts(before: &Known, row: &ContainerStats) -> Option<u32> {
    let counted = row.restart_count.zip(before.restart_count).and_then(|(now, before)| now.checked_sub(before));
    // The engine counts a restart when the container ends, so the start that follows is the same restart.
    let is_later = before.state != ContainerState::Restarting
        && row.started_at.zip(before.started_at).is_some_and(|(now, before)| now > before);
    // Without a count, the change of the state is the only sign.
    let is_restarting = row.restart_count.is_none()
        && row.state == ContainerState::Restarting
        && before.state != ContainerState::Restarting;
    match counted {
        Some(count) if count > 0 => Some(count),
        _ => (is_later || is_restarting).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{Restarted, Started, Stopped};

    fn time(second: usize) -> Timestamp {
        Timestamp::sample().plus_seconds(second)
    }

    fn row(name: &str, started: Option<usize>, restart_count: Option<u32>) -> ContainerStats {
        ContainerStats { started_at: started.map(time), restart_count, ..ContainerStats::sample(name) }
    }

    /// What is known after scrapes at these seconds that found these rows.
    fn log(scrapes: &[(usize, Vec<ContainerStats>)]) -> Vec<(EventKind, String, u32, usize)> {
        let mut log = EventLog::default();
        for (second, rows) in scrapes {
            let stats = ContainersStats { containers: rows.clone(), ..ContainersStats::default() };
            log.observe(time(*second), &stats);
        }
        let second = |at: Timestamp| (at.seconds() - time(0).seconds()) as usize;
        log.events().into_iter().map(|event| (event.kind, event.name, event.count, second(event.timestamp))).collect()
    }

    #[test]
    fn what_the_first_scrape_finds_is_no_event() {
        assert_eq!(log(&[(10, vec![row("a", Some(9), Some(0))])]), []);
    }

    #[test]
    fn starts_and_stops_are_noticed() {
        let (a, b) = (row("a", Some(1), Some(0)), row("b", Some(13), Some(0)));
        let events = log(&[(10, vec![a.clone()]), (15, vec![a, b.clone()]), (20, vec![b])]);
        assert_eq!(events, [(Started, "b".into(), 1, 13), (Stopped, "a".into(), 1, 20)]);
    }

    #[test]
    fn a_restart_is_noticed_by_the_count_the_start_or_the_state() {
        let by_count = [row("a", Some(1), Some(2)), row("a", Some(13), Some(5))];
        assert_eq!(
            log(&[(10, by_count[..1].to_vec()), (15, by_count[1..].to_vec())]),
            [(Restarted, "a".into(), 3, 13)]
        );
        let by_hand = [row("a", Some(1), Some(0)), row("a", Some(13), Some(0))];
        assert_eq!(log(&[(10, by_hand[..1].to_vec()), (15, by_hand[1..].to_vec())]), [(Restarted, "a".into(), 1, 13)]);
        let restarting = ContainerStats { state: ContainerState::Restarting, ..row("a", None, None) };
        let unknown = row("a", None, None);
        let events = log(&[(10, vec![unknown]), (15, vec![restarting.clone()]), (20, vec![restarting])]);
        assert_eq!(events, [(Restarted, "a".into(), 1, 15)]);
    }

    #[test]
    fn a_start_soon_after_the_end_is_a_restart() {
        let before = row("a", Some(1), Some(2));
        let again = |second| row("a", Some(second), Some(3));
        let soon = log(&[(10, vec![before.clone()]), (12, vec![]), (15, vec![again(14)])]);
        assert_eq!(soon, [(Restarted, "a".into(), 1, 14)]);
        let slow = log(&[(0, vec![before.clone()]), (30, vec![]), (60, vec![again(32)])]);
        assert_eq!(slow, [(Restarted, "a".into(), 1, 32)], "the interval is long");
        let later = log(&[(10, vec![before]), (12, vec![]), (30, vec![again(29)])]);
        assert_eq!(later, [(Stopped, "a".into(), 1, 12), (Started, "a".into(), 1, 29)]);
    }

    #[test]
    fn the_start_after_a_counted_restart_is_not_another() {
        let waits = ContainerStats { state: ContainerState::Restarting, ..row("a", Some(1), Some(1)) };
        let scrapes = [row("a", Some(1), Some(0)), waits, row("a", Some(18), Some(1))];
        let events = log(&[(10, scrapes[..1].to_vec()), (15, scrapes[1..2].to_vec()), (20, scrapes[2..].to_vec())]);
        assert_eq!(events, [(Restarted, "a".into(), 1, 15)]);
    }

    #[test]
    fn after_the_clock_was_set_back_there_are_no_events_of_the_future() {
        let a = row("a", None, None);
        assert_eq!(log(&[(600, vec![]), (605, vec![a.clone()]), (100, vec![a])]), []);
    }

    #[test]
    fn details_that_were_not_read_are_no_change() {
        let known = row("a", Some(1), Some(2));
        assert_eq!(log(&[(10, vec![known.clone()]), (15, vec![row("a", None, None)]), (20, vec![known])]), []);
    }

    #[test]
    fn a_start_that_cannot_be_has_the_time_of_the_scrape() {
        for started in [None, Some(100), Some(900)] {
            let events = log(&[(600, vec![]), (605, vec![row("a", started, None)])]);
            assert_eq!(events, [(Started, "a".into(), 1, 605)], "{started:?}");
        }
    }

    #[test]
    fn events_are_few_and_of_the_last_hour() {
        let many: Vec<_> = (0..100).map(|n| row(&n.to_string(), None, None)).collect();
        assert_eq!(log(&[(0, vec![]), (5, many)]).len(), MAX_EVENTS);
        let a = row("a", None, None);
        assert_eq!(log(&[(0, vec![]), (5, vec![a.clone()]), (3700, vec![a])]), []);
    }
}
