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
//! - [`model`]: what is measured, as the wire has it; pure.
//! - [`api`]: the HTTP API, and the trait [`api::Source`] that answers it.
//! - [`ui`]: the header, its panel, chart and table, and the polling that keeps them live.
//! - [`app`]: the document and the dashboard page that places the header.
//! - `collect`: reads the host and Docker on clocks of its own.
//! - `serve`: configuration, routes, start and stop.

// A view's type holds its parts' types, deeper than the compiler goes by default.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod collect;
pub mod model;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod ui;

/// Spare bytes in the bundle's constants. The splitter aligns each constant anew and, where that would make them longer than
/// before, puts all of them into the first file; these bytes belong to no file, so that they always fit.
#[cfg(feature = "hydrate")]
#[used]
static SPLIT_SLACK: [u8; 384] = [1; 384];

/// Makes the server's HTML live in the browser; the bundle's one entry.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Readable panics while developing; a release is spared their weight.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
