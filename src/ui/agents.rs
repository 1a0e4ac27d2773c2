//! The agents in the header: their number and sums, and the panel that lists each.

use super::format;
use super::later::{Later, Section};
use super::live::Live;
use super::state::{ContainersView, State};
use leptos::html::Div;
use leptos::prelude::*;

/// Ties the buttons to the panel.
pub(super) const PANEL: &str = "ht-agents-panel";

/// The summary, a button that opens the panel. The browser itself opens and closes it (Enter, Space, Escape, a click
/// outside) and moves the focus, so it works before and without the bundle.
#[component]
pub(super) fn Agents(live: Live) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let class = live.read(|state| {
        let stale = if state.containers_stale { " ht-is-stale" } else { "" };
        let measured = match &state.containers {
            ContainersView::Measured(stats) if stats.containers.is_empty() => " ht-is-measured ht-is-none",
            ContainersView::Measured(_) => " ht-is-measured",
            ContainersView::Waiting | ContainersView::Unavailable(_) => "",
        };
        format!("ht-agents{measured}{stale}")
    });
    let panel = NodeRef::<Div>::new();
    let open = RwSignal::new(false);
    let look = move || {
        open.set(panel.get_untracked().is_some_and(|panel| panel.matches(":popover-open").unwrap_or(false)));
    };
    // It works before the bundle does, and may have been opened then.
    Effect::new(move |_| look());
    let text = |text: fn(Sums) -> String| live.read(move |state| text(Sums::of(state)));
    view! {
        <div class=class>
            <button type="button" class="ht-toggle" popovertarget=PANEL title=text(|sums| sums.tooltip)>
                <b class="ht-count">{text(|sums| sums.count)}</b>
                <span class="ht-label">{text(|sums| sums.label)}</span>
                <b class="ht-agents-value" data-widest="100%">{text(|sums| sums.cpu)}</b>
                <b class="ht-agents-value" data-widest=text(|sums| sums.widest)>{text(|sums| sums.memory)}</b>
                <svg class="ht-chevron" viewBox="0 0 10 6" aria-hidden="true"><polyline points="1,1 5,5 9,1"/></svg>
            </button>
            <div
                id=PANEL
                class="ht-panel"
                popover="auto"
                role="dialog"
                aria-label=heading
                tabindex="-1"
                autofocus
                node_ref=panel
                on:toggle=move |_| look()
            >
                <Later live section=Section::Panel wanted=open/>
            </div>
        </div>
    }
}

/// The summary's texts; those without a meaning are empty.
#[derive(Default)]
struct Sums {
    count: String,
    label: String,
    cpu: String,
    memory: String,
    /// The widest that the memory can get.
    widest: String,
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
            ContainersView::Unavailable(reason) => Self {
                label: "no Docker".into(),
                tooltip: format!("Docker not available: {reason}"),
                ..Self::default()
            },
            ContainersView::Measured(stats) => {
                let count = stats.running_count.unwrap_or(0);
                let cpu = stats.cpu_host_percent();
                let (exact_cpu, exact_memory) = (format::percent_exact(cpu), format::memory(stats.total_memory_mb));
                let total = state.host.as_ref().and_then(|host| Some(host.memory.as_ref()?.total_gb * 1024.0));
                Self {
                    count: count.to_string(),
                    label: format::plural(count, noun) + if state.containers_stale { ", old" } else { "" },
                    cpu: format::percent(cpu),
                    memory: format::memory_short(stats.total_memory_mb),
                    widest: format::memory_short(Some(total.unwrap_or(0.0).max(1024.0))),
                    tooltip: format!(
                        "{}: CPU {exact_cpu} of their host, memory {exact_memory}",
                        format::measured(stats, noun)
                    ),
                }
            }
        }
    }
}
