//! Tests the published numbers that are derived from series of scrapes.

use super::*;
use crate::collect::containers::summary::{NO_MEMORY, summarize};
use crate::model::{ContainersStats, HostSplit, Split, Timestamp};
use ContainerState::{Paused, Restarting, Running};

const TICK: Duration = Duration::from_secs(5);
const SECOND: u64 = 1_000_000_000;
const M: u64 = 1 << 20;

/// A container's counters on a host with two cores.
fn counters(cpu: u64, host: u64, memory: u64) -> ContainerCounters {
    ContainerCounters {
        cpu_total: Some(cpu),
        clock: Some(CpuClock::Host(host)),
        online_cpus: Some(2),
        memory: Some(memory),
        memory_without_cache: Some(memory),
        ..ContainerCounters::default()
    }
}

fn seen(name: &str, state: ContainerState, at: Instant, counters: ContainerCounters) -> Reading {
    let container =
        ListedContainer { id: format!("{name}-0123456789abcdef"), name: name.into(), state, up_seconds: None };
    let counters = (state != Restarting).then_some(Ok((at, counters)));
    Reading { container, details: ContainerDetails::default(), counters }
}

fn failed(name: &str, reason: &str) -> Reading {
    Reading { counters: Some(Err(reason.into())), ..seen(name, Running, Instant::now(), ContainerCounters::default()) }
}

fn unread() -> HostUsage {
    HostUsage::unread("not read")
}

/// A series of scrapes that are one interval apart by default.
struct Scrapes {
    rates: Rates,
    at: Instant,
}

impl Scrapes {
    fn new() -> Self {
        Self { rates: Rates::default(), at: Instant::now() }
    }

    /// The published numbers for the next scrape. `readings` is called with the time of the scrape.
    fn next(&mut self, readings: impl FnOnce(Instant) -> Vec<Reading>) -> ContainersStats {
        self.after(TICK, unread(), readings)
    }

    fn after(
        &mut self,
        elapsed: Duration,
        host: HostUsage,
        readings: impl FnOnce(Instant) -> Vec<Reading>,
    ) -> ContainersStats {
        self.at += elapsed;
        let data = Scrape { containers: readings(self.at), host };
        let scrape = Sample { at: self.at, timestamp: Timestamp::now(), data };
        summarize(self.rates.update(scrape, "agent-", 3 * TICK).data)
    }
}

#[test]
fn without_containers_totals_are_zero_not_null() {
    let stats = Scrapes::new().next(|_| Vec::new());
    let json = serde_json::to_value(&stats).expect("json");
    assert_eq!((&json["running_count"], &json["measured_count"]), (&0.into(), &0.into()));
    assert_eq!(json["total_cpu_percent"].to_string(), "0.0");
    assert_eq!(json["total_memory_mb"].to_string(), "0.0");
    assert_eq!(json["containers"], serde_json::json!([]));
}

#[test]
fn cpu_needs_two_scrapes_and_has_the_scale_of_docker_stats() {
    let mut scrapes = Scrapes::new();
    let first = scrapes.next(|at| vec![seen("agent-a", Running, at, counters(0, 0, M))]);
    assert_eq!(first.containers[0].cpu, None, "a value that is not measured yet is not 0");
    assert_eq!(first.total_cpu_percent, None);
    assert_eq!((first.total_memory_mb, first.measured_count), (Some(1.0), Some(0)));
    // The container used five seconds of CPU time, out of the ten that two cores have in that period.
    let now = counters(5 * SECOND, 10 * SECOND, M);
    let second = scrapes.next(|at| vec![seen("agent-a", Running, at, now)]);
    assert_eq!((second.containers[0].cpu, second.containers[0].cpu_host_percent), (Some(100.0), Some(50.0)));
    assert_eq!(second.containers[0].name, "a");
    assert_eq!(second.containers[0].id, "agent-a-0123");
}

#[test]
fn without_host_time_the_monotonic_clock_is_used() {
    let mut scrapes = Scrapes::new();
    let podman = |cpu| ContainerCounters { clock: Some(CpuClock::Monotonic), ..counters(cpu, 0, M) };
    scrapes.next(|at| vec![seen("a", Running, at, podman(SECOND))]);
    let stats = scrapes.next(|at| vec![seen("a", Running, at, podman(SECOND + 5 * SECOND / 2))]);
    assert_eq!((stats.containers[0].cpu, stats.containers[0].cpu_host_percent), (Some(50.0), Some(25.0)));
    let docker = counters(9 * SECOND, 20 * SECOND, M);
    assert_eq!(scrapes.next(|at| vec![seen("a", Running, at, docker)]).containers[0].cpu, None, "the clocks differ");
}

