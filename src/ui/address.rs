//! What the user chose, in the query of the page's address, so that a reload or a link shows the same. Only for the
//! browser.

use leptos::prelude::*;
use leptos::web_sys::js_sys::{decode_uri_component, encode_uri_component};
use leptos::web_sys::wasm_bindgen::JsValue;

/// The value of a parameter; `None` if it is not there.
pub(super) fn parameter(key: &str) -> Option<String> {
    let query = query();
    let value = parameters(&query).find(|(name, _)| *name == key)?.1;
    decode_uri_component(value).ok().map(String::from)
}

/// Sets a parameter or removes it, without loading the page and without a new entry in the browser's history.
pub(super) fn set_parameter(key: &str, value: Option<&str>) {
    let before = query();
    let value = value.map(|value| String::from(encode_uri_component(value)));
    let others = parameters(&before).filter(|(name, _)| *name != key);
    let mut after = String::new();
    for (name, value) in others.chain(value.iter().map(|value| (key, value.as_str()))) {
        after += if after.is_empty() { "?" } else { "&" };
        after += name;
        after += "=";
        after += value;
    }
    if after != before {
        let location = window().location();
        let address = location.pathname().unwrap_or_default() + &after + &location.hash().unwrap_or_default();
        // Browsers refuse this only where the page has no address of its own, such as in a sandboxed frame.
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
    }
}

/// The query with its question mark; empty if there is none.
fn query() -> String {
    window().location().search().unwrap_or_default()
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_list_of_parameters() {
        let parsed = |query| parameters(query).collect::<Vec<_>>();
        assert_eq!(parsed("?a=1&b=x%20y&c&d=e=f"), [("a", "1"), ("b", "x%20y"), ("c", ""), ("d", "e=f")]);
        assert_eq!((parsed(""), parsed("?")), (vec![], vec![]));
    }
}
