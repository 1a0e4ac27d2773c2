//! The table of all containers, which can be sorted and filtered and has totals that add up.

use super::choice::Choice;
use super::detail::Detail;
use super::moment::{Moment, Source};
use super::order::{Column, Order};
use super::pause::Pause;
use super::row::{List, Row};
use super::rows::{Listing, Place, Rows};
use super::totals::{Total, totals};
use super::visibility::Visibility;
use crate::model::CulpritKind;
use crate::ui::format;
use crate::ui::ids::PAGE_TABLE;
use crate::ui::live::{ContainersView, Live, State, sleep};
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
    let pause = Pause::new();
    let heading = Signal::derive(move || {
        let heading = live.settings(|settings| format::heading(&settings.noun));
        match timeline.pinned() {
            Some(moment) => format!("{heading} at {}", live.clock(moment, true)),
            None => heading,
        }
    });
    let class = live.read(|state| String::from(if state.containers_stale { "ht-card ht-is-stale" } else { "ht-card" }));
    let back = move || if timeline.pinned().is_some() { "ht-button" } else { "ht-is-hidden" };
    view! {
        <section class=class aria-labelledby=PAGE_TABLE>
            <div class="ht-card-head">
                <h2 id=PAGE_TABLE tabindex="-1">{heading}</h2>
                <button type="button" class=back on:click=move |_| timeline.let_go()>"Back to now"</button>
                <p class="ht-card-note ht-pause">{pause.note()}</p>
                <p class="ht-card-note ht-stale-note">{stale_note(live)}</p>
            </div>
            <Containers live timeline=Some(timeline) pause shown=Signal::stored(true)/>
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
    /// The page's timeline; `None` for the panel, which always shows the latest numbers, in fewer columns.
    timeline: Option<Timeline>,
    pause: Pause,
    /// Whether the table is currently shown.
    shown: Signal<bool>,
) -> impl IntoView {
    let in_page = timeline.is_some();
    let source = Source::new(live, timeline);
    let choice = Choice::new();
    if in_page {
        choice.keep_in_address();
    }
    let Choice { order, filter, open } = choice;
    Effect::new(move |_| {
        if shown.get() {
            live.load_trends();
        }
    });
    let table = NodeRef::<html::Table>::new();
    pause.watch_selection(table);
    reveal_on_request(live, source, choice, table, shown, in_page);
    let rows = Memo::new(move |before: Option<&Rows>| {
        let listing = Listing { order: order.get(), filter: filter.get(), pinned: source.pinned() };
        match before {
            // A hidden table does not update.
            Some(before) if !shown.get() => before.clone(),
            Some(before) if pause.is_on() && before.is_of(&listing) => source.with(|moment| before.kept(moment)),
            _ => source.with(|moment| Rows::of(moment, listing)),
        }
    });
    let places = Memo::new(move |_| rows.with(|rows| open.with(|open| rows.places(open.as_deref()))));
    let list = List { source, rows, choice, shown, in_page, visibility: Visibility::new() };
    let totals = move || if shown.get() { source.with(totals) } else { source.untracked(totals) };
    let hidden_if = move |class: &'static str, hidden: fn(Moment<'_>) -> bool| {
        source.text(move |moment| format!("{class}{}", if hidden(moment) { " ht-is-hidden" } else { "" }))
    };
    let headline = source.text(|moment| match &moment.state.containers {
        ContainersView::Unavailable { .. } if !moment.is_past => "Docker unavailable".into(),
        _ => String::new(),
    });
    let nothing = Signal::derive(move || {
        let found = source.with(|moment| moment.rows().is_empty()) || rows.with(|rows| rows.len() > 0);
        if found {
            return String::new();
        }
        let noun = live.settings(|settings| settings.noun.clone());
        format!("No {} match “{}”.", format::plural(0, &noun), filter.get().trim())
    });
    let body = NodeRef::<html::Tbody>::new();
    let toggle = move |event: &Event| {
        let id = row_of(event).and_then(|index| rows.with_untracked(|rows| rows.get(index).cloned()));
        id.into_iter().for_each(|id| choice.toggle(id));
    };
    let click = move |event: MouseEvent| {
        // A drag that selects text ends with a click.
        let selects = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        if !selects || is_within(&event, "button") {
            toggle(&event);
        }
    };
    let press = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !is_within(&event, "button") {
            toggle(&event);
        }
    };
    let place = move |place: Place| match place {
        Place::Attention => EitherOf3::A(group("Needs attention".into())),
        Place::Others => EitherOf3::A(group(live.settings(|settings| format::heading(&settings.noun)))),
        Place::Row(index) => EitherOf3::B(view! { <Row list index/> }),
        Place::Detail => EitherOf3::C(view! { <Detail source open shown/> }),
    };
    view! {
        <p class=hidden_if("ht-empty", |moment| !moment.rows().is_empty())>
            <strong>{headline}</strong>
            <span>{source.text(explanation)}</span>
        </p>
        <Filter source rows filter in_page/>
        <div class=hidden_if("ht-table-scroll", |moment| moment.rows().is_empty())>
            <table class="ht-table" node_ref=table>
                <thead>
                    {headings(source, order, in_page)}
                    {move || totals().into_iter().map(|total| total_row(source, total, in_page)).collect_view()}
                </thead>
                <tbody
                    node_ref=body
                    on:click=click
                    on:keydown=press
                    on:pointerenter=move |_| pause.point(true)
                    on:pointerleave=move |_| pause.point(false)
                    on:focusin=move |_| pause.focus_in()
                    on:focusout=move |event| pause.focus_out(&event, body)
                >
                    <For each=move || places.get() key=|place| *place children=place/>
                </tbody>
            </table>
            <p class=move || if nothing.with(String::is_empty) { "ht-is-hidden" } else { "ht-empty" }>{nothing}</p>
        </div>
    }
}

