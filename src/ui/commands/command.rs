//! A command that can be copied.

use crate::ui::live::sleep;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlDocument;
use leptos::web_sys::wasm_bindgen::JsCast;
use std::time::Duration;

/// How long a button says that its command was copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// A command with a button that copies it; hidden while the command is empty.
#[component]
pub(in crate::ui) fn Command(command: Signal<String>) -> impl IntoView {
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
    let spoken = Signal::derive(move || if copied.get() { "Copied".into() } else { format!("Copy {}", command.get()) });
    let class =
        Signal::derive(move || String::from(if command.get().is_empty() { "ht-is-hidden" } else { "ht-command" }));
    view! {
        <span class=class>
            <code node_ref=code>{command}</code>
            <button type="button" aria-label=spoken on:click=copy>{label}</button>
        </span>
    }
}
