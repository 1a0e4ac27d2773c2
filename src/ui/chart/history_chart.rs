//! The host's recent samples in detail, with axes and the values at a selected time. The axis labels are HTML, so that
//! the server and the browser render them identically.

use super::plot::{Frame, Ink};
use crate::model::{CAPACITY, Severity};
use crate::ui::format;
use crate::ui::live::{Live, State};
use crate::ui::local_time::clock;
use leptos::prelude::*;

/// The size of the drawing. The page stretches the drawing to the available width, but not its strokes.
const FRAME: Frame = Frame { width: 1000, height: 200, slots: CAPACITY, y_max: 100.0 };

/// One line of the chart.
#[derive(Clone, Copy)]
enum Series {
    Cpu,
    ContainersCpu,
    Memory,
    ContainersMemory,
}

impl Series {
    /// The values as percentages of the host, one per interval, oldest first; `None` for a missing sample.
    fn values(self, state: &State) -> Vec<Option<f64>> {
        match self {
            Self::Cpu => state.history.host.cpu(state.silence()),
            Self::ContainersCpu => state.history.containers.cpu(state.containers_overdue()),
            Self::Memory => state.history.host.memory(state.silence()),
            Self::ContainersMemory => state.history.containers.memory(state.containers_overdue()),
        }
    }

    fn at(self, state: &State, slot: usize) -> String {
        format::percent_exact(self.values(state).get(slot).copied().flatten())
    }

    /// Describes the range of the values.
    fn range(self, name: &str, state: &State) -> String {
        let values = self.values(state);
        let known = values.iter().flatten();
        let (low, high) = known.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        match low > high {
            true => format!("{name} unknown"),
            false => format!("{name} between {} and {} percent", low as u64, high as u64),
        }
    }
}

fn markup(state: &State) -> String {
    FRAME.draw(|canvas| {
        for level in [0.0, 25.0, 50.0, 100.0] {
            canvas.level(level, Ink::Grid)?;
        }
        canvas.level(Severity::HIGH_FROM, Ink::High)?;
        canvas.level(Severity::CRITICAL_FROM, Ink::Critical)?;
        canvas.area(&Series::Memory.values(state), Ink::Memory)?;
        canvas.area(&Series::Cpu.values(state), Ink::Cpu)?;
        canvas.line(&Series::ContainersMemory.values(state), Ink::ContainersMemory)?;
        canvas.line(&Series::ContainersCpu.values(state), Ink::ContainersCpu)
    })
}

/// Describes the chart for screen readers.
fn description(state: &State) -> String {
    format!("{}, {}", Series::Cpu.range("CPU", state), Series::Memory.range("memory", state))
}

/// When the sample in the last interval was taken, or should have been taken, in seconds since 1970; `None` if there
/// are no samples.
fn newest(state: &State) -> Option<f64> {
    let interval = f64::from(state.interval_seconds().max(1));
    let missed = state.history.host.overdue(state.silence()) as f64 * interval;
    state.history.host.newest().map(|newest| newest.seconds() + missed)
}

/// The interval of the newest sample: the last, unless samples are overdue.
fn newest_slot(state: &State) -> usize {
    (CAPACITY - 1).saturating_sub(state.history.host.overdue(state.silence()))
}

/// The time of the interval `seconds_ago` before the last interval; before the first sample, how long ago it was.
fn moment(state: &State, seconds_ago: u32, zoned: bool, with_seconds: bool) -> String {
    match newest(state) {
        None => format::ago(seconds_ago),
        // There is room for the time zone in the legend only.
        Some(newest) => clock(newest - f64::from(seconds_ago), zoned, with_seconds).trim_end_matches(" UTC").into(),
    }
}

