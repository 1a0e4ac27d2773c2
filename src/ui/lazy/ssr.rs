//! On the server, a part is rendered with the page.

use leptos::prelude::*;

/// The part's HTML.
pub(super) fn html<V: IntoView>(view: impl FnOnce() -> V) -> String {
    view().to_html()
}