/// The CPU usage and the error of a container whose counters change from `before` to `now` within `elapsed`.
fn after(elapsed: Duration, before: &ContainerCounters, now: ContainerCounters) -> (Option<f64>, Option<String>) {
    let mut scrapes = Scrapes::new();
    scrapes.next(|at| vec![seen("a", Running, at, before.clone())]);
    let stats = scrapes.after(elapsed, unread(), |at| vec![seen("a", Running, at, now)]);
    (stats.containers[0].cpu, stats.containers[0].error.clone())
}

#[test]
fn incomparable_readings_have_no_rate_yet() {
    let before = counters(5 * SECOND, 10 * SECOND, M);
    let cases = [
        ("the container was restarted", TICK, counters(SECOND, 20 * SECOND, M)),
        ("the daemon returned the same sample twice", TICK, before.clone()),
        ("the host's counter fell", TICK, counters(6 * SECOND, 9 * SECOND, M)),
        ("the baseline is too old", 4 * TICK, counters(6 * SECOND, 60 * SECOND, M)),
    ];
    for (why, elapsed, now) in cases {
        assert_eq!(after(elapsed, &before, now), (None, None), "{why}");
    }
}

#[test]
fn missing_counters_are_null_with_a_reason() {
    let before = counters(5 * SECOND, 10 * SECOND, M);
    let now = counters(6 * SECOND, 20 * SECOND, M);
    for (without, reason) in [
        (ContainerCounters { cpu_total: None, ..now.clone() }, "its CPU is not counted"),
        (ContainerCounters { clock: None, ..now.clone() }, "the host's CPU time"),
        (ContainerCounters { online_cpus: None, ..now.clone() }, "number of CPUs"),
    ] {
        let (cpu, error) = after(TICK, &before, without);
        assert!(cpu.is_none() && error.as_ref().is_some_and(|error| error.contains(reason)), "{error:?}");
    }
    let (cpu, error) = after(TICK, &before, ContainerCounters { memory: None, ..now });
    assert_eq!((cpu, error.as_deref()), (Some(20.0), Some(NO_MEMORY)), "CPU is still counted");
}

#[test]
fn counters_that_rise_faster_than_time_are_null_with_a_reason() {
    let before = counters(5 * SECOND, 10 * SECOND, M);
    for now in [counters(3_000_000 * SECOND, 20 * SECOND, M), counters(6 * SECOND, 8_000_000 * SECOND, M)] {
        let (cpu, error) = after(TICK, &before, now);
        assert!(cpu.is_none() && error.is_some_and(|error| error.contains("rose by more")));
    }
    // The host has sixteen CPUs, but the daemon is restricted to two and scales the usage by two.
    let (cpu, error) = after(TICK, &before, counters(6 * SECOND, 90 * SECOND, M));
    assert_eq!((cpu, error), (Some(2.5), None), "as docker stats shows it");
    let (cpu, error) = after(TICK, &before, counters(15_500_000_000, 20 * SECOND, M));
    assert_eq!((cpu, error), (Some(200.0), None), "the two counters are not read at the same moment");
}

#[test]
fn totals_are_sums_of_unrounded_values_and_rows_are_sorted() {
    let mut scrapes = Scrapes::new();
    let readings = |at, b: u64, a: u64, c: u64, host| {
        vec![
            seen("b", Running, at, counters(b, host, M)),
            seen("a", Running, at, counters(a, host, 2 * M)),
            seen("c", Paused, at, counters(c, host, 0)),
        ]
    };
    scrapes.next(|at| readings(at, 0, 0, 0, 0));
    let stats = scrapes.next(|at| readings(at, 202, 402, 2, 10_000));
    let rows: Vec<_> = stats.containers.iter().map(|row| (row.name.as_str(), row.cpu)).collect();
    assert_eq!(rows, [("a", Some(8.0)), ("b", Some(4.0)), ("c", Some(0.0))]);
    assert_eq!(stats.total_cpu_percent, Some(12.1), "8.04 + 4.04 + 0.04, then rounded");
    assert_eq!(stats.running_count, Some(3), "a paused container is counted");
    assert_eq!(stats.total_memory_mb, Some(3.0));
}

#[test]
fn missing_limits_are_null() {
    let limited = ContainerCounters { memory_limit: Some(128 * M), ..counters(0, 0, M) };
    let details = ContainerDetails { cpu_quota: Some(0.5), ..ContainerDetails::default() };
    let readings =
        |at| vec![Reading { details, ..seen("a", Running, at, limited) }, seen("b", Running, at, counters(0, 0, M))];
    let stats = Scrapes::new().next(readings);
    let limits: Vec<_> = stats.containers.iter().map(|row| (row.memory_limit_mb, row.cpu_limit_cores)).collect();
    assert_eq!(limits, [(Some(128.0), Some(0.5)), (None, None)]);
}

