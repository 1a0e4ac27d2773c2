//! On the server, a section is rendered along with the rest of the page.

use leptos::prelude::*;

/// Renders the section's HTML.
pub(super) fn html<V: IntoView>(view: impl FnOnce() -> V) -> String {
    view().to_html()
}
