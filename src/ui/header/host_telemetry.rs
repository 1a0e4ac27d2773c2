//! The telemetry strip in the header.

use super::agents::Agents;
use super::metric_view::MetricView;
use super::verdict::Verdict;
use crate::ui::live::{Live, use_live};
use crate::ui::metrics::METRICS;
use leptos::prelude::*;

/// The host's live telemetry in one strip: CPU as a sparkline and a percentage, memory as a sparkline and used/total,
/// disk as a bar and a percentage, the agents' totals, and a panel that lists all agents. At its left edge stands the
/// verdict: what is wrong, who is responsible, and since when.
///
/// The strip fills the available width. It shows less as that width shrinks, but always keeps the worst metric. Its
/// height is `--ht-height`, 48 px by default. Its styles are in `style/component.css` (classes `ht-…`). A page sets the
/// theme with `data-theme="light"` or `data-theme="dark"` on any enclosing element; the default is the system's theme.
///
/// In the browser, the component polls `/api/telemetry/host` and `/api/telemetry/containers` on its own origin, and
/// requests `/api/telemetry/history` to fill gaps. To include numbers in the initial HTML, provide a
/// [`RenderedSnapshot`](crate::api::RenderedSnapshot) in the context the server renders with. Use only one instance per
/// page, because its panel has a fixed ID.
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
/// /// Other parts of the page can share its state and its polling.
/// #[component]
/// fn Dashboard() -> impl IntoView {
///     let live = Live::start();
///     let host = live.settings(|settings| settings.hostname.clone());
///     view! { <h1>{host}</h1><HostTelemetry live/> }
/// }
/// ```
#[component]
pub fn HostTelemetry(
    /// The state to show. Defaults to the state in the context, or to a new one if the context has none.
    #[prop(optional)]
    live: Option<Live>,
) -> impl IntoView {
    let live = live.unwrap_or_else(use_live);
    let label = live.read(|state| format!("Host telemetry of {}", state.hostname()));
    let announcement = live.read(|state| state.announcement.clone());
    view! {
        // Browser translators replace text nodes, so later updates would go to nodes that are no longer on the page.
        <section class="ht" translate="no" aria-label=label>
            <Verdict live/>
            {METRICS.map(|metric| view! { <MetricView live metric/> })}
            <Agents live/>
            <p class="ht-sr-only" role="status">{announcement}</p>
        </section>
    }
}
