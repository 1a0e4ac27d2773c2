//! Commands that can be copied.

use crate::ui::format;
use crate::ui::live::sleep;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlDocument};
use std::time::Duration;

/// How long a button says that its command was copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// Commands with buttons that copy them, as markup. An empty command is hidden, so that the button of the other keeps the
/// focus. [`copy`] handles the clicks.
pub(in crate::ui) fn commands(commands: &[String; 2]) -> String {
    let mut markup = String::new();
    for command in commands {
        let (class, command) = match command.as_str() {
            "" => ("ht-is-hidden", " ".into()),
            command => ("ht-command", format::escaped(command)),
        };
        markup += &format!(
            "<span class=\"{class}\"><code>{command}</code>\
            <button type=\"button\" aria-label=\"Copy {command}\">Copy</button></span>"
        );
    }
    markup
}

/// Handles a click on a button that copies a command. Returns whether it was one.
pub(in crate::ui) fn copy(event: &MouseEvent) -> bool {
    let target = event.target().map(JsCast::unchecked_into::<Element>);
    let button = target.and_then(|target| target.closest(".ht-command button").ok().flatten());
    let Some((button, code)) = button.and_then(|button| Some((button.clone(), button.previous_element_sibling()?)))
    else {
        return false;
    };
    // The Clipboard API exists only in secure contexts (HTTPS or localhost); many operators use plain HTTP.
    let document = document().unchecked_into::<HtmlDocument>();
    let selected = window().get_selection().ok().flatten().map(|selection| selection.select_all_children(&code));
    // If copying fails, the selection remains, so that the keyboard can copy it.
    if matches!(selected, Some(Ok(()))) && document.exec_command("copy") == Ok(true) {
        let say = move |text: &str, spoken: &str| {
            button.set_text_content(Some(text));
            let _ = button.set_attribute("aria-label", spoken);
        };
        say("Copied", "Copied");
        spawn_local(async move {
            sleep(COPIED_FOR).await;
            // By then, it may be another command.
            say("Copy", &format!("Copy {}", code.text_content().unwrap_or_default()));
        });
    }
    true
}
