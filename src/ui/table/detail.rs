//! The details of one container, below its row.

use super::limit;
use super::list::List;
use super::moment::Moment;
use super::row::{cpu_trend, memory_trend, top};
use super::rows::Rows;
use crate::model::{ContainerState, ContainerStats, ContainerTrend};
use crate::ui::commands::{commands, commands_for, program};
use crate::ui::facts::fact;
use crate::ui::format;
use crate::ui::graphics::spark_box;
use crate::ui::markup::markup;
use leptos::prelude::*;

/// Width and height of a chart, in CSS pixels.
const CHART: (u32, u32) = (360, 72);

const FACTS: [&str; 8] = ["State", "Memory limit", "CPU limit", "Restarts", "Image", "Container", "Shown as", "ID"];

/// The details of the container whose row is open.
#[component]
pub(super) fn Detail(list: List) -> impl IntoView {
    // Apart, so that an error that comes and a gap in the charts replace neither text that is selected nor a button.
    let part = |read, class: &'static str| view! { <div {..markup(list.text(read, 0))} class=class></div> };
    view! {
        <tr class="ht-detail">
            <td>
                <div class="ht-detail-body">
                    {part(error, "ht-error")} {part(charts, "ht-detail-charts")}
                    <dl {..markup(list.text(facts, 0))} class="ht-facts"></dl>
                    {part(copied, "ht-commands")}
                </div>
            </td>
        </tr>
    }
}

/// Why numbers are missing; empty if none are.
fn error(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    let error = moment.row(rows.open()).and_then(|row| row.error.as_ref());
    error.map_or_else(String::new, |error| format::escaped(error))
}

fn charts(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    let chart = |index: usize, class: &str| {
        let (caption, drawing) = (caption(rows, moment, index), drawing(rows, moment, index));
        let size = spark_box(CHART);
        format!(
            "<figure class=\"{class}\"><figcaption>{caption}</figcaption><svg class=\"ht-spark\" viewBox=\"{size}\" \
            preserveAspectRatio=\"none\" aria-hidden=\"true\">{drawing}</svg></figure>"
        )
    };
    chart(0, "ht-is-cpu") + &chart(1, "ht-is-memory")
}

fn facts(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    let fact = |(index, label)| fact(label, &value(rows, moment, index), "", "");
    FACTS.into_iter().enumerate().map(fact).collect()
}

/// The commands to copy.
fn copied(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    commands(&moment.row(rows.open()).map(|row| commands_for(program(moment.state), row)).unwrap_or_default())
}

/// A fact about the container; [`format::UNKNOWN`] if it is unknown.
fn value(rows: &Rows, moment: Moment<'_>, index: usize) -> String {
    let id = rows.open();
    let Some(row) = moment.row(id) else {
        return match index {
            0 => "ended".into(),
            7 => id.into(),
            _ => format::UNKNOWN.into(),
        };
    };
    let known = |text: &Option<String>| text.clone().unwrap_or(format::UNKNOWN.into());
    match index {
        0 => state(row, moment),
        1 | 2 => limit::words(row)[index - 1].clone(),
        3 => row.restart_count.map_or(format::UNKNOWN.into(), |count| count.to_string()),
        4 => known(&row.image),
        5 => known(&row.full_name),
        6 => row.name.clone(),
        _ => row.id.clone(),
    }
}

/// The CPU or, for index 1, the memory over time.
fn series(id: &str, moment: Moment<'_>, index: usize) -> Vec<Option<f64>> {
    let values: fn(&ContainerTrend) -> &Vec<Option<f64>> = match index {
        0 => |trend| &trend.cpu,
        _ => |trend| &trend.memory,
    };
    moment.state.history.containers.container(id, moment.state.containers_overdue(), values)
}

fn drawing(rows: &Rows, moment: Moment<'_>, index: usize) -> String {
    let series = series(rows.open(), moment, index);
    if index == 0 { cpu_trend(&series, CHART) } else { memory_trend(&series, CHART) }
}

/// The latest and the largest value: `CPU, last 5 minutes: 12.5%, at most 63.0%`.
fn caption(rows: &Rows, moment: Moment<'_>, index: usize) -> String {
    let series = series(rows.open(), moment, index);
    let text = |value: f64| if index == 0 { format::exact(value) } else { format::memory(Some(value)) };
    let values = match series.last() {
        Some(Some(last)) => format!("{}, at most {}", text(*last), text(top(&series, 0.0))),
        _ => format::UNKNOWN.into(),
    };
    let name = if index == 0 { "CPU" } else { "Memory" };
    format!("{name}, {}: {values}", format::span(moment.state.interval_seconds()))
}

/// The container's state and for how long it has been up: `running · up 3 h`.
fn state(row: &ContainerStats, moment: Moment<'_>) -> String {
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
