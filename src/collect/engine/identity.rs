//! Identifies the engine and its machine. Pure.

use super::headers::EngineHeaders;
use super::lenient::{lenient, lenient_list};
use crate::collect::bounds::{MAX_CPUS, possible_bytes};
use crate::model::Engine;
use serde::Deserialize;

/// The first Docker version that answers one-shot calls immediately. In older versions, each call waits for the
/// daemon's next collection, which runs once a second, so sequential calls would take a second each.
const PROMPT_ONE_SHOT: [u32; 3] = [24, 0, 7];

/// The fields of the `/version` response that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Version {
    #[serde(default, deserialize_with = "lenient")]
    version: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    api_version: Option<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    components: Vec<Component>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Component {
    name: String,
}

/// The fields of the `/info` response that are used.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Info {
    #[serde(default, rename = "NCPU", deserialize_with = "lenient")]
    cpus: Option<u32>,
    #[serde(default, rename = "MemTotal", deserialize_with = "lenient")]
    memory: Option<u64>,
    #[serde(default, rename = "KernelVersion", deserialize_with = "lenient")]
    kernel: Option<String>,
}

/// The kind of engine, which determines how its statistics are interpreted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    Docker,
    /// Implements Docker's API, but omits memory details and uses `system_cpu_usage` to mean something else.
    Podman,
    /// Neither the version nor the headers identify the engine; a proxy may withhold both.
    #[default]
    Unknown,
}

/// What is known about an engine and the machine it runs on.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    kind: Kind,
    /// Whether the engine answers one-shot calls immediately.
    pub(super) is_prompt: bool,
    /// The newest API version that the engine supports; `None` if unknown.
    pub(super) api_version: Option<String>,
    /// The number of CPUs in the machine; `None` if unknown.
    pub(super) cpus: Option<u32>,
    /// The machine's total memory in bytes; `None` if unknown.
    pub(super) memory: Option<u64>,
    /// The machine's kernel release; `None` if unknown.
    kernel: Option<String>,
}

impl Identity {
    /// Identifies an engine. `headers` may come from any response; they stand in for `version` if a proxy withholds it.
    pub(super) fn of(version: Version, headers: EngineHeaders, machine: Info) -> Self {
        let is_named = |name: &str| version.components.iter().any(|component| component.name == name);
        let (by_headers, number) = kind_and_version(&headers);
        let kind = match by_headers {
            _ if is_named("Podman Engine") => Kind::Podman,
            Kind::Unknown if version.version.is_some() => Kind::Docker,
            kind => kind,
        };
        let number = version.version.as_deref().unwrap_or(number);
        Self {
            kind,
            is_prompt: is_prompt(kind, number),
            api_version: version.api_version.or(headers.api_version),
            cpus: machine.cpus.filter(|cpus| (1..=MAX_CPUS).contains(cpus)),
            memory: machine.memory.and_then(possible_bytes).filter(|bytes| *bytes > 0),
            kernel: machine.kernel.filter(|kernel| !kernel.is_empty()),
        }
    }

    /// This identity with what a response's headers add. `None` if the engine was already identified, or if the headers
    /// do not identify it.
    pub(super) fn identified_by(&self, headers: EngineHeaders) -> Option<Self> {
        let (kind, number) = kind_and_version(&headers);
        let is_news = self.kind == Kind::Unknown && kind != Kind::Unknown;
        let is_prompt = is_prompt(kind, number);
        is_news.then(|| Self { kind, is_prompt, api_version: headers.api_version, ..self.clone() })
    }

    /// Whether the engine could be running on the machine that has this kernel release and this much memory, in bytes.
    /// Unknown values match anything.
    pub(super) fn may_run_on(&self, kernel: Option<&str>, memory: Option<u64>) -> bool {
        let same_kernel = self.kernel.as_deref().zip(kernel).is_none_or(|(theirs, ours)| theirs == ours);
        let same_memory = self.memory.zip(memory).is_none_or(|(theirs, ours)| theirs == ours);
        same_kernel && same_memory
    }

    /// The engine by its command-line program; `None` if it is unknown.
    pub(super) fn program(&self) -> Option<Engine> {
        match self.kind {
            Kind::Docker => Some(Engine::Docker),
            Kind::Podman => Some(Engine::Podman),
            Kind::Unknown => None,
        }
    }

    /// Whether the engine's statistics agree with the kernel's own files. Podman's do not: its host CPU counter means
    /// something else, and it does not report the page cache.
    pub(super) fn counts_as_kernel(&self) -> bool {
        self.kind == Kind::Docker
    }

