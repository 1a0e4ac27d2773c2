//! The HTML document around the page.

use super::dashboard::App;
use leptos::config::LeptosOptions;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::prelude::*;

/// The whole HTML document, rendered on the server.
#[component]
pub fn Shell(
    /// The options that say where the bundle is.
    options: LeptosOptions,
    /// The host's name, for the title.
    hostname: String,
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
                <title translate="no">{format!("{hostname} · Host telemetry")}</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href=stylesheet/>
                <link rel="stylesheet" href="/page.css"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
