//! Follows the engine's events.

use super::client::{Client, Lines};
use super::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long to wait before events are requested again after they have ended.
const AGAIN: Duration = Duration::from_secs(5);

/// How long to wait if they were refused or ended sooner than this: asking more often would not help.
const AGAIN_LATER: Duration = Duration::from_secs(60);

/// A change in the event stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// From now on, the list changes only with an event.
    Begun,
    /// Something happened to a container, whose ID is `None` if the event does not say it.
    Changed(Option<String>),
    /// There are no events for now, so the list may change without one.
    Ended,
}

/// The events of one engine, requested again whenever they end.
pub(super) struct Events {
    client: Client,
    label: Option<String>,
    state: State,
}

enum State {
    Opening(Pin<Box<dyn Future<Output = Result<Lines, Duration>> + Send>>),
    Open(Lines, Instant),
}

/// The fields of an event that are used.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, alias = "ID")]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "Actor")]
    actor: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
}

impl Events {
    /// Requests the events of containers with this label. Nothing is sent before the first call of
    /// [`next`](Self::next).
    pub(super) fn follow(client: Client, label: Option<String>) -> Self {
        let state = Self::opening(client.clone(), label.clone(), Duration::ZERO);
        Self { client, label, state }
    }

    /// Whether the list changes only with an event.
    pub(super) fn are_open(&self) -> bool {
        matches!(self.state, State::Open(..))
    }

    /// The next report. May be cancelled.
    pub(super) async fn next(&mut self) -> Report {
        loop {
            match &mut self.state {
                State::Opening(opening) => match opening.await {
                    Ok(lines) => {
                        self.state = State::Open(lines, Instant::now());
                        return Report::Begun;
                    }
                    Err(pause) => self.state = Self::opening(self.client.clone(), self.label.clone(), pause),
                },
                State::Open(lines, since) => match lines.next().await {
                    // Some servers send empty lines to keep the connection alive.
                    Some(line) if line.trim().is_empty() => {}
                    Some(line) => return Report::Changed(id(&line)),
                    None => {
                        let pause = if since.elapsed() < AGAIN_LATER { AGAIN_LATER } else { AGAIN };
                        self.state = Self::opening(self.client.clone(), self.label.clone(), pause);
                        return Report::Ended;
                    }
                },
            }
        }
    }

    /// An engine may send the headers only with the first event, as Podman does, so there is no deadline.
    fn opening(client: Client, label: Option<String>, pause: Duration) -> State {
        State::Opening(Box::pin(async move {
            sleep(pause).await;
            let opened = client.open(Request::Events { label: label.as_deref() }).await;
            opened.map_err(|error| if error.is_refusal() { AGAIN_LATER } else { AGAIN })
        }))
    }
}

/// The container that an event is about; `None` if the line does not say it.
pub(super) fn id(line: &str) -> Option<String> {
    let event: Event<'_> = serde_json::from_str(line).ok()?;
    let id = event.id.and_then(|id| serde_json::from_str(id.get()).ok());
    id.or_else(|| Some(serde_json::from_str::<Actor>(event.actor?.get()).ok()?.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_container_in_one_of_two_places() {
        for (line, expected) in [
            (r#"{"status": "die", "id": "a", "Actor": {"ID": "b"}}"#, Some("a")),
            (r#"{"Action": "die", "Actor": {"ID": "b", "Attributes": {"name": 7}}}"#, Some("b")),
            (r#"{"id": 7, "Actor": {"ID": "b"}}"#, Some("b")),
            (r#"{"id": null, "Actor": []}"#, None),
            ("{}", None),
            ("", None),
            ("[{", None),
        ] {
            assert_eq!(id(line).as_deref(), expected, "{line}");
        }
    }
}