/// The host's CPU and memory usage over the last 60 samples, in percent, with the containers' shares. The pointer or
/// the keyboard selects the time for which values are shown.
#[component]
pub(in crate::ui) fn HistoryChart(live: Live) -> impl IntoView {
    let nouns = live.settings(|settings| format::plural(0, &settings.noun));
    let title = live.read(|state| format::heading_span(state.interval_seconds()));
    let labels = live.read(move |state| {
        let interval = state.interval_seconds();
        spans(x_labels(interval).map(|seconds| moment(state, seconds, live.zoned(), interval < 60)))
    });
    // The index of the interval whose values are shown; `None` means that of the newest sample.
    let pointed = RwSignal::new(None::<usize>);
    let slot = move |state: &State| pointed.get().unwrap_or_else(|| newest_slot(state));
    let value = move |series: Series| live.read(move |state| series.at(state, slot(state)));
    let when = move |state: &State| match pointed.get() {
        // The server's HTML may be read later, so it shows the sample's time.
        None if live.zoned() && state.silence_reason().is_none() => "now".into(),
        None => state.history.host.newest().map_or_else(String::new, |newest| live.clock(newest.seconds(), true)),
        Some(slot) => {
            let ago = state.interval_seconds() * (CAPACITY - 1).saturating_sub(slot) as u32;
            moment(state, ago, live.zoned(), true)
        }
    };
    let spoken = live.read(move |state| {
        let at = |series: Series| series.at(state, slot(state));
        format!("{}: CPU {}, memory {}", when(state), at(Series::Cpu), at(Series::Memory))
    });
    let cursor = live.read(move |state| FRAME.x(slot(state)).to_string());
    let cursor_class = Signal::derive(move || {
        String::from(if pointed.get().is_some() { "ht-chart-cursor" } else { "ht-chart-cursor ht-is-hidden" })
    });
    let key = |class: &'static str, name: String, series: Series| {
        view! { <span class=class>{name}" "<b>{value(series)}</b></span> }
    };
    let point = move |event: leptos::ev::PointerEvent| {
        let width = f64::from(event_target::<leptos::web_sys::HtmlElement>(&event).client_width()).max(1.0);
        let place = f64::from(event.offset_x()) / width * (CAPACITY - 1) as f64;
        pointed.set(Some(((place + 0.5).max(0.0) as usize).min(CAPACITY - 1)));
    };
    view! {
        <section class="ht-card" aria-labelledby="ht-history-title">
            <div class="ht-card-head">
                <h2 id="ht-history-title">{title}</h2>
                <p class="ht-legend">
                    <span class="ht-when">{live.read(when)}</span>
                    {key("ht-key ht-key-cpu", "CPU".into(), Series::Cpu)}
                    {key("ht-key ht-key-cpu ht-is-part", format!("CPU, {nouns}"), Series::ContainersCpu)}
                    {key("ht-key ht-key-memory", "Memory".into(), Series::Memory)}
                    {key("ht-key ht-key-memory ht-is-part", format!("Memory, {nouns}"), Series::ContainersMemory)}
                </p>
            </div>
            <div class="ht-chart">
                <div class="ht-chart-y" aria-hidden="true" inner_html=spans(["100", "75", "50", "25", "0"])></div>
                <div class="ht-chart-area">
                    <svg
                        class="ht-chart-plot"
                        viewBox=FRAME.view_box()
                        preserveAspectRatio="none"
                        role="img"
                        aria-label=live.read(description)
                        inner_html=live.read(markup)
                    ></svg>
                    <svg class=cursor_class viewBox=FRAME.view_box() preserveAspectRatio="none" aria-hidden="true">
                        <line x1=cursor x2=cursor y1="0" y2="100%"/>
                    </svg>
                    <input
                        type="range"
                        class="ht-chart-pointer"
                        min="0"
                        max=CAPACITY - 1
                        prop:value=move || live.with(slot).to_string()
                        aria-label="Time"
                        aria-valuetext=spoken
                        on:input=move |event| pointed.set(event_target_value(&event).parse().ok())
                        on:pointermove=point
                        on:pointerleave=move |_| pointed.set(None)
                        on:blur=move |_| pointed.set(None)
                    />
                </div>
                <div class="ht-chart-x" aria-hidden="true" inner_html=labels></div>
            </div>
        </section>
    }
}

/// Five evenly spaced times from the oldest interval to now, in seconds before now.
fn x_labels(interval_seconds: u32) -> [u32; 5] {
    [4, 3, 2, 1, 0].map(|quarter| interval_seconds * (CAPACITY as u32 - 1) * quarter / 4)
}

/// The labels as markup. They need no escaping, because none of their text comes from outside.
fn spans(labels: [impl AsRef<str>; 5]) -> String {
    labels.iter().map(|label| format!("<span>{}</span>", label.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_evenly_spaced() {
        assert_eq!(x_labels(4), [236, 177, 118, 59, 0]);
        assert_eq!(FRAME.x(0), 0);
        assert_eq!(FRAME.x(CAPACITY - 1), 10_000, "the newest is at the right edge");
    }

    #[test]
    fn an_empty_history_has_axes_and_says_so() {
        let state = State::default();
        assert_eq!(markup(&state).matches("<polyline ").count(), 6);
        assert_eq!(description(&state), "CPU unknown, memory unknown");
    }
}
