//! The period that the page's charts show, and the moment in it for which charts and table show numbers.

use super::address::{parameter, set_parameter};
use super::live::{Live, State, ask_hour};
use crate::model::{ContainerState, ContainerStats, ContainersStats, Event, History, HostSplit, Split, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use leptos::web_sys::wasm_bindgen::JsCast;
use std::borrow::Cow;

/// The parameters in the page's address.
const PERIOD: &str = "view";
const MOMENT: &str = "at";

/// What the user chose. Copies refer to the same choice.
#[derive(Clone, Copy)]
pub(super) struct Timeline {
    live: Live,
    is_hour: RwSignal<bool>,
    /// The last hour as the server last sent it; `None` before that.
    hour: RwSignal<Option<History>>,
    /// The moment under the pointer or chosen by the keyboard, in seconds since 1970.
    pointed: RwSignal<Option<f64>>,
    /// The moment that stays until it is let go, in seconds since 1970.
    pinned: RwSignal<Option<f64>>,
    /// Whether a request for the last hour is in flight.
    is_asking: RwSignal<bool>,
    /// When the last hour was last asked for, in seconds since 1970.
    asked: RwSignal<Option<f64>>,
}

/// The samples of a period, in intervals of equal length.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) state: &'a State,
    pub(super) history: &'a History,
    /// How long the newest sample of the host is overdue, in seconds.
    pub(super) silence: f64,
    /// Whether these are those of the last hour.
    pub(super) is_hour: bool,
}

impl Timeline {
    /// Starts with the latest samples or, in the browser, with what the page's address says.
    pub(super) fn new(live: Live) -> Self {
        let timeline = Self {
            live,
            is_hour: RwSignal::new(false),
            hour: RwSignal::new(None),
            pointed: RwSignal::new(None),
            pinned: RwSignal::new(None),
            is_asking: RwSignal::new(false),
            asked: RwSignal::new(None),
        };
        Effect::new(move |begun: Option<()>| {
            if begun.is_none() {
                timeline.read_address();
            }
            timeline.keep_hour();
        });
        timeline
    }

    fn read_address(self) {
        self.is_hour.set(parameter(PERIOD).as_deref() == Some("hour"));
        // A number with decimals would take ten times as much code to read.
        let moment = parameter(MOMENT).and_then(|seconds| seconds.parse::<u32>().ok());
        self.pinned.set(moment.map(f64::from));
    }

