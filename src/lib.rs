//! Live CPU, memory and disk of a host, and CPU and memory of its containers, for a dashboard's header.
//!
//! One crate, compiled twice: with the feature `ssr` into the server, with `hydrate` into the browser's bundle.
//! Imports run one way, along these arrows:
//!
//! ```text
//! main -> serve ---> app ---> ui ---> api ---> model
//!           |                          ^
//!           +-----> collect -----------+
//! ```
//!
//! - [`model`]: the measured data, as on the wire; pure.
//! - [`api`]: the HTTP API, and the trait [`api::Source`] behind it.
//! - [`ui`]: the header, its panel, chart and table, and the polling that keeps them live.
//! - [`app`]: the document and the dashboard page that places the header.
//! - `collect`: reads the host and Docker at its own intervals.
//! - `serve`: configuration, routes, start and stop.

// A view's type nests its parts' types deeper than the compiler's default limit.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod collect;
pub mod model;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod ui;

/// Spare bytes among the bundle's constants. The splitter realigns each constant and, if they then exceed their old size, puts
/// all of them into the first file; these bytes belong to neither file, so the constants always fit.
#[cfg(feature = "hydrate")]
#[used]
static SPLIT_SLACK: [u8; 384] = [1; 384];

/// Hydrates the server's HTML in the browser; the bundle's only entry point.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Readable panics in development; a release saves their bytes.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
