//! The last samples, oldest first, by the time they were taken.

mod slots;

use super::{ContainersStats, HostStats, Timestamp};
use serde::Serialize;
use slots::{follows, gaps, slots};

/// How many samples a history holds: five minutes at the default interval of 5 s.
pub const CAPACITY: usize = 60;

/// Answer of `GET /api/telemetry/history`: at most [`CAPACITY`] samples of each series, oldest first.
///
/// A sample that was not taken is not there: the times tell the gap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct History {
    /// Seconds from one sample to the next.
    pub interval_seconds: u32,
    /// The host's samples.
    pub host: Vec<HostPoint>,
    /// The containers' rounds, in sum.
    pub totals: Vec<TotalsPoint>,
    /// The CPU of each container of the newest round. Left out of the first HTML.
    pub containers: Vec<ContainerTrend>,
}

/// One sample of the host.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostPoint {
    /// When it was taken.
    pub timestamp: Timestamp,
    /// CPU in percent, 0 to 100; `null` if not measured.
    pub cpu: Option<f64>,
    /// Memory in percent, 0 to 100; `null` if not measured.
    pub memory: Option<f64>,
}

/// One round of the containers, in sum.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct TotalsPoint {
    /// When the round ended.
    pub timestamp: Timestamp,
    /// Their CPU, 100 being one core; `null` if none was measured.
    pub total_cpu_percent: Option<f64>,
    /// Their memory in MiB; `null` if none was measured.
    pub total_memory_mb: Option<f64>,
    /// Their CPU in percent of the whole host that they are on; `null` if none was measured.
    pub cpu_host_percent: Option<f64>,
    /// Their memory in percent of the host's, as the split has it; `null` if that could not be reckoned.
    pub memory_host_percent: Option<f64>,
}

/// The CPU of one container over the last rounds.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainerTrend {
    /// The first twelve digits of its ID.
    pub id: String,
    /// 100 is one core; a value for each of [`History::totals`], `null` where it was not measured.
    pub cpu: Vec<Option<f64>>,
}

impl History {
    /// One without samples.
    pub fn new(interval_seconds: u32) -> Self {
        Self { interval_seconds, ..Self::default() }
    }

    /// Appends a sample of the host; one that is there already is not taken twice.
    /// Says whether it follows on that one: where it does not, whoever measured may have more.
    pub fn record_host(&mut self, stats: &HostStats) -> bool {
        if self.host.iter().any(|point| point.timestamp == stats.timestamp) {
            return true;
        }
        let newest = self.host.last().map(|point| point.timestamp);
        self.host.push(HostPoint {
            timestamp: stats.timestamp,
            cpu: stats.cpu.as_ref().map(|cpu| cpu.percent),
            memory: stats.memory.as_ref().map(|memory| memory.percent),
        });
        keep_newest(&mut self.host);
        follows(newest, stats.timestamp, self.host_period())
    }

    /// Appends a round of the containers in the manner of [`record_host`](Self::record_host);
    /// those that are not in it are forgotten.
    pub fn record_containers(&mut self, stats: &ContainersStats) -> bool {
        if self.totals.iter().any(|point| point.timestamp == stats.timestamp) {
            return true;
        }
        let newest = self.totals.last().map(|point| point.timestamp);
        let rounds = self.totals.len();
        self.totals.push(TotalsPoint {
            timestamp: stats.timestamp,
            total_cpu_percent: stats.total_cpu_percent,
            total_memory_mb: stats.total_memory_mb,
            cpu_host_percent: stats.cpu_host_percent(),
            memory_host_percent: stats.split.memory_percent.as_ref().map(|split| split.containers),
        });
        keep_newest(&mut self.totals);
        let mut before = std::mem::take(&mut self.containers);
        for row in &stats.containers {
            let known = before.iter().position(|trend| trend.id == row.id);
            let mut trend = known.map_or_else(
                || ContainerTrend { id: row.id.clone(), cpu: vec![None; rounds] },
                |index| before.swap_remove(index),
            );
            // One that missed the round shows its last number, which is not one of this round.
            trend.cpu.push(row.cpu.filter(|_| !row.stale));
            keep_newest(&mut trend.cpu);
            self.containers.push(trend);
        }
        follows(newest, stats.timestamp, self.containers_period())
    }

