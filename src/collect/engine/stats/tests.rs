use super::*;
use serde_json::{Value, json};

const MACHINE: u64 = 25_276_502_016;

fn engine(number: &str, component: &str) -> Identity {
    Identity::named(number, component, &json!({"NCPU": 2, "MemTotal": MACHINE}))
}

fn docker() -> Identity {
    engine("20.10.24+dfsg1", "Engine")
}

fn read(json: &Value, engine: &Identity) -> Result<ContainerCounters, ReadError> {
    counters(&serde_json::from_value(json.clone()).expect("a stats answer"), engine)
}

/// A response from dockerd 20.10.24 on cgroup v1, for a container with a memory limit; abridged.
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

/// A response from dockerd 20.10 on cgroup v2 with twelve CPUs, for a container without a memory limit; abridged.
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

/// A response from Podman 4.3.1 on cgroup v1, for a container limited to half a core and 128 MiB; abridged.
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
fn cgroup_v1_includes_child_cgroups() {
    let expected = ContainerCounters {
        cpu_total: Some(18_223_808),
        clock: Some(CpuClock::Host(22_371_390_000_000)),
        online_cpus: Some(2),
        memory: Some(63_897_600 - 12_582_912),
        memory_without_cache: Some(63_897_600 - 12_582_912 - 8_388_608),
        memory_limit: Some(134_217_728),
        limits: None,
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
        memory_limit: Some(MACHINE),
        limits: None,
    };
    assert_eq!(read(&recorded_v2(), &docker()), Ok(expected));
}

#[test]
fn podman_sends_no_cache_and_its_host_counter_is_not_used() {
    let expected = ContainerCounters {
        cpu_total: Some(452_580_443),
        clock: Some(CpuClock::Monotonic),
        online_cpus: Some(2),
        memory: Some(516_096),
        memory_without_cache: None,
        memory_limit: Some(134_217_728),
        limits: None,
    };
    assert_eq!(read(&recorded_podman(), &engine("4.3.1", "Podman Engine")), Ok(expected));
}

#[test]
fn absent_fields_are_unknown_and_affect_nothing_else() {
    let mut old = recorded_v1();
    old["cpu_stats"]["online_cpus"] = Value::Null;
    assert_eq!(read(&old, &docker()).expect("counters").online_cpus, Some(2), "the length of the per-CPU list");
    old["cpu_stats"]["cpu_usage"]["percpu_usage"] = Value::Null;
    assert_eq!(read(&old, &docker()).expect("counters").online_cpus, Some(2), "the machine's number of CPUs");
    assert_eq!(read(&old, &Identity::default()).expect("counters").online_cpus, None);
    old["read"] = Value::Null;
    assert!(read(&old, &docker()).is_ok(), "the timestamp is only needed to detect a stopped container");
}

#[test]
fn more_cache_than_usage_is_not_subtracted() {
    let mut odd = recorded_v2();
    odd["memory_stats"]["stats"]["inactive_file"] = json!(u64::MAX);
    let counters = read(&odd, &docker()).expect("counters");
    assert_eq!((counters.memory, counters.memory_without_cache), (Some(234_590_208), Some(0)));
}

#[test]
fn a_field_of_another_type_affects_only_itself() {
    let expected = read(&recorded_v1(), &docker());
    let mut odd = recorded_v1();
    odd["cpu_stats"]["cpu_usage"]["usage_in_kernelmode"] = json!(-5);
    odd["cpu_stats"]["throttling_data"] = json!("none");
    odd["memory_stats"]["max_usage"] = json!({});
    odd["memory_stats"]["stats"]["hierarchical_memory_limit"] = json!("text");
    odd["pids_stats"] = json!([]);
    assert_eq!(read(&odd, &docker()), expected);
    odd["memory_stats"]["usage"] = json!(-1);
    let counters = read(&odd, &docker()).expect("counters");
    assert_eq!((counters.cpu_total, counters.memory), (Some(18_223_808), None));
}

#[test]
fn counters_that_are_0_or_impossible_are_none() {
    let mut rootless = recorded_v1();
    rootless["cpu_stats"]["cpu_usage"]["total_usage"] = json!(0);
    assert_eq!(read(&rootless, &docker()).expect("memory").cpu_total, None);
    rootless["memory_stats"]["usage"] = json!(0);
    assert!(matches!(read(&rootless, &docker()), Err(ReadError::Failed(_))));
    let mut impossible = recorded_v1();
    impossible["memory_stats"]["usage"] = json!(1u64 << 50);
    assert_eq!(read(&impossible, &docker()).expect("CPU").memory, None);
}

#[test]
fn memory_without_details_has_no_known_cache() {
    for details in [Value::Null, json!({}), json!({"active_file": 5})] {
        let mut bare = recorded_v2();
        bare["memory_stats"]["stats"] = details;
        let counters = read(&bare, &docker()).expect("counters");
        assert_eq!((counters.memory, counters.memory_without_cache), (Some(234_590_208), None));
    }
}

#[test]
fn a_container_that_just_stopped_is_gone() {
    let stopped = json!({"read": "0001-01-01T00:00:00Z", "cpu_stats": {}, "memory_stats": {}});
    assert_eq!(read(&stopped, &docker()), Err(ReadError::Gone));
    let bare = read(&json!({"read": "2026-01-13T12:00:00Z"}), &docker());
    assert!(
        matches!(bare, Err(ReadError::Failed(_))),
        "a response without numbers does not mean that the container stopped"
    );
}
