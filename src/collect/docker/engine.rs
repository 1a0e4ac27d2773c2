//! Who answers, and on what machine; pure.

#[cfg(test)]
use bollard::models::SystemVersionComponents;
use bollard::models::{SystemInfo, SystemVersion};

/// From this version on, a one-shot call is answered from the kernel at once. Before it, each waits for the daemon's
/// next collection, a second apart, so calls made one after the other would take a second each.
const PROMPT_ONE_SHOT: [u32; 3] = [24, 0, 7];

/// Who answers, and on what machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Engine {
    /// Podman answers in Docker's form, but lists running containers only unless asked, gives no details of memory,
    /// and means something else by system_cpu_usage.
    pub(super) is_podman: bool,
    /// Whether a one-shot call is answered at once.
    pub(super) is_prompt: bool,
    /// CPUs of the machine; `None` if it did not say.
    pub(super) cpus: Option<u32>,
    /// Memory of the machine in bytes; `None` if it did not say.
    pub(super) memory: Option<u64>,
    /// The machine's kernel; `None` if it did not say.
    kernel: Option<String>,
}

impl Engine {
    pub(super) fn of(version: &SystemVersion, machine: &SystemInfo) -> Self {
        let mut components = version.components.iter().flatten();
        let is_podman = components.any(|component| component.name == "Podman Engine");
        Self {
            is_podman,
            is_prompt: is_podman || numbers(version.version.as_deref().unwrap_or_default()) >= PROMPT_ONE_SHOT,
            cpus: machine.ncpu.and_then(|cpus| u32::try_from(cpus).ok()).filter(|cpus| *cpus > 0),
            memory: machine.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
            kernel: machine.kernel_version.clone().filter(|kernel| !kernel.is_empty()),
        }
    }

    /// Whether it says of its machine what is true of one with this kernel and this much memory. What it did not say,
    /// or is not known here, speaks for neither.
    pub(super) fn may_run_on(&self, kernel: Option<&str>, memory: Option<u64>) -> bool {
        let same_kernel = self.kernel.as_deref().zip(kernel).is_none_or(|(theirs, ours)| theirs == ours);
        let same_memory = self.memory.zip(memory).is_none_or(|(theirs, ours)| theirs == ours);
        same_kernel && same_memory
    }

    /// Whether the kernel's files say the same as its answers. Podman's leave out what the files have.
    pub(super) fn has_kernel_s_form(&self) -> bool {
        !self.is_podman
    }

    /// The states to list, where listing without a filter leaves some out that hold memory. With Docker it does not,
    /// while a filter for `running` would leave out paused containers.
    pub(super) fn states_to_ask_for(&self) -> Option<[&'static str; 2]> {
        self.is_podman.then_some(["running", "paused"])
    }
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
impl Engine {
    /// What an engine of this version is that has this component: `Engine`, or `Podman Engine`.
    pub(super) fn named(version: &str, component: &str, machine: &SystemInfo) -> Self {
        let component = SystemVersionComponents { name: component.into(), ..Default::default() };
        let components = Some(vec![component]);
        Self::of(&SystemVersion { version: Some(version.into()), components, ..Default::default() }, machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: u64 = 25_276_502_016;

    fn engine(number: &str, component: &str) -> Engine {
        Engine::named(number, component, &SystemInfo::default())
    }

    #[test]
    fn an_engine_elsewhere_is_told_by_its_machine() {
        let machine = SystemInfo {
            mem_total: Some(MACHINE.cast_signed()),
            kernel_version: Some("6.18.44".into()),
            ..Default::default()
        };
        let engine = Engine::named("28.2.2", "Engine", &machine);
        assert!(engine.may_run_on(Some("6.18.44"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.12.5-linuxkit"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.18.44"), Some(MACHINE / 2)));
        assert!(engine.may_run_on(None, None), "who knows nothing, accuses nobody");
        assert!(Engine::default().may_run_on(Some("6.18.44"), Some(MACHINE)));
    }

    #[test]
    fn calls_are_held_back_only_where_the_engine_is_prompt() {
        for (number, is_prompt) in [("20.10.24+dfsg1", false), ("24.0.6", false), ("24.0.7", true), ("28.2.2", true)] {
            assert_eq!(engine(number, "Engine").is_prompt, is_prompt, "{number}");
        }
        assert!(engine("4.3.1", "Podman Engine").is_prompt);
        assert!(!Engine::of(&SystemVersion::default(), &SystemInfo::default()).is_prompt);
    }

    #[test]
    fn podman_is_asked_for_paused_containers_and_docker_gives_them() {
        assert_eq!(engine("20.10.24+dfsg1", "Engine").states_to_ask_for(), None);
        assert_eq!(engine("4.3.1", "Podman Engine").states_to_ask_for(), Some(["running", "paused"]));
    }
}
