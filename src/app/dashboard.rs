//! The only page: a dashboard whose stats bar contains the header.

use crate::ui::{Details, HostTelemetry, Live, TabStatus};
use leptos::prelude::*;

/// The tab's icon while the server does not answer: a gray line that breaks off.
const SILENT_ICON: &str = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>\
    <rect width='32' height='32' rx='7' fill='%235d6470'/>\
    <path d='M4 21l6-3 5 2M20 12l8 8m0-8l-8 8' fill='none' stroke='white' stroke-width='3' stroke-linecap='round'/></svg>";

/// The dashboard page: a stats bar with the header in its right half, the host's chart, and the list of containers.
#[component]
pub fn App() -> impl IntoView {
    let live = Live::start();
    view! {
        <header class="stats-bar">
            // If a translation tool changed this text before the bundle loaded, hydration would fail.
            <h1 class="host" translate="no">{live.settings(|settings| settings.hostname.clone())}</h1>
            <HostTelemetry live/>
        </header>
        <main class="dashboard">
            <Details live/>
        </main>
        <TabStatus live alarm_icon="/favicon-critical.svg" silent_icon=SILENT_ICON/>
    }
}
