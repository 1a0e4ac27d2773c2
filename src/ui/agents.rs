//! The agents in the header: their number and sums, and the panel that lists each.

use super::container_table::ContainerRows;
use super::format;
use super::live::{ContainersView, Live};
use leptos::prelude::*;

/// Ties the button to its panel.
const PANEL: &str = "ht-agents-panel";

/// The summary, a button that opens the panel. The browser itself opens and closes it (Enter, Space, Escape,
/// a click outside), so it works before and without the bundle.
#[component]
pub(super) fn Agents(live: Live) -> impl IntoView {
    let noun = live.settings.with_value(|settings| settings.noun.clone());
    let heading = format::heading(&noun);
    let summary = move || {
        let (count, noun) = (count(live), noun.clone());
        live.containers.with(|view| match view {
            ContainersView::Waiting => view! { <span class="ht-label">{format!("{noun}s {}", format::UNKNOWN)}</span> }.into_any(),
            ContainersView::Unavailable(_) => view! { <span class="ht-off">"Docker not available"</span> }.into_any(),
            ContainersView::Measured(stats) => {
                let (cpu, memory) = live.host.with(|host| format::summary(stats, host.as_ref()));
                view! {
                    <span class="ht-count"><b>{count}</b>" "<span class="ht-label">{format::plural(count, &noun)}</span></span>
                    <span class="ht-sums">
                        <span class="ht-dot">" · "</span>
                        <b>{cpu}</b>
                        <span class="ht-dot">" · "</span>
                        <b>{memory}</b>
                    </span>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="ht-agents" class:is-stale=move || live.containers_stale.get()>
            <button type="button" class="ht-toggle" popovertarget=PANEL title=move || tooltip(live)>
                {summary}
                <svg class="ht-chevron" width="10" height="6" viewBox="0 0 10 6" aria-hidden="true">
                    <path d="M1 1l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
                </svg>
            </button>
            <div id=PANEL class="ht-panel" popover="auto" role="dialog" aria-label=heading.clone()>
                <h2>{heading.clone()}</h2>
                <ContainerRows live compact=true/>
            </div>
        </div>
    }
}

fn count(live: Live) -> u32 {
    live.containers.with(|view| match view {
        ContainersView::Measured(stats) => stats.running_count.unwrap_or(0),
        _ => 0,
    })
}

fn tooltip(live: Live) -> String {
    live.containers.with(|view| match view {
        ContainersView::Waiting => "Waiting for the first numbers".into(),
        ContainersView::Unavailable(reason) => format!("Docker not available: {reason}"),
        ContainersView::Measured(stats) => {
            let cpu = live.host.with(|host| format::share_of_host(stats.total_cpu_percent, host.as_ref()));
            let cpu = format::percent_exact(cpu);
            format!("All together: CPU {cpu} of the host, memory {}", format::memory(stats.total_memory_mb))
        }
    })
}