    /// Takes in what the server has. It knows best of the time that its samples span. From before that, when another
    /// server ran, our own stay, and so do those that came since it answered.
    pub fn merge(&mut self, server: Self) {
        let Self { interval_seconds, host, totals, containers } = server;
        self.interval_seconds = interval_seconds;
        let (host_period, containers_period) = (self.host_period(), self.containers_period());
        surround(&mut self.host, host, |point| point.timestamp, host_period);
        if totals.is_empty() {
            return;
        }
        let (before, after) = surround(&mut self.totals, totals, |point| point.timestamp, containers_period);
        let own = std::mem::replace(&mut self.containers, containers);
        for trend in &mut self.containers {
            let known = own.iter().find(|own| own.id == trend.id).map_or(&[][..], |own| &own.cpu);
            let mut cpu = known.to_vec();
            cpu.resize(before, None);
            cpu.append(&mut trend.cpu);
            let newest = |back: usize| known.get(known.len().checked_sub(back)?).copied().flatten();
            cpu.extend((1..=after).rev().map(newest));
            keep_newest(&mut cpu);
            trend.cpu = cpu;
        }
    }

    /// The host's CPU in percent, a value a slot of one interval, always [`CAPACITY`] of them: a short history begins
    /// with gaps, and `silence`, the seconds in which nothing more came, ends it with as many as intervals fit in.
    pub fn cpu(&self, silence: f64) -> Vec<Option<f64>> {
        slots(&self.host, |point| point.timestamp, |_, point| point.cpu, self.host_period(), silence)
    }

    /// The host's memory in percent, in the form of [`cpu`](Self::cpu).
    pub fn memory(&self, silence: f64) -> Vec<Option<f64>> {
        slots(&self.host, |point| point.timestamp, |_, point| point.memory, self.host_period(), silence)
    }

    /// The containers' CPU in percent of the host, in the form of [`cpu`](Self::cpu) and at the same times.
    pub fn containers_cpu(&self, silence: f64) -> Vec<Option<f64>> {
        self.rounds(silence, |_, point| point.cpu_host_percent)
    }

    /// The containers' memory in percent of the host's, in the form of [`cpu`](Self::cpu).
    pub fn containers_memory(&self, silence: f64) -> Vec<Option<f64>> {
        self.rounds(silence, |_, point| point.memory_host_percent)
    }

    /// The CPU of the container with this ID, 100 being one core, in the form of [`cpu`](Self::cpu).
    pub fn container_cpu(&self, id: &str, silence: f64) -> Vec<Option<f64>> {
        let cpu = self.containers.iter().find(|trend| trend.id == id).map_or(&[][..], |trend| &trend.cpu);
        self.rounds(silence, |index, _| cpu.get(index).copied().flatten())
    }

    /// The rounds in slots that end when the host's do, `silence` seconds after its newest sample.
    fn rounds(&self, silence: f64, value: impl Fn(usize, &TotalsPoint) -> Option<f64>) -> Vec<Option<f64>> {
        let times = self.host.last().zip(self.totals.last());
        let behind = times.map_or(0.0, |(host, totals)| host.timestamp.seconds() - totals.timestamp.seconds());
        // A round that ends late in its interval is a period behind, and none is missing.
        let silence = (behind + silence - self.containers_period()).max(0.0);
        slots(&self.totals, |point| point.timestamp, value, self.containers_period(), silence)
    }

    fn host_period(&self) -> f64 {
        f64::from(self.interval_seconds.max(1))
    }

    /// With daemons that collect once a second a round takes up to 1.3 s and the next one hardly any, so that at the
    /// shortest intervals the times between two waver by more than an interval.
    fn containers_period(&self) -> f64 {
        f64::from(self.interval_seconds.max(3))
    }
}

/// Puts the server's points in the place of our own, but for those from before and from after them. Says how many of
/// either stayed.
fn surround<P>(own: &mut Vec<P>, server: Vec<P>, time: impl Fn(&P) -> Timestamp, period: f64) -> (usize, usize) {
    let (Some(oldest), Some(newest)) = (server.first().map(&time), server.last().map(&time)) else {
        return (own.len(), 0);
    };
    // A sample or two may have come while the answer was on its way. What is further ahead is of a clock that was set
    // back since.
    let is_next = |point: &P| time(point) > newest && gaps(time(point).seconds() - newest.seconds(), period) < 2;
    let after: Vec<P> = own.extract_if(.., |point| is_next(point)).collect();
    own.retain(|point| time(point) < oldest);
    let stayed = (own.len(), after.len());
    own.extend(server);
    own.extend(after);
    keep_newest(own);
    stayed
}

