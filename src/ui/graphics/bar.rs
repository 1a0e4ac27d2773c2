//! A bar from 0 to 100 percent. Its length is an SVG attribute, because a page with a strict Content Security Policy
//! blocks inline styles.

use crate::ui::format;
use leptos::prelude::*;

/// A bar filled to `percent` and colored by its CSS class; empty if `percent` is `None`.
pub(in crate::ui) fn bar(class: &'static str, percent: Option<f64>) -> impl IntoView {
    let width = format::decimal(percent.unwrap_or(0.0).clamp(0.0, 100.0));
    view! {
        <svg class=class viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="ht-bar-track" width="100" height="4"/>
            <rect class="ht-bar-fill" width=width height="4"/>
        </svg>
    }
}
