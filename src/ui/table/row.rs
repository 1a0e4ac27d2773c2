//! One container's row in the table.

use super::attention::restart_note;
use super::choice::Choice;
use super::limit::{self, LimitText};
use super::moment::{Moment, Source};
use super::rows::Rows;
use super::visibility::Visibility;
use crate::model::{ContainerState, ContainerStats, CulpritKind, percent_of};
use crate::ui::format;
use crate::ui::graphics::{bar, spark, spark_box};
use leptos::html::Tr;
use leptos::prelude::*;

/// Width and height of a container's sparklines, in CSS pixels.
const TREND: (u32, u32) = (60, 20);

/// A share of the host below this percentage has no bar: it would be less than a pixel long.
const SHORTEST: f64 = 1.0;

/// The containers listed in a table.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) source: Source,
    pub(super) rows: Memo<Rows>,
    /// What the user chose. A new choice also updates invisible rows.
    pub(super) choice: Choice,
    /// Whether the table is currently shown.
    pub(super) shown: Signal<bool>,
    /// Whether this is the page's table, which has more columns than the panel's.
    pub(super) in_page: bool,
    pub(super) visibility: Visibility,
}

impl List {
    /// Reads the container at this index: reactively while visible, once otherwise.
    fn read<T: Default>(self, index: usize, visible: RwSignal<bool>, read: impl Fn(&str, Moment<'_>) -> T) -> T {
        let read = |rows: &Rows, moment: Moment<'_>| rows.get(index).map(|id| read(id, moment)).unwrap_or_default();
        self.choice.track();
        match self.shown.get() && visible.get() {
            true => self.rows.with(|rows| self.source.with(|moment| read(rows, moment))),
            false => self.rows.with_untracked(|rows| self.source.untracked(|moment| read(rows, moment))),
        }
    }
}

/// The row at this index in the list. An invisible row does not react to new numbers, which saves work. The elements of
/// its cells stay the same, so that a selected text survives an update.
#[component]
pub(super) fn Row(list: List, index: usize) -> impl IntoView {
    let row = NodeRef::<Tr>::new();
    let visible = list.visibility.of(row);
    let class = Signal::derive(move || list.read(index, visible, class));
    let cells = move || {
        let is_open = |id: &str| list.choice.open.with(|open| open.as_deref() == Some(id));
        list.read(index, visible, |id, moment| Cells::of(id, is_open(id), moment)).into_view(list.in_page)
    };
    view! { <tr node_ref=row class=class tabindex="-1" data-row=index.to_string()>{cells}</tr> }
}

fn class(id: &str, moment: Moment<'_>) -> String {
    let culprit = if moment.is_past { String::new() } else { moment.state.culprit_class(CulpritKind::Container, id) };
    let ended = if moment.row(id).is_none() { "ht-is-ended" } else { "" };
    format!("ht-row {culprit}{ended}")
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
    /// CPU usage as a percentage of the whole host, 0 to 100; `None` if it was not measured.
    cpu_share: Option<f64>,
    memory: String,
    /// Memory usage as a percentage of the host's memory; `None` if either is unknown.
    memory_share: Option<f64>,
    limit: LimitText,
    limit_title: String,
    /// The sparklines of CPU and memory usage, as markup.
    cpu_trend: String,
    memory_trend: String,
}

impl Cells {
    fn of(id: &str, is_open: bool, moment: Moment<'_>) -> Self {
        let state = moment.state;
        let overdue = state.containers_overdue();
        let trends = &state.history.containers;
        let Some(row) = moment.row(id) else {
            // The row stays until the order may change.
            let name = trends.containers.iter().find(|trend| trend.id == id).map(|trend| trend.name.clone());
            let row = ContainerStats::unmeasured(id, &name.unwrap_or_default());
            return Self { note: "ended".into(), note_class: "ht-note", is_open, ..Self::numbers(&row, moment) };
        };
        let [memory, cores] = limit::words(row);
        Self {
            is_open,
            note: note(row, moment),
            note_class: if row.error.is_some() { "ht-note ht-error" } else { "ht-note" },
            limit_title: format!("Memory limit: {memory}\nCPU limit: {cores}"),
            cpu_trend: cpu_trend(&trends.container(id, overdue, |trend| &trend.cpu), TREND),
            memory_trend: memory_trend(&trends.container(id, overdue, |trend| &trend.memory), TREND),
            ..Self::numbers(row, moment)
        }
    }

    fn numbers(row: &ContainerStats, moment: Moment<'_>) -> Self {
        Self {
            name: row.name.clone(),
            cpu: format::percent_exact(row.cpu),
            cpu_share: row.cpu_host_percent,
            memory: format::memory(row.memory_mb),
            memory_share: row.memory_mb.zip(moment.memory_total_mb()).and_then(|(used, all)| percent_of(used, all)),
            limit: limit::text(row),
            ..Self::default()
        }
    }

    fn into_view(self, in_page: bool) -> impl IntoView {
        // Titles show what is cut off.
        let (name_title, note_title) = (self.name.clone(), self.note.clone());
        let open = format!("Details of {}", self.name);
        let share = |class: &'static str, fill: &'static str, share: Option<f64>| {
            let fill = if share.is_some_and(|share| share >= SHORTEST) { fill } else { "ht-bar ht-is-short" };
            view! { <td class=class>{bar(fill, share)}<span class="ht-cell">{format::percent_exact(share)}</span></td> }
        };
        let trend = |class: &'static str, markup: String| {
            view! {
                <td class=class>
                    <svg class="ht-spark ht-trend" viewBox=spark_box(TREND) aria-hidden="true" inner_html=markup></svg>
                </td>
            }
        };
        let limit_class = format!("ht-cell {}", self.limit.class);
        view! {
            <th scope="row" class="ht-name">
                <button type="button" class="ht-open" aria-expanded=self.is_open.to_string() aria-label=open></button>
                <span class="ht-name-text" title=name_title>{self.name}</span>
                <span class=self.note_class title=note_title>{self.note}</span>
            </th>
            {in_page.then(|| view! { <td class="ht-number-cell ht-cpu"><span class="ht-cell">{self.cpu}</span></td> })}
            {share("ht-number-cell ht-share", "ht-bar ht-is-cpu", self.cpu_share)}
            <td class="ht-number-cell ht-memory"><span class="ht-cell">{self.memory}</span></td>
            {in_page.then(|| share("ht-number-cell ht-memory-share", "ht-bar ht-is-memory", self.memory_share))}
            <td class="ht-number-cell ht-limit" title=self.limit_title>
                <span class=limit_class>{self.limit.used}<span class="ht-size">{self.limit.size}</span></span>
            </td>
            {trend("ht-trend-cell", self.cpu_trend)}
            {in_page.then(|| trend("ht-trend-cell ht-is-memory", self.memory_trend))}
        }
    }
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
        let uncounted = ContainerStats { error: Some("the engine does not count its CPU".into()), ..row.clone() };
        assert_eq!(text(&uncounted), "the engine does not count its CPU");
        assert_eq!(
            text(&ContainerStats { state: ContainerState::Paused, ..failed }),
            "paused · not measured: timed out"
        );
        assert_eq!(text(&ContainerStats { state: ContainerState::Restarting, ..row.clone() }), "restarting");
        assert_eq!(text(&ContainerStats { stale: true, ..row }), "stale");
    }
}
