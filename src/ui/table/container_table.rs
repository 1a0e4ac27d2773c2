//! The table of all containers, which can be sorted and filtered and has totals that add up.

use super::detail::Detail;
use super::list::{List, selection};
use super::moment::Moment;
use super::order::{Column, Order};
use super::row::{Row, number, row_heading};
use super::rows::{Place, Rows};
use super::totals::Total;
use crate::model::CulpritKind;
use crate::ui::commands::copy;
use crate::ui::format;
use crate::ui::ids::PAGE_TABLE;
use crate::ui::live::{ContainersView, Live, Reveal, State, sleep};
use crate::ui::timeline::Timeline;
use leptos::either::EitherOf3;
use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, HtmlElement};
use std::time::Duration;

/// The filter is shown if there are at least this many containers.
const MANY: usize = 9;

/// The card that lists all containers: the latest numbers, or those of the moment that is pinned in the charts.
#[component]
pub(in crate::ui) fn TableCard(live: Live, timeline: Timeline) -> impl IntoView {
    let list = List::new(live, Some(timeline), Signal::stored(true));
    list.keep_in_address();
    let heading = Signal::derive(move || {
        let heading = live.settings(|settings| format::heading(&settings.noun));
        match timeline.pinned_time() {
            Some(moment) => format!("{heading} at {}", live.clock(moment, true)),
            None => heading,
        }
    });
    let class = live.read(|state| String::from(if state.containers_stale { "ht-card ht-is-stale" } else { "ht-card" }));
    let back =
        Signal::derive(move || String::from(if timeline.pinned().is_some() { "ht-button" } else { "ht-is-hidden" }));
    view! {
        <section class=class aria-labelledby=PAGE_TABLE>
            <div class="ht-card-head">
                <h2 id=PAGE_TABLE tabindex="-1">{heading}</h2>
                <button type="button" class=back on:click=move |_| timeline.back_to_now(PAGE_TABLE)>"Back to now"</button>
                <p class="ht-card-note ht-pause">{list.pause_note()}</p>
                <p class="ht-card-note ht-stale-note">{stale_note(live)}</p>
            </div>
            <Containers list/>
        </section>
    }
}

/// The note beside the heading if the containers' numbers are overdue, or if only the list of containers is; otherwise
/// empty.
pub(in crate::ui) fn stale_note(live: Live) -> Signal<String> {
    live.read(move |state| {
        let listed = match &state.containers {
            ContainersView::Measured(stats) => stats.listed_at,
            _ => None,
        };
        let (what, at) = match (state.scraped.filter(|_| state.containers_stale), listed) {
            (Some(at), _) => ("Last updated ", at),
            (None, Some(at)) => ("List as of ", at),
            (None, None) => return String::new(),
        };
        what.to_owned() + &live.clock(at.seconds(), true)
    })
}

/// The table with its filter, or an explanation if there is nothing to list. All elements are always present; the
/// stylesheet hides those that are not needed.
#[component]
pub(in crate::ui) fn Containers(list: List) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    reveal_on_request(list, input);
    let click = move |event: MouseEvent| {
        if copy(&event) {
            return;
        }
        // A drag that selects text ends with a click.
        if selection().is_none() || is_within(&event, "button") {
            row_of(&event).into_iter().for_each(|index| list.toggle(index));
        }
    };
    let place = move |place: Place| match place {
        Place::Urgent => EitherOf3::A(group("Needs attention".into())),
        Place::Others => EitherOf3::A(group(list.live.settings(|settings| format::heading(&settings.noun)))),
        Place::Row(index) => EitherOf3::B(view! { <Row list index/> }),
        Place::Detail => EitherOf3::C(view! { <Detail list/> }),
    };
    view! {
        <p class=list.text(empty_class, 0)>
            <strong>{list.text(headline, 0)}</strong>
            <span>{list.text(explanation, 0)}</span>
        </p>
        <Filter list input/>
        <div class=list.text(|_, moment, _| hidden_if(moment.rows().is_empty(), "ht-table-scroll"), 0)>
            <table class="ht-table">
                <thead>
                    {headings(list)}
                    {move || list.totals().into_iter().map(total_row).collect_view()}
                </thead>
                <tbody
                    node_ref=list.body
                    on:click=click
                    on:pointerenter=move |_| list.pointed.set(true)
                    on:pointerleave=move |_| list.pointed.set(false)
                >
                    <For each=move || list.rows.read().places() key=|place| place.key() children=place/>
                </tbody>
            </table>
            <p class=list.text(empty_class, 1)>{list.text(nothing, 0)}</p>
        </div>
    }
}

