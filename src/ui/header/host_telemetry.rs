//! The header's strip.

use super::agents::Agents;
use super::metric_view::MetricView;
use crate::ui::format;
use crate::ui::live::{Live, use_live};
use crate::ui::metrics::METRICS;
use leptos::prelude::*;

/// The host's telemetry in one strip, live: sparkline and percentage of CPU, sparkline and used/total of memory, bar and
/// percentage of disk, the culprit of a metric in trouble, the agents' totals, and a panel with every agent.
///
/// It fills the width it is given. The narrower it is, the less it shows; it always keeps the worst metric. Its
/// height is `--ht-height`, 48 px by default. Its styles are `style/component.css` (classes `ht-…`). A page chooses the
/// theme by `data-theme="light"` or `"dark"` on any element around it; the default is the system's theme.
///
/// In the browser it polls `/api/telemetry/host` and `/api/telemetry/containers` of its own origin. For numbers in the
/// first HTML, the server puts a [`RenderedSnapshot`](crate::api::RenderedSnapshot) into the context that it renders
/// with. One instance per page: its panel has a fixed ID.
///
/// ```
/// use host_telemetry::ui::{HostTelemetry, Live};
/// use leptos::prelude::*;
///
/// #[component]
/// fn StatsBar() -> impl IntoView {
///     view! { <header><h1>"Dashboard"</h1><HostTelemetry/></header> }
/// }
///
/// /// Other parts of the page can share its state, and its polling.
/// #[component]
/// fn Dashboard() -> impl IntoView {
///     let live = Live::start();
///     let host = live.settings(|settings| settings.hostname.clone());
///     view! { <h1>{host}</h1><HostTelemetry live/> }
/// }
/// ```
#[component]
pub fn HostTelemetry(
    /// The state to show; defaults to the context's, or a new one.
    #[prop(optional)]
    live: Option<Live>,
) -> impl IntoView {
    let live = live.unwrap_or_else(use_live);
    let age = live.read(|state| state.host_stale.map(format::age).unwrap_or_default());
    let age_class =
        live.read(|state| String::from(if state.host_stale.is_some() { "ht-age ht-is-shown" } else { "ht-age" }));
    let label = live.read(|state| {
        let known = state.host.as_ref().map_or(&state.settings.hostname, |host| &host.hostname);
        format!("Host telemetry of {known}")
    });
    let announcement = live.read(|state| state.announcement.clone());
    view! {
        // Translators replace text nodes; those that the page updates would be left behind.
        <section class="ht" translate="no" aria-label=label>
            <span class=age_class>{age}</span>
            {METRICS.map(|metric| view! { <MetricView live metric/> })}
            // Shown where only one metric fits. Screen readers get all of them.
            <span class="ht-more" aria-hidden="true">{format!("+{}", METRICS.len() - 1)}</span>
            <Agents live/>
            <p class="ht-sr-only" role="status">{announcement}</p>
        </section>
    }
}
