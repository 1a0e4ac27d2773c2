//! Every container in a table, on the page and in the header's panel: sortable, with sums that add up.

use super::agents::PANEL;
use super::container_row::{List, Row};
use super::format;
use super::live::Live;
use super::order::{Column, Order};
use super::room::Room;
use super::sight::Sight;
use super::state::{ContainersView, State};
use super::sums::{Sum, sums};
use leptos::prelude::*;

/// From so many containers on, one looks for a name rather than at the list.
const MANY: usize = 9;

/// The page's card of all containers.
#[component]
pub(super) fn TableCard(live: Live) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let class = live.read(|state| String::from(if state.containers_stale { "ht-card ht-is-stale" } else { "ht-card" }));
    view! {
        <section class=class aria-labelledby="ht-containers-title">
            <div class="ht-card-head">
                <h2 id="ht-containers-title">{heading}</h2>
                <p class="ht-card-note">{stale_note(live)}</p>
            </div>
            <Containers live shown=Signal::stored(true)/>
        </section>
    }
}

/// What the header's panel holds; it stands still while it is closed.
#[component]
pub(super) fn Panel(live: Live, open: RwSignal<bool>) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    view! {
        <div class="ht-card-head">
            <h2>{heading}</h2>
            <p class="ht-card-note">{stale_note(live)}</p>
            <button type="button" class="ht-close" aria-label="Close" popovertarget=PANEL popovertargetaction="hide">"×"</button>
        </div>
        <Room live/>
        <Containers live shown=open.into()/>
    }
}

fn stale_note(live: Live) -> Signal<String> {
    live.read(|state| String::from(if state.containers_stale { "not up to date" } else { "" }))
}

/// The table with its filter, or what to say where there is nothing to list. All are always there; the stylesheet hides
/// what is empty.
#[component]
fn Containers(live: Live, shown: Signal<bool>) -> impl IntoView {
    let order = RwSignal::new(Order::default());
    let filter = RwSignal::new(String::new());
    Effect::new(move |_| {
        if shown.get() {
            live.complete_history();
        }
    });
    let wanted = move |state: &State| filter.with(|filter| order.get().ids(state.rows(), filter));
    // A table that nobody sees stays as it is.
    let ids = Memo::new(move |before: Option<&Vec<String>>| match before {
        Some(before) if !shown.get() => before.clone(),
        _ => live.with(wanted),
    });
    let list = List { live, ids, order, filter, shown, sight: Sight::new() };
    let sums = move || if shown.get() { live.with(sums) } else { live.peek(sums) };
    let hidden_if = |class: &'static str, hidden: fn(&State) -> bool| {
        live.read(move |state| format!("{class}{}", if hidden(state) { " ht-is-hidden" } else { "" }))
    };
    let headline = live.read(|state| match &state.containers {
        ContainersView::Unavailable(_) => "Docker not available".into(),
        _ => String::new(),
    });
    let nothing = Signal::derive(move || {
        let found = live.with(|state| state.rows().is_empty()) || ids.with(|ids| !ids.is_empty());
        String::from(if found { "" } else { "No name has that in it." })
    });
    let heading = move |column, text: &'static str, unit: &'static str, class: &'static str| {
        let sort = Signal::derive(move || String::from(order.get().aria(column)));
        view! {
            <th scope="col" class=class aria-sort=sort>
                <button type="button" on:click=move |_| order.update(|order| *order = order.chosen(column))>
                    {text}
                    <span class="ht-unit">{unit}</span>
                </button>
            </th>
        }
    };
    let trend_title = live.read(|state| format!("CPU, {}", format::span(state.interval_seconds())));
    view! {
        <p class=hidden_if("ht-empty", |state| !state.rows().is_empty())>
            <strong>{headline}</strong>
            <span>{live.read(explanation)}</span>
        </p>
        <label class=hidden_if("ht-filter", |state| state.rows().len() < MANY)>
            <span class="ht-sr-only">"Filter by name"</span>
            <input type="search" placeholder="Filter by name" on:input=move |event| filter.set(event_target_value(&event))/>
        </label>
        <div class=hidden_if("ht-table-scroll", |state| state.rows().is_empty())>
            <table class="ht-table">
                <thead>
                    <tr>
                        {heading(Column::Name, "Name", "", "ht-name")}
                        {heading(Column::Cpu, "CPU", " % of a core", "ht-number-cell ht-cpu")}
                        {heading(Column::Memory, "Memory", "", "ht-number-cell ht-memory")}
                        {heading(Column::Limit, "Limit", "", "ht-number-cell ht-limit")}
                        <th scope="col" class="ht-number-cell ht-trend-cell" title=trend_title>"Trend"</th>
                        {heading(Column::Share, "Host share", "", "ht-number-cell ht-share")}
                    </tr>
                </thead>
                <tbody>
                    // Keyed by place: to move the rows of those that overtake each other takes three times as long as
                    // to write anew the few that are in sight.
                    <For each=move || 0..ids.with(Vec::len) key=|place| *place let:place>
                        <Row list place/>
                    </For>
                </tbody>
                <tfoot>{move || sums().into_iter().map(|sum| sum_row(live, sum)).collect_view()}</tfoot>
            </table>
            <p class="ht-empty">{nothing}</p>
        </div>
    }
}

fn sum_row(live: Live, sum: Sum) -> impl IntoView {
    let Sum { label, cpu, memory, limit, share, title, kind } = sum;
    // Where it is everything else that uses most, its line is marked as a container's would be.
    let marked = kind == "other" && live.peek(|state| state.is_culprit(""));
    let class = format!("ht-total ht-is-{kind}{}", if marked { " ht-is-culprit" } else { "" });
    view! {
        <tr class=class title=title>
            <th scope="row" class="ht-name">{label}</th>
            <td class="ht-number-cell ht-cpu">{cpu}</td>
            <td class="ht-number-cell ht-memory">{memory}</td>
            <td class="ht-number-cell ht-limit">{limit}</td>
            <td class="ht-trend-cell"></td>
            <td class="ht-number-cell ht-share">{share}</td>
        </tr>
    }
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
