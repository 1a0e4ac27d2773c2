//! The state of every request: the source of samples and the page's settings.

use crate::api::{Settings, Snapshot, Source};
use leptos::config::LeptosOptions;
use std::sync::Arc;

/// Shared by all requests; clones cheaply.
#[derive(Clone)]
pub struct AppState {
    /// The newest samples.
    pub source: Arc<dyn Source>,
    /// The part of the configuration that the page needs.
    pub settings: Settings,
    /// Where the bundle is, in leptos's form.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// The data for rendering the page now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&*self.source, self.settings.clone())
    }
}
