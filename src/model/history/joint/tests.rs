//! Tests for recording samples, detecting gaps and merging histories.

use super::*;
use crate::model::{CAPACITY, ContainerStats, ContainersStats, CpuStats, HostStats, Recorded, Timestamp};
use Recorded::{AfterGap, Duplicate, Next};

fn time(second: u32) -> Timestamp {
    let text = format!("\"2026-01-13T{:02}:{:02}:{:02}.000000Z\"", second / 3600, second / 60 % 60, second % 60);
    miniserde::json::from_str(&text).expect("a timestamp")
}

fn empty(interval_seconds: u32) -> History {
    HistoryAnswer { interval_seconds, ..HistoryAnswer::default() }.into()
}

impl History {
    fn record_host(&mut self, second: u32, percent: f64) -> Recorded {
        let cpu = Some(CpuStats { percent, count: 2 });
        self.host.record(time(second), &HostStats { cpu, ..HostStats::sample() })
    }

    fn record_containers(&mut self, second: u32, rows: &[(&str, f64)]) -> Recorded {
        self.containers.record(time(second), &scrape(rows))
    }

    fn container_cpu(&self, id: &str, silence: f64) -> Vec<Option<f64>> {
        self.containers.container(id, self.containers_overdue(silence), |trend| &trend.cpu)
    }
}

fn scrape(rows: &[(&str, f64)]) -> ContainersStats {
    let row =
        |(id, cpu): &(&str, f64)| ContainerStats { id: (*id).into(), cpu: Some(*cpu), ..ContainerStats::sample(id) };
    ContainersStats { containers: rows.iter().map(row).collect(), ..ContainersStats::default() }
}

fn history(seconds: &[u32]) -> History {
    let mut history = empty(5);
    for second in seconds {
        let _ = history.record_host(*second, f64::from(*second));
    }
    history
}

/// The host's CPU usage in the last `N` intervals.
fn tail<const N: usize>(history: &History, silence: f64) -> [Option<f64>; N] {
    let cpu = history.host.cpu(silence);
    assert_eq!(cpu.len(), CAPACITY);
    cpu[CAPACITY - N..].try_into().expect("enough intervals")
}

#[test]
fn keeps_the_newest_sixty() {
    let seconds: Vec<u32> = (0..62).map(|n| 5 * n).collect();
    let history = history(&seconds);
    assert_eq!(history.host.points.len(), CAPACITY);
    assert_eq!(history.host.cpu(0.0).first(), Some(&Some(10.0)));
    assert_eq!(history.host.cpu(0.0).last(), Some(&Some(305.0)));
    assert!(history.host.memory(0.0).iter().all(Option::is_none), "unmeasured memory is not 0");
}

#[test]
fn each_missing_sample_is_a_gap() {
    assert_eq!(tail(&history(&[0, 5, 10]), 0.0), [None, Some(0.0), Some(5.0), Some(10.0)]);
    assert_eq!(tail(&history(&[0, 10, 25]), 0.0), [Some(0.0), None, Some(10.0), None, None, Some(25.0)]);
    assert_eq!(tail(&history(&[0, 5]), 4.0), [Some(0.0), Some(5.0), None]);
    assert_eq!(tail(&history(&[0, 5]), 11.0), [Some(0.0), Some(5.0), None, None]);
    let long_ago = history(&[0, 3600]);
    assert_eq!(long_ago.host.cpu(0.0).iter().flatten().count(), 1, "a long pause hides older samples");
    assert!(history(&[]).host.cpu(1e9).iter().all(Option::is_none));
    assert!(history(&[0]).host.cpu(f64::INFINITY).iter().all(Option::is_none));
}

#[test]
fn irregular_times_make_no_gaps() {
    let mut irregular = history(&[5]);
    for (second, recorded) in
        [(10, Next), (14, Next), (20, Next), (20, Duplicate), (24, Next), (31, Next), (41, AfterGap)]
    {
        assert_eq!(irregular.record_host(second, f64::from(second)), recorded, "{second}");
    }
    assert_eq!(tail(&irregular, 0.0), [Some(10.0), Some(14.0), Some(20.0), Some(24.0), Some(31.0), None, Some(41.0)]);
}

#[test]
fn a_clock_set_back_is_a_gap_that_is_not_drawn() {
    let mut set_back = history(&[1000, 1005]);
    assert_eq!(set_back.record_host(10, 10.0), AfterGap);
    assert_eq!(set_back.record_host(15, 15.0), Next);
    assert_eq!(tail(&set_back, 0.0), [Some(1000.0), Some(1005.0), Some(10.0), Some(15.0)]);
}

