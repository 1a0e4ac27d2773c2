//! The card that says what is wrong. It is hidden while nothing is.

use super::advice::{Advice, advice};
use crate::ui::commands::copy;
use crate::ui::live::Live;
use crate::ui::markup::markup;
use leptos::prelude::*;

/// Says what is wrong, who is responsible, since when, and what to do next.
#[component]
pub(in crate::ui) fn VerdictCard(live: Live) -> impl IntoView {
    let is_calm = move |state: &_| advice(live, state, 0).is_none();
    let class = live.read(move |state| String::from(if is_calm(state) { "ht-is-hidden" } else { "ht-advices" }));
    // By index, so that a number that changes does not replace a command that is being copied.
    let item = |index| view! { <Item live index/> };
    view! {
        <section class=class aria-label="What is wrong" on:click=|event| _ = copy(&event)>
            {[item(0), item(1), item(2), item(3), item(4), item(5)]}
        </section>
    }
}

/// One piece of advice; hidden if there are fewer. There are at most six: on three metrics, on Docker, and on containers
/// that are near their limits or restart.
#[component]
fn Item(live: Live, index: usize) -> impl IntoView {
    let text = move |part: fn(Advice) -> String, none: &'static str| {
        live.read(move |state| advice(live, state, index).map_or_else(|| none.into(), part))
    };
    let class = text(|advice| format!("ht-card ht-advice ht-is-{}", advice.severity), "ht-is-hidden");
    view! {
        <div class=class>
            <div {..markup(text(Advice::sentences, ""))}></div>
            <div {..markup(text(Advice::commands, ""))} class="ht-commands"></div>
        </div>
    }
}
