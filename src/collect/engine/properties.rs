//! Property tests for responses from an engine: well-formed responses with arbitrary numbers, and malformed ones.

use super::events;
use super::identity::Identity;
use super::inspect::Inspected;
use super::list;
use super::stats::{Stats, counters};
use crate::collect::containers::{ContainerDetails, ListedContainer, Rates, ReadError, Reading, Scrape, summarize};
use crate::collect::host::properties::{config, counter, meminfo, stat};
use crate::collect::host::{CpuTimes, HostUsage, MemoryReading};
use crate::collect::sample::Sample;
use crate::model::{ContainerState, ContainersStats, Split, Timestamp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_secs(5);

/// Generates a field's value: usually a counter, sometimes missing, null or of the wrong type.
fn field() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        20 => counter().prop_map(|number| Some(json!(number))),
        2 => Just(None),
        1 => Just(Some(Value::Null)),
        1 => any::<f64>().prop_map(|number| Some(json!(number))),
        1 => any::<i64>().prop_map(|number| Some(json!(number))),
        1 => "\\PC{0,8}".prop_map(|text| Some(json!(text))),
    ]
}

fn object(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::vec(field(), names.len()).prop_map(|values| {
        let fields = names.iter().zip(values).filter_map(|(name, value)| Some((name.to_string(), value?)));
        Value::Object(fields.collect::<Map<_, _>>())
    })
}

/// Generates a one-shot statistics response as JSON text.
fn statistics() -> impl Strategy<Value = String> {
    let read = prop_oneof![
        9 => Just("2026-01-13T12:00:00.5Z"),
        1 => Just("0001-01-01T00:00:00Z"),
        1 => Just("yesterday"),
    ];
    let cpu = object(&["system_cpu_usage", "online_cpus"]);
    let usage = object(&["total_usage", "usage_in_kernelmode"]);
    let details = object(&["total_inactive_file", "inactive_file", "total_active_file", "active_file"]);
    let per_cpu = prop::option::of(prop::collection::vec(counter(), 0..4));
    (read, cpu, usage, per_cpu, object(&["usage", "limit"]), prop::option::of(details)).prop_map(
        |(read, mut cpu, mut usage, per_cpu, mut memory, details)| {
            usage["percpu_usage"] = json!(per_cpu);
            cpu["cpu_usage"] = usage;
            memory["stats"] = json!(details);
            json!({"read": read, "cpu_stats": cpu, "memory_stats": memory}).to_string()
        },
    )
}

fn engine() -> impl Strategy<Value = Identity> {
    let name = prop_oneof![Just("Engine"), Just("Podman Engine"), Just("Other")];
    let info = object(&["NCPU", "MemTotal", "KernelVersion"]);
    (name, odd_or(json!("20.10.24")), info).prop_map(|(name, version, info)| {
        Identity::answered(&json!({"Version": version, "Components": [null, {"Name": name}]}), &info)
    })
}

/// Generates the given value most of the time, and otherwise a value that is usually of the wrong type.
fn odd_or(value: Value) -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.8), field())
        .prop_map(move |(is_sane, odd)| if is_sane { value.clone() } else { odd.unwrap_or(Value::Null) })
}

/// Generates a list with one well-formed container at a random index among others that may be malformed.
fn list() -> impl Strategy<Value = Value> {
    let element = (odd_or(json!("b")), odd_or(json!(["/b"])), odd_or(json!("paused")), field());
    let element = element.prop_map(
        |(id, names, state, ports)| json!({"Id": id, "Names": names, "State": state, "Ports": ports, "Labels": ports}),
    );
    let element = prop_oneof![4 => element, 1 => field().prop_map(|odd| odd.unwrap_or(Value::Null))];
    (prop::collection::vec(element, 0..4), any::<prop::sample::Index>()).prop_map(|(mut list, place)| {
        list.insert(place.index(list.len() + 1), json!({"Id": "a", "Names": ["/a"], "State": "running"}));
        Value::Array(list)
    })
}

/// Builds a scrape of two containers from the given responses.
fn scrape(at: Instant, answers: &[String; 2], engine: &Identity, stat: &str, meminfo: &str) -> Sample<Scrape> {
    let reading = |(index, text): (usize, &String)| {
        let id = format!("container-{index}");
        let container = ListedContainer { id: id.clone(), name: id, state: ContainerState::Running, up_seconds: None };
        let read = match serde_json::from_str::<Stats>(text) {
            Ok(stats) => counters(&stats, engine),
            Err(error) => Err(ReadError::Failed(error.to_string())),
        };
        let details = ContainerDetails::default();
        match read {
            Ok(counters) => Some(Reading { container, details, counters: Some(Ok((at, counters))) }),
            Err(ReadError::Failed(reason)) => Some(Reading { container, details, counters: Some(Err(reason)) }),
            Err(ReadError::Gone) => None,
        }
    };
    let host = HostUsage { cpu: CpuTimes::parse(stat), memory: MemoryReading::parse(meminfo, || None) };
    let containers = answers.iter().enumerate().filter_map(reading).collect();
    Sample { at, timestamp: Timestamp::now(), data: Scrape { containers, host } }
}