    /// Reads from the samples of the chosen period, and subscribes the caller to their changes. Until the last hour has
    /// arrived, those are the latest samples.
    pub(super) fn with<T>(self, read: impl FnOnce(Samples<'_>) -> T) -> T {
        let (state, hour) = (self.live.state(), self.hour.read());
        read(Samples::of(&state, hour.as_ref().filter(|_| self.is_hour.get())))
    }

    /// Derives a signal from the samples of the chosen period.
    pub(super) fn read<T: Send + Sync + 'static>(
        self,
        read: impl Fn(Samples<'_>) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || self.with(&read))
    }

    /// Whether the last hour is chosen, rather than the latest samples.
    pub(super) fn is_hour(self) -> bool {
        self.is_hour.get()
    }

    /// Shows the last hour or the latest samples. A pinned moment stays if it is in that period.
    pub(super) fn choose(self, is_hour: bool) {
        self.is_hour.set(is_hour);
        self.pointed.set(None);
        set_parameter(PERIOD, is_hour.then_some("hour"));
    }

    /// The moment that is pinned, in seconds since 1970.
    pub(super) fn pinned(self) -> Option<f64> {
        self.pinned.get()
    }

    /// The time of the interval that is pinned, in seconds since 1970.
    pub(super) fn pinned_time(self) -> Option<f64> {
        let pinned = self.pinned.get()?;
        Some(self.with(|samples| samples.time(samples.slot(pinned)?)).unwrap_or(pinned))
    }

    /// The interval whose values the charts show; `None` for that of the newest sample.
    pub(super) fn slot(self, samples: Samples<'_>) -> Option<usize> {
        self.pinned.get().or_else(|| self.pointed.get()).and_then(|moment| samples.slot(moment))
    }

    /// Points at an interval; `None` ends it. A pinned moment stays.
    pub(super) fn point(self, slot: Option<usize>) {
        self.pointed.set(slot.and_then(|slot| self.time(slot)));
    }

    /// Points at an interval by the keyboard. A pinned moment moves along.
    pub(super) fn step(self, slot: usize) {
        if self.pinned.get_untracked().is_some() {
            self.pin(self.time(slot));
        } else {
            self.point(Some(slot));
        }
    }

    /// Pins an interval or, if it is the one that is pinned, lets go of it.
    pub(super) fn toggle_pin(self, slot: usize) {
        let pinned = untrack(|| self.with(|samples| samples.slot(self.pinned.get()?)));
        if pinned == Some(slot) {
            self.let_go();
        } else {
            self.pin(self.time(slot));
        }
    }

    fn time(self, slot: usize) -> Option<f64> {
        untrack(|| self.with(|samples| samples.time(slot)))
    }

    /// Lets go of the moment that is pinned or pointed at.
    pub(super) fn let_go(self) {
        if self.pointed.get_untracked().is_some() || self.pinned.get_untracked().is_some() {
            self.pointed.set(None);
            self.pin(None);
        }
    }

    /// Lets go of the moment for a button that is then hidden, and moves the focus to the heading with this ID.
    pub(super) fn back_to_now(self, heading: &str) {
        self.let_go();
        if let Some(heading) = document().get_element_by_id(heading) {
            let _ = heading.unchecked_into::<HtmlElement>().focus();
        }
    }

    fn pin(self, moment: Option<f64>) {
        self.pinned.set(moment);
        set_parameter(MOMENT, moment.map(|seconds| (seconds.round() as u64).to_string()).as_deref());
    }

    /// The containers at the pinned moment or, without one, their latest numbers; `None` if there are none.
    pub(super) fn containers(self, state: &State) -> Option<Cow<'_, ContainersStats>> {
        if self.pinned.get().is_none() {
            return state.measured().map(Cow::Borrowed);
        }
        self.with(|samples| Some(Cow::Owned(samples.containers(self.slot(samples)?))))
    }

    /// Asks for the last hour when a new interval of it has begun. Shows it when the pinned moment has left the latest
    /// samples, and lets go of a moment that has left the last hour.
    fn keep_hour(self) {
        // Until the last hour has arrived, a moment in it is outside of the samples.
        let is_waiting = self.is_hour.get() && self.hour.read().is_none();
        let has_left = self.with(|samples| self.pinned.get().is_some_and(|moment| samples.is_past(moment)));
        if has_left && !is_waiting {
            if self.is_hour.get() {
                self.pin(None);
            } else {
                // The last hour reaches back further.
                self.choose(true);
            }
        }
        let now = self.live.with(|state| newest(&state.history) + state.silence());
        // Once in each interval, however old the answer is; after a failure, with the next sample.
        let pause = self.hour.read_untracked().as_ref().map_or(0.0, |hour| f64::from(hour.host.interval_seconds));
        let is_due = self.is_hour.get()
            && !self.is_asking.get_untracked()
            && self.asked.get_untracked().is_none_or(|asked| (now - asked).abs() >= pause);
        if is_due {
            self.is_asking.set(true);
            self.asked.set(Some(now));
            spawn_local(async move {
                let hour = ask_hour().await.ok();
                if hour.is_some() {
                    self.hour.try_set(hour);
                } else {
                    self.asked.try_set(None);
                }
                self.is_asking.try_set(false);
            });
        }
    }
}

fn newest(history: &History) -> f64 {
    history.host.newest().map_or(0.0, Timestamp::seconds)
}

impl<'a> Samples<'a> {
    /// The last hour or, without one, the latest samples.
    fn of(state: &'a State, hour: Option<&'a History>) -> Self {
        let Some(history) = hour else {
            return Self { state, history: &state.history, silence: state.silence(), is_hour: false };
        };
        // An answer is up to an interval old before the next one is asked for.
        let age = newest(&state.history) + state.silence() - newest(history);
        let silence = (age - 2.0 * f64::from(history.host.interval_seconds)).max(0.0);
        Self { state, history, silence, is_hour: true }
    }