#[test]
fn the_server_fills_gaps() {
    let mut own = history(&[0, 5, 30]);
    own.merge(history(&[0, 5, 10, 15, 20, 25, 30]).into());
    assert_eq!(tail(&own, 0.0), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0].map(Some));
    own.merge(empty(5).into());
    assert_eq!(own.host.points.len(), 7, "an empty server history removes nothing");
}

#[test]
fn samples_newer_than_the_servers_answer_stay() {
    let mut own = history(&[0, 10, 15]);
    own.merge(history(&[0, 5, 10]).into());
    assert_eq!(tail(&own, 0.0), [0.0, 5.0, 10.0, 15.0].map(Some));
    let mut set_back = history(&[3600, 3605]);
    set_back.merge(history(&[3600, 3605, 10]).into());
    set_back.merge(history(&[5, 10]).into());
    assert_eq!(tail(&set_back, 0.0), [None, Some(5.0), Some(10.0)], "an hour ahead is not the next sample");
}

#[test]
fn a_restarted_server_leaves_a_gap_and_our_own_samples() {
    let mut own = history(&[0, 5, 10]);
    own.merge(history(&[25, 30]).into());
    assert_eq!(tail(&own, 0.0), [Some(0.0), Some(5.0), Some(10.0), None, None, Some(25.0), Some(30.0)]);
}

#[test]
fn each_container_has_a_value_per_scrape() {
    let mut history = empty(5);
    let _ = history.record_containers(0, &[("a", 1.0), ("b", 2.0)]);
    let _ = history.record_containers(5, &[("c", 3.0), ("b", 2.5)]);
    let ids: Vec<&str> = history.containers.containers.iter().map(|trend| trend.id.as_str()).collect();
    assert_eq!(ids, ["c", "b", "a"], "a container that ended comes last");
    assert_eq!(history.containers.containers[0].cpu, [None, Some(3.0)]);
    assert_eq!(history.containers.containers[1].cpu, [Some(2.0), Some(2.5)]);
    assert_eq!(history.container_cpu("b", 0.0)[CAPACITY - 2..], [Some(2.0), Some(2.5)]);
    assert_eq!(history.container_cpu("a", 0.0)[CAPACITY - 2..], [Some(1.0), None]);
    assert_eq!(empty(5).record_host(0, 0.0), AfterGap, "samples before the first may be missing");
    for n in 2..70 {
        assert_eq!(history.record_containers(5 * n, &[("b", f64::from(n))]), Next);
    }
    assert_eq!((history.containers.totals.len(), history.containers.containers[0].cpu.len()), (CAPACITY, CAPACITY));
    assert_eq!(history.containers.containers.len(), 1, "a container that ended is dropped with its last value");
}

#[test]
fn the_containers_series_end_when_the_hosts_do() {
    let mut history = history(&[0, 5, 10]);
    let _ = history.record_containers(4, &[("a", 1.0)]);
    let _ = history.record_containers(9, &[("a", 2.0)]);
    let tail = |history: &History, silence| history.container_cpu("a", silence)[CAPACITY - 2..].to_vec();
    assert_eq!(tail(&history, 0.0), [Some(1.0), Some(2.0)]);
    let _ = history.record_host(14, 14.0);
    assert_eq!(tail(&history, 0.0), [Some(1.0), Some(2.0)], "this interval's scrape is not due yet");
    let _ = history.record_host(20, 20.0);
    assert_eq!(tail(&history, 0.0), [Some(2.0), None], "only Docker stopped responding");
    assert!(history.containers.cpu(history.containers_overdue(3600.0)).iter().all(Option::is_none), "both are overdue");
}

#[test]
fn without_a_server_the_newest_scrape_stays_at_its_time() {
    for (interval, silence) in [(5, 20.0), (2, 24.0), (1, 30.0)] {
        let mut history = empty(interval);
        for second in (10..40).step_by(interval as usize) {
            let _ = history.record_host(second, 50.0);
            let _ = history.record_containers(second - 1, &[("a", 1.0)]);
        }
        let last = |values: Vec<Option<f64>>| values.iter().rposition(Option::is_some);
        let host = last(history.host.cpu(silence));
        assert_eq!(last(history.container_cpu("a", silence)), host, "every {interval} s");
        assert_eq!(host, Some(CAPACITY - 1 - (silence / f64::from(interval)) as usize), "every {interval} s");
    }
}

