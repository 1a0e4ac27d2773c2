//! The table of all containers, which can be sorted and filtered and has totals that add up.

use super::order::{Column, Order};
use super::row::{List, Row};
use super::totals::{Total, totals};
use super::visibility::Visibility;
use crate::model::CulpritKind;
use crate::ui::format;
use crate::ui::ids::PAGE_TABLE;
use crate::ui::live::{ContainersView, Live, State, sleep};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use leptos::web_sys::wasm_bindgen::JsCast;
use std::time::Duration;

/// The filter is shown if there are at least this many containers.
const MANY: usize = 9;

/// The card that lists all containers.
#[component]
pub(in crate::ui) fn TableCard(live: Live) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let class = live.read(|state| String::from(if state.containers_stale { "ht-card ht-is-stale" } else { "ht-card" }));
    view! {
        <section class=class aria-labelledby=PAGE_TABLE>
            <div class="ht-card-head">
                <h2 id=PAGE_TABLE>{heading}</h2>
                <p class="ht-card-note">{stale_note(live)}</p>
            </div>
            <Containers live shown=Signal::stored(true) in_page=true/>
        </section>
    }
}

/// The note beside the heading if the containers' numbers are overdue; otherwise empty.
pub(in crate::ui) fn stale_note(live: Live) -> Signal<String> {
    live.read(move |state| {
        let scraped = state.scraped.filter(|_| state.containers_stale);
        scraped.map_or_else(String::new, |at| format!("Last updated {}", live.clock(at.seconds(), true)))
    })
}

