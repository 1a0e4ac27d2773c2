//! The card that says what is wrong. It is hidden while nothing is.

use super::advice::{Advice, advice};
use crate::ui::live::{Live, sleep};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlDocument;
use leptos::web_sys::wasm_bindgen::JsCast;
use std::time::Duration;

/// How long a button says that its command was copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

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
    let commands = Memo::new(move |_| live.with(|state| get(state).commands));
    view! {
        <div class=text(|advice| format!("ht-card ht-advice ht-is-{}", advice.severity))>
            <div>
                <p><strong>{text(|advice| advice.headline)}</strong>" "{text(|advice| advice.detail)}</p>
                <p class="ht-card-note">{text(|advice| advice.next)}</p>
            </div>
            <div class="ht-commands">
                <For each=move || commands.get() key=Clone::clone let:command><Command command/></For>
            </div>
        </div>
    }
}

/// A command with a button that copies it.
#[component]
fn Command(command: String) -> impl IntoView {
    let code = NodeRef::<html::Code>::new();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        // The Clipboard API exists only in secure contexts (HTTPS or localhost); many operators use plain HTTP.
        let document = document().unchecked_into::<HtmlDocument>();
        let selection = window().get_selection().ok().flatten();
        let (Some(selection), Some(code)) = (selection, code.get_untracked()) else { return };
        if selection.select_all_children(&code).is_err() || document.exec_command("copy") != Ok(true) {
            // The selection remains, so that the keyboard can copy it.
            return;
        }
        copied.set(true);
        spawn_local(async move {
            sleep(COPIED_FOR).await;
            copied.try_set(false);
        });
    };
    let label = Signal::derive(move || String::from(if copied.get() { "Copied" } else { "Copy" }));
    let text = command.clone();
    let spoken = Signal::derive(move || if copied.get() { "Copied".into() } else { format!("Copy {text}") });
    view! {
        <span class="ht-command">
            <code node_ref=code>{command}</code>
            <button type="button" aria-label=spoken on:click=copy>{label}</button>
        </span>
    }
}
