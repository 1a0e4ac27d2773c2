//! The only page: a dashboard whose stats bar contains the header.

use crate::ui::{Details, HostTelemetry, Live, TabStatus};
use leptos::prelude::*;

/// The dashboard page: a stats bar with the header in its right half, the host's chart, and the list of containers.
#[component]
pub fn App() -> impl IntoView {
    let live = Live::start();
    view! {
        <header class="stats-bar">
            // If a translation tool changed this text before the bundle loaded, hydration would fail.
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