#[test]
fn a_failed_container_keeps_its_row_and_is_not_in_the_totals() {
    let stats = Scrapes::new().next(|at| {
        vec![
            failed("broken", "no answer"),
            seen("starting", Restarting, at, ContainerCounters::default()),
            seen("frozen", Paused, at, counters(0, 0, M)),
        ]
    });
    assert_eq!(stats.running_count, Some(2), "a restarting container is not counted");
    assert_eq!((stats.total_memory_mb, stats.measured_count), (Some(1.0), Some(0)));
    let row = serde_json::to_value(&stats.containers[0]).expect("json");
    assert_eq!(row["name"], "broken");
    assert!(row["cpu"].is_null() && row["memory_mb"].is_null() && row["stale"] == false);
    assert_eq!(row["error"], "no answer");
}

#[test]
fn a_container_that_stops_answering_is_stale_for_three_intervals() {
    let mut scrapes = Scrapes::new();
    scrapes.next(|at| vec![seen("a", Running, at, counters(0, 0, M))]);
    scrapes.next(|at| vec![seen("a", Running, at, counters(SECOND, 10 * SECOND, M))]);
    for _ in 0..3 {
        let stats = scrapes.next(|_| vec![failed("a", "no answer")]);
        let row = &stats.containers[0];
        assert_eq!((row.cpu, row.memory_mb, row.stale), (Some(20.0), Some(1.0), true));
        assert_eq!((&row.error, stats.total_cpu_percent, stats.measured_count), (&None, None, Some(0)));
    }
    let stats = scrapes.next(|_| vec![failed("a", "no answer")]);
    let row = &stats.containers[0];
    assert_eq!((row.cpu, row.memory_mb, row.stale), (None, None, false));
    assert_eq!((row.error.as_deref(), stats.total_cpu_percent), (Some("no answer"), None));
    assert_eq!((stats.running_count, stats.measured_count), (Some(1), Some(0)));
}

#[test]
fn the_rate_after_a_failed_read_spans_both_intervals() {
    let mut scrapes = Scrapes::new();
    let at = |ticks: u64| move |at| vec![seen("a", Running, at, counters(ticks * SECOND, ticks * 10 * SECOND, 0))];
    scrapes.next(at(0));
    scrapes.next(|_| vec![failed("a", "no answer")]);
    assert_eq!(scrapes.next(at(2)).containers[0].cpu, Some(20.0));
}

#[test]
fn containers_that_ended_are_forgotten() {
    let mut scrapes = Scrapes::new();
    scrapes.next(|at| vec![seen("a", Running, at, counters(0, 0, 0))]);
    assert_eq!(scrapes.rates.containers.len(), 1);
    scrapes.next(|_| Vec::new());
    assert!(scrapes.rates.containers.is_empty());
}

/// A host with 256 MiB of 1 GiB of memory in use, and one core that is busy for `busy` of 1,000 ticks per scrape.
fn host(scrape: u64, busy: u64) -> HostUsage {
    let stat = format!("cpu {} 0 0 {}\ncpu0 0 0 0 0\n", scrape * busy, scrape * (1000 - busy));
    let memory = MemoryReading { total: 1024 * M, available: 768 * M, ..MemoryReading::default() };
    HostUsage { cpu: CpuTimes::parse(&stat), memory: Ok(memory) }
}

/// A container that uses a fifth of the host's CPU time between scrapes.
fn seen_at(scrape: u64) -> impl Fn(Instant) -> Reading {
    move |at| seen("a", Running, at, counters(2 * scrape * SECOND, 10 * scrape * SECOND, M))
}

fn parts(split: Option<Split>) -> (f64, f64, f64, bool) {
    let split = split.expect("a split");
    (split.host, split.containers, split.other, split.clamped)
}

#[test]
fn the_host_is_split_into_containers_and_everything_else() {
    let mut scrapes = Scrapes::new();
    let seen = |scrape: u64| {
        let now = counters(2 * scrape * SECOND, 10 * scrape * SECOND, 200 * M);
        let with_cache = ContainerCounters { memory_without_cache: Some(64 * M), ..now };
        move |at| vec![seen("a", Running, at, with_cache), failed("broken", "no answer")]
    };
    let first = scrapes.after(TICK, host(0, 450), seen(0));
    assert_eq!(first.split.cpu_percent, None, "there is no earlier scrape to compare with");
    assert_eq!(parts(first.split.memory_mb), (256.0, 64.0, 192.0, false));
    assert_eq!(parts(first.split.memory_percent), (25.0, 6.2, 18.8, false), "6.25 rounds to 6.2, and the parts add up");
    let second = scrapes.after(TICK, host(1, 450), seen(1));
    assert_eq!(parts(second.split.cpu_percent), (45.0, 20.0, 25.0, false));
    assert_eq!((second.measured_count, second.running_count), (Some(1), Some(2)));
}

