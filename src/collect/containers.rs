//! Containers: what a reader gives, and how the wire's numbers are derived from it.

use crate::model::{ContainerState, ContainerStats, ContainersStats, MIB, Timestamp, round1};
use std::collections::HashMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// Reads containers' counters from an engine. Each call may fail or hang; the caller sets the deadlines.
pub trait ContainerReader: Send + Sync + 'static {
    /// The containers that match, running, paused or restarting. The error is for an operator to read.
    fn list(&self) -> impl Future<Output = Result<Vec<ListedContainer>, String>> + Send;

    /// One container's counters now.
    fn counters(&self, id: &str) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

    /// How many [`counters`](Self::counters) calls may be under way at once.
    fn concurrency(&self) -> usize;

    /// A round failed: what is held open may be dead, so the next call starts afresh.
    fn reset(&self);
}

/// A container as the engine lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContainer {
    /// The full ID.
    pub id: String,
    /// The name, without a leading slash.
    pub name: String,
    /// Its state.
    pub state: ContainerState,
}

/// Why one container's counters could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It ended between the list and this call: no fault, it has no row.
    Gone,
    /// It is there, but not to be measured; the reason is for an operator to read.
    Failed(String),
}

/// A container's counters at one moment. What the engine left out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerCounters {
    /// CPU time used since the start, in nanoseconds.
    pub cpu_total: Option<u64>,
    /// CPU time of the whole host, all CPUs, in nanoseconds.
    pub system_total: Option<u64>,
    /// CPUs online.
    pub online_cpus: Option<u32>,
    /// Memory in bytes, inactive page cache left out.
    pub memory: Option<u64>,
}

impl ContainerCounters {
    /// CPU since `previous`, 100 being one core; `None` where the two do not make a window.
    ///
    /// Docker's formula: used time over the host's time, times the number of CPUs. A counter that is
    /// missing or fell (the container was restarted) or a host that did not move gives no number.
    fn cpu_percent_since(&self, previous: &Self) -> Option<f64> {
        let used = self.cpu_total?.checked_sub(previous.cpu_total?)?;
        let system = self.system_total?.checked_sub(previous.system_total?).filter(|delta| *delta > 0)?;
        let cpus = f64::from(self.online_cpus.filter(|cpus| *cpus > 0)?);
        Some((used as f64 / system as f64 * cpus * 100.0).clamp(0.0, cpus * 100.0))
    }
}

/// One container in one round, before rounding.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) container: ListedContainer,
    /// `None`: a restarting container, which is not asked for numbers.
    pub(super) counters: Option<Result<(Instant, ContainerCounters), String>>,
}

impl Observed {
    pub(super) fn is_measured(&self) -> bool {
        matches!(self.counters, Some(Ok(_)))
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.counters, Some(Err(_)))
    }
}

/// The counters of the round before, by container, which is what CPU is derived from.
#[derive(Default)]
pub(super) struct Baselines(HashMap<String, (Instant, ContainerCounters)>);

impl Baselines {
    /// Derives one round's numbers and keeps the counters for the next; containers not in `round` are forgotten.
    /// A baseline older than `max_age` makes no window: the CPU is unknown once more.
    pub(super) fn derive(
        &mut self,
        round: Vec<Observed>,
        prefix: &str,
        max_age: Duration,
        timestamp: Timestamp,
    ) -> ContainersStats {
        let mut next = HashMap::with_capacity(round.len());
        let mut rows = Vec::with_capacity(round.len());
        for Observed { container, counters } in round {
            let ListedContainer { id, name, state } = container;
            let name = shown_name(&name, prefix).to_owned();
            let values = match counters {
                None => Ok((None, None)),
                Some(Err(reason)) => {
                    // One failed read does not cost the next window: its baseline is kept, as long as it is not too old.
                    if let Some(baseline) = self.0.remove(&id) {
                        next.insert(id.clone(), baseline);
                    }
                    Err(reason)
                }
                Some(Ok((at, counters))) => {
                    let cpu = self
                        .0
                        .get(&id)
                        .filter(|(before, _)| at.saturating_duration_since(*before) <= max_age)
                        .and_then(|(_, previous)| counters.cpu_percent_since(previous));
                    let memory = counters.memory;
                    next.insert(id.clone(), (at, counters));
                    Ok((cpu, memory))
                }
            };
            rows.push(Row { id, name, state, values });
        }
        self.0 = next;
        summarize(rows, timestamp)
    }
}

