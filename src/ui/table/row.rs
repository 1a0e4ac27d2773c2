//! One container's row in the table.

use super::attention::restart_note;
use super::limit;
use super::list::List;
use super::moment::Moment;
use super::rows::Rows;
use crate::model::{ContainerState, ContainerStats, CulpritKind, percent_of};
use crate::ui::format;
use crate::ui::graphics::{spark, spark_box};
use crate::ui::markup::Markup;
use leptos::html::Tr;
use leptos::prelude::*;
use leptos::tachys::html::element::inner_html;

/// Width and height of a container's sparklines, in CSS pixels.
const TREND: (u32, u32) = (60, 20);

/// A share of the host below this percentage has no bar: it would be less than a pixel long.
const SHORTEST: f64 = 1.0;

/// The row at this index in the list. An invisible row does not react to new numbers, which saves work. The elements
/// stay the same, so that a selected name survives an update.
#[component]
pub(super) fn Row(list: List, index: usize) -> impl IntoView {
    let row = NodeRef::<Tr>::new();
    let visible = list.visibility.of(row);
    let class = Signal::derive(move || list.read(index, visible, class));
    let cells = move || {
        let cells =
            |rows: &Rows, id: &str, moment: Moment<'_>| Cells::of(id, rows.open() == id, list.in_page(), moment);
        list.read(index, visible, cells).into_view()
    };
    view! { <tr node_ref=row class=class tabindex="-1" data-row=index.to_string()>{cells}</tr> }
}

fn class(_: &Rows, id: &str, moment: Moment<'_>) -> String {
    let culprit = if moment.is_past { String::new() } else { moment.state.culprit_class(CulpritKind::Container, id) };
    format!("ht-row {culprit}")
}

/// The contents of a row's cells.
#[derive(Default)]
struct Cells {
    name: String,
    is_open: bool,
    /// The container's state and what is wrong with it; empty for a running container with current numbers.
    note: String,
    note_class: &'static str,
    cpu: String,
    memory: String,
    /// Markup.
    cpu_share: String,
    memory_share: String,
    limit: String,
    cpu_trend: String,
    memory_trend: String,
}

impl Cells {
    /// The panel has fewer columns, so their cells stay empty.
    fn of(id: &str, is_open: bool, in_page: bool, moment: Moment<'_>) -> Self {
        let state = moment.state;
        let overdue = state.containers_overdue();
        let history = &state.history.containers;
        let ended;
        let (row, note, note_class) = match moment.row(id) {
            Some(row) => (row, note(row, moment), note_class(row)),
            // The row stays until the order may change.
            None => {
                let trend = history.containers.iter().find(|trend| trend.id == id);
                ended = ContainerStats::unmeasured(id, trend.map_or("", |trend| &trend.name));
                (&ended, "ended".into(), "ht-note")
            }
        };
        let memory_share = row.memory_mb.zip(moment.memory_total_mb()).and_then(|(used, all)| percent_of(used, all));
        let trend = |markup: String| {
            let size = spark_box(TREND);
            format!("<svg class=\"ht-spark ht-trend\" viewBox=\"{size}\" aria-hidden=\"true\">{markup}</svg>")
        };
        Self {
            name: row.name.clone(),
            is_open,
            note,
            note_class,
            cpu: if in_page { format::percent_exact(row.cpu) } else { String::new() },
            memory: format::memory(row.memory_mb),
            cpu_share: share("cpu", row.cpu_host_percent),
            memory_share: if in_page { share("memory", memory_share) } else { String::new() },
            limit: limit::markup(row),
            cpu_trend: trend(cpu_trend(&history.container(id, overdue, |trend| &trend.cpu), TREND)),
            memory_trend: if in_page {
                trend(memory_trend(&history.container(id, overdue, |trend| &trend.memory), TREND))
            } else {
                String::new()
            },
        }
    }

    fn into_view(self) -> impl IntoView {
        let [name, note] = [self.name, self.note].map(|text| format::escaped(&text));
        // A space keeps the note's text node, so that a new note is written in place.
        let noted = if note.is_empty() { " " } else { note.as_str() };
        let (note_class, is_open) = (self.note_class, self.is_open);
        // Titles show what is cut off.
        let heading = format!(
            "<div class=\"ht-name-line\"><button type=\"button\" class=\"ht-open\" aria-expanded=\"{is_open}\" \
            aria-label=\"Details of {name}\"></button><span class=\"ht-name-text\" title=\"{name}\">{name}</span>\
            <span class=\"{note_class}\" title=\"{note}\">{noted}</span></div>"
        );
        view! {
            {row_heading(heading)}
            {number("ht-number-cell ht-cpu", self.cpu)}
            {cell("ht-number-cell ht-share", self.cpu_share)}
            {number("ht-number-cell ht-memory", self.memory)}
            {cell("ht-number-cell ht-memory-share", self.memory_share)}
            {cell("ht-number-cell ht-limit", self.limit)}
            {cell("ht-trend-cell", self.cpu_trend)}
            {cell("ht-trend-cell ht-is-memory", self.memory_trend)}
        }
    }
}

