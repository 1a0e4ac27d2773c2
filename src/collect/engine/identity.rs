//! Which engine answers, and on what machine. Pure.

#[cfg(test)]
use bollard::models::SystemVersionComponents;
use bollard::models::{SystemInfo, SystemVersion};

/// From this version on, one-shot calls are answered at once. Before it, each waits for the daemon's next collection, a
/// second apart, so sequential calls would take a second each.
const PROMPT_ONE_SHOT: [u32; 3] = [24, 0, 7];

/// Which engine answers, and on what machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    /// Podman answers in Docker's form, but lists only running containers unless asked for more, gives no memory details,
    /// and has another meaning of system_cpu_usage.
    pub(super) is_podman: bool,
    /// Whether a one-shot call is answered at once.
    pub(super) is_prompt: bool,
    /// CPUs of the machine; `None` if unknown.
    pub(super) cpus: Option<u32>,
    /// Memory of the machine in bytes; `None` if unknown.
    pub(super) memory: Option<u64>,
    /// The machine's kernel; `None` if unknown.
    kernel: Option<String>,
}

impl Identity {
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

    /// Whether its machine may be one with this kernel and this much memory. What is unknown on either side does not count
    /// against it.
    pub(super) fn may_run_on(&self, kernel: Option<&str>, memory: Option<u64>) -> bool {
        let same_kernel = self.kernel.as_deref().zip(kernel).is_none_or(|(theirs, ours)| theirs == ours);
        let same_memory = self.memory.zip(memory).is_none_or(|(theirs, ours)| theirs == ours);
        same_kernel && same_memory
    }

    /// Whether its numbers are those of the kernel's files. Podman's leave out the page cache.
    pub(super) fn counts_as_kernel(&self) -> bool {
        !self.is_podman
    }

    /// The states to filter the list by; `None` for no filter. Podman lists paused containers only if asked to. Docker lists
    /// them by default, and a filter for `running` would exclude them.
    pub(super) fn listed_states(&self) -> Option<[&'static str; 2]> {
        self.is_podman.then_some(["running", "paused"])
    }
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
impl Identity {
    /// The identity of an engine of this version with this component, `Engine` or `Podman Engine`.
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

    fn engine(number: &str, component: &str) -> Identity {
        Identity::named(number, component, &SystemInfo::default())
    }

    #[test]
    fn a_remote_engine_is_recognized_by_its_machine() {
        let machine = SystemInfo {
            mem_total: Some(MACHINE.cast_signed()),
            kernel_version: Some("6.18.44".into()),
            ..Default::default()
        };
        let engine = Identity::named("28.2.2", "Engine", &machine);
        assert!(engine.may_run_on(Some("6.18.44"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.12.5-linuxkit"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.18.44"), Some(MACHINE / 2)));
        assert!(engine.may_run_on(None, None), "the unknown does not count against it");
        assert!(Identity::default().may_run_on(Some("6.18.44"), Some(MACHINE)));
    }

    #[test]
    fn concurrency_is_limited_only_for_prompt_engines() {
        for (number, is_prompt) in [("20.10.24+dfsg1", false), ("24.0.6", false), ("24.0.7", true), ("28.2.2", true)] {
            assert_eq!(engine(number, "Engine").is_prompt, is_prompt, "{number}");
        }
        assert!(engine("4.3.1", "Podman Engine").is_prompt);
        assert!(!Identity::of(&SystemVersion::default(), &SystemInfo::default()).is_prompt);
    }

    #[test]
    fn paused_containers_are_listed_by_both() {
        assert_eq!(engine("20.10.24+dfsg1", "Engine").listed_states(), None);
        assert_eq!(engine("4.3.1", "Podman Engine").listed_states(), Some(["running", "paused"]));
    }
}
