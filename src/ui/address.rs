//! What the user chose, in the page's address, so that a reload or a link shows the same. Only for the browser.

use leptos::prelude::*;
use leptos::web_sys::UrlSearchParams;
use leptos::web_sys::wasm_bindgen::JsValue;

/// The value of a parameter of the page's address; `None` if it is not there.
pub(super) fn parameter(key: &str) -> Option<String> {
    parameters()?.get(key)
}

/// Sets a parameter of the page's address, or removes it, without loading the page and without a new entry in the
/// browser's history.
pub(super) fn set_parameter(key: &str, value: Option<&str>) {
    let Some(parameters) = parameters() else { return };
    if parameters.get(key).as_deref() == value {
        return;
    }
    match value {
        Some(value) => parameters.set(key, value),
        None => parameters.delete(key),
    }
    let query = String::from(parameters.to_string());
    let path = window().location().pathname().unwrap_or_default();
    let address = if query.is_empty() { path } else { format!("{path}?{query}") };
    // Browsers refuse this only where the page has no address of its own, such as in a sandboxed frame.
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

fn parameters() -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(&window().location().search().ok()?).ok()
}
