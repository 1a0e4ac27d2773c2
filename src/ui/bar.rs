//! A bar from 0 to 100 percent. Its length is an SVG attribute: inline styles are refused by a strict page.

use leptos::prelude::*;

/// A bar that is filled to `percent`; empty while it is unknown.
#[component]
pub(super) fn Bar(
    /// 0 to 100.
    #[prop(into)]
    percent: Signal<Option<f64>>,
    /// CSS class of the bar, which colours it.
    #[prop(into)]
    class: Signal<String>,
) -> impl IntoView {
    let width = move || percent.get().unwrap_or(0.0).clamp(0.0, 100.0).to_string();
    view! {
        <svg class=move || format!("bar {}", class.get()) viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" width="100" height="4"/>
            <rect class="bar-fill" width=width height="4"/>
        </svg>
    }
}
