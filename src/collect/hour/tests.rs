//! Tests for the means of the last hour.

use super::*;
use crate::model::{ContainerStats, CpuStats};

/// The beginning of a period.
fn time(second: usize) -> Timestamp {
    Timestamp::sample().plus_seconds(second)
}

fn host(percent: f64) -> HostStats {
    HostStats { cpu: Some(CpuStats { percent, count: 2 }), ..HostStats::sample() }
}

fn scrape(rows: &[(&str, f64)]) -> ContainersStats {
    let row = |(name, cpu): &(&str, f64)| ContainerStats {
        cpu: Some(*cpu),
        memory_mb: Some(100.0 - cpu),
        ..ContainerStats::sample(name)
    };
    let total_cpu_percent = Some(rows.iter().map(|(_, cpu)| cpu).sum());
    ContainersStats { total_cpu_percent, containers: rows.iter().map(row).collect(), ..ContainersStats::default() }
}

fn cpus(hour: &HostHour) -> Vec<Option<f64>> {
    hour.history().points.iter().map(|point| point.cpu).collect()
}

#[test]
fn a_period_has_the_mean_of_its_samples() {
    let mut hour = HostHour::new(5);
    for (second, percent) in [(0, 10.0), (10, 20.0), (29, 60.0), (30, 7.0), (35, 8.0)] {
        hour.record(time(second), &host(percent));
    }
    assert_eq!(cpus(&hour), [Some(30.0), Some(7.5)]);
    let times: Vec<_> = hour.history().points.iter().map(|point| point.timestamp).collect();
    assert_eq!(times, [time(0), time(30)], "the beginning of the period");
    hour.record(time(95), &host(1.0));
    assert_eq!(cpus(&hour), [Some(30.0), Some(7.5), Some(1.0)]);
    let values = hour.history().cpu(0.0);
    assert_eq!(values[values.len() - 4..], [Some(30.0), Some(7.5), None, Some(1.0)], "nothing was measured in between");
}

#[test]
fn what_was_not_measured_is_not_in_the_mean() {
    let mut hour = HostHour::new(5);
    hour.record(time(0), &host(10.0));
    hour.record(time(5), &HostStats { cpu: None, ..host(0.0) });
    assert_eq!(cpus(&hour), [Some(10.0)]);
    let mut hour = HostHour::new(5);
    hour.record(time(0), &HostStats { cpu: None, ..host(0.0) });
    assert_eq!(cpus(&hour), [None]);
}

#[test]
fn an_hour_is_kept_at_any_interval() {
    for interval in [1, 5, 7, 15, 20, 45, 60] {
        let mut hour = HostHour::new(interval);
        for second in (0..7200).step_by(interval as usize) {
            hour.record(time(second), &host(50.0));
        }
        let history = hour.history();
        assert_eq!(history.cpu(0.0).len(), (3600 / history.interval_seconds) as usize);
        assert!(history.cpu(0.0).iter().all(Option::is_some), "no gaps every {interval} s");
    }
}

#[test]
fn a_clock_that_is_set_back_begins_anew_unless_it_is_a_little() {
    let mut hour = HostHour::new(5);
    hour.record(time(0), &host(10.0));
    hour.record(time(60), &host(20.0));
    hour.record(time(59), &host(40.0));
    assert_eq!(cpus(&hour), [Some(10.0), Some(30.0)]);
    hour.record(time(0), &host(50.0));
    assert_eq!(cpus(&hour), [Some(50.0)]);
    let mut hour = ContainersHour::new(5);
    hour.record(time(600), &scrape(&[("a", 1.0)]));
    hour.record(time(0), &scrape(&[("a", 2.0)]));
    assert_eq!(hour.history().totals.len(), 1);
}

#[test]
fn containers_have_means_even_after_they_ended() {
    let mut hour = ContainersHour::new(5);
    hour.record(time(0), &scrape(&[("a", 10.0), ("b", 1.0)]));
    hour.record(time(5), &scrape(&[("a", 20.0)]));
    hour.record(time(30), &scrape(&[("a", 5.0)]));
    let history = hour.history();
    let trend = |id: &str| history.containers.iter().find(|trend| trend.id == id).expect("a trend");
    assert_eq!(trend("id-a").cpu, [Some(15.0), Some(5.0)]);
    assert_eq!(trend("id-b").cpu, [Some(1.0), None]);
    assert_eq!(trend("id-b").memory, [Some(99.0), None]);
    let totals: Vec<_> = history.totals.iter().map(|point| point.total_cpu_percent).collect();
    assert_eq!(totals, [Some(15.5), Some(5.0)]);
}

#[test]
fn the_largest_of_either_resource_are_named() {
    let mut hour = ContainersHour::new(5);
    let names: Vec<String> = (0..100).map(|n| format!("c{n:02}")).collect();
    let rows: Vec<(&str, f64)> = names.iter().zip(0..).map(|(name, n)| (name.as_str(), f64::from(n))).collect();
    hour.record(time(0), &scrape(&rows));
    let mut named: Vec<_> = hour.history().containers.into_iter().map(|trend| trend.name).collect();
    named.sort();
    let expected: Vec<_> = names[..NAMED].iter().chain(&names[100 - NAMED..]).cloned().collect();
    assert_eq!(named, expected, "those with the least CPU have the most memory");
}

/// An hour of 200 containers whose usage is never the same twice.
fn full() -> ContainersHour {
    let mut hour = ContainersHour::new(5);
    for scrape in 0..720_usize {
        let row = |n: usize| ContainerStats {
            cpu: Some((((n + 7) * (scrape + 3) * 7919) % 9973) as f64 / 10.0),
            memory_mb: Some(((n * 31 + scrape * 17) % 40_000) as f64 / 10.0),
            memory_host_percent: Some(((n * 3 + scrape) % 90) as f64 / 10.0),
            ..ContainerStats::unmeasured(&format!("{n:012x}"), &format!("agent-{n}"))
        };
        let stats = ContainersStats { containers: (0..200).map(row).collect(), ..ContainersStats::default() };
        hour.record(time(5 * scrape), &stats);
    }
    hour
}

#[test]
fn an_hour_of_many_containers_is_small() {
    let hour = full();
    let trends = &hour.finished.containers;
    let values =
        |trend: &ContainerTrend| trend.cpu.capacity() + trend.memory.capacity() + trend.memory_host_percent.capacity();
    let bytes: usize = trends.iter().map(|trend| values(trend) * size_of::<Option<f64>>()).sum();
    assert_eq!((trends.len(), hour.finished.totals.len()), (200, 119));
    assert!(bytes <= 3 << 20, "{bytes} bytes in memory");

    let answer: crate::model::HistoryAnswer =
        crate::model::History { host: HostHistory::new(30, 120), containers: hour.history() }.into();
    let json = serde_json::to_string(&answer).expect("json");
    assert!(answer.containers.len() <= 2 * NAMED && answer.totals.len() == 120);
    assert!(json.len() <= 200_000, "{} bytes before compression", json.len());
}
