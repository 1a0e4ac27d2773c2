//! The period that the page's charts show, and the moment in it for which charts and table show numbers.

use super::address::{parameter, set_parameter};
use super::live::{Live, State, ask_hour};
use crate::model::{ContainerState, ContainerStats, ContainersStats, History, HostSplit, Split, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::borrow::Cow;

/// The parameters in the page's address.
const PERIOD: &str = "view";
const MOMENT: &str = "at";

/// Which period the charts show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Period {
    /// The latest samples, five minutes at the default interval.
    #[default]
    Recent,
    /// The last hour.
    Hour,
}

/// What the user chose. Copies refer to the same choice.
#[derive(Clone, Copy)]
pub(super) struct Timeline {
    live: Live,
    period: RwSignal<Period>,
    /// The last hour as the server last sent it; `None` before that.
    hour: RwSignal<Option<History>>,
    /// The moment under the pointer or chosen by the keyboard, in seconds since 1970.
    pointed: RwSignal<Option<f64>>,
    /// The moment that stays until it is let go, in seconds since 1970.
    pinned: RwSignal<Option<f64>>,
    /// Whether a request for the last hour is in flight.
    is_asking: StoredValue<bool>,
}

/// The samples of a period, in intervals of equal length.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub(super) state: &'a State,
    pub(super) history: &'a History,
    /// How long the newest sample of the host is overdue, in seconds.
    pub(super) silence: f64,
}

impl Timeline {
    /// Starts with the latest samples or, in the browser, with what the page's address says.
    pub(super) fn new(live: Live) -> Self {
        let timeline = Self {
            live,
            period: RwSignal::default(),
            hour: RwSignal::new(None),
            pointed: RwSignal::new(None),
            pinned: RwSignal::new(None),
            is_asking: StoredValue::new(false),
        };
        Effect::new(move |_| {
            if parameter(PERIOD).as_deref() == Some("hour") {
                timeline.period.set(Period::Hour);
            }
            // Reading a fraction would add a tenth to the bundle's second file.
            timeline.pinned.set(parameter(MOMENT).and_then(|seconds| seconds.parse::<u32>().ok()).map(f64::from));
        });
        Effect::new(move |_| timeline.keep_hour());
        timeline
    }

    /// Reads from the samples of the chosen period, and subscribes the caller to their changes. Until the last hour has
    /// arrived, those are the latest samples.
    pub(super) fn with<T>(self, read: impl FnOnce(Samples<'_>) -> T) -> T {
        self.live.with(|state| {
            self.hour.with(|hour| match hour.as_ref().filter(|_| self.period.get() == Period::Hour) {
                Some(history) => {
                    // An answer is up to a period old before the next one is asked for.
                    let silence = (hour_age(state, history) - 2.0 * f64::from(history.host.interval_seconds)).max(0.0);
                    read(Samples { state, history, silence })
                }
                None => read(Samples { state, history: &state.history, silence: state.silence() }),
            })
        })
    }

    /// Derives a signal from the samples of the chosen period.
    pub(super) fn read<T: Send + Sync + 'static>(
        self,
        read: impl Fn(Samples<'_>) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || self.with(&read))
    }

    pub(super) fn period(self) -> Period {
        self.period.get()
    }

    /// Shows another period. A pinned moment stays if it is in that period.
    pub(super) fn choose(self, period: Period) {
        self.period.set(period);
        self.pointed.set(None);
        set_parameter(PERIOD, (period == Period::Hour).then_some("hour"));
    }

    /// The moment that is pinned, in seconds since 1970.
    pub(super) fn pinned(self) -> Option<f64> {
        self.pinned.get()
    }

    /// The interval whose values the charts show; `None` for that of the newest sample.
    pub(super) fn slot(self, samples: Samples<'_>) -> Option<usize> {
        self.pinned.get().or_else(|| self.pointed.get()).and_then(|moment| samples.slot(moment))
    }

    /// Points at an interval; `None` ends it. A pinned moment stays.
    pub(super) fn point(self, slot: Option<usize>) {
        self.pointed.set(slot.and_then(|slot| untrack(|| self.with(|samples| samples.time(slot)))));
    }

    /// Pins the moment that is pointed at or, if that is the one that is pinned, lets go of it.
    pub(super) fn toggle_pin(self) {
        let same =
            |one: f64| untrack(|| self.with(|samples| Some(samples.slot(one)? == samples.slot(self.pinned.get()?)?)));
        match self.pointed.get_untracked() {
            Some(moment) if same(moment) != Some(true) => self.pin(Some(moment)),
            _ => self.pin(None),
        }
    }

    /// Lets go of the moment that is pinned or pointed at.
    pub(super) fn let_go(self) {
        self.pointed.set(None);
        self.pin(None);
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

    /// Asks for the last hour when a new interval of it has begun, and lets go of a moment that has left the period.
    fn keep_hour(self) {
        let has_left = self.with(|samples| self.pinned.get().is_some_and(|moment| samples.is_past(moment)));
        if has_left {
            self.pin(None);
        }
        let is_due = !self.is_asking.get_value()
            && self.period.get() == Period::Hour
            && self.live.with(|state| {
                self.hour.with_untracked(|hour| {
                    hour.as_ref().is_none_or(|hour| hour_age(state, hour) >= hour.host.interval_seconds.into())
                })
            });
        if is_due {
            self.is_asking.set_value(true);
            spawn_local(async move {
                if let Ok(hour) = ask_hour().await {
                    self.hour.try_set(Some(hour));
                }
                self.is_asking.try_set_value(false);
            });
        }
    }
}

/// How long ago the newest interval of the last hour began, in seconds.
fn hour_age(state: &State, hour: &History) -> f64 {
    let newest = |history: &History| history.host.newest().map_or(0.0, Timestamp::seconds);
    newest(&state.history) + state.silence() - newest(hour)
}

impl Samples<'_> {
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
        let slot = ((moment - self.time(0)?) / self.interval()).round();
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
                cpu_host_percent: cpu.zip(self.per_core()).map(|(cpu, per_core)| cpu * per_core),
                memory_mb,
                memory_host_percent: value(&trend.memory_host_percent),
                state: ContainerState::Running,
                stale: false,
                error: None,
                ..now.unwrap_or_else(|| ContainerStats::unmeasured(&trend.id, &trend.name))
            })
        });
        // The table sorts them.
        let rows: Vec<ContainerStats> = rows.collect();
        let host = |values: Vec<Option<f64>>| values.get(slot).copied().flatten();
        let totals = history.totals.get(index);
        let split = |host: Option<f64>, containers: Option<f64>| {
            let (host, containers) = (host?, containers?.min(host?));
            Some(Split { host, containers, other: host - containers, clamped: false, includes_cache: false })
        };
        let memory =
            split(host(self.history.host.memory(self.silence)), totals.and_then(|totals| totals.memory_host_percent));
        let total_mb = self.state.memory_total_mb();
        let in_mb = |split: &Split| {
            let mb = |percent: f64| percent / 100.0 * total_mb.unwrap_or(0.0);
            Split { host: mb(split.host), containers: mb(split.containers), other: mb(split.other), ..split.clone() }
        };
        ContainersStats {
            running_count: u32::try_from(rows.len()).ok(),
            measured_count: u32::try_from(rows.len()).ok(),
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
            containers: rows,
        }
    }
}