/// The first cell of a row, as markup, in which texts from outside are escaped.
pub(super) fn row_heading(markup: String) -> impl IntoView {
    view! { <th {..inner_html(Markup(markup))} scope="row" class="ht-name"></th> }
}

/// A cell with a number.
pub(super) fn number(class: &'static str, text: String) -> impl IntoView {
    cell(class, format!("<span class=\"ht-cell\">{text}</span>"))
}

/// A cell with markup, which must contain only numbers: names and errors come from outside.
fn cell(class: &'static str, markup: String) -> impl IntoView {
    view! { <td {..inner_html(Markup(markup))} class=class></td> }
}

/// A share of the host and, if it is long enough to see, its bar, as markup.
fn share(metric: &str, share: Option<f64>) -> String {
    let text = format!("<span class=\"ht-cell\">{}</span>", format::percent_exact(share));
    let Some(share) = share.filter(|share| *share >= SHORTEST) else { return text };
    let width = format::decimal(share.min(100.0));
    format!(
        "<svg class=\"ht-bar ht-is-{metric}\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
        <rect class=\"ht-bar-track\" width=\"100\" height=\"4\"/>\
        <rect class=\"ht-bar-fill\" width=\"{width}\" height=\"4\"/></svg>{text}"
    )
}

/// The container's state and why a number is missing; empty if there is nothing to say.
fn note(row: &ContainerStats, moment: Moment<'_>) -> String {
    let restarts = restart_note(moment, row);
    let state = match row.state {
        _ if row.stale => "stale",
        ContainerState::Paused => "paused",
        ContainerState::Stopping => "stopping",
        ContainerState::Running | ContainerState::Restarting => restarts.as_str(),
    };
    // If only one number is missing, its cell shows which.
    let nothing = if row.cpu.is_none() && row.memory_mb.is_none() { "not measured: " } else { "" };
    match &row.error {
        Some(error) if state.is_empty() => format!("{nothing}{error}"),
        Some(error) => format!("{state} · {nothing}{error}"),
        None => state.into(),
    }
}

fn note_class(row: &ContainerStats) -> &'static str {
    match row.state {
        _ if row.error.is_some() => "ht-note ht-error",
        ContainerState::Running | ContainerState::Restarting if !row.stale => "ht-note ht-is-high",
        _ => "ht-note",
    }
}

/// A container's CPU as a sparkline, as markup. Its scale ends at one core, or higher if it used more than that.
pub(super) fn cpu_trend(cpu: &[Option<f64>], size: (u32, u32)) -> String {
    spark(cpu, top(cpu, 100.0), size)
}

/// A container's memory as a sparkline, as markup. Its scale ends a little above its largest value, so that growth
/// shows.
pub(super) fn memory_trend(memory: &[Option<f64>], size: (u32, u32)) -> String {
    spark(memory, top(memory, 1.0) * 1.2, size)
}

/// The largest value, but at least `least`.
pub(super) fn top(values: &[Option<f64>], least: f64) -> f64 {
    values.iter().flatten().fold(least, |top, value| value.max(top))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::live::State;

    #[test]
    fn a_note_says_the_state_and_what_is_missing() {
        let state = State::default();
        let text = |row: &ContainerStats| note(row, Moment::new(&state, None));
        let row = ContainerStats { memory_mb: Some(100.0), ..ContainerStats::sample("a") };
        assert_eq!(text(&row), "");
        let failed = ContainerStats { memory_mb: None, error: Some("timed out".into()), ..row.clone() };
        assert_eq!(text(&failed), "not measured: timed out");
        let uncounted = ContainerStats { error: Some("its CPU is not counted".into()), ..row.clone() };
        assert_eq!(text(&uncounted), "its CPU is not counted");
        assert_eq!(
            text(&ContainerStats { state: ContainerState::Paused, ..failed }),
            "paused · not measured: timed out"
        );
        assert_eq!(text(&ContainerStats { state: ContainerState::Restarting, ..row.clone() }), "restarting");
        assert_eq!(text(&ContainerStats { stale: true, ..row }), "stale");
    }

    #[test]
    fn a_bar_stands_only_beside_a_share_that_it_can_show() {
        assert_eq!(share("cpu", None), "<span class=\"ht-cell\">–</span>");
        assert!(!share("cpu", Some(0.9)).contains("<svg"));
        assert!(share("cpu", Some(42.25)).contains("width=\"42.3\""));
    }
}