/// Shows who uses most of a metric's resource when the header asks for it.
fn reveal_on_request(
    live: Live,
    source: Source,
    choice: Choice,
    table: NodeRef<html::Table>,
    shown: Signal<bool>,
    in_page: bool,
) {
    Effect::new(move |_| {
        let Some(metric) = shown.get().then(|| live.take_reveal(in_page)).flatten() else { return };
        source.let_go();
        choice.order.set(Order::by_metric(metric));
        choice.filter.set(String::new());
        spawn_local(async move {
            // By the next task, the rows are in their new order.
            sleep(Duration::ZERO).await;
            let row = match live.untracked(|state| state.culprit(metric).map(|culprit| culprit.kind)) {
                Some(CulpritKind::Other) => ".ht-is-other",
                Some(CulpritKind::Containers) => ".ht-is-all",
                Some(CulpritKind::Container) | None => ".ht-row",
            };
            let row = table.get_untracked().and_then(|table| table.query_selector(row).ok().flatten());
            if let Some(row) = row {
                let _ = row.unchecked_into::<HtmlElement>().focus();
            }
        });
    });
}

/// The filter by name, with how many rows it leaves. On the page, `/` moves the focus to it.
#[component]
fn Filter(source: Source, rows: Memo<Rows>, filter: RwSignal<String>, in_page: bool) -> impl IntoView {
    let class =
        source.text(|moment| String::from(if moment.rows().len() < MANY { "ht-is-hidden" } else { "ht-filter" }));
    let count = Signal::derive(move || match filter.with(|filter| filter.trim().is_empty()) {
        true => String::new(),
        false => format!("{} of {}", rows.with(Rows::len), source.with(|moment| moment.rows().len())),
    });
    let input = NodeRef::<html::Input>::new();
    let focus = move || input.get_untracked().is_some_and(|input| input.focus().is_ok());
    let clear = move || filter.set(String::new());
    let press = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !filter.with_untracked(String::is_empty) {
            // The panel stays open.
            event.prevent_default();
            event.stop_propagation();
            clear();
        }
    };
    if in_page {
        Effect::new(move |_| {
            let listener = window_event_listener(ev::keydown, move |event| {
                let is_plain = event.key() == "/" && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
                if is_plain && !is_within(&event, "input, textarea, select, [contenteditable]") && focus() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || listener.remove());
        });
    }
    view! {
        <div class=class>
            <input
                type="search"
                aria-label="Filter by name"
                placeholder=if in_page { "/ Filter by name" } else { "Filter by name" }
                prop:value=filter
                node_ref=input
                on:input=move |event| filter.set(event_target_value(&event))
                on:keydown=press
            />
            <button
                type="button"
                class=move || if filter.with(String::is_empty) { "ht-is-hidden" } else { "" }
                aria-label="Clear the filter"
                on:click=move |_| {
                    clear();
                    focus();
                }
            >
                "×"
            </button>
            <span class="ht-filter-count" aria-live="polite">{count}</span>
        </div>
    }
}