fn keep_newest<T>(points: &mut Vec<T>) {
    points.drain(..points.len().saturating_sub(CAPACITY));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerStats, CpuStats};

    fn time(second: u32) -> Timestamp {
        let text = format!("\"2026-01-13T{:02}:{:02}:{:02}.000000Z\"", second / 3600, second / 60 % 60, second % 60);
        miniserde::json::from_str(&text).expect("a timestamp")
    }

    fn host(second: u32, percent: f64) -> HostStats {
        let cpu = Some(CpuStats { percent, count: 2 });
        HostStats { cpu, timestamp: time(second), ..HostStats::sample() }
    }

    fn round(second: u32, rows: &[(&str, f64)]) -> ContainersStats {
        let row = |(id, cpu): &(&str, f64)| ContainerStats {
            id: (*id).into(),
            cpu: Some(*cpu),
            ..ContainerStats::sample(id)
        };
        ContainersStats { containers: rows.iter().map(row).collect(), ..ContainersStats::pending(time(second)) }
    }

    fn history(seconds: &[u32]) -> History {
        let mut history = History::new(5);
        for second in seconds {
            history.record_host(&host(*second, f64::from(*second)));
        }
        history
    }

    /// The last slots of the host's CPU.
    fn tail<const N: usize>(history: &History, silence: f64) -> [Option<f64>; N] {
        let cpu = history.cpu(silence);
        assert_eq!(cpu.len(), CAPACITY);
        cpu[CAPACITY - N..].try_into().expect("enough slots")
    }

    #[test]
    fn keeps_the_newest_sixty() {
        let seconds: Vec<u32> = (0..62).map(|n| 5 * n).collect();
        let history = history(&seconds);
        assert_eq!(history.host.len(), CAPACITY);
        assert_eq!(history.cpu(0.0).first(), Some(&Some(10.0)));
        assert_eq!(history.cpu(0.0).last(), Some(&Some(305.0)));
        assert!(history.memory(0.0).iter().all(Option::is_none), "what was not measured is no 0");
    }

    #[test]
    fn what_was_not_sampled_is_as_many_gaps_as_it_was_intervals() {
        assert_eq!(tail(&history(&[0, 5, 10]), 0.0), [None, Some(0.0), Some(5.0), Some(10.0)]);
        assert_eq!(tail(&history(&[0, 10, 25]), 0.0), [Some(0.0), None, Some(10.0), None, None, Some(25.0)]);
        assert_eq!(tail(&history(&[0, 5]), 4.0), [Some(0.0), Some(5.0), None]);
        assert_eq!(tail(&history(&[0, 5]), 11.0), [Some(0.0), Some(5.0), None, None]);
        let long_ago = history(&[0, 3600]);
        assert_eq!(long_ago.cpu(0.0).iter().flatten().count(), 1, "after a long pause nothing before it is shown");
        assert!(history(&[]).cpu(1e9).iter().all(Option::is_none));
        assert!(history(&[0]).cpu(f64::INFINITY).iter().all(Option::is_none));
    }

    #[test]
    fn times_that_waver_make_no_gaps() {
        let mut wavering = history(&[5]);
        for (second, follows) in [(10, true), (14, true), (20, true), (20, true), (24, true), (31, true), (41, false)] {
            assert_eq!(wavering.record_host(&host(second, f64::from(second))), follows, "{second}");
        }
        assert_eq!(
            tail(&wavering, 0.0),
            [Some(10.0), Some(14.0), Some(20.0), Some(24.0), Some(31.0), None, Some(41.0)]
        );
    }

    #[test]
    fn a_clock_that_was_set_back_is_told_and_draws_no_gap() {
        let mut set_back = history(&[1000, 1005]);
        assert!(!set_back.record_host(&host(10, 10.0)));
        assert!(set_back.record_host(&host(15, 15.0)));
        assert_eq!(tail(&set_back, 0.0), [Some(1000.0), Some(1005.0), Some(10.0), Some(15.0)]);
    }

    #[test]
    fn the_server_fills_what_was_missed() {
        let mut own = history(&[0, 5, 30]);
        own.merge(history(&[0, 5, 10, 15, 20, 25, 30]));
        assert_eq!(tail(&own, 0.0), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0].map(Some));
        own.merge(History::new(5));
        assert_eq!(own.host.len(), 7, "a server that knows nothing takes nothing away");
    }

    #[test]
    fn what_came_while_the_server_s_answer_was_on_its_way_stays() {
        let mut own = history(&[0, 10, 15]);
        own.merge(history(&[0, 5, 10]));
        assert_eq!(tail(&own, 0.0), [0.0, 5.0, 10.0, 15.0].map(Some));
        let mut set_back = history(&[3600, 3605]);
        set_back.merge(history(&[3600, 3605, 10]));
        set_back.merge(history(&[5, 10]));
        assert_eq!(tail(&set_back, 0.0), [None, Some(5.0), Some(10.0)], "an hour ahead is no next sample");
    }

    #[test]
    fn a_server_that_was_restarted_leaves_a_gap_and_our_own_samples() {
        let mut own = history(&[0, 5, 10]);
        own.merge(history(&[25, 30]));
        assert_eq!(tail(&own, 0.0), [Some(0.0), Some(5.0), Some(10.0), None, None, Some(25.0), Some(30.0)]);
    }

    #[test]
    fn each_container_has_a_value_for_each_round() {
        let mut history = History::new(5);
        history.record_containers(&round(0, &[("a", 1.0), ("b", 2.0)]));
        history.record_containers(&round(5, &[("c", 3.0), ("b", 2.5)]));
        let ids: Vec<&str> = history.containers.iter().map(|trend| trend.id.as_str()).collect();
        assert_eq!(ids, ["c", "b"], "one that ended is forgotten");
        assert_eq!(history.containers[0].cpu, [None, Some(3.0)]);
        assert_eq!(history.containers[1].cpu, [Some(2.0), Some(2.5)]);
        assert_eq!(history.container_cpu("b", 0.0)[CAPACITY - 2..], [Some(2.0), Some(2.5)]);
        assert!(history.container_cpu("a", 0.0).iter().all(Option::is_none));
        assert!(!History::new(5).record_host(&host(0, 0.0)), "of what was before the first, nothing is known");
        for n in 2..70 {
            assert!(history.record_containers(&round(5 * n, &[("b", f64::from(n))])));
        }
        assert_eq!((history.totals.len(), history.containers[0].cpu.len()), (CAPACITY, CAPACITY));
    }

    #[test]
    fn what_became_of_the_containers_ends_when_the_host_does() {
        let mut history = history(&[0, 5, 10]);
        history.record_containers(&round(4, &[("a", 1.0)]));
        history.record_containers(&round(9, &[("a", 2.0)]));
        let tail = |history: &History, silence| history.container_cpu("a", silence)[CAPACITY - 2..].to_vec();
        assert_eq!(tail(&history, 0.0), [Some(1.0), Some(2.0)]);
        history.record_host(&host(14, 14.0));
        assert_eq!(tail(&history, 0.0), [Some(1.0), Some(2.0)], "the round of this interval is yet to come");
        history.record_host(&host(20, 20.0));
        assert_eq!(tail(&history, 0.0), [Some(2.0), None], "Docker is gone, the host goes on");
        assert!(history.containers_cpu(3600.0).iter().all(Option::is_none), "both are silent");
    }

    #[test]
    fn rounds_that_waver_at_a_short_interval_make_no_gaps() {
        for interval in [1, 2] {
            let mut history = History::new(interval);
            for second in [0, 1, 4, 5, 8] {
                history.record_containers(&round(second, &[("a", 1.0)]));
            }
            assert_eq!(history.container_cpu("a", 0.0)[CAPACITY - 5..], [Some(1.0); 5], "every {interval} s");
            assert!(!history.record_containers(&round(14, &[("a", 1.0)])), "but a pause is one");
        }
    }

    #[test]
    fn a_container_s_number_of_an_earlier_round_is_none_of_this() {
        let mut history = History::new(5);
        history.record_containers(&round(0, &[("a", 1.0)]));
        let mut missed = round(5, &[("a", 1.0)]);
        missed.containers[0].stale = true;
        history.record_containers(&missed);
        assert_eq!(history.containers[0].cpu, [Some(1.0), None]);
    }

    #[test]
    fn merged_trends_stay_in_step_with_the_rounds() {
        let mut own = History::new(5);
        own.record_containers(&round(0, &[("a", 1.0)]));
        own.record_containers(&round(5, &[("a", 2.0)]));
        let mut server = History::new(5);
        server.record_containers(&round(5, &[("a", 2.0), ("b", 7.0)]));
        server.record_containers(&round(10, &[("a", 3.0), ("b", 8.0)]));
        own.merge(server);
        assert_eq!(own.container_cpu("a", 0.0)[CAPACITY - 3..], [Some(1.0), Some(2.0), Some(3.0)]);
        assert_eq!(own.container_cpu("b", 0.0)[CAPACITY - 3..], [None, Some(7.0), Some(8.0)]);
        let mut late = History::new(5);
        late.record_containers(&round(10, &[("a", 3.0), ("b", 8.0)]));
        own.record_containers(&round(15, &[("a", 4.0)]));
        own.merge(late);
        assert_eq!(own.container_cpu("a", 0.0)[CAPACITY - 4..], [1.0, 2.0, 3.0, 4.0].map(Some));
        assert_eq!(
            own.container_cpu("b", 0.0)[CAPACITY - 2..],
            [Some(8.0), None],
            "of whom the newest round knew nothing"
        );
    }
}
