//! The details of one container, below its row.

use super::limit;
use super::moment::{Moment, Source};
use super::row::{cpu_trend, memory_trend, top};
use crate::model::{ContainerState, ContainerStats};
use crate::ui::commands::{Command, commands_for, program};
use crate::ui::format;
use crate::ui::graphics::spark_box;
use leptos::prelude::*;

/// Width and height of a chart, in CSS pixels.
const CHART: (u32, u32) = (360, 72);

/// The details as text. What is unknown is [`format::UNKNOWN`].
#[derive(Clone, Default, PartialEq)]
struct Texts {
    facts: [String; LABELS.len()],
    /// Why numbers are missing; empty if none are.
    error: String,
    commands: Vec<String>,
    cpu: Chart,
    memory: Chart,
}

/// A series with its scale.
#[derive(Clone, Default, PartialEq)]
struct Chart {
    /// The latest and the largest value.
    values: String,
    markup: String,
}

const LABELS: [&str; 8] =
    ["State", "Memory limit", "CPU limit", "Restarts by its policy", "Image", "Container", "Shown as", "ID"];

/// The details of the container with the ID `open`. They react only while the table is shown.
#[component]
pub(super) fn Detail(source: Source, open: RwSignal<Option<String>>, shown: Signal<bool>) -> impl IntoView {
    let texts = Memo::new(move |before: Option<&Texts>| match before {
        Some(before) if !shown.get() => before.clone(),
        _ => open.with(|id| source.with(|moment| Texts::of(id.as_deref().unwrap_or_default(), moment))),
    });
    let text = move |part: fn(&Texts) -> &String| Signal::derive(move || texts.with(|texts| part(texts).clone()));
    let span = source.text(|moment| format::span(moment.state.interval_seconds()));
    let chart = move |name: &'static str, class, values: fn(&Texts) -> &String, markup: fn(&Texts) -> &String| {
        view! {
            <figure class=class>
                <figcaption><b>{name}</b>", "{span}": "{text(values)}</figcaption>
                <svg class="ht-spark" viewBox=spark_box(CHART) preserveAspectRatio="none" aria-hidden="true" inner_html=text(markup)></svg>
            </figure>
        }
    };
    let fact = |index: usize| {
        let value = Signal::derive(move || texts.with(|texts| texts.facts[index].clone()));
        view! { <div><dt>{LABELS[index]}</dt><dd>{value}</dd></div> }
    };
    let error_class = move || if texts.with(|texts| texts.error.is_empty()) { "ht-is-hidden" } else { "ht-error" };
    view! {
        <tr class="ht-detail">
            <td>
                <div class="ht-detail-body">
                    <p class=error_class>{text(|texts| &texts.error)}</p>
                    <div class="ht-detail-charts">
                        {chart("CPU", "ht-is-cpu", |texts| &texts.cpu.values, |texts| &texts.cpu.markup)}
                        {chart("Memory", "ht-is-memory", |texts| &texts.memory.values, |texts| &texts.memory.markup)}
                    </div>
                    <dl class="ht-facts">{[0, 1, 2, 3, 4, 5, 6, 7].map(fact)}</dl>
                    <div class="ht-commands">
                        <For each=move || texts.with(|texts| texts.commands.clone()) key=Clone::clone let:command>
                            <Command command/>
                        </For>
                    </div>
                </div>
            </td>
        </tr>
    }
}

impl Texts {
    fn of(id: &str, moment: Moment<'_>) -> Self {
        let state = moment.state;
        let history = &state.history.containers;
        let overdue = state.containers_overdue();
        let cpu = history.container(id, overdue, |trend| &trend.cpu);
        let memory = history.container(id, overdue, |trend| &trend.memory);
        let ended = ContainerStats::unmeasured(id, "");
        let row = moment.row(id);
        let [memory_limit, cpu_limit] = limit::words(row.unwrap_or(&ended));
        let known = |text: Option<String>| text.unwrap_or(format::UNKNOWN.into());
        Self {
            facts: [
                row.map_or_else(|| "ended".into(), |row| state_text(row, moment)),
                memory_limit,
                cpu_limit,
                known(row.and_then(|row| row.restart_count).map(|count| count.to_string())),
                known(row.and_then(|row| row.image.clone())),
                known(row.and_then(|row| row.full_name.clone())),
                known(row.map(|row| row.name.clone())),
                id.into(),
            ],
            error: row.and_then(|row| row.error.clone()).unwrap_or_default(),
            commands: row.map(|row| commands_for(program(state), row)).unwrap_or_default(),
            cpu: Chart { values: values(&cpu, |percent| format::exact(percent)), markup: cpu_trend(&cpu, CHART) },
            memory: Chart {
                values: values(&memory, |mib| format::memory(Some(mib))),
                markup: memory_trend(&memory, CHART),
            },
        }
    }
}

/// The latest and the largest value: `12.5%, at most 63.0%`.
fn values(series: &[Option<f64>], text: fn(f64) -> String) -> String {
    match series.last() {
        Some(Some(last)) => format!("{}, at most {}", text(*last), text(top(series, 0.0))),
        _ => format::UNKNOWN.into(),
    }
}

/// The container's state and since when it has been up: `running · up 3 h`.
fn state_text(row: &ContainerStats, moment: Moment<'_>) -> String {
    let state = match row.state {
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Stopping => "stopping",
        ContainerState::Restarting => return "restarting".into(),
    };
    match row.started_at.and_then(|started| moment.state.lasted(started)) {
        Some(lasted) => format!("{state} · up {}", format::duration(lasted)),
        None => state.into(),
    }
}
