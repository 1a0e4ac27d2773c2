//! The state shared by all requests: the source of samples and the page's settings.

use crate::api::{Settings, Snapshot, Source};
use leptos::config::LeptosOptions;
use std::sync::Arc;

/// The state shared by all requests. Cloning it is cheap.
#[derive(Clone)]
pub struct AppState {
    /// The source of the newest samples.
    pub source: Arc<dyn Source>,
    /// The part of the configuration that the page needs.
    pub settings: Settings,
    /// The options that tell leptos where the bundle is.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// The current data, from which the page is rendered.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&*self.source, self.settings.clone())
    }
}
