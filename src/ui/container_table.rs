//! Every container in a table: on the page in full, in the header's panel in short.

use super::bar::bar;
use super::format;
use super::live::{ContainersView, Live, State, use_live};
use super::sparkline::{spark, spark_box};
use crate::model::{ContainerState, ContainerStats, percent_of};
use leptos::prelude::*;

/// Width and height of a container's sparkline, in CSS pixels.
const TREND: (u32, u32) = (60, 16);

/// The page's list of all containers, highest CPU first.
#[component]
pub fn ContainerTable() -> impl IntoView {
    let live = use_live();
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let class = live.read(|state| String::from(if state.containers_stale { "card is-stale" } else { "card" }));
    let note = live.read(|state| String::from(if state.containers_stale { "not up to date" } else { "" }));
    view! {
        <section class=class aria-labelledby="containers-title">
            <div class="card-head">
                <h2 id="containers-title">{heading}</h2>
                <p class="card-note">{note}</p>
            </div>
            <ContainerRows live class="containers" trends=false/>
        </section>
    }
}

/// The rows, or what to say where there are none. Both are always there and the stylesheet hides the empty one.
#[component]
pub(super) fn ContainerRows(
    live: Live,
    /// Class of the table; `is-compact` leaves out the bars and the share of the host.
    class: &'static str,
    /// Whether each row has a sparkline, while the panel is open.
    trends: bool,
) -> impl IntoView {
    let note = live.read(|state| String::from(if state.rows().is_empty() { "empty" } else { "empty is-hidden" }));
    let headline = live.read(|state| match &state.containers {
        ContainersView::Unavailable(_) => "Docker not available".into(),
        _ => String::new(),
    });
    let explanation = live.read(explanation);
    let rows = live.read(move |state| state.rows().iter().map(|row| Cells::of(row, state, trends)).collect::<Vec<_>>());
    view! {
        <p class=note>
            <strong>{headline}</strong>
            <span>{explanation}</span>
        </p>
        <table class=class>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="number" title="100 % is one core, as in docker stats">"CPU"<span class="unit">" % of a core"</span></th>
                    <th scope="col" class="number">"Memory"</th>
                    <th scope="col" class="number share" title="CPU in percent of the whole host">"Host share"</th>
                </tr>
            </thead>
            <tbody>{move || rows.get().into_iter().map(Cells::into_row).collect_view()}</tbody>
        </table>
    }
}

/// A container's sparkline; its scale is one core, or more where it used more.
fn trend(cpu: &[Option<f64>]) -> String {
    spark(cpu, cpu.iter().flatten().fold(100.0, |top, value| value.max(top)), TREND)
}

/// What there is to say where there are no rows; empty where there are.
fn explanation(state: &State) -> String {
    match &state.containers {
        ContainersView::Waiting => "Waiting for the first numbers…".into(),
        ContainersView::Unavailable(reason) => reason.clone(),
        ContainersView::Measured(stats) if stats.containers.is_empty() => {
            format!("No {}s are running. They show up here as soon as they start.", state.settings.noun)
        }
        ContainersView::Measured(_) => String::new(),
    }
}

/// One row, as text.
#[derive(Clone, PartialEq)]
struct Cells {
    name: String,
    /// A state worth a word; running is what one expects.
    state: &'static str,
    error: String,
    cpu: String,
    cpu_bar: Option<f64>,
    /// The CPU's sparkline as markup; empty where there is none.
    trend: String,
    memory: String,
    memory_bar: Option<f64>,
}

impl Cells {
    fn of(row: &ContainerStats, state: &State, trends: bool) -> Self {
        let memory_total = state.host.as_ref().and_then(|host| Some(host.memory.as_ref()?.total_gb * 1024.0));
        Self {
            name: row.name.clone(),
            state: match row.state {
                _ if row.stale => "not up to date",
                ContainerState::Running => "",
                ContainerState::Paused => "paused",
                ContainerState::Restarting => "restarting",
            },
            error: row.error.clone().unwrap_or_default(),
            cpu: format::percent_exact(row.cpu),
            cpu_bar: row.cpu_host_percent,
            trend: match trends && state.panel_open {
                true => trend(&state.history.container_cpu(&row.id)),
                false => String::new(),
            },
            memory: format::memory(row.memory_mb),
            memory_bar: row.memory_mb.zip(memory_total).and_then(|(used, total)| percent_of(used, total)),
        }
    }

    fn into_row(self) -> impl IntoView {
        let title = self.name.clone();
        view! {
            <tr>
                <th scope="row" class="name">
                    <span class="name-text" title=title>{self.name}</span>
                    <span class="state">{self.state}</span>
                    <span class="error">{self.error}</span>
                </th>
                <td class="number">
                    {bar("bar is-cpu", self.cpu_bar)}
                    <svg class="ht-spark trend" viewBox=spark_box(TREND) color="var(--ht-cpu)" aria-hidden="true" inner_html=self.trend></svg>
                    <span class="cell">{self.cpu}</span>
                </td>
                <td class="number">{bar("bar is-memory", self.memory_bar)}<span class="cell">{self.memory}</span></td>
                <td class="number share">{format::percent_exact(self.cpu_bar)}</td>
            </tr>
        }
    }
}
