//! The agents in the header: their count, their totals, and the panel that lists them.

use crate::model::ContainersStats;
use crate::ui::format;
use crate::ui::ids::PANEL;
use crate::ui::lazy::{Lazy, Section};
use crate::ui::live::{ContainersView, Live, State};
use leptos::html::Div;
use leptos::prelude::*;

/// The summary of all agents, a button that opens the panel or, on a page that has its own table, goes to it. The browser opens and closes the panel (on Enter, Space,
/// Escape, or a click outside) and moves the focus, so the panel works even without the bundle.
#[component]
pub(super) fn Agents(live: Live) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let widest_label = live.settings(|settings| format::plural(0, &settings.noun));
    let class = live.read(|state| {
        let stale = if state.containers_stale { " ht-is-stale" } else { "" };
        format!("ht-agents{stale}")
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
            <button type="button" class="ht-toggle" popovertarget=PANEL title=text(|totals| totals.tooltip) on:click=move |event| live.reveal(None, String::new(), &event)>
                <b class="ht-count">{text(|totals| totals.count)}</b>
                <span class="ht-label" data-widest=widest_label>{text(|totals| totals.label)}</span>
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

/// The text in the summary, which always has the same parts, so that nothing in the header moves.
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
        let stats = state.measured();
        let count = stats.and_then(|stats| stats.running_count);
        let cpu = stats.and_then(ContainersStats::cpu_host_percent);
        let memory = stats.and_then(|stats| stats.total_memory_mb);
        let total = state.memory_total_mb().unwrap_or(0.0).max(1024.0);
        // "stale" takes the place of the totals: it has their color and fits into their width.
        let is_stale = stats.is_some() && state.containers_stale;
        Self {
            count: count.map_or(format::UNKNOWN.into(), |count| count.to_string()),
            label: format::plural(count.unwrap_or(0), noun),
            cpu: if is_stale { "\u{a0}".into() } else { format::percent(cpu) },
            memory: if is_stale { "stale".into() } else { format::memory_short(memory) },
            widest: format::memory_short(Some(total)),
            tooltip: match &state.containers {
                ContainersView::Waiting => "Waiting for the first sample".into(),
                ContainersView::Unavailable { reason, .. } => format!("Docker unavailable: {reason}"),
                ContainersView::Measured(stats) => format!(
                    "{}: {} of host CPU, memory {}",
                    format::measured(stats, noun),
                    format::percent_exact(cpu),
                    format::memory(memory)
                ),
            },
        }
    }
}
