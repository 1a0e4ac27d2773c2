//! A bar from 0 to 100 percent. Its length is an SVG attribute: inline styles are refused by a strict page.

use leptos::prelude::*;

/// A bar that is filled to `percent`, empty while it is unknown, coloured by its class.
pub(super) fn bar(class: &'static str, percent: Option<f64>) -> impl IntoView {
    let width = super::format::decimal(percent.unwrap_or(0.0).clamp(0.0, 100.0));
    view! {
        <svg class=class viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="ht-bar-track" width="100" height="4"/>
            <rect class="ht-bar-fill" width=width height="4"/>
        </svg>
    }
}