/// The headings of the columns. Each has a shorter text for narrow tables.
fn headings(source: Source, order: RwSignal<Order>, in_page: bool) -> impl IntoView {
    let heading = move |column, class: &'static str, long: &'static str, short: &'static str| {
        let sort = Signal::derive(move || String::from(order.get().aria(column)));
        view! {
            <th scope="col" class=class aria-sort=sort>
                <button type="button" on:click=move |_| order.update(|order| *order = order.chosen(column))>
                    <span class="ht-long-heading">{long}</span>
                    <span class="ht-short-heading">{short}</span>
                </button>
            </th>
        }
    };
    let trend = move |class: &'static str, what: &'static str| {
        let span =
            source.text(move |moment| format!("{what}, {}", format::short_span(moment.state.interval_seconds())));
        view! { <th scope="col" class=class>{span}</th> }
    };
    view! {
        <tr>
            {heading(Column::Name, "ht-name", "Name", "Name")}
            {in_page.then(|| heading(Column::Cpu, "ht-number-cell ht-cpu", "CPU (100% = 1 core)", "CPU"))}
            {heading(Column::CpuShare, "ht-number-cell ht-share", "Share of host CPU", "CPU share")}
            {heading(Column::Memory, "ht-number-cell ht-memory", "Memory", "Memory")}
            {in_page
                .then(|| heading(Column::MemoryShare, "ht-number-cell ht-memory-share", "Share of memory", "Share"))}
            {heading(Column::Limit, "ht-number-cell ht-limit", "Of its limit", "Of limit")}
            {trend("ht-trend-cell", "CPU")}
            {in_page.then(|| trend("ht-trend-cell ht-is-memory", "Memory"))}
        </tr>
    }
}

/// The heading of a group of rows.
fn group(text: String) -> impl IntoView {
    view! { <tr class="ht-group"><th scope="rowgroup" class="ht-name">{text}</th></tr> }
}

fn total_row(source: Source, total: Total, in_page: bool) -> impl IntoView {
    let Total { label, cpu, share, memory, memory_share, limit, title, kind } = total;
    let culprit = match kind {
        "all" => Some(CulpritKind::Containers),
        "other" => Some(CulpritKind::Other),
        _ => None,
    };
    let culprit = culprit.filter(|_| source.untracked(|moment| !moment.is_past));
    let marked = culprit.map(|kind| source.untracked(|moment| moment.state.culprit_class(kind, "")));
    let class = format!("ht-total ht-is-{kind} {}", marked.unwrap_or_default());
    view! {
        <tr class=class title=title tabindex="-1">
            <th scope="row" class="ht-name">{label}</th>
            {in_page.then(|| view! { <td class="ht-number-cell ht-cpu">{cpu}</td> })}
            <td class="ht-number-cell ht-share">{share}</td>
            <td class="ht-number-cell ht-memory">{memory}</td>
            {in_page.then(|| view! { <td class="ht-number-cell ht-memory-share">{memory_share}</td> })}
            <td class="ht-number-cell ht-limit">{limit}</td>
            <td class="ht-trend-cell"></td>
            {in_page.then(|| view! { <td class="ht-trend-cell ht-is-memory"></td> })}
        </tr>
    }
}

/// Explains why there are no rows; empty if there are any.
fn explanation(moment: Moment<'_>) -> String {
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