#[test]
fn a_pause_of_the_engine_is_as_long_as_the_host_goes_on() {
    for interval in [1, 2, 5] {
        let mut history = empty(interval);
        for second in (0..40).step_by(interval as usize) {
            let _ = history.record_host(second, 50.0);
            if !(10..30).contains(&second) {
                let _ = history.record_containers(second, &[("a", 1.0)]);
            }
        }
        let measured = history.host.cpu(0.0).iter().flatten().count();
        let first = |values: &[Option<f64>]| values.iter().position(Option::is_some);
        let containers = history.container_cpu("a", 0.0);
        assert_eq!(first(&containers), first(&history.host.cpu(0.0)), "every {interval} s");
        assert_eq!(containers.iter().flatten().count(), measured - 20 / interval as usize, "every {interval} s");
    }
}

#[test]
fn irregular_scrapes_at_a_short_interval_make_no_gaps() {
    for interval in [1, 2] {
        let mut history = empty(interval);
        for second in [0, 1, 4, 5, 8] {
            let _ = history.record_containers(second, &[("a", 1.0)]);
        }
        assert_eq!(history.container_cpu("a", 0.0)[CAPACITY - 5..], [Some(1.0); 5], "every {interval} s");
        assert_eq!(history.record_containers(14, &[("a", 1.0)]), AfterGap, "a pause is a gap");
    }
}

#[test]
fn a_stale_number_is_no_sample() {
    let mut history = empty(5);
    let _ = history.record_containers(0, &[("a", 1.0)]);
    let mut missed = scrape(&[("a", 1.0)]);
    missed.containers[0].stale = true;
    let _ = history.containers.record(time(5), &missed);
    assert_eq!(history.containers.containers[0].cpu, [Some(1.0), None]);
}

#[test]
fn merged_trends_keep_one_value_per_scrape() {
    let mut own = empty(5);
    let _ = own.record_containers(0, &[("a", 1.0)]);
    let _ = own.record_containers(5, &[("a", 2.0)]);
    let mut server = empty(5);
    let _ = server.record_containers(5, &[("a", 2.0), ("b", 7.0)]);
    let _ = server.record_containers(10, &[("a", 3.0), ("b", 8.0)]);
    own.merge(server.into());
    assert_eq!(own.container_cpu("a", 0.0)[CAPACITY - 3..], [Some(1.0), Some(2.0), Some(3.0)]);
    assert_eq!(own.container_cpu("b", 0.0)[CAPACITY - 3..], [None, Some(7.0), Some(8.0)]);
    let mut late = empty(5);
    let _ = late.record_containers(10, &[("a", 3.0), ("b", 8.0)]);
    let _ = own.record_containers(15, &[("a", 4.0)]);
    own.merge(late.into());
    assert_eq!(own.container_cpu("a", 0.0)[CAPACITY - 4..], [1.0, 2.0, 3.0, 4.0].map(Some));
    assert_eq!(own.container_cpu("b", 0.0)[CAPACITY - 2..], [Some(8.0), None], "not in the newest scrape");
}

#[test]
fn containers_that_the_server_does_not_know_stay_with_their_values() {
    let mut own = empty(5);
    let _ = own.record_containers(0, &[("old", 1.0), ("a", 2.0)]);
    let _ = own.record_containers(5, &[("a", 3.0)]);
    let _ = own.record_containers(10, &[("a", 4.0)]);
    let _ = own.record_containers(15, &[("a", 5.0), ("new", 6.0)]);
    let mut server = empty(5);
    let _ = server.record_containers(5, &[("a", 3.0)]);
    let _ = server.record_containers(10, &[("a", 4.0)]);
    own.merge(server.into());
    let tail = |id: &str| own.container_cpu(id, 0.0)[CAPACITY - 4..].to_vec();
    assert_eq!(tail("a"), [2.0, 3.0, 4.0, 5.0].map(Some));
    assert_eq!(tail("old"), [Some(1.0), None, None, None]);
    assert_eq!(tail("new"), [None, None, None, Some(6.0)]);
}

#[test]
fn a_container_has_its_latest_name() {
    let mut history = empty(5);
    let _ = history.record_containers(0, &[("a", 1.0)]);
    let mut renamed = scrape(&[("a", 1.0)]);
    renamed.containers[0].name = "b".into();
    let _ = history.containers.record(time(5), &renamed);
    assert_eq!(history.containers.containers[0].name, "b");
}
