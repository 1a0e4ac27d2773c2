//! Parses the engine's list of containers. Pure.

use super::lenient::{lenient, lenient_list};
use crate::collect::containers::ListedContainer;
use crate::model::ContainerState;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// A container in the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
}

/// Returns the active containers: running, paused, stopping or restarting. Skips malformed elements and duplicate IDs.
/// Fails only if the response is not a list.
pub(super) fn parse(json: &str) -> serde_json::Result<Vec<ListedContainer>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json)?;
    let mut seen = HashSet::new();
    let summaries = elements.into_iter().filter_map(|element| serde_json::from_str(element.get()).ok());
    Ok(summaries.filter_map(listed).filter(|container| seen.insert(container.id.clone())).collect())
}

/// Converts an element of the list. Returns `None` if the container is inactive (exited, created or being removed) or
/// the element is malformed.
fn listed(summary: Summary) -> Option<ListedContainer> {
    let state = match summary.state?.as_str() {
        "running" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "stopping" => ContainerState::Stopping,
        "restarting" => ContainerState::Restarting,
        _ => return None,
    };
    let id = summary.id.filter(|id| is_id(id))?;
    // Links add names of the form /other/alias. The container's own name has only the leading slash.
    let own = summary.names.into_iter().find_map(|name| {
        let name = name.strip_prefix('/').unwrap_or(&name);
        (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
    });
    let name = own.unwrap_or_else(|| id.chars().take(12).collect());
    let up_seconds = summary.status.as_deref().and_then(up_seconds);
    Some(ListedContainer { id, name, state, up_seconds })
}

/// How many seconds a container has been up according to its status, such as `Up 5 seconds (healthy)`. `None` from
/// a minute on, because the status is then less precise.
fn up_seconds(status: &str) -> Option<u64> {
    let (number, unit) = status.strip_prefix("Up ")?.split_once(' ')?;
    if status.starts_with("Up Less than a second") {
        return Some(0);
    }
    unit.starts_with("second").then(|| number.parse().ok()).flatten()
}

/// Whether the text is a safe container ID. IDs become part of request paths, so they must not contain characters such
/// as `/` that would redirect a request.
fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 128
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn names(list: &Value) -> Vec<String> {
        let list = parse(&list.to_string()).expect("a list");
        list.into_iter().map(|container| container.name).collect()
    }

    #[test]
    fn names_lose_their_slash_and_links_are_skipped() {
        let named = |names: Value| json!([{"Id": "0123456789abcdef", "Names": names, "State": "running"}]);
        assert_eq!(names(&named(json!(["/web/db", "/agent-a"]))), ["agent-a"]);
        assert_eq!(names(&named(json!([]))), ["0123456789ab"]);
        assert_eq!(names(&named(json!([7, "/agent-a"]))), ["agent-a"]);
    }

    #[test]
    fn a_young_container_is_known_by_its_status() {
        let cases = [
            ("Up Less than a second", Some(0)),
            ("Up 1 second", Some(1)),
            ("Up 59 seconds (health: starting)", Some(59)),
            ("Up 12 seconds (Paused)", Some(12)),
            ("Up About a minute", None),
            ("Up 2 hours", None),
            ("Restarting (1) 3 seconds ago", None),
            ("Up many seconds", None),
            ("Up", None),
            ("", None),
        ];
        for (status, seconds) in cases {
            assert_eq!(up_seconds(status), seconds, "{status}");
        }
    }

    #[test]
    fn a_malformed_element_affects_its_own_row_only() {
        let list = json!([
            {"Id": "a", "State": "running", "Ports": [{"PrivatePort": 65536}], "Labels": {"x": null}},
            {"Id": "b", "State": "stopped"},
            {"Id": "c", "State": "stopping", "Names": "text"},
            {"Id": "d", "State": {"Status": "running"}},
            {"Id": "../images", "State": "running"},
            {"State": "running"},
            {"Id": "a", "State": "paused"},
            "text", 7, null, [],
            {"Id": "e", "State": "paused", "Created": -1e300, "SizeRw": {}},
            {"Id": "f", "State": "restarting"},
        ]);
        assert_eq!(names(&list), ["a", "c", "e", "f"]);
    }

    #[test]
    fn a_response_that_is_not_a_list_is_an_error() {
        for text in ["", "{}", "null", "<html>", "[{]"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
