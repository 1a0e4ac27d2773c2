//! What the engine's list of containers says.

use crate::collect::containers::ListedContainer;
use crate::model::ContainerState;
use bollard::models::{ContainerSummary, ContainerSummaryStateEnum};

/// A container of the list; `None` for a container that holds nothing (exited, created, being removed).
pub(super) fn listed(summary: ContainerSummary) -> Option<ListedContainer> {
    let state = match summary.state? {
        ContainerSummaryStateEnum::RUNNING => ContainerState::Running,
        ContainerSummaryStateEnum::PAUSED => ContainerState::Paused,
        ContainerSummaryStateEnum::RESTARTING => ContainerState::Restarting,
        _ => return None,
    };
    let id = summary.id?;
    // Links add names of the form /other/alias. The container's own name has one slash.
    let own = summary.names.unwrap_or_default().into_iter().find_map(|name| {
        let name = name.strip_prefix('/').unwrap_or(&name);
        (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
    });
    let name = own.unwrap_or_else(|| id.chars().take(12).collect());
    Some(ListedContainer { id, name, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_slash_and_links_are_skipped() {
        let summary = |names: &[&str]| ContainerSummary {
            id: Some("0123456789abcdef".into()),
            names: Some(names.iter().map(ToString::to_string).collect()),
            state: Some(ContainerSummaryStateEnum::RUNNING),
            ..Default::default()
        };
        assert_eq!(listed(summary(&["/web/db", "/agent-a"])).expect("a row").name, "agent-a");
        assert_eq!(listed(summary(&[])).expect("a row").name, "0123456789ab");
        let exited = ContainerSummary { state: Some(ContainerSummaryStateEnum::EXITED), ..summary(&["/a"]) };
        assert_eq!(listed(exited), None);
    }
}
