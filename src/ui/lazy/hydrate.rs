//! In the browser, a part stays as the server rendered it until its code is loaded.

use leptos::prelude::*;

/// Nothing: hydration keeps the server's HTML. Naming the view would link its code into the first file.
pub(super) fn html<V: IntoView>(_view: impl FnOnce() -> V) -> String {
    String::new()
}
