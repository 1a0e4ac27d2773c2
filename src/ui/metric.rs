//! One metric of the header: label, picture, value in its band's colour, level.

use super::level::Level;
use crate::model::Severity;
use leptos::prelude::*;

/// A metric; the children are its picture, a sparkline or a bar.
#[component]
pub(super) fn Metric(
    /// What people call it.
    label: &'static str,
    /// CSS class of the metric.
    class: &'static str,
    /// Its utilization as the wire has it, from which the band follows; grey while unknown.
    #[prop(into)]
    percent: Signal<Option<f64>>,
    /// The value to show.
    #[prop(into)]
    value: Signal<String>,
    /// What follows the value in muted ink.
    #[prop(into, optional)]
    rest: Signal<String>,
    /// Whether the value is overdue: then it loses its colour.
    #[prop(into)]
    stale: Signal<bool>,
    /// The exact numbers, as a tooltip.
    #[prop(into)]
    title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let severity = Signal::derive(move || percent.get().map(Severity::of));
    let word = move || severity.get().map_or("unknown", Severity::word);
    let band = move || if stale.get() { "is-stale".into() } else { format!("is-{}", word()) };
    view! {
        <div class=format!("ht-metric {class}") title=move || title.get()>
            <span class="ht-label">{label}</span>
            {children()}
            <span class=move || format!("ht-value {}", band())>
                {move || value.get()}
                <span class="ht-rest">{move || rest.get()}</span>
                <span class="sr-only">{move || format!(", {}", word())}</span>
            </span>
            <span class=move || format!("ht-band {}", band())><Level severity/></span>
        </div>
    }
}
