//! The commands of the container engine.

use crate::model::{ContainerStats, Engine};
use crate::ui::live::State;

/// The name of the engine's command-line program.
pub(in crate::ui) fn program(state: &State) -> &'static str {
    match state.engine {
        Some(Engine::Podman) => "podman",
        Some(Engine::Docker) | None => "docker",
    }
}

/// Commands that show a container's logs and usage.
pub(in crate::ui) fn commands_for(program: &str, row: &ContainerStats) -> [String; 2] {
    let container = row.full_name.as_ref().filter(|name| is_plain(name)).unwrap_or(&row.id);
    [format!("{program} logs --tail 50 {container}"), format!("{program} stats {container}")]
}

/// Whether a shell takes the whole text for one word. Engines allow no other names, but a name may come from a program
/// that pretends to be one, and whoever copies a command runs it.
fn is_plain(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric();
    name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_would_interpret_is_replaced_by_the_id() {
        let row = |name: &str| ContainerStats { full_name: Some(name.into()), ..ContainerStats::sample("a") };
        assert_eq!(
            commands_for("podman", &row("prod_agent-x.1")),
            ["podman logs --tail 50 prod_agent-x.1", "podman stats prod_agent-x.1"]
        );
        for name in ["x; rm -rf ~", "$(id)", "-f", "", "a b", "a\nb"] {
            assert_eq!(commands_for("docker", &row(name))[1], "docker stats id-a", "{name}");
        }
    }
}
