//! One container's row in the table.

use super::order::Order;
use super::visibility::Visibility;
use crate::model::{ContainerState, ContainerStats, CulpritKind, Severity, percent_of};
use crate::ui::format;
use crate::ui::graphics::{bar, spark, spark_box};
use crate::ui::live::{Live, State};
use leptos::html::Tr;
use leptos::prelude::*;

/// Width and height of a container's sparkline, in CSS pixels.
const TREND: (u32, u32) = (60, 20);

/// The containers listed in a table.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) live: Live,
    /// The IDs of the containers, in the order of the rows.
    pub(super) ids: Memo<Vec<String>>,
    /// The order that the user chose. Changing the order or the filter also updates invisible rows.
    pub(super) order: RwSignal<Order>,
    pub(super) filter: RwSignal<String>,
    /// Whether the table is currently shown.
    pub(super) shown: Signal<bool>,
    pub(super) visibility: Visibility,
}

impl List {
    /// Reads the container at this index: reactively while visible, once otherwise.
    fn read<T: Default>(self, index: usize, visible: RwSignal<bool>, read: impl Fn(&str, &State) -> T) -> T {
        let read = |ids: &Vec<String>, state: &State| ids.get(index).map(|id| read(id, state)).unwrap_or_default();
        self.order.track();
        self.filter.track();
        match self.shown.get() && visible.get() {
            true => self.ids.with(|ids| self.live.with(|state| read(ids, state))),
            false => self.ids.with_untracked(|ids| self.live.untracked(|state| read(ids, state))),
        }
    }
}

/// The row at this index in the list. An invisible row does not react to new numbers, which saves work.
#[component]
pub(super) fn Row(list: List, index: usize) -> impl IntoView {
    let row = NodeRef::<Tr>::new();
    let visible = list.visibility.of(row);
    let class =
        Signal::derive(move || list.read(index, visible, |id, state| state.culprit_class(CulpritKind::Container, id)));
    view! { <tr node_ref=row class=class tabindex="-1">{move || list.read(index, visible, Cells::of).into_view()}</tr> }
}

/// The contents of a row's cells.
#[derive(Default)]
struct Cells {
    name: String,
    /// The container's state, or a note that its numbers are stale; empty for a running container with current numbers.
    state: &'static str,
    error: String,
    cpu: String,
    /// CPU usage as a percentage of the whole host, 0 to 100; `None` if it was not measured.
    share: Option<f64>,
    memory: String,
    /// Memory usage as a percentage of the host's memory; `None` if either is unknown.
    memory_share: Option<f64>,
    limit: String,
    limit_class: String,
    /// The CPU limit; empty if the container has none or it is unknown.
    cores: String,
    /// The sparkline of CPU usage, as markup.
    trend: String,
}

impl Cells {
    /// The cells for the container with this ID; empty if it has ended, in which case its row is about to be removed.
    fn of(id: &str, state: &State) -> Self {
        let Some(row) = state.rows().iter().find(|row| row.id == id) else { return Self::default() };
        let (limit, limit_class) = limit(row);
        Self {
            name: row.name.clone(),
            state: match row.state {
                _ if row.stale => "stale",
                ContainerState::Running => "",
                ContainerState::Paused => "paused",
                ContainerState::Stopping => "stopping",
                ContainerState::Restarting => "restarting",
            },
            error: error(row),
            cpu: format::percent_exact(row.cpu),
            share: row.cpu_host_percent,
            memory: format::memory(row.memory_mb),
            memory_share: row.memory_mb.zip(state.memory_total_mb()).and_then(|(used, total)| percent_of(used, total)),
            limit,
            limit_class,
            cores: row.cpu_limit_cores.map(format::cores).unwrap_or_default(),
            trend: trend(&state.history.containers.container(id, state.containers_overdue(), |trend| &trend.cpu)),
        }
    }

