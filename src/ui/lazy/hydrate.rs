//! In the browser, a section keeps the server's HTML until its code has loaded.

use leptos::prelude::*;

/// Returns an empty string, because hydration keeps the server's HTML. Calling the closure would link the view's code
/// into the first bundle file.
pub(super) fn html<V: IntoView>(_view: impl FnOnce() -> V) -> String {
    String::new()
}