/// Handles keys, notices selections, and shows who uses most of a metric's resource when the header asks for it.
fn reveal_on_request(list: List, input: NodeRef<html::Input>) {
    let live = list.live;
    Effect::new(move |_| {
        list.follow_selection();
        let listener = window_event_listener(ev::keydown, move |event| press(list, &event, input));
        on_cleanup(move || listener.remove());
        if !list.shown.get() {
            return;
        }
        live.load_trends();
        let Some(Reveal { metric, id, .. }) = live.take_reveal(list.in_page()) else { return };
        if let Some(timeline) = list.timeline.filter(|timeline| untrack(|| timeline.pinned().is_some())) {
            timeline.let_go();
        }
        if let Some(metric) = metric {
            list.order.set(Order::by_metric(metric));
        }
        list.filter.set(String::new());
        spawn_local(async move {
            // By the next task, the rows are in their new order.
            sleep(Duration::ZERO).await;
            let row = live.untracked(|state| {
                let culprit = metric.filter(|_| id.is_empty()).and_then(|metric| state.culprit(metric));
                match culprit.map(|culprit| culprit.kind) {
                    Some(CulpritKind::Other) => ".ht-is-other".into(),
                    Some(CulpritKind::Containers) => ".ht-is-all".into(),
                    Some(CulpritKind::Container) | None => {
                        let first = culprit.map_or(id.as_str(), |culprit| culprit.id.as_str());
                        // Without a culprit, other rows may need attention and stand first.
                        let sorted = list.order.get_untracked().sorted(state.rows(), first);
                        let first = if first.is_empty() { sorted.first().map_or("", |row| &row.id) } else { first };
                        let index = list.rows.read_untracked().position(first);
                        format!("[data-row=\"{}\"]", index.unwrap_or(0))
                    }
                }
            });
            let table = list.body.get_untracked().and_then(|body| body.closest("table").ok().flatten());
            let row = table.and_then(|table| table.query_selector(&row).ok().flatten());
            if let Some(row) = row {
                let _ = row.unchecked_into::<HtmlElement>().focus();
            }
        });
    });
}

/// The filter by name, with how many rows it leaves.
#[component]
fn Filter(list: List, input: NodeRef<html::Input>) -> impl IntoView {
    let filter = list.filter;
    let clear = move |_| {
        filter.set(String::new());
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <div class=list.text(|rows, moment, _| hidden_if(moment.rows().len() < MANY && rows.filter().is_empty(), "ht-filter"), 0)>
            <input
                type="search"
                aria-label="Filter by name"
                placeholder=if list.in_page() { "/ Filter by name" } else { "Filter by name" }
                prop:value=filter
                node_ref=input
                on:input=move |event| filter.set(event_target_value(&event))
            />
            <button type="button" class=list.text(|rows, _, _| hidden_if(rows.filter().is_empty(), ""), 0) aria-label="Clear the filter" on:click=clear>
                "×"
            </button>
            <span class="ht-filter-count" aria-live="polite">{list.text(count, 0)}</span>
        </div>
    }
}

/// Handles a key: Enter opens the row that has the focus, Escape clears the filter, and `/` moves the focus to the filter
/// of the page.
fn press(list: List, event: &KeyboardEvent, input: NodeRef<html::Input>) {
    let is_ours = is_within(event, if list.in_page() { ".ht-details" } else { ".ht-panel" });
    let is_done = match event.key().as_str() {
        "Enter" if is_ours && !is_within(event, "button") => row_of(event).map(|index| list.toggle(index)).is_some(),
        "Escape" if is_ours && is_within(event, "input") && !list.filter.get_untracked().is_empty() => {
            list.filter.set(String::new());
            true
        }
        "/" if list.in_page() && !["Control", "Alt", "Meta"].iter().any(|key| event.get_modifier_state(key)) => {
            let is_typed = is_within(event, "input:not([type=range]), textarea, select, [contenteditable]");
            // Hidden, it has no box.
            let input = input.get_untracked().filter(|input| !is_typed && input.offset_width() > 0);
            input.is_some_and(|input| input.focus().is_ok())
        }
        _ => false,
    };
    if is_done {
        event.prevent_default();
    }
}