    fn into_view(self) -> impl IntoView {
        // Shows what is cut off.
        let (title, error) = (self.name.clone(), self.error.clone());
        view! {
            <th scope="row" class="ht-name">
                <span class="ht-name-text" title=title>{self.name}</span>
                <span class="ht-state">{self.state}</span>
                <span class="ht-error" title=error>{breakable(&self.error)}</span>
            </th>
            <td class="ht-number-cell ht-cpu"><span class="ht-cell">{self.cpu}</span>{bar("ht-bar ht-is-cpu", self.share)}</td>
            <td class="ht-number-cell ht-memory"><span class="ht-cell">{self.memory}</span>{bar("ht-bar ht-is-memory", self.memory_share)}</td>
            <td class="ht-number-cell ht-limit"><span class=self.limit_class>{self.limit}</span><span>{self.cores}</span></td>
            <td class="ht-number-cell ht-trend-cell">
                <svg class="ht-spark ht-trend" viewBox=spark_box(TREND) aria-hidden="true" inner_html=self.trend></svg>
            </td>
            <td class="ht-number-cell ht-share"><span class="ht-cell">{format::percent_exact(self.share)}</span></td>
        }
    }
}

/// Text that may break after each slash of a path, as not every browser does by itself.
fn breakable(text: &str) -> impl IntoView + use<> {
    text.split_inclusive('/').map(|part| view! { {part.to_owned()}<wbr/> }).collect_view()
}

/// Why a number is missing; empty if none is. If only one of them is, its cell shows which.
fn error(row: &ContainerStats) -> String {
    let nothing = if row.cpu.is_none() && row.memory_mb.is_none() { "not measured: " } else { "" };
    row.error.as_ref().map_or_else(String::new, |error| format!("{nothing}{error}"))
}

/// Whether a missing limit means that there is none. The wire does not distinguish it from a limit that could not be
/// read, so it is taken for unread if the row has an error or is restarting.
pub(in crate::ui) fn has_known_limits(row: &ContainerStats) -> bool {
    row.error.is_none() && row.state != ContainerState::Restarting
}

/// The text and CSS class for the memory limit. At [`Severity::High`] and above, the text also gives the usage as a
/// percentage of the limit.
fn limit(row: &ContainerStats) -> (String, String) {
    let Some(limit) = row.memory_limit_mb else {
        let text = match (has_known_limits(row), row.cpu_limit_cores) {
            (false, _) => format::UNKNOWN,
            (true, None) => "no limit",
            (true, Some(_)) => "",
        };
        return (text.into(), "ht-is-none".into());
    };
    let used = row.memory_mb.and_then(|used| percent_of(used, limit)).unwrap_or(0.0);
    let text = format::memory_limit(limit);
    match Severity::of(used) {
        Severity::Normal | Severity::Raised => (text, String::new()),
        band => (format!("{} of {text}", format::percent(Some(used))), format!("ht-is-{}", band.word())),
    }
}

/// A container's sparkline, as markup. Its scale ends at one core, or higher if the container used more than one core.
fn trend(cpu: &[Option<f64>]) -> String {
    spark(cpu, cpu.iter().flatten().fold(100.0, |top, value| value.max(top)), TREND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_said_to_be_unlimited() {
        let row = ContainerStats { memory_mb: Some(100.0), ..ContainerStats::sample("a") };
        let text = |row: &ContainerStats| (limit(row).0, error(row));
        assert_eq!(text(&row), ("no limit".into(), String::new()));
        let failed = ContainerStats { memory_mb: None, error: Some("timed out".into()), ..row.clone() };
        assert_eq!(text(&failed), ("–".into(), "not measured: timed out".into()));
        let uncounted = ContainerStats { error: Some("the engine does not count its CPU".into()), ..row.clone() };
        assert_eq!(text(&uncounted), ("–".into(), "the engine does not count its CPU".into()));
        let bound = ContainerStats { cpu_limit_cores: Some(1.5), ..row.clone() };
        assert_eq!(text(&bound), (String::new(), String::new()), "only the CPU limit is shown");
        let restarting = ContainerStats { state: ContainerState::Restarting, ..bound };
        assert_eq!(text(&restarting), ("–".into(), String::new()));
    }
}
