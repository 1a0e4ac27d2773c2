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
    let class = live.read(|state| String::from(if state.containers_stale { "card is-stale" } else { "card" }));
    view! {
        <section class=class aria-labelledby="containers-title">
            <div class="card-head">
                <h2 id="containers-title">{heading}</h2>
                <p class="card-note">{stale_note(live)}</p>
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
        <div class="card-head">
            <h2>{heading}</h2>
            <p class="card-note">{stale_note(live)}</p>
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
        live.read(move |state| format!("{class}{}", if hidden(state) { " is-hidden" } else { "" }))
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
                    <span class="unit">{unit}</span>
                </button>
            </th>
        }
    };
    let trend_title = live.read(|state| format!("CPU, {}", format::span(state.interval_seconds())));
    view! {
        <p class=hidden_if("empty", |state| !state.rows().is_empty())>
            <strong>{headline}</strong>
            <span>{live.read(explanation)}</span>
        </p>
        <label class=hidden_if("filter", |state| state.rows().len() < MANY)>
            <span class="sr-only">"Filter by name"</span>
            <input type="search" placeholder="Filter by name" on:input=move |event| filter.set(event_target_value(&event))/>
        </label>
        <div class=hidden_if("containers-scroll", |state| state.rows().is_empty())>
            <table class="containers">
                <thead>
                    <tr>
                        {heading(Column::Name, "Name", "", "name")}
                        {heading(Column::Cpu, "CPU", " % of a core", "number cpu")}
                        {heading(Column::Memory, "Memory", "", "number memory")}
                        {heading(Column::Limit, "Limit", "", "number limit")}
                        <th scope="col" class="number trend-cell" title=trend_title>"Trend"</th>
                        {heading(Column::Share, "Host share", "", "number share")}
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
            <p class="empty">{nothing}</p>
        </div>
    }
}

fn sum_row(live: Live, sum: Sum) -> impl IntoView {
    let Sum { label, cpu, memory, limit, share, title, kind } = sum;
    // Where it is everything else that uses most, its line is marked as a container's would be.
    let marked = kind == "other" && live.peek(|state| state.is_culprit(""));
    let class = format!("sum is-{kind}{}", if marked { " is-culprit" } else { "" });
    view! {
        <tr class=class title=title>
            <th scope="row" class="name">{label}</th>
            <td class="number cpu">{cpu}</td>
            <td class="number memory">{memory}</td>
            <td class="number limit">{limit}</td>
            <td class="trend-cell"></td>
            <td class="number share">{share}</td>
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