    /// Whether every change of the list is an event. Podman reports only the end of a stop, so that a `stopping`
    /// container is noticed in the list alone.
    pub(super) fn reports_every_change(&self) -> bool {
        self.kind == Kind::Docker
    }

    /// Whether listing containers without `all` returns every active one. Podman returns only running containers, and
    /// its state filter rejects `stopping`.
    pub(super) fn lists_every_active_state(&self) -> bool {
        self.kind == Kind::Docker
    }
}

/// The engine's kind and version according to the `Server` header; `(Kind::Unknown, "")` if it does not identify one.
fn kind_and_version(headers: &EngineHeaders) -> (Kind, &str) {
    let (program, version) = headers.server.as_deref().and_then(|server| server.split_once('/')).unwrap_or_default();
    match program {
        "Docker" => (Kind::Docker, version),
        "Libpod" => (Kind::Podman, version),
        _ => (Kind::Unknown, ""),
    }
}

fn is_prompt(kind: Kind, version: &str) -> bool {
    kind == Kind::Podman || numbers(version) >= PROMPT_ONE_SHOT
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split(['.', '-', '+', ' ']).map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
impl Identity {
    /// Builds an identity from the given `/version` and `/info` responses.
    pub(super) fn answered(version: &serde_json::Value, info: &serde_json::Value) -> Self {
        let version = serde_json::from_value(version.clone()).unwrap_or_default();
        Self::of(version, EngineHeaders::default(), serde_json::from_value(info.clone()).unwrap_or_default())
    }

    /// Builds an identity from a version number, a component name (`Engine` or `Podman Engine`) and an `/info`
    /// response.
    pub(super) fn named(version: &str, component: &str, info: &serde_json::Value) -> Self {
        Self::answered(&serde_json::json!({"Version": version, "Components": [{"Name": component}]}), info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MACHINE: u64 = 25_276_502_016;

    fn engine(number: &str, component: &str) -> Identity {
        Identity::named(number, component, &json!({}))
    }

    #[test]
    fn a_remote_engine_is_recognized_by_its_machine() {
        let engine =
            Identity::named("28.2.2", "Engine", &json!({"MemTotal": MACHINE, "KernelVersion": "6.18.44", "NCPU": 2}));
        assert!(engine.may_run_on(Some("6.18.44"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.12.5-linuxkit"), Some(MACHINE)));
        assert!(!engine.may_run_on(Some("6.18.44"), Some(MACHINE / 2)));
        assert!(engine.may_run_on(None, None), "unknown values match");
        assert!(Identity::default().may_run_on(Some("6.18.44"), Some(MACHINE)));
    }

    #[test]
    fn podman_and_docker_from_24_0_7_on_are_prompt() {
        for (number, is_prompt) in [("20.10.24+dfsg1", false), ("24.0.6", false), ("24.0.7", true), ("28.2.2", true)] {
            assert_eq!(engine(number, "Engine").is_prompt, is_prompt, "{number}");
        }
        assert!(engine("4.3.1", "Podman Engine").is_prompt);
        assert!(!Identity::default().is_prompt);
    }

    #[test]
    fn only_docker_lists_every_active_state_by_default() {
        assert!(engine("20.10.24+dfsg1", "Engine").lists_every_active_state());
        assert!(!engine("4.3.1", "Podman Engine").lists_every_active_state());
        assert!(!Identity::default().lists_every_active_state(), "it may be Podman");
    }

    #[test]
    fn headers_identify_an_engine_that_withholds_its_version() {
        let with = |server: &str| {
            let headers = EngineHeaders { server: Some(server.into()), api_version: Some("1.41".into()) };
            Identity::of(Version::default(), headers, Info::default())
        };
        let docker = with("Docker/28.2.2 (linux)");
        assert_eq!((docker.kind, docker.is_prompt, docker.api_version.as_deref()), (Kind::Docker, true, Some("1.41")));
        assert!(!with("Docker/20.10.24 (linux)").is_prompt);
        assert_eq!(with("Libpod/4.3.1 (linux)").kind, Kind::Podman);
        assert_eq!(with("nginx").kind, Kind::Unknown);
    }

    #[test]
    fn malformed_fields_are_unknown_and_affect_nothing_else() {
        let info = json!({"NCPU": -1, "MemTotal": 1u64 << 60, "KernelVersion": 6, "Swarm": []});
        let version = json!({"Version": "28.2.2", "ApiVersion": 1.41, "Components": [null, {"Name": "Engine"}]});
        let engine = Identity::answered(&version, &info);
        assert_eq!((engine.kind, engine.cpus, engine.memory, engine.api_version), (Kind::Docker, None, None, None));
    }
}
