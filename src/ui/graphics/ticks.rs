//! Severity as a shape: four ticks, of which more are lit the worse it is.

use leptos::prelude::*;

/// The ticks beside a value. The stylesheet lights them by the band's class on an enclosing element.
#[component]
pub(in crate::ui) fn SeverityTicks() -> impl IntoView {
    view! {
        <svg class="ht-ticks" viewBox="0 0 4 15" aria-hidden="true">
            <rect x="0" y="12" width="4" height="2.5" rx="0.5"/>
            <rect x="0" y="8" width="4" height="2.5" rx="0.5"/>
            <rect x="0" y="4" width="4" height="2.5" rx="0.5"/>
            <rect x="0" y="0" width="4" height="2.5" rx="0.5"/>
        </svg>
    }
}