#[test]
fn stolen_time_counts_for_the_host_but_not_for_containers() {
    // Out of 100 ticks, a container used 40, 20 were stolen and 40 were idle. Docker's host time is the 80 ticks that
    // were not stolen.
    let stolen = |scrape: u64| {
        let stat = format!("cpu {} 0 0 {} 0 0 0 {}\ncpu0 0 0 0 0\n", 40 * scrape, 40 * scrape, 20 * scrape);
        HostUsage { cpu: CpuTimes::parse(&stat), memory: Err("not read".into()) }
    };
    let seen = |scrape: u64| move |at| vec![seen("a", Running, at, counters(40 * scrape, 80 * scrape, M))];
    let mut scrapes = Scrapes::new();
    scrapes.after(TICK, stolen(0), seen(0));
    let stats = scrapes.after(TICK, stolen(1), seen(1));
    assert_eq!(stats.containers[0].cpu_host_percent, Some(50.0), "the same as in docker stats");
    assert_eq!(parts(stats.split.cpu_percent), (60.0, 40.0, 20.0, false));
}

#[test]
fn a_stale_container_is_not_in_the_split() {
    let mut scrapes = Scrapes::new();
    scrapes.after(TICK, host(0, 450), |at| vec![seen_at(0)(at)]);
    scrapes.after(TICK, host(1, 450), |at| vec![seen_at(1)(at)]);
    let idle = scrapes.after(TICK, host(2, 50), |_| vec![failed("a", "no answer")]);
    assert_eq!((idle.containers[0].cpu, idle.containers[0].stale), (Some(40.0), true));
    assert_eq!((idle.split.cpu_percent, idle.split.memory_mb), (None, None));
}

#[test]
fn containers_that_exceed_the_host_are_clamped() {
    let mut scrapes = Scrapes::new();
    let seen = |scrape: u64| {
        move |at| vec![seen("a", Running, at, counters(8 * scrape * SECOND, 10 * scrape * SECOND, 300 * M))]
    };
    scrapes.after(TICK, host(0, 450), seen(0));
    let split = scrapes.after(TICK, host(1, 450), seen(1)).split;
    assert_eq!(parts(split.cpu_percent), (45.0, 45.0, 0.0, true));
    assert_eq!(parts(split.memory_mb), (256.0, 256.0, 0.0, true));
}

#[test]
fn an_unknown_split_is_null() {
    let mut scrapes = Scrapes::new();
    let podman = ContainerCounters { memory_without_cache: None, ..counters(0, 0, M) };
    let split = scrapes.after(TICK, host(0, 450), |at| vec![seen("a", Running, at, podman)]).split;
    assert_eq!((split.memory_mb, split.memory_percent), (None, None), "no container's cache is known");
    let split = scrapes.after(TICK, host(1, 450), |_| vec![failed("a", "no answer")]).split;
    assert_eq!(split.cpu_percent, None, "no container is measured");
    let split = scrapes.after(4 * TICK, host(2, 450), |_| Vec::new()).split;
    assert_eq!(split.cpu_percent, None, "after a pause, the rate would average over the whole pause");
    let split = scrapes.after(TICK, host(3, 450), |_| Vec::new()).split;
    assert_eq!(parts(split.cpu_percent), (45.0, 0.0, 45.0, false), "without containers, `other` is the whole usage");
    assert_eq!(scrapes.next(|_| Vec::new()).split, HostSplit::default(), "the host cannot be read");
}

#[test]
fn a_container_without_memory_details_is_counted_whole_and_the_split_says_so() {
    let kata = ContainerCounters { memory: Some(100 * M), memory_without_cache: None, ..counters(0, 0, M) };
    let readings = |at| vec![seen("kata", Running, at, kata), seen("b", Running, at, counters(0, 0, 50 * M))];
    let split = Scrapes::new().after(TICK, host(0, 450), readings).split;
    let memory = split.memory_mb.expect("a split");
    assert_eq!((memory.containers, memory.other, memory.includes_cache), (150.0, 106.0, true));
    assert!(split.memory_percent.is_some_and(|split| split.includes_cache));
}

#[test]
fn a_prefix_is_stripped_unless_nothing_would_remain() {
    assert_eq!(shown_name("agent-a", "agent-"), "a");
    assert_eq!(shown_name("agent-", "agent-"), "agent-");
    assert_eq!(shown_name("web", "agent-"), "web");
    assert_eq!(shown_name("web", ""), "web");
}
