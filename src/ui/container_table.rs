//! Every container in a table: on the page in full, in the header's panel in short.

use super::bar::Bar;
use super::format;
use super::live::{ContainersView, Live, use_live};
use crate::model::{ContainerState, ContainerStats, percent_of};
use leptos::prelude::*;

/// The page's list of all containers, highest CPU first.
#[component]
pub fn ContainerTable() -> impl IntoView {
    let live = use_live();
    let heading = live.settings.with_value(|settings| format::heading(&settings.noun));
    let note = move || live.containers_stale.get().then_some("not up to date");
    view! {
        <section class="card" aria-labelledby="containers-title" class:is-stale=move || live.containers_stale.get()>
            <div class="card-head">
                <h2 id="containers-title">{heading}</h2>
                <p class="card-note">{note}</p>
            </div>
            <ContainerRows live compact=false/>
        </section>
    }
}

/// Which of the four things there is to show; rows change within one of them without a new table.
#[derive(Clone, PartialEq)]
enum Shown {
    Waiting,
    Unavailable(String),
    Nothing,
    Rows,
}

/// The rows, or what to say where there are none.
#[component]
pub(super) fn ContainerRows(
    live: Live,
    /// Without bars and the share of the host, for narrow places.
    compact: bool,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        live.containers.with(|view| match view {
            ContainersView::Waiting => Shown::Waiting,
            ContainersView::Unavailable(reason) => Shown::Unavailable(reason.clone()),
            ContainersView::Measured(stats) if stats.containers.is_empty() => Shown::Nothing,
            ContainersView::Measured(_) => Shown::Rows,
        })
    });
    let noun = live.settings.with_value(|settings| settings.noun.clone());
    move || match shown.get() {
        Shown::Waiting => view! { <p class="empty">"Waiting for the first numbers…"</p> }.into_any(),
        Shown::Unavailable(reason) => view! {
            <p class="empty"><strong>"Docker not available"</strong><br/>{reason}</p>
        }
        .into_any(),
        Shown::Nothing => {
            let text = format!("No {noun}s are running. They show up here as soon as they start.");
            view! { <p class="empty">{text}</p> }.into_any()
        }
        Shown::Rows => view! { <Rows live compact/> }.into_any(),
    }
}

#[component]
fn Rows(live: Live, compact: bool) -> impl IntoView {
    let ids = Memo::new(move |_| with_rows(live, |rows| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>()));
    let full = !compact;
    view! {
        <table class="containers" class:is-compact=compact>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="number" title="100 % is one core, as in docker stats">"CPU"<span class="unit">" % of a core"</span></th>
                    <th scope="col" class="number">"Memory"</th>
                    {full.then(|| view! { <th scope="col" class="number" title="CPU in percent of the whole host">"Host share"</th> })}
                </tr>
            </thead>
            <tbody>
                <For each=move || ids.get() key=String::clone children=move |id| view! { <Row live id compact/> }/>
            </tbody>
        </table>
    }
}

fn with_rows<T>(live: Live, read: impl FnOnce(&[ContainerStats]) -> T) -> T {
    live.containers.with(|view| match view {
        ContainersView::Measured(stats) => read(&stats.containers),
        _ => read(&[]),
    })
}

#[component]
fn Row(live: Live, id: String, compact: bool) -> impl IntoView {
    let row = Memo::new(move |_| with_rows(live, |rows| rows.iter().find(|row| row.id == id).cloned()));
    let read = move |get: fn(&ContainerStats) -> Option<f64>| row.with(|row| row.as_ref().and_then(get));
    let name = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default()));
    let state = Memo::new(move |_| row.with(|row| row.as_ref().and_then(state_word)));
    let error = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.error.clone())));
    let share = Signal::derive(move || live.host.with(|host| format::share_of_host(read(|row| row.cpu), host.as_ref())));
    let memory_share = Signal::derive(move || {
        let total = live.host.with(|host| host.as_ref()?.memory.as_ref().map(|memory| memory.total_gb * 1024.0))?;
        percent_of(read(|row| row.memory_mb)?, total)
    });
    let bar = move |percent: Signal<Option<f64>>, class: &'static str| (!compact).then(|| view! { <Bar percent class/> });
    view! {
        <tr>
            <th scope="row" class="name">
                <span class="name-text" title=move || name.get()>{move || name.get()}</span>
                {move || state.get().map(|word| view! { <span class="state">{word}</span> })}
                {move || error.get().map(|error| view! { <span class="error">{error}</span> })}
            </th>
            <td class="number"><span class="cell">{bar(share, "is-cpu")}<span>{move || format::percent_exact(read(|row| row.cpu))}</span></span></td>
            <td class="number"><span class="cell">{bar(memory_share, "is-memory")}<span>{move || format::memory(read(|row| row.memory_mb))}</span></span></td>
            {(!compact).then(|| view! { <td class="number">{move || format::percent_exact(share.get())}</td> })}
        </tr>
    }
}

/// A state worth a word; running is what one expects.
fn state_word(row: &ContainerStats) -> Option<&'static str> {
    match row.state {
        ContainerState::Running => None,
        ContainerState::Paused => Some("paused"),
        ContainerState::Restarting => Some("restarting"),
    }
}
