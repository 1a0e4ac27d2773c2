//! Live CPU, memory and disk usage of a host, and CPU and memory usage of its containers, for a dashboard's header.
//!
//! The crate is compiled twice: with the feature `ssr` into the server, and with `hydrate` into the browser's bundle.
//! Modules import each other only in the direction of these arrows:
//!
//! ```text
//! main -> serve ---> app ---> ui ---> api ---> model
//!           |                          ^
//!           +-----> collect -----------+
//! ```
//!
//! - [`model`]: the measured data in the form sent over the wire; pure.
//! - [`api`]: the HTTP API and the trait [`api::Source`], which provides its data.
//! - [`ui`]: the header with its panel, chart and table, and the polling that keeps them live.
//! - [`app`]: the HTML document and the dashboard page that contains the header.
//! - `collect`: reads the host and Docker at regular intervals, independently of requests.
//! - `serve`: configuration, routes, startup and shutdown.

// The nested types of views exceed the compiler's default recursion limit.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod collect;
pub mod model;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod ui;

/// Spare bytes among the bundle's constants. The splitter realigns each constant. If the constants then take up more
/// space than before, it puts all of them into the first file. These bytes belong to neither file, so the constants
/// always fit.
#[cfg(feature = "hydrate")]
#[used]
static SPLIT_SLACK: [u8; 384] = [1; 384];

/// Hydrates the server-rendered HTML in the browser. This is the bundle's only entry point.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Makes panics readable in development; release builds leave this out to save space.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