    /// What happened to the containers, oldest first.
    pub(super) fn events(self) -> &'a [Event] {
        self.state.measured().and_then(|stats| stats.events.as_deref()).unwrap_or_default()
    }

    /// The number of intervals.
    pub(super) fn slots(self) -> usize {
        self.history.host.slots
    }

    /// The length of an interval in seconds.
    pub(super) fn interval(self) -> f64 {
        f64::from(self.history.host.interval_seconds.max(1))
    }

    /// How many intervals the containers' series go on after their newest scrape.
    pub(super) fn overdue(self) -> usize {
        self.history.containers_overdue(self.silence)
    }

    /// The interval of the newest sample.
    pub(super) fn newest_slot(self) -> usize {
        (self.slots() - 1).saturating_sub(self.history.host.overdue(self.silence))
    }

    /// The time of an interval, in seconds since 1970; `None` before the first sample.
    pub(super) fn time(self, slot: usize) -> Option<f64> {
        let newest = self.history.host.newest()?.seconds();
        Some(newest + (slot as f64 - self.newest_slot() as f64) * self.interval())
    }

    /// The interval that a moment is in; `None` if that is outside the period.
    pub(super) fn slot(self, moment: f64) -> Option<usize> {
        let place = (moment - self.time(0)?) / self.interval();
        // The time of an interval of the last hour is its beginning.
        let slot = if self.is_hour { (place + 1e-6).floor() } else { place.round() };
        (slot >= 0.0 && slot < self.slots() as f64).then_some(slot as usize)
    }

    fn is_past(self, moment: f64) -> bool {
        self.time(0).is_some_and(|first| moment < first - self.interval() / 2.0)
    }

    /// One container's CPU usage as a percentage of the host per 100 of [`ContainerTrend::cpu`]; `None` if unknown.
    ///
    /// [`ContainerTrend::cpu`]: crate::model::ContainerTrend::cpu
    pub(super) fn per_core(self) -> Option<f64> {
        let cores = self.state.host.as_ref()?.cpu.as_ref()?.count;
        (cores > 0).then(|| 1.0 / f64::from(cores))
    }

    /// Whether the containers run on the measured host, so that they are part of its usage.
    pub(super) fn is_split(self) -> bool {
        let stats = self.state.measured();
        stats.is_none_or(|stats| stats.total_cpu_percent.is_none() || stats.split.cpu_percent.is_some())
    }

    /// The containers in an interval, in the form of the latest numbers. Only those that were measured have a row, and
    /// of the last hour only the largest.
    fn containers(self, slot: usize) -> ContainersStats {
        let history = &self.history.containers;
        let Some(index) = history.scrapes(self.overdue()).get(slot).copied().flatten() else {
            return ContainersStats::default();
        };
        let value = |series: &[Option<f64>]| series.get(index).copied().flatten();
        let rows = history.containers.iter().filter_map(|trend| {
            let (cpu, memory_mb) = (value(&trend.cpu), value(&trend.memory));
            cpu.or(memory_mb)?;
            let now = self.state.rows().iter().find(|row| row.id == trend.id).cloned();
            Some(ContainerStats {
                id: trend.id.clone(),
                name: trend.name.clone(),
                cpu,
                cpu_host_percent: cpu
                    .zip(self.per_core().filter(|_| self.is_split()))
                    .map(|(cpu, per_core)| cpu * per_core),
                memory_mb,
                memory_host_percent: value(&trend.memory_host_percent),
                state: ContainerState::Running,
                stale: false,
                error: None,
                // What is known of now says nothing of then.
                started_at: None,
                restart_count: None,
                ..now.unwrap_or_else(|| ContainerStats::unmeasured(&trend.id, &trend.name))
            })
        });
        // The table sorts them.
        let rows: Vec<ContainerStats> = rows.collect();
        let host = |values: Vec<Option<f64>>| values.get(slot).copied().flatten();
        let totals = history.totals.get(index);
        let is_split = self.is_split();
        let split = |host: Option<f64>, containers: Option<f64>| {
            let (host, containers) = (host.filter(|_| is_split)?, containers?.min(host?));
            Some(Split { host, containers, other: host - containers, clamped: false, includes_cache: false })
        };
        let memory =
            split(host(self.history.host.memory(self.silence)), totals.and_then(|totals| totals.memory_host_percent));
        let total_mb = self.state.memory_total_mb();
        let in_mb = |split: &Split| {
            let mb = |percent: f64| percent / 100.0 * total_mb.unwrap_or(0.0);
            // Not exact: a percentage with one decimal of a large memory is many MiB.
            Split {
                host: mb(split.host),
                containers: mb(split.containers),
                other: mb(split.other),
                clamped: true,
                ..*split
            }
        };
        // The totals of the last hour cover more than the rows.
        let count = u32::try_from(rows.len()).ok().filter(|_| !self.is_hour);
        ContainersStats {
            running_count: count,
            measured_count: count,
            total_cpu_percent: totals.and_then(|totals| totals.total_cpu_percent),
            total_memory_mb: totals.and_then(|totals| totals.total_memory_mb),
            split: HostSplit {
                cpu_percent: split(
                    host(self.history.host.cpu(self.silence)),
                    totals.and_then(|totals| totals.cpu_host_percent),
                ),
                memory_mb: memory.as_ref().filter(|_| total_mb.is_some()).map(in_mb),
                memory_percent: memory,
            },
            culprits: None,
            engine: self.state.engine,
            events: None,
            total_memory_limit_mb: None,
            listed_at: None,
            containers: rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CAPACITY, CpuStats, HostStats};
    use crate::ui::live::ContainersView;

    /// Two samples, 5 s apart, in which `a` used 10 % and 20 % of two cores, and `b` was there only at first.
    fn state() -> State {
        let mut state = State::default();
        state.history.host.interval_seconds = 5;
        state.history.containers.interval_seconds = 5;
        let host = HostStats { cpu: Some(CpuStats { percent: 50.0, count: 2 }), ..HostStats::sample() };
        let row = |name, cpu| ContainerStats {
            cpu: Some(cpu),
            memory_mb: Some(100.0),
            limits_known: Some(true),
            ..ContainerStats::unmeasured(name, name)
        };
        for (second, rows) in [(0, vec![row("a", 10.0), row("b", 5.0)]), (5, vec![row("a", 20.0)])] {
            let at = Timestamp::sample().plus_seconds(second);
            let total = rows.iter().filter_map(|row| row.cpu).sum();
            let split =
                Split { host: 50.0, containers: total / 2.0, other: 50.0, clamped: false, includes_cache: false };
            let stats = ContainersStats {
                total_cpu_percent: Some(total),
                split: HostSplit { cpu_percent: Some(split), ..HostSplit::default() },
                containers: rows,
                ..ContainersStats::default()
            };
            let _ = state.history.host.record(at, &host);
            let _ = state.history.containers.record(at, &stats);
            state.containers = ContainersView::Measured(stats);
        }
        State { host: Some(host), ..state }
    }

    fn samples(state: &State) -> Samples<'_> {
        Samples { state, history: &state.history, silence: 0.0, is_hour: false }
    }

    #[test]
    fn a_moment_is_in_the_interval_that_is_nearest() {
        let state = state();
        let samples = samples(&state);
        let last = samples.slots() - 1;
        let newest = Timestamp::sample().plus_seconds(5).seconds();
        assert_eq!((samples.newest_slot(), samples.time(last)), (last, Some(newest)));
        assert_eq!(samples.slot(newest - 2.0), Some(last));
        assert_eq!(samples.slot(newest - 3.0), Some(last - 1));
        assert_eq!((samples.slot(newest + 9.0), samples.slot(0.0)), (None, None));
        assert!(samples.is_past(newest - 300.0) && !samples.is_past(newest - 295.0));
        let silent = Samples { silence: 10.0, ..samples };
        assert_eq!((silent.newest_slot(), silent.time(last)), (last - 2, Some(newest + 10.0)));
    }

    #[test]
    fn the_containers_are_those_of_the_moment() {
        let state = state();
        let stats = samples(&state).containers(CAPACITY - 2);
        let rows: Vec<_> =
            stats.containers.iter().map(|row| (row.name.as_str(), row.cpu, row.cpu_host_percent)).collect();
        assert_eq!(rows, [("a", Some(10.0), Some(5.0)), ("b", Some(5.0), Some(2.5))]);
        let limits: Vec<_> = stats.containers.iter().map(|row| row.limits_known).collect();
        assert_eq!(limits, [Some(true), None], "what is known of a container that has ended");
        let split = stats.split.cpu_percent.expect("a split");
        assert_eq!((split.host, split.containers, split.other), (50.0, 7.5, 42.5));
        assert_eq!(stats.total_cpu_percent, Some(15.0));
        assert_eq!(samples(&state).containers(0), ContainersStats::default(), "nothing was measured");
    }
}
