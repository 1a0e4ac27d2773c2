//! The card that says what is wrong. It is hidden while nothing is.

use super::advice::{Advice, advice};
use crate::ui::commands::Command;
use crate::ui::live::Live;
use leptos::prelude::*;

/// Says what is wrong, who is responsible, since when, and what to do next.
#[component]
pub(in crate::ui) fn VerdictCard(live: Live) -> impl IntoView {
    let count = Memo::new(move |_| live.with(|state| advice(live, state).len()));
    let class = move || String::from(if count.get() == 0 { "ht-is-hidden" } else { "ht-advices" });
    // Keyed by index, so that a number that changes does not replace a command that is being copied.
    view! {
        <section class=class aria-label="What is wrong">
            <For each=move || 0..count.get() key=|index| *index let:index>
                <Item live index/>
            </For>
        </section>
    }
}

#[component]
fn Item(live: Live, index: usize) -> impl IntoView {
    let get = move |state: &_| advice(live, state).into_iter().nth(index).unwrap_or_default();
    let text = move |part: fn(Advice) -> String| live.read(move |state| part(get(state)));
    let command =
        move |index: usize| live.read(move |state| get(state).commands.into_iter().nth(index).unwrap_or_default());
    view! {
        <div class=text(|advice| format!("ht-card ht-advice ht-is-{}", advice.severity))>
            <div>
                <p><strong>{text(|advice| advice.headline)}</strong>" "{text(|advice| advice.detail)}</p>
                <p class="ht-card-note">{text(|advice| advice.next)}</p>
            </div>
            <div class="ht-commands"><Command command=command(0)/><Command command=command(1)/></div>
        </div>
    }
}