/// The table with its filter, or an explanation if there is nothing to list. All elements are always present; the
/// stylesheet hides those that are not needed.
#[component]
pub(in crate::ui) fn Containers(
    live: Live,
    /// Whether the table is currently shown.
    shown: Signal<bool>,
    /// Whether this is the page's table rather than the panel's.
    in_page: bool,
) -> impl IntoView {
    let order = RwSignal::new(Order::default());
    let filter = RwSignal::new(String::new());
    Effect::new(move |_| {
        if shown.get() {
            live.load_trends();
        }
    });
    let table = NodeRef::<html::Table>::new();
    Effect::new(move |_| {
        let Some(metric) = shown.get().then(|| live.take_reveal(in_page)).flatten() else { return };
        order.set(Order::by_metric(metric));
        filter.set(String::new());
        spawn_local(async move {
            // By the next task, the rows are in their new order.
            sleep(Duration::ZERO).await;
            let row = match live.untracked(|state| state.culprit(metric).map(|culprit| culprit.kind)) {
                Some(CulpritKind::Other) => ".ht-is-other",
                Some(CulpritKind::Containers) => ".ht-is-all",
                Some(CulpritKind::Container) | None => "tbody tr",
            };
            let row = table.get_untracked().and_then(|table| table.query_selector(row).ok().flatten());
            if let Some(row) = row {
                let _ = row.unchecked_into::<HtmlElement>().focus();
            }
        });
    });
    let wanted = move |state: &State| {
        let order = order.get();
        let first = order.metric().and_then(|metric| state.culprit(metric)).map(|culprit| culprit.id.as_str());
        filter.with(|filter| order.ids(state.rows(), filter, first))
    };
    // A hidden table does not update.
    let ids = Memo::new(move |before: Option<&Vec<String>>| match before {
        Some(before) if !shown.get() => before.clone(),
        _ => live.with(wanted),
    });
    let list = List { live, ids, order, filter, shown, visibility: Visibility::new() };
    let totals = move || if shown.get() { live.with(totals) } else { live.untracked(totals) };
    let hidden_if = |class: &'static str, hidden: fn(&State) -> bool| {
        live.read(move |state| format!("{class}{}", if hidden(state) { " ht-is-hidden" } else { "" }))
    };
    let headline = live.read(|state| match &state.containers {
        ContainersView::Unavailable { .. } => "Docker unavailable".into(),
        _ => String::new(),
    });
    let nothing = Signal::derive(move || {
        let found = live.with(|state| state.rows().is_empty()) || ids.with(|ids| !ids.is_empty());
        if found {
            return String::new();
        }
        let noun = live.settings(|settings| settings.noun.clone());
        format!("No {} match “{}”.", format::plural(0, &noun), filter.get().trim())
    });
    let heading = move |column, text: &'static str, unit: &'static str, class: &'static str| {
        let sort = Signal::derive(move || String::from(order.get().aria(column)));
        view! {
            <th scope="col" class=class aria-sort=sort>
                <button type="button" on:click=move |_| order.update(|order| *order = order.chosen(column))>
                    {text}
                    // The server renders an empty text as a space, which would move the heading.
                    {(!unit.is_empty()).then(|| view! { <span class="ht-unit">{unit}</span> })}
                </button>
            </th>
        }
    };
    let input = NodeRef::<html::Input>::new();
    let clear = move |_| {
        filter.set(String::new());
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    let trend_title = live.read(|state| format!("CPU, {}", format::short_span(state.interval_seconds())));
    view! {
        <p class=hidden_if("ht-empty", |state| !state.rows().is_empty())>
            <strong>{headline}</strong>
            <span>{live.read(explanation)}</span>
        </p>
        <div class=hidden_if("ht-filter", |state| state.rows().len() < MANY)>
            <input
                type="search"
                aria-label="Filter by name"
                placeholder="Filter by name"
                prop:value=filter
                node_ref=input
                on:input=move |event| filter.set(event_target_value(&event))
            />
            <button type="button" class=move || if filter.with(String::is_empty) { "ht-is-hidden" } else { "" } aria-label="Clear the filter" on:click=clear>
                "×"
            </button>
        </div>
        <div class=hidden_if("ht-table-scroll", |state| state.rows().is_empty())>
            <table class="ht-table" node_ref=table>
                <thead>
                    <tr>
                        {heading(Column::Name, "Name", "", "ht-name")}
                        {heading(Column::Cpu, "CPU", " (100% = 1 core)", "ht-number-cell ht-cpu")}
                        {heading(Column::Memory, "Memory", "", "ht-number-cell ht-memory")}
                        {heading(Column::Limit, "Memory limit", ", CPU limit", "ht-number-cell ht-limit")}
                        <th scope="col" class="ht-number-cell ht-trend-cell">{trend_title}</th>
                        {heading(Column::Share, "Share", " of host CPU", "ht-number-cell ht-share")}
                    </tr>
                </thead>
                <tbody>
                    // Keyed by index, because moving rows when containers change places takes three times as long as
                    // updating the few visible rows.
                    <For each=move || 0..ids.with(Vec::len) key=|index| *index let:index>
                        <Row list index/>
                    </For>
                </tbody>
                <tfoot>{move || totals().into_iter().map(|total| total_row(live, total)).collect_view()}</tfoot>
            </table>
            <p class=move || if nothing.with(String::is_empty) { "ht-is-hidden" } else { "ht-empty" }>{nothing}</p>
        </div>
    }
}

fn total_row(live: Live, total: Total) -> impl IntoView {
    let Total { label, cpu, memory, limit, share, title, kind } = total;
    let culprit = match kind {
        "all" => Some(CulpritKind::Containers),
        "other" => Some(CulpritKind::Other),
        _ => None,
    };
    let marked = culprit.map(|kind| live.untracked(|state| state.culprit_class(kind, "")));
    let class = format!("ht-total ht-is-{kind} {}", marked.unwrap_or_default());
    view! {
        <tr class=class title=title tabindex="-1">
            <th scope="row" class="ht-name">{label}</th>
            <td class="ht-number-cell ht-cpu">{cpu}</td>
            <td class="ht-number-cell ht-memory">{memory}</td>
            <td class="ht-number-cell ht-limit">{limit}</td>
            <td class="ht-trend-cell"></td>
            <td class="ht-number-cell ht-share">{share}</td>
        </tr>
    }
}

/// Explains why there are no rows; empty if there are any.
fn explanation(state: &State) -> String {
    match &state.containers {
        ContainersView::Waiting => "Waiting for the first sample…".into(),
        ContainersView::Unavailable { reason, .. } => format::raised(reason.clone()),
        ContainersView::Measured(stats) if stats.containers.is_empty() => {
            let nouns = format::plural(0, &state.settings.noun);
            format!("No {nouns} are running. {} appear here when they start.", format::heading(&state.settings.noun))
        }
        ContainersView::Measured(_) => String::new(),
    }
}
