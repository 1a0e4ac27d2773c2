//! Asking the server's endpoints. By hand rather than by the server functions' own client, which weighs more than the
//! header's view: what is asked are plain GETs without arguments.

use super::poll::sleep;
use crate::api::{self, TelemetryError};
use futures::future::{Either, select};
use leptos::prelude::*;
use leptos::server_fn::{Bytes, Decodes};
use leptos::web_sys::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{AbortController, RequestInit, Response};
use std::pin::pin;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// A request that takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(3);

/// What the endpoint at `path` answers; `None` if it takes too long.
///
/// The deadline stands around the whole request, body and all: the browser's own would stop counting at its head.
pub(super) async fn ask<T: miniserde::Deserialize>(path: &str) -> Option<Result<T, TelemetryError>> {
    let request = Request::new();
    match select(pin!(request.send(path)), sleep(DEADLINE)).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(_) => None,
    }
}

/// A request that is given up when it is dropped.
struct Request(Option<AbortController>);

impl Request {
    fn new() -> Self {
        Self(AbortController::new().ok())
    }

    async fn send<T: miniserde::Deserialize>(&self, path: &str) -> Result<T, TelemetryError> {
        let (is_ok, text) = self.text(path).await.map_err(|_| TelemetryError::request("no answer"))?;
        let body = Bytes::from(text);
        let strange = |why: &str| TelemetryError::request(why);
        if is_ok {
            api::Wire::decode(body).map_err(strange)
        } else {
            Err(api::Wire::decode(body).unwrap_or_else(strange))
        }
    }

    async fn text(&self, path: &str) -> Result<(bool, String), JsValue> {
        let init = RequestInit::new();
        init.set_signal(self.0.as_ref().map(AbortController::signal).as_ref());
        let response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await?;
        let response = response.unchecked_into::<Response>();
        let text = JsFuture::from(response.text()?).await?;
        Ok((response.ok(), text.as_string().unwrap_or_default()))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