/// The name without the prefix; one that consists of nothing else keeps it.
fn shown_name<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// One container, derived but not rounded: CPU in percent of one core and memory in bytes, or why there is none.
struct Row {
    id: String,
    name: String,
    state: ContainerState,
    values: Result<(Option<f64>, Option<u64>), String>,
}

impl Row {
    fn cpu(&self) -> Option<f64> {
        self.values.as_ref().ok()?.0
    }

    fn memory_mb(&self) -> Option<f64> {
        self.values.as_ref().ok()?.1.map(|bytes| bytes as f64 / MIB)
    }
}

/// Counts, sums, sorts and rounds. Sums are of the unrounded values.
fn summarize(mut rows: Vec<Row>, timestamp: Timestamp) -> ContainersStats {
    rows.sort_by(|a, b| {
        let (left, right) = (a.cpu().unwrap_or(-1.0), b.cpu().unwrap_or(-1.0));
        right.total_cmp(&left).then_with(|| a.name.cmp(&b.name))
    });
    let counted = rows.iter().filter(|row| row.state != ContainerState::Restarting).count();
    ContainersStats {
        running_count: u32::try_from(counted).ok(),
        total_cpu_percent: total(counted, rows.iter().filter_map(Row::cpu)),
        total_memory_mb: total(counted, rows.iter().filter_map(Row::memory_mb)),
        containers: rows
            .into_iter()
            .map(|row| ContainerStats {
                cpu: row.cpu().map(round1),
                memory_mb: row.memory_mb().map(round1),
                id: row.id.chars().take(12).collect(),
                name: row.name,
                state: row.state,
                error: row.values.err(),
            })
            .collect(),
        timestamp,
        age_seconds: 0.0,
        stale: false,
    }
}

