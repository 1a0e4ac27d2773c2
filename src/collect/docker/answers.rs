//! What the engine's answers mean; pure.

use super::engine::Engine;
use crate::collect::containers::{ContainerCounters, CpuClock, ListedContainer, ReadError};
use crate::model::ContainerState;
use bollard::models::{
    ContainerMemoryStats, ContainerStatsResponse, ContainerSummary, ContainerSummaryStateEnum, HostConfig,
};

/// The kernel's period of CPU quotas, in microseconds, where none is set.
const DEFAULT_CPU_PERIOD: i64 = 100_000;

/// The row for a container; `None` for one that holds nothing (exited, created, being removed).
pub(super) fn listed(summary: ContainerSummary) -> Option<ListedContainer> {
    let state = match summary.state? {
        ContainerSummaryStateEnum::RUNNING => ContainerState::Running,
        ContainerSummaryStateEnum::PAUSED => ContainerState::Paused,
        ContainerSummaryStateEnum::RESTARTING => ContainerState::Restarting,
        _ => return None,
    };
    let id = summary.id?;
    // Links add names of the form /other/alias; the container's own has one slash.
    let own = summary.names.unwrap_or_default().into_iter().find_map(|name| {
        let name = name.strip_prefix('/').unwrap_or(&name);
        (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
    });
    let name = own.unwrap_or_else(|| id.chars().take(12).collect());
    Some(ListedContainer { id, name, state })
}

/// The counters in a one-shot answer; all but the limit of CPU, which is not in it.
pub(super) fn counters(stats: &ContainerStatsResponse, engine: &Engine) -> Result<ContainerCounters, ReadError> {
    let Some(read) = stats.read else {
        return Err(ReadError::Failed("the daemon's answer has no time".into()));
    };
    // A container that has just stopped is answered with the zero time and empty numbers.
    if read.timestamp() <= 0 {
        return Err(ReadError::Gone);
    }
    let cpu = stats.cpu_stats.as_ref();
    let usage = cpu.and_then(|cpu| cpu.cpu_usage.as_ref());
    let per_cpu = usage.and_then(|usage| usage.percpu_usage.as_ref()).and_then(|list| u32::try_from(list.len()).ok());
    let memory = stats.memory_stats.as_ref();
    Ok(ContainerCounters {
        cpu_total: usage.and_then(|usage| usage.total_usage),
        clock: if engine.is_podman {
            Some(CpuClock::Ours)
        } else {
            cpu.and_then(|cpu| cpu.system_cpu_usage).map(CpuClock::Host)
        },
        // Absent before Docker 1.13; cgroup v2 has no percpu_usage.
        online_cpus: cpu.and_then(|cpu| cpu.online_cpus).or(per_cpu).filter(|cpus| *cpus > 0).or(engine.cpus),
        memory: memory.and_then(usage_without_inactive),
        memory_without_cache: memory.and_then(usage_without_cache),
        memory_limit: memory.and_then(|memory| memory.limit).filter(|limit| is_limit(*limit, engine)),
        cpu_limit: None,
    })
}

/// `docker stats`' MEM USAGE, in bytes: usage less the page cache that was not used of late, but usage as it is where
/// the cache is said to be the larger.
fn usage_without_inactive(memory: &ContainerMemoryStats) -> Option<u64> {
    let (usage, inactive) = (memory.usage?, cache(memory, "inactive_file"));
    Some(if inactive < usage { usage - inactive } else { usage })
}

/// Usage less all page cache, in bytes; `None` where the engine does not tell the cache.
fn usage_without_cache(memory: &ContainerMemoryStats) -> Option<u64> {
    memory.stats.as_ref()?;
    Some(memory.usage?.saturating_sub(cache(memory, "inactive_file")).saturating_sub(cache(memory, "active_file")))
}

/// A part of the page cache, in bytes. cgroup v1 has it twice, and the one called total counts the groups below, too,
/// as that of v2 always does.
fn cache(memory: &ContainerMemoryStats, name: &str) -> u64 {
    let detail = |key: &str| memory.stats.as_ref().and_then(|stats| stats.get(key)).copied();
    detail(&format!("total_{name}")).or_else(|| detail(name)).unwrap_or(0)
}

/// Without a limit the kernel says a number beyond all memory, and the daemon the machine's size in its place.
fn is_limit(bytes: u64, engine: &Engine) -> bool {
    const BEYOND: u64 = 1 << 60;
    bytes > 0 && bytes < engine.memory.unwrap_or(BEYOND)
}

/// The smallest of what the kernel was told: a quota of time, or a set of CPUs; `None` without either.
pub(super) fn cpu_limit(config: &HostConfig) -> Option<f64> {
    let positive = |value: &i64| *value > 0;
    let nano = config.nano_cpus.filter(positive).map(|nano| nano as f64 / 1e9);
    let period = config.cpu_period.filter(positive).unwrap_or(DEFAULT_CPU_PERIOD);
    let quota = nano.or(config.cpu_quota.filter(positive).map(|quota| quota as f64 / period as f64));
    let set = config.cpuset_cpus.as_deref().and_then(cpus_in);
    match (quota, set) {
        (Some(quota), Some(set)) => Some(quota.min(set)),
        (quota, set) => quota.or(set),
    }
}

/// How many CPUs a list such as `0-2,4` names; `None` for none, and for what is no such list.
fn cpus_in(list: &str) -> Option<f64> {
    let count = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        Some(f64::from(last.checked_sub(first)?) + 1.0)
    };
    list.split(',').map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::SystemInfo;
    use serde_json::{Value, json};

    const MACHINE: u64 = 25_276_502_016;

    fn engine(number: &str, component: &str) -> Engine {
        let machine = SystemInfo { ncpu: Some(2), mem_total: Some(MACHINE.cast_signed()), ..Default::default() };
        Engine::named(number, component, &machine)
    }

    fn docker() -> Engine {
        engine("20.10.24+dfsg1", "Engine")
    }

    fn read(json: &Value, engine: &Engine) -> Result<ContainerCounters, ReadError> {
        counters(&serde_json::from_value(json.clone()).expect("a stats answer"), engine)
    }

    /// dockerd 20.10.24 on cgroup v1, a container with a limit of memory; shortened.
    fn recorded_v1() -> Value {
        json!({
            "read": "2026-11-22T20:04:17.155090287Z",
            "preread": "0001-01-01T00:00:00Z",
            "pids_stats": {"current": 1},
            "blkio_stats": {"io_service_bytes_recursive": []},
            "num_procs": 0,
            "storage_stats": {},
            "cpu_stats": {
                "cpu_usage": {"total_usage": 18223808, "percpu_usage": [833760, 17390048],
                              "usage_in_kernelmode": 0, "usage_in_usermode": 10000000},
                "system_cpu_usage": 22371390000000u64, "online_cpus": 2,
                "throttling_data": {"periods": 3, "throttled_periods": 0, "throttled_time": 0}
            },
            "precpu_stats": {"cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
                             "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}},
            "memory_stats": {
                "usage": 63897600, "max_usage": 78643200,
                "stats": {"active_anon": 4096, "active_file": 8192, "cache": 53248000, "inactive_anon": 53248,
                          "inactive_file": 4096, "hierarchical_memory_limit": 134217728, "rss": 57344,
                          "total_active_file": 8388608, "total_cache": 53248000, "total_inactive_file": 12582912,
                          "total_rss": 57344},
                "limit": 134217728
            },
            "name": "/lim",
            "id": "bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e7"
        })
    }

    /// dockerd 20.10 on cgroup v2, twelve CPUs, a container without a limit; shortened.
    fn recorded_v2() -> Value {
        json!({
            "read": "2022-03-03T10:00:01.2Z",
            "cpu_stats": {
                "cpu_usage": {"total_usage": 15320380000u64, "usage_in_kernelmode": 2795178000u64,
                              "usage_in_usermode": 12525202000u64},
                "system_cpu_usage": 6984872330000000u64, "online_cpus": 12
            },
            "memory_stats": {
                "usage": 234590208,
                "stats": {"active_anon": 172032, "active_file": 22441984, "anon": 151080960, "file": 82247680,
                          "inactive_anon": 200667136, "inactive_file": 11309056, "shmem": 48496640},
                "limit": MACHINE
            }
        })
    }

    /// podman 4.3.1 on cgroup v1, half a core and 128 MiB; shortened.
    fn recorded_podman() -> Value {
        json!({
            "read": "2026-11-22T20:04:44.368699539Z",
            "cpu_stats": {
                "cpu_usage": {"total_usage": 452580443, "percpu_usage": [177376990, 275203453],
                              "usage_in_kernelmode": 12000000, "usage_in_usermode": 440580443},
                "system_cpu_usage": 12623035491904u64, "online_cpus": 2, "cpu": 0
            },
            "precpu_stats": {"cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0}, "cpu": 0},
            "memory_stats": {"usage": 516096, "limit": 134217728},
            "name": "plim",
            "Id": "df56c710376560b0c8e936e292f079590d4a8d881bba466e1983fabbaf0dd623"
        })
    }

    #[test]
    fn cgroup_v1_counts_the_groups_below() {
        let expected = ContainerCounters {
            cpu_total: Some(18_223_808),
            clock: Some(CpuClock::Host(22_371_390_000_000)),
            online_cpus: Some(2),
            memory: Some(63_897_600 - 12_582_912),
            memory_without_cache: Some(63_897_600 - 12_582_912 - 8_388_608),
            memory_limit: Some(134_217_728),
            cpu_limit: None,
        };
        assert_eq!(read(&recorded_v1(), &docker()), Ok(expected));
    }

    #[test]
    fn cgroup_v2_has_other_names_and_no_per_cpu_list() {
        let expected = ContainerCounters {
            cpu_total: Some(15_320_380_000),
            clock: Some(CpuClock::Host(6_984_872_330_000_000)),
            online_cpus: Some(12),
            memory: Some(234_590_208 - 11_309_056),
            memory_without_cache: Some(234_590_208 - 11_309_056 - 22_441_984),
            memory_limit: None,
            cpu_limit: None,
        };
        assert_eq!(read(&recorded_v2(), &docker()), Ok(expected));
    }

    #[test]
    fn podman_tells_no_cache_and_its_host_counter_is_not_used() {
        let expected = ContainerCounters {
            cpu_total: Some(452_580_443),
            clock: Some(CpuClock::Ours),
            online_cpus: Some(2),
            memory: Some(516_096),
            memory_without_cache: None,
            memory_limit: Some(134_217_728),
            cpu_limit: None,
        };
        assert_eq!(read(&recorded_podman(), &engine("4.3.1", "Podman Engine")), Ok(expected));
    }

    #[test]
    fn absent_fields_are_unknown_and_nothing_else() {
        let mut old = recorded_v1();
        old["cpu_stats"]["online_cpus"] = Value::Null;
        assert_eq!(read(&old, &docker()).expect("counters").online_cpus, Some(2), "the per-CPU list is as long");
        old["cpu_stats"]["cpu_usage"]["percpu_usage"] = Value::Null;
        assert_eq!(read(&old, &docker()).expect("counters").online_cpus, Some(2), "else what the machine has");
        assert_eq!(read(&old, &Engine::default()).expect("counters").online_cpus, None);
        let bare = read(&json!({"read": "2026-01-13T12:00:00Z"}), &Engine::default());
        assert_eq!(bare, Ok(ContainerCounters::default()));
    }

    #[test]
    fn more_cache_than_usage_is_not_subtracted() {
        let mut odd = recorded_v2();
        odd["memory_stats"]["stats"]["inactive_file"] = json!(u64::MAX);
        let counters = read(&odd, &docker()).expect("counters");
        assert_eq!((counters.memory, counters.memory_without_cache), (Some(234_590_208), Some(0)));
    }

    #[test]
    fn the_machine_s_size_and_numbers_beyond_are_no_limit() {
        let with_limit = |limit: u64, engine: &Engine| {
            let mut stats = recorded_v1();
            stats["memory_stats"]["limit"] = json!(limit);
            read(&stats, engine).expect("counters").memory_limit
        };
        for limit in [0, MACHINE, MACHINE + 1, 9_223_372_036_854_771_712, u64::MAX] {
            assert_eq!(with_limit(limit, &docker()), None, "{limit}");
        }
        assert_eq!(with_limit(MACHINE - 1, &docker()), Some(MACHINE - 1));
        assert_eq!(with_limit(9_223_372_036_854_771_712, &Engine::default()), None);
    }

    #[test]
    fn a_container_that_just_stopped_is_gone() {
        let stopped = json!({"read": "0001-01-01T00:00:00Z", "cpu_stats": {}, "memory_stats": {}});
        assert_eq!(read(&stopped, &docker()), Err(ReadError::Gone));
        assert!(matches!(read(&json!({}), &docker()), Err(ReadError::Failed(_))), "an empty answer is no end");
    }

    #[test]
    fn the_limit_of_cpu_is_the_smallest_that_was_set() {
        let limit = |nano: i64, quota: i64, period: i64, set: &str| {
            cpu_limit(&HostConfig {
                nano_cpus: Some(nano),
                cpu_quota: Some(quota),
                cpu_period: Some(period),
                cpuset_cpus: Some(set.into()),
                ..Default::default()
            })
        };
        assert_eq!(cpu_limit(&HostConfig::default()), None);
        assert_eq!(limit(0, 0, 0, ""), None);
        assert_eq!(limit(0, -1, 100_000, ""), None, "the kernel's word for none");
        assert_eq!(limit(500_000_000, 0, 0, ""), Some(0.5));
        assert_eq!(limit(0, 150_000, 0, ""), Some(1.5));
        assert_eq!(limit(0, 10_000, 50_000, ""), Some(0.2));
        assert_eq!(limit(0, 0, 0, "0-2,4"), Some(4.0));
        assert_eq!(limit(1_500_000_000, 0, 0, "3"), Some(1.0));
        for nonsense in ["x", "3-1", "-", ",", "0-4294967296"] {
            assert_eq!(limit(0, 0, 0, nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn names_lose_their_slash_and_links_are_no_names() {
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
