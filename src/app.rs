//! The document, and the one page: a dashboard that places the header in its stats bar.

use crate::ui::{Details, HostTelemetry, Live, TabStatus};
use leptos::config::LeptosOptions;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::prelude::*;

/// The whole document, rendered by the server.
#[component]
pub fn Shell(
    /// Where the bundle is.
    options: LeptosOptions,
) -> impl IntoView {
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content="CPU, memory and disk of this host and of its containers, live."/>
                <title>"Host telemetry"</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href=stylesheet/>
                <link rel="stylesheet" href="/page.css"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
            </head>
            <body class="ht-theme">
                <App/>
            </body>
        </html>
    }
}

/// The dashboard page: the stats bar with the header in its right half, the host's chart, and every container.
#[component]
pub fn App() -> impl IntoView {
    let live = Live::start();
    view! {
        <header class="stats-bar">
            <h1 class="host">
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