/// The headings of the columns. Each has a shorter text for narrow tables.
fn headings(list: List) -> impl IntoView {
    let order = list.order;
    let heading = move |column, class: &'static str, long: &'static str, short: &'static str| {
        let sort = Signal::derive(move || String::from(order.get().aria(column)));
        view! {
            <th scope="col" class=class aria-sort=sort>
                <button type="button" on:click=move |_| order.set(order.get_untracked().chosen(column))>
                    <span class="ht-long-heading">{long}</span>
                    <span class="ht-short-heading">{short}</span>
                </button>
            </th>
        }
    };
    let trend = move |class: &'static str, index: usize| {
        view! { <th scope="col" class=class>{list.text(trend_heading, index)}</th> }
    };
    view! {
        <tr>
            {heading(Column::Name, "ht-name", "Name", "Name")}
            {heading(Column::Cpu, "ht-number-cell ht-cpu", "CPU (100% = 1 core)", "CPU")}
            {heading(Column::CpuShare, "ht-number-cell ht-share", "Share of host CPU", "CPU share")}
            {heading(Column::Memory, "ht-number-cell ht-memory", "Memory", "Memory")}
            {heading(Column::MemoryShare, "ht-number-cell ht-memory-share", "Share of memory", "Share")}
            {heading(Column::Limit, "ht-number-cell ht-limit", "Of its limit", "Of limit")}
            {trend("ht-trend-cell", 0)}
            {trend("ht-trend-cell ht-is-memory", 1)}
        </tr>
    }
}

/// The heading of a group of rows.
fn group(text: String) -> impl IntoView {
    view! { <tr class="ht-group"><th scope="rowgroup" class="ht-name">{text}</th></tr> }
}

fn total_row(total: Total) -> impl IntoView {
    let Total { label, cpu, share, memory, memory_share, title, class } = total;
    view! {
        <tr class=class title=title tabindex="-1">
            {row_heading(format::escaped(&label))}
            {number("ht-number-cell ht-cpu", cpu)}
            {number("ht-number-cell ht-share", share)}
            {number("ht-number-cell ht-memory", memory)}
            {number("ht-number-cell ht-memory-share", memory_share)}
            {number("ht-number-cell ht-limit", String::new())}
            {number("ht-trend-cell", String::new())}
            {number("ht-trend-cell ht-is-memory", String::new())}
        </tr>
    }
}

fn hidden_if(hidden: bool, class: &str) -> String {
    String::from(if hidden { "ht-is-hidden" } else { class })
}

fn trend_heading(_: &Rows, moment: Moment<'_>, index: usize) -> String {
    format!("{}, {}", ["CPU", "Memory"][index], format::short_span(moment.state.interval_seconds()))
}

/// How many rows the filter leaves; empty without one.
fn count(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    if rows.filter().is_empty() { String::new() } else { format!("{} of {}", rows.len(), moment.rows().len()) }
}

/// Says that no row matches the filter; empty if one does.
fn nothing(rows: &Rows, moment: Moment<'_>, _: usize) -> String {
    if rows.len() > 0 || moment.rows().is_empty() {
        return String::new();
    }
    format!("No {} match “{}”.", format::plural(0, &moment.state.settings.noun), rows.filter())
}

/// The class of the texts in place of rows: why there are none or, for index 1, that none matches.
fn empty_class(rows: &Rows, moment: Moment<'_>, index: usize) -> String {
    let text = if index == 0 { explanation(rows, moment, 0) } else { nothing(rows, moment, 0) };
    hidden_if(text.is_empty(), "ht-empty")
}

fn headline(_: &Rows, moment: Moment<'_>, _: usize) -> String {
    match &moment.state.containers {
        ContainersView::Unavailable { .. } if !moment.is_past => "Docker unavailable".into(),
        _ => String::new(),
    }
}

/// Explains why there are no rows; empty if there are any.
fn explanation(_: &Rows, moment: Moment<'_>, _: usize) -> String {
    let State { containers, settings, .. } = moment.state;
    let nouns = format::plural(0, &settings.noun);
    match containers {
        _ if !moment.rows().is_empty() => String::new(),
        _ if moment.is_past => format!("No {nouns} were measured at this moment."),
        ContainersView::Waiting => "Waiting for the first sample…".into(),
        ContainersView::Unavailable { reason, .. } => format::raised(reason.clone()),
        ContainersView::Measured(_) => {
            format!("No {nouns} are running. {} appear here when they start.", format::heading(&settings.noun))
        }
    }
}

/// The index of the row in which an event happened.
fn row_of(event: &Event) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(".ht-row").ok()??.get_attribute("data-row")?.parse().ok()
}

/// Whether an event happened in an element that matches this selector.
fn is_within(event: &Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.closest(selector), Ok(Some(_))))
}
