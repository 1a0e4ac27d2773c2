//! Sends plain GET requests to the endpoints. The server functions' own client would add more code
//! than the header's view.

use super::timer::sleep;
use crate::api::{FromJson, TelemetryError, Wire};
use crate::model::{History, HistoryAnswer};
use futures::future::{Either, select};
use leptos::prelude::*;
use leptos::server_fn::{Bytes, Decodes};
use leptos::web_sys::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{AbortController, RequestInit, Response};
use std::pin::pin;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// Requests fail if they take longer than this.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The address of the last hour.
const HOUR: &str = "/api/telemetry/history?minutes=60";

/// The text of a response, and whether its status is a success. Not decoded yet, so that the bundle contains the code
/// of a request once, not once for each type.
pub(super) type Text = Result<(bool, String), TelemetryError>;

/// Requests `path`. The timeout covers the whole request, including the response body.
pub(super) async fn ask(path: &'static str) -> Text {
    let request = Request(AbortController::new().ok());
    match select(pin!(request.text(path)), sleep(TIMEOUT)).await {
        Either::Left((answer, _)) => answer.map_err(|_| TelemetryError::NoAnswer),
        Either::Right(_) => Err(TelemetryError::NoAnswer),
    }
}

/// Requests the last hour.
pub(in crate::ui) async fn ask_hour() -> Result<History, TelemetryError> {
    decode::<HistoryAnswer>(ask(HOUR).await).map(History::hour)
}

/// Decodes a response, or the error that it describes.
pub(super) fn decode<T: FromJson>(text: Text) -> Result<T, TelemetryError> {
    let (is_ok, text) = text?;
    let body = Bytes::from(text);
    // A proxy's page, for example.
    let strange = |_| TelemetryError::NoAnswer;
    if is_ok { Wire::decode(body).map_err(strange) } else { Err(Wire::decode(body).unwrap_or_else(strange)) }
}

/// A request that is aborted when it is dropped.
struct Request(Option<AbortController>);

impl Request {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::GetHistory;
    use leptos::server_fn::ServerFn;

    #[test]
    fn the_hour_is_asked_of_the_history() {
        assert_eq!(HOUR, format!("{}?minutes=60", GetHistory::PATH));
    }
}
