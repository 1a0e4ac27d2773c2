//! Response headers that identify the engine.

use hyper::header::{HeaderMap, HeaderValue, SERVER};

/// What a response's headers reveal about the engine. Engines send these headers with every response, and proxies
/// usually forward them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EngineHeaders {
    /// The `Server` header, such as `Docker/28.2.2 (linux)` or `Libpod/4.3.1 (linux)`.
    pub(super) server: Option<String>,
    /// The newest API version that the engine supports.
    pub(super) api_version: Option<String>,
}

impl EngineHeaders {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        // A proxy may replace the header with its own name.
        let is_engine = |server: &String| ["Docker/", "Libpod/"].iter().any(|name| server.starts_with(name));
        let server = headers.get(SERVER).and_then(text).filter(is_engine);
        Self { server, api_version: headers.get("api-version").and_then(text) }
    }

    /// Fills in what these headers lack from `others`.
    pub(super) fn or(self, others: Self) -> Self {
        Self { server: self.server.or(others.server), api_version: self.api_version.or(others.api_version) }
    }
}
