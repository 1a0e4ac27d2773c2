//! Severity as a shape: four ticks, with more of them lit at higher severities.

use leptos::prelude::*;

/// The ticks beside a value. The stylesheet lights them according to the severity class on an enclosing element.
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
