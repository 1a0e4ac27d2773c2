//! The agents in the header: their number and sums, and the panel that lists each.

use super::container_table::ContainerRows;
use super::format;
use super::live::{ContainersView, Live, State};
use crate::model::{HostSplit, Split};
use leptos::html::Div;
use leptos::prelude::*;

/// Ties the button to its panel.
const PANEL: &str = "ht-agents-panel";

/// The summary, a button that opens the panel. The browser itself opens and closes it (Enter, Space, Escape,
/// a click outside), so it works before and without the bundle.
#[component]
pub(super) fn Agents(live: Live) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let class = live.read(|state| {
        let stale = if state.containers_stale { " is-stale" } else { "" };
        let measured = if matches!(state.containers, ContainersView::Measured(_)) { " is-measured" } else { "" };
        format!("ht-agents{measured}{stale}")
    });
    let panel = NodeRef::<Div>::new();
    let is_open = move || panel.get_untracked().is_some_and(|panel| panel.matches(":popover-open").unwrap_or(false));
    let toggled = move |_| live.set_panel_open(is_open());
    // It works before the bundle does, and may have been opened then.
    Effect::new(move |_| {
        if is_open() {
            live.set_panel_open(true);
        }
    });
    let count = live.read(|state| Sums::of(state).count);
    let label = live.read(|state| Sums::of(state).label);
    let cpu = live.read(|state| Sums::of(state).cpu);
    let memory = live.read(|state| Sums::of(state).memory);
    let tooltip = live.read(|state| Sums::of(state).tooltip);
    view! {
        <div class=class>
            <button type="button" class="ht-toggle" popovertarget=PANEL title=tooltip>
                <b>{count}</b>
                <span class="ht-label">{label}</span>
                <b class="ht-sum">{cpu}</b>
                <b class="ht-sum">{memory}</b>
                <svg class="ht-chevron" width="10" height="6" viewBox="0 0 10 6" aria-hidden="true">
                    <path d="M1 1l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
                </svg>
            </button>
            <div id=PANEL class="ht-panel" popover="auto" role="dialog" aria-label=heading.clone() node_ref=panel on:toggle=toggled>
                <h2>{heading.clone()}</h2>
                <HostSplitTable live/>
                <ContainerRows live class="containers is-compact" trends=true/>
            </div>
        </div>
    }
}

/// What the host uses, in two parts that add up. Hidden by the stylesheet while nothing is known of it.
#[component]
fn HostSplitTable(live: Live) -> impl IntoView {
    let class = live.read(|state| {
        let known = state.measured().is_some_and(|stats| stats.split != HostSplit::default());
        String::from(if known { "containers is-compact split" } else { "is-hidden" })
    });
    let who = live
        .read(|state| state.measured().map_or_else(String::new, |stats| format::measured(stats, &state.settings.noun)));
    let cpu = |part: fn(&Split) -> f64| {
        split_cell(live, |split| split.cpu_percent.as_ref(), part, |value| format::percent_exact(Some(value)))
    };
    let memory = |part: fn(&Split) -> f64| {
        split_cell(live, |split| split.memory_mb.as_ref(), part, |value| format::memory(Some(value)))
    };
    view! {
        <table class=class>
            <thead>
                <tr>
                    <th scope="col">"Whole host"</th>
                    <th scope="col" class="number">"CPU"</th>
                    <th scope="col" class="number" title="Page cache left out, which the host does not count as used">"Memory"</th>
                </tr>
            </thead>
            <tbody>
                <tr>
                    <th scope="row">{who}</th>
                    <td class="number">{cpu(|split| split.containers)}</td>
                    <td class="number">{memory(|split| split.containers)}</td>
                </tr>
                <tr>
                    <th scope="row">"Everything else"</th>
                    <td class="number">{cpu(|split| split.other)}</td>
                    <td class="number">{memory(|split| split.other)}</td>
                </tr>
                <tr class="total">
                    <th scope="row">"Used"</th>
                    <td class="number">{cpu(|split| split.host)}</td>
                    <td class="number">{memory(|split| split.host)}</td>
                </tr>
            </tbody>
        </table>
    }
}

/// One number of the split.
fn split_cell(
    live: Live,
    split: fn(&HostSplit) -> Option<&Split>,
    part: fn(&Split) -> f64,
    text: fn(f64) -> String,
) -> Signal<String> {
    live.read(move |state| match state.measured().and_then(|stats| split(&stats.split)) {
        None => format::UNKNOWN.into(),
        Some(split) => format::split_part(split, text(part(split))),
    })
}

/// The summary's texts; those without a meaning are empty.
#[derive(Default)]
struct Sums {
    count: String,
    label: String,
    cpu: String,
    memory: String,
    tooltip: String,
}

impl Sums {
    fn of(state: &State) -> Self {
        let noun = &state.settings.noun;
        match &state.containers {
            ContainersView::Waiting => Self {
                label: format!("{noun}s {}", format::UNKNOWN),
                tooltip: "Waiting for the first numbers".into(),
                ..Self::default()
            },
            ContainersView::Unavailable(reason) => {
                Self { label: "Docker not available".into(), tooltip: reason.clone(), ..Self::default() }
            }
            ContainersView::Measured(stats) => {
                let count = stats.running_count.unwrap_or(0);
                let cpu = stats.cpu_host_percent();
                let (exact_cpu, exact_memory) = (format::percent_exact(cpu), format::memory(stats.total_memory_mb));
                Self {
                    count: count.to_string(),
                    label: format::plural(count, noun) + if state.containers_stale { ", old" } else { "" },
                    cpu: format::percent(cpu),
                    memory: format::memory_short(stats.total_memory_mb),
                    tooltip: format!(
                        "{}: CPU {exact_cpu} of their host, memory {exact_memory}",
                        format::measured(stats, noun)
                    ),
                }
            }
        }
    }
}
