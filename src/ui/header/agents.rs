//! The agents in the header: their count, their totals, and the panel that lists them.

use crate::ui::format;
use crate::ui::ids::PANEL;
use crate::ui::lazy::{Lazy, Section};
use crate::ui::live::{ContainersView, Live, State};
use leptos::html::Div;
use leptos::prelude::*;

/// The summary of all agents, a button that opens the panel. The browser opens and closes the panel (on Enter, Space,
/// Escape, or a click outside) and moves the focus, so the panel works even without the bundle.
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
    let update_open = move || {
        open.set(panel.get_untracked().is_some_and(|panel| panel.matches(":popover-open").unwrap_or(false)));
    };
    // The panel may have been opened before hydration.
    Effect::new(move |_| update_open());
    let text = |text: fn(Totals) -> String| live.read(move |state| text(Totals::of(state)));
    view! {
        <div class=class>
            <button type="button" class="ht-toggle" popovertarget=PANEL title=text(|totals| totals.tooltip)>
                <b class="ht-count">{text(|totals| totals.count)}</b>
                <span class="ht-label">{text(|totals| totals.label)}</span>
                <b class="ht-agents-value" data-widest="100%">{text(|totals| totals.cpu)}</b>
                <b class="ht-agents-value" data-widest=text(|totals| totals.widest)>{text(|totals| totals.memory)}</b>
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
                on:toggle=move |_| update_open()
            >
                <Lazy live section=Section::Panel wanted=open/>
            </div>
        </div>
    }
}

/// The text in the summary. Fields that do not apply are empty.
#[derive(Default)]
struct Totals {
    count: String,
    label: String,
    cpu: String,
    memory: String,
    /// The widest text expected in `memory`. Its width is reserved so nothing shifts when the number changes.
    widest: String,
    tooltip: String,
}

impl Totals {
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
                let total = state.memory_total_mb();
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