/// The rounded sum; 0 of no containers, but unknown where containers run and none is measured.
fn total(counted: usize, values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    // Starts at 0.0 because the sum of no floats is -0.0.
    (counted == 0 || !values.is_empty()).then(|| round1(values.iter().fold(0.0, |sum, value| sum + value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContainerState::{Paused, Restarting, Running};

    const TICK: Duration = Duration::from_secs(5);
    const SECOND: u64 = 1_000_000_000;

    fn counters(cpu: u64, system: u64, memory: u64) -> ContainerCounters {
        ContainerCounters {
            cpu_total: Some(cpu),
            system_total: Some(system),
            online_cpus: Some(2),
            memory: Some(memory),
        }
    }

    fn seen(name: &str, state: ContainerState, at: Instant, counters: ContainerCounters) -> Observed {
        let container = ListedContainer { id: format!("{name}-0123456789abcdef"), name: name.into(), state };
        let counters = (state != Restarting).then_some(Ok((at, counters)));
        Observed { container, counters }
    }

    fn failed(name: &str, reason: &str) -> Observed {
        let container = ListedContainer { id: name.into(), name: name.into(), state: Running };
        Observed { container, counters: Some(Err(reason.into())) }
    }

    fn derive(baselines: &mut Baselines, round: Vec<Observed>) -> ContainersStats {
        baselines.derive(round, "agent-", 3 * TICK, Timestamp::now())
    }

    #[test]
    fn no_container_is_zero_not_null() {
        let stats = derive(&mut Baselines::default(), Vec::new());
        let json = serde_json::to_value(&stats).expect("json");
        assert_eq!(json["running_count"], 0);
        assert_eq!(json["total_cpu_percent"].to_string(), "0.0");
        assert_eq!(json["total_memory_mb"].to_string(), "0.0");
        assert_eq!(json["containers"], serde_json::json!([]));
    }

    #[test]
    fn cpu_needs_two_rounds_and_has_docker_scale() {
        let (mut baselines, start) = (Baselines::default(), Instant::now());
        let first = derive(&mut baselines, vec![seen("agent-a", Running, start, counters(0, 0, 1 << 20))]);
        assert_eq!(first.containers[0].cpu, None, "not measured yet is not 0");
        assert_eq!(first.total_cpu_percent, None);
        assert_eq!(first.total_memory_mb, Some(1.0));
        // A whole core for five seconds, of two cores' ten.
        let now = counters(5 * SECOND, 10 * SECOND, 1 << 20);
        let second = derive(&mut baselines, vec![seen("agent-a", Running, start + TICK, now)]);
        assert_eq!(second.containers[0].cpu, Some(100.0));
        assert_eq!(second.containers[0].name, "a");
        assert_eq!(second.containers[0].id, "agent-a-0123");
    }

    #[test]
    fn what_makes_no_window_makes_no_number() {
        let start = Instant::now();
        let before = counters(5 * SECOND, 10 * SECOND, 0);
        let late = 4 * TICK;
        let cases = [
            ("the container was restarted", TICK, counters(SECOND, 20 * SECOND, 0)),
            ("the daemon gave the same sample", TICK, before.clone()),
            ("the host's counter fell", TICK, counters(6 * SECOND, 9 * SECOND, 0)),
            ("a counter is missing", TICK, ContainerCounters { cpu_total: None, ..before.clone() }),
            ("the number of CPUs is unknown", TICK, ContainerCounters { online_cpus: None, ..counters(6, 11, 0) }),
            ("the baseline is too old", late, counters(6 * SECOND, 60 * SECOND, 0)),
        ];
        for (why, elapsed, now) in cases {
            let mut baselines = Baselines::default();
            derive(&mut baselines, vec![seen("a", Running, start, before.clone())]);
            let stats = derive(&mut baselines, vec![seen("a", Running, start + elapsed, now)]);
            assert_eq!(stats.containers[0].cpu, None, "{why}");
            assert_eq!(stats.containers[0].error, None, "{why}");
        }
    }

    #[test]
    fn sums_are_of_unrounded_values_and_rows_are_sorted() {
        let (mut baselines, start) = (Baselines::default(), Instant::now());
        let round = |at, b: u64, a: u64, c: u64, system| {
            vec![
                seen("b", Running, at, counters(b, system, 1 << 20)),
                seen("a", Running, at, counters(a, system, 2 << 20)),
                seen("c", Paused, at, counters(c, system, 0)),
            ]
        };
        derive(&mut baselines, round(start, 0, 0, 0, 0));
        let stats = derive(&mut baselines, round(start + TICK, 202, 402, 2, 10_000));
        let rows: Vec<_> = stats.containers.iter().map(|row| (row.name.as_str(), row.cpu)).collect();
        assert_eq!(rows, [("a", Some(8.0)), ("b", Some(4.0)), ("c", Some(0.0))]);
        assert_eq!(stats.total_cpu_percent, Some(12.1), "8.04 + 4.04 + 0.04, then rounded");
        assert_eq!(stats.running_count, Some(3), "a paused container is counted");
        assert_eq!(stats.total_memory_mb, Some(3.0));
    }

    #[test]
    fn a_failed_container_keeps_its_row_is_counted_and_left_out_of_the_sums() {
        let start = Instant::now();
        let round = vec![
            failed("broken", "no answer"),
            seen("starting", Restarting, start, ContainerCounters::default()),
            seen("frozen", Paused, start, counters(0, 0, 1 << 20)),
        ];
        let stats = derive(&mut Baselines::default(), round);
        assert_eq!(stats.running_count, Some(2), "a restarting container is not counted");
        assert_eq!(stats.total_memory_mb, Some(1.0));
        let row = serde_json::to_value(&stats.containers[0]).expect("json");
        assert_eq!(row["name"], "broken");
        assert!(row["cpu"].is_null() && row["memory_mb"].is_null());
        assert_eq!(row["error"], "no answer");
    }

    #[test]
    fn one_failed_read_costs_one_row_not_two() {
        let (mut baselines, start) = (Baselines::default(), Instant::now());
        let at = |ticks: u64| {
            let elapsed = TICK * u32::try_from(ticks).expect("few");
            vec![seen("a", Running, start + elapsed, counters(ticks * SECOND, ticks * 10 * SECOND, 0))]
        };
        derive(&mut baselines, at(0));
        let container = at(0).remove(0).container;
        derive(&mut baselines, vec![Observed { container, counters: Some(Err("no answer".into())) }]);
        assert_eq!(derive(&mut baselines, at(2)).containers[0].cpu, Some(20.0));
    }

    #[test]
    fn containers_that_ended_are_forgotten() {
        let (mut baselines, start) = (Baselines::default(), Instant::now());
        derive(&mut baselines, vec![seen("a", Running, start, counters(0, 0, 0))]);
        assert_eq!(baselines.0.len(), 1);
        derive(&mut baselines, Vec::new());
        assert!(baselines.0.is_empty());
    }

    #[test]
    fn a_prefix_is_left_out_unless_nothing_remains() {
        assert_eq!(shown_name("agent-a", "agent-"), "a");
        assert_eq!(shown_name("agent-", "agent-"), "agent-");
        assert_eq!(shown_name("web", "agent-"), "web");
        assert_eq!(shown_name("web", ""), "web");
    }
}
