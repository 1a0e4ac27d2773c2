//! The one page: a dashboard with the header in its stats bar.

use crate::ui::{Details, HostTelemetry, Live, TabStatus};
use leptos::prelude::*;

/// The dashboard page: the stats bar with the header in its right half, the host's chart, and every container.
#[component]
pub fn App() -> impl IntoView {
    let live = Live::start();
    view! {
        <header class="stats-bar">
            // A translator that is faster than the bundle would change what hydration expects.
            <h1 class="host" translate="no">
                <span class="host-name">{live.settings(|settings| settings.hostname.clone())}</span>
                <span class="host-page">"Dashboard"</span>
            </h1>
            <HostTelemetry live/>
        </header>
        <main class="dashboard">
            <Details live/>
        </main>
        <TabStatus live alarm_icon="/favicon-critical.svg"/>
    }
}
