//! All requests to the engine. They are few and read-only, so a proxy in front of the engine can allow each of them.

/// A request to the engine. Every request is a GET.
#[derive(Clone, Copy, Debug)]
pub(super) enum Request<'a> {
    /// Identifies the engine. May be refused, because the headers of any response also identify the engine.
    Version,
    /// Describes the engine's machine. May be refused.
    Info,
    /// Lists the containers, optionally filtered by a label.
    List {
        /// The label to filter by, as `key` or `key=value`; `None` disables the filter.
        label: Option<&'a str>,
        /// Whether to include containers that are not running.
        all: bool,
    },
    /// Returns a container's limits and PID.
    Inspect(&'a str),
    /// Returns a container's current counters.
    Stats(&'a str),
    /// Says only that the engine answers. May be refused.
    Ping,
    /// Reports what happens to containers, as it happens; the response does not end. May be refused.
    Events {
        /// The label to filter by, as in [`List`](Self::List).
        label: Option<&'a str>,
    },
}

/// The events that change the list, or what is known of a container. Most events of a busy engine are health checks,
/// which are not among them. Podman's names differ: `died`, `remove`.
const EVENTS: [&str; 11] =
    ["start", "die", "died", "destroy", "remove", "rename", "pause", "unpause", "update", "oom", "restart"];

impl Request<'_> {
    /// The path and query string, without the API version prefix.
    pub(super) fn path(self) -> String {
        match self {
            Self::Version | Self::Info | Self::Ping => self.name().to_owned(),
            Self::List { label, all } => {
                let filters = label.map(|label| serde_json::json!({"label": [label]}).to_string());
                self.with_query([("all", all.then(|| "true".to_owned())), ("filters", filters)])
            }
            Self::Inspect(id) => format!("/containers/{id}/json"),
            Self::Stats(id) => format!("/containers/{id}/stats?stream=false&one-shot=true"),
            Self::Events { label } => {
                let mut filters = serde_json::json!({"type": ["container"], "event": EVENTS});
                if let Some(label) = label {
                    filters["label"] = serde_json::json!([label]);
                }
                self.with_query([("filters", Some(filters.to_string()))])
            }
        }
    }

    fn with_query<const N: usize>(self, parameters: [(&str, Option<String>); N]) -> String {
        let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        if query.is_empty() { self.name().to_owned() } else { format!("{}?{query}", self.name()) }
    }

    /// The path as an operator would write it in a proxy's rules.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Version => "/version",
            Self::Info => "/info",
            Self::List { .. } => "/containers/json",
            Self::Inspect(_) => "/containers/{id}/json",
            Self::Stats(_) => "/containers/{id}/stats",
            Self::Ping => "/_ping",
            Self::Events { .. } => "/events",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_filtered_by_label() {
        let path = |label, all| Request::List { label, all }.path();
        assert_eq!(path(None, false), "/containers/json");
        assert_eq!(path(None, true), "/containers/json?all=true");
        let events = Request::Events { label: Some("a=b") }.path();
        assert!(events.starts_with("/events?filters=%7B") && events.contains("label%22%3A%5B%22a%3Db"), "{events}");
        assert_eq!(path(Some("a=b&c"), false), "/containers/json?filters=%7B%22label%22%3A%5B%22a%3Db%26c%22%5D%7D");
    }
}
