//! The card that says what is wrong. It is hidden while nothing is.

use super::advice::{Advice, advice};
use crate::ui::commands::Command;
use crate::ui::live::Live;
use leptos::prelude::*;

/// Says what is wrong, who is responsible, since when, and what to do next.
#[component]
pub(in crate::ui) fn VerdictCard(live: Live) -> impl IntoView {
    let class = live
        .read(move |state| String::from(if advice(live, state).is_empty() { "ht-is-hidden" } else { "ht-advices" }));
    // By place, so that a number that changes does not replace a command that is being copied.
    let item = |index| view! { <Item live index/> };
    view! {
        <section class=class aria-label="What is wrong">
            {[item(0), item(1), item(2), item(3), item(4), item(5)]}
        </section>
    }
}

/// One piece of advice; hidden if there are fewer. There are at most six: on three metrics, on Docker, and on containers
/// that are near their limits or restart.
#[component]
fn Item(live: Live, index: usize) -> impl IntoView {
    let get = move |state: &_| advice(live, state).into_iter().nth(index).unwrap_or_default();
    let text = move |part: fn(Advice) -> String| live.read(move |state| part(get(state)));
    let command =
        move |index: usize| live.read(move |state| get(state).commands.into_iter().nth(index).unwrap_or_default());
    let class = text(|advice| match advice.severity {
        "" => "ht-is-hidden".into(),
        severity => format!("ht-card ht-advice ht-is-{severity}"),
    });
    view! {
        <div class=class>
            <div inner_html=text(Advice::markup)></div>
            <div class="ht-commands"><Command command=command(0)/><Command command=command(1)/></div>
        </div>
    }
}
