//! A fake host reader and a fake container reader.

use host_telemetry::collect::{
    ContainerCounters, ContainerDetails, ContainerList, ContainerReader, CpuClock, CpuTimes, DiskUsage, HostReader,
    HostReading, HostUsage, KernelReading, ListedContainer, MemoryReading, ReadError, SwapReading,
};
use host_telemetry::model::{ContainerState, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const GIB: u64 = 1 << 30;

/// A host with two cores and a constant CPU utilization, 45% by default.
pub struct FakeHost {
    ticks: Arc<AtomicU64>,
    /// CPU utilization in percent.
    busy: u64,
    readable: bool,
}

impl FakeHost {
    pub fn new() -> Self {
        Self { ticks: Arc::default(), busy: 45, readable: true }
    }

    /// A host with the given CPU utilization in percent.
    pub fn busy(percent: u64) -> Self {
        Self { busy: percent, ..Self::new() }
    }

    pub fn unreadable() -> Self {
        Self { readable: false, ..Self::new() }
    }

    fn usage(ticks: &AtomicU64, percent: u64) -> HostUsage {
        let ticks = ticks.fetch_add(100, Ordering::Relaxed) + 100;
        let (busy, idle) = (ticks * percent / 100, ticks * (100 - percent) / 100);
        let swap = Ok(SwapReading { total: 4 * GIB, used: GIB });
        let memory = MemoryReading { total: 20 * GIB, available: 15 * GIB / 2, swap };
        HostUsage {
            cpu: CpuTimes::parse(&format!("cpu {busy} 0 0 {idle}\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")),
            memory: Ok(memory),
        }
    }
}

impl HostReader for FakeHost {
    fn read(&mut self) -> HostReading {
        if !self.readable {
            return HostReading { usage: HostUsage::unread("gone"), disk: Err("gone".into()) };
        }
        HostReading {
            usage: Self::usage(&self.ticks, self.busy),
            disk: Ok(DiskUsage {
                total: 200 * GIB,
                used: 108 * GIB,
                available: 92 * GIB,
                read_only: false,
                path: "/".into(),
            }),
        }
    }

    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static {
        let (ticks, busy) = (Arc::clone(&self.ticks), self.busy);
        move || Self::usage(&ticks, busy)
    }
}

/// How a [`FakeEngine`] behaves.
#[derive(Clone)]
pub enum Engine {
    /// Lists the named containers. One named `broken` fails, one named `silent` is reported as gone, and all others use
    /// 10% of the host's CPU.
    Up(Vec<&'static str>),
    /// Refuses connections.
    Down,
    /// Never answers.
    Hung,
    /// Lists one container, then stops answering, like a daemon that hangs during a scrape.
    HungAfterList,
}

#[derive(Clone)]
pub struct FakeEngine {
    engine: Arc<Mutex<Engine>>,
    clock: Arc<AtomicU64>,
    /// How many times the list has been requested.
    pub lists: Arc<AtomicU64>,
    /// Whether the engine runs on the measured host.
    local: bool,
}

impl FakeEngine {
    pub fn new(engine: Engine) -> Self {
        Self { engine: Arc::new(Mutex::new(engine)), clock: Arc::default(), lists: Arc::default(), local: true }
    }

    /// An engine on a different machine from the measured host.
    pub fn remote(engine: Engine) -> Self {
        Self { local: false, ..Self::new(engine) }
    }

    pub fn becomes(&self, engine: Engine) {
        *self.engine.lock().unwrap() = engine;
    }
}

impl ContainerReader for FakeEngine {
    async fn list(&self) -> Result<ContainerList, String> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.clock.fetch_add(1_000_000_000, Ordering::Relaxed);
        let engine = self.engine.lock().unwrap().clone();
        match engine {
            Engine::Up(names) => Ok(list(&names)),
            Engine::Down => Err("nothing listens".into()),
            Engine::HungAfterList => {
                self.becomes(Engine::Hung);
                Ok(list(&["hung"]))
            }
            Engine::Hung => std::future::pending().await,
        }
    }

    async fn list_again(&self) -> Result<ContainerList, String> {
        self.list().await
    }

    async fn changed(&self) {
        std::future::pending().await
    }

    async fn kernel_counters(&self, containers: &[ListedContainer]) -> Vec<KernelReading> {
        vec![KernelReading::Unknown; containers.len()]
    }

    async fn counters(&self, container: &ListedContainer) -> Result<ContainerCounters, ReadError> {
        let system = self.clock.load(Ordering::Relaxed);
        match container.id.as_str() {
            "broken" => Err(ReadError::Failed("no answer".into())),
            "silent" => Err(ReadError::Gone),
            "hung" => std::future::pending().await,
            _ => Ok(ContainerCounters {
                cpu_total: Some(system / 10),
                clock: Some(CpuClock::Host(system)),
                online_cpus: Some(2),
                memory: Some(512 << 20),
                memory_without_cache: Some(256 << 20),
                memory_limit: Some(1 << 30),
                limits: None,
            }),
        }
    }

    fn details(&self, _: &ListedContainer) -> ContainerDetails {
        ContainerDetails {
            limits_known: true,
            cpu_quota: Some(1.5),
            image: Some("agent:1".into()),
            restart_count: Some(0),
            ..ContainerDetails::default()
        }
    }

    fn concurrency(&self) -> usize {
        usize::MAX
    }

    fn engine(&self) -> Option<host_telemetry::model::Engine> {
        Some(host_telemetry::model::Engine::Docker)
    }

    fn is_local(&self) -> bool {
        self.local
    }
}

fn list(names: &[&str]) -> ContainerList {
    let containers = names.iter().map(|name| listed(name)).collect();
    ContainerList { containers, at: Instant::now(), timestamp: Timestamp::now(), is_hung: false }
}

fn listed(name: &str) -> ListedContainer {
    ListedContainer { id: name.into(), name: format!("agent-{name}"), state: ContainerState::Running, up_seconds: None }
}
