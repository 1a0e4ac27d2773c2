//! Severity as a shape: four ticks, of which more are lit the worse it is.

use crate::model::Severity;
use leptos::prelude::*;

/// The ticks beside a value; none lit while it is unknown.
#[component]
pub(super) fn Level(
    /// The value's band.
    #[prop(into)]
    severity: Signal<Option<Severity>>,
) -> impl IntoView {
    let lit = move || severity.get().map_or(0, Severity::ticks);
    let tick = |index: usize| {
        let class = move || if index < lit() { "tick is-lit" } else { "tick" };
        view! { <rect class=class x="0" y=(12 - 4 * index).to_string() width="4" height="2.5" rx="0.5"/> }
    };
    view! {
        <svg class="ht-level" width="4" height="15" viewBox="0 0 4 15" aria-hidden="true">
            {(0..4).map(tick).collect_view()}
        </svg>
    }
}