fn adds_up(split: &Option<Split>, most: f64) -> bool {
    split.as_ref().is_none_or(|Split { host, containers, other, clamped, .. }| {
        // An exabyte in MiB leaves an f64 too little precision for decimals, so the tolerance grows with the value.
        let tolerance = 0.051 + host * 1e-9;
        let in_range = [host, containers, other].iter().all(|part| (0.0..=most).contains(*part));
        in_range && (host - containers - other).abs() <= tolerance && (!clamped || *other == 0.0)
    })
}

fn holds(stats: &ContainersStats) -> bool {
    let row_holds = |row: &crate::model::ContainerStats| {
        let host = row.cpu_host_percent.unwrap_or(0.0);
        (0.0..=100.0).contains(&host)
            && row.cpu.is_none_or(|cpu| cpu.is_finite() && cpu >= 0.0)
            && row.memory_mb.is_none_or(|memory| memory.is_finite() && memory >= 0.0)
            && row.memory_limit_mb.is_none_or(|limit| limit >= 0.0)
            && row.cpu.is_some() == row.cpu_host_percent.is_some()
            && (row.error.is_none() || row.cpu.is_none() || row.memory_mb.is_none())
            && (row.error.is_some() || row.memory_mb.is_some())
            && [row.memory_mb, row.memory_limit_mb].into_iter().flatten().all(|mb| mb <= (1u64 << 30) as f64)
    };
    stats.containers.iter().all(row_holds)
        && stats.measured_count <= stats.running_count
        && stats.total_cpu_percent.is_none_or(|total| total.is_finite() && total >= 0.0)
        && stats.total_memory_mb.is_none_or(|total| total.is_finite() && total >= 0.0)
        && adds_up(&stats.split.cpu_percent, 100.0)
        && adds_up(&stats.split.memory_percent, 100.0)
        && adds_up(&stats.split.memory_mb, f64::MAX)
}

/// Whether no row uses more CPU than the largest number of CPUs in the responses allows.
fn within_cpus(stats: &ContainersStats, answers: &[String; 2], engine: &Identity) -> bool {
    let cpus = |text: &String| {
        let stats = serde_json::from_str::<Stats>(text).ok()?;
        counters(&stats, engine).ok()?.online_cpus.map(f64::from)
    };
    let most = answers.iter().filter_map(cpus).fold(0.0, f64::max);
    stats.containers.iter().filter(|row| !row.stale).all(|row| row.cpu.is_none_or(|cpu| cpu <= 100.0 * most))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_two_responses_give_numbers_in_range(
        engine in engine(),
        first in [statistics(), statistics()],
        second in [statistics(), statistics()],
        stats in [stat(), stat()],
        meminfo in meminfo(),
    ) {
        let (mut rates, start) = (Rates::default(), Instant::now());
        let mut derive = |scrape| summarize(rates.update(scrape, "", 3 * TICK).data);
        let before = derive(scrape(start, &first, &engine, &stats[0], &meminfo));
        prop_assert!(holds(&before), "{before:?}");
        prop_assert!(before.containers.iter().all(|row| row.cpu.is_none()), "nothing to compare with: {before:?}");
        let now = derive(scrape(start + TICK, &second, &engine, &stats[1], &meminfo));
        prop_assert!(holds(&now) && within_cpus(&now, &second, &engine), "{now:?}");
    }

    #[test]
    fn any_bytes_are_parsed_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,100}") {
        if let Ok(stats) = serde_json::from_slice::<Stats>(&bytes) {
            let _ = counters(&stats, &Identity::default());
        }
        let _ = list::parse(&String::from_utf8_lossy(&bytes));
        let _ = events::id(&text);
    }

    #[test]
    fn a_malformed_container_never_affects_another_row(list in list()) {
        let listed = list::parse(&list.to_string()).expect("a list");
        prop_assert!(listed.iter().any(|container| container.id == "a" && container.name == "a"), "{listed:?}");
    }

    #[test]
    fn any_limits_are_parsed_or_unknown(
        config in object(&["Memory", "NanoCpus", "CpuQuota", "CpuPeriod"]),
        set in "[0-9,\\- ]{0,8}",
        counted in counter(),
        machine in prop::option::of(counter()),
    ) {
        let mut config = config;
        config["CpusetCpus"] = json!(set);
        let inspected: Inspected = serde_json::from_value(json!({"HostConfig": config})).expect("an inspection");
        let details = inspected.into_details();
        let cores = [details.container.cpu_quota, details.container.cpu_set];
        prop_assert!(cores.into_iter().flatten().all(|cores| cores.is_finite() && cores > 0.0));
        let limit = details.memory_limit(Some(counted), machine);
        prop_assert!(limit.is_none_or(|limit| limit == counted && limit > 0));
    }
}
