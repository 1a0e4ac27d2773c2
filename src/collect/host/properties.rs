//! Property tests with any counters that a kernel could report, and with arbitrary text.
//!
//! `make test` tries the same inputs each time; `make fuzz` tries over a million that differ from run to run.

use super::filesystem::Blocks;
use super::{CpuTimes, DiskUsage, HostReading, HostUsage, MemoryReading, derive};
use crate::model::{GIB, HostStats};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::path::Path;
use std::time::Duration;

/// A configuration that runs `PROPTEST_CASES` cases with a random seed, or 2,000 cases with a fixed seed if the
/// variable is not set.
pub(in crate::collect) fn config() -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    }
    ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() }
}

/// Mostly ordinary counter values, mixed with 0, `u64::MAX` and arbitrary numbers.
pub(in crate::collect) fn counter() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..1u64 << 40, 1 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX)]
}

/// Arbitrary results from statvfs, including negative numbers.
fn blocks() -> impl Strategy<Value = Blocks> {
    let count = || prop_oneof![4 => counter(), 1 => (0..1u64 << 40).prop_map(u64::wrapping_neg)];
    let size = prop_oneof![4 => Just(4096), 1 => 0..1u64 << 24, 1 => any::<u64>()];
    (size, count(), count(), count()).prop_map(|(size, total, free, available)| Blocks { size, total, free, available })
}

/// The contents of /proc/stat, with up to eleven columns and three CPUs.
pub(in crate::collect) fn stat() -> impl Strategy<Value = String> {
    (prop::collection::vec(counter(), 0..12), 0..4usize).prop_map(|(columns, cpus)| {
        let columns: Vec<String> = columns.iter().map(u64::to_string).collect();
        let lines: String = (0..cpus).map(|cpu| format!("cpu{cpu} 1 2 3 4\n")).collect();
        format!("cpu  {}\n{lines}intr 7\n", columns.join(" "))
    })
}

/// The contents of /proc/meminfo, from which any line may be missing.
pub(in crate::collect) fn meminfo() -> impl Strategy<Value = String> {
    const NAMES: [&str; 9] = [
        "MemTotal",
        "MemFree",
        "MemAvailable",
        "Cached",
        "Active(file)",
        "Inactive(file)",
        "SReclaimable",
        "SwapTotal",
        "SwapFree",
    ];
    prop::collection::vec(prop::option::weighted(0.9, counter()), NAMES.len()).prop_map(|values| {
        let line = |(name, value): (&str, Option<u64>)| Some(format!("{name}: {} kB\n", value?));
        NAMES.into_iter().zip(values).filter_map(line).collect()
    })
}

fn is_percent(value: f64) -> bool {
    (0.0..=100.0).contains(&value)
}

/// Whether the part is between 0 and the whole, and the whole is at most 1 PiB.
fn are_bytes(part_gb: f64, whole_gb: f64) -> bool {
    0.0 <= part_gb && part_gb <= whole_gb && whole_gb * GIB <= (1u64 << 50) as f64
}

fn holds(stats: &HostStats) -> bool {
    let space = |percent: f64, used_gb: f64, total_gb: f64| is_percent(percent) && are_bytes(used_gb, total_gb);
    stats.cpu.iter().all(|cpu| is_percent(cpu.percent) && cpu.count > 0)
        && stats.memory.iter().all(|memory| space(memory.percent, memory.used_gb, memory.total_gb))
        && stats.memory.iter().all(|memory| are_bytes(memory.available_gb, memory.total_gb))
        && stats.swap.iter().all(|swap| space(swap.percent, swap.used_gb, swap.total_gb))
        && stats.disk.iter().all(|disk| space(disk.percent, disk.used_gb, disk.total_gb))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_two_host_readings_give_valid_numbers(
        before in stat(),
        now in stat(),
        meminfo in meminfo(),
        zoneinfo in prop::option::of("(low [0-9]{1,20}\n){0,3}"),
        (blocks, read_only) in (blocks(), any::<bool>()),
        milliseconds in prop_oneof![0..10_000u64, any::<u64>()],
    ) {
        let reading = HostReading {
            usage: HostUsage { cpu: CpuTimes::parse(&now), memory: MemoryReading::parse(&meminfo, || zoneinfo) },
            disk: DiskUsage::of(blocks, read_only, Path::new("/")),
        };
        let before = CpuTimes::parse(&before).ok();
        if let Ok(memory) = &reading.usage.memory {
            let swap = memory.swap.clone().unwrap_or_default();
            prop_assert!(memory.available <= memory.total && swap.used <= swap.total, "{memory:?}");
        }
        let before = before.as_ref().map(|times| (times, Duration::from_millis(milliseconds)));
        if let Ok(stats) = derive("host", &reading, before) {
            prop_assert!(holds(&stats), "{stats:?}");
            prop_assert!(stats.errors.swap.is_none() || stats.swap.is_none() && stats.memory.is_some(), "{stats:?}");
            let unknown = [stats.cpu.is_none(), stats.memory.is_none(), stats.disk.is_none()];
            let errors = [stats.errors.cpu, stats.errors.memory, stats.errors.disk];
            prop_assert_eq!(unknown, errors.map(|reason| reason.is_some()));
        }
    }

    #[test]
    fn any_text_is_parsed_or_rejected(text in "[\\PC\n:0-9 ]{0,200}") {
        let _ = CpuTimes::parse(&text);
        let _ = CpuTimes::parse(&format!("cpu {text}"));
        let _ = MemoryReading::parse(&text, || Some(text.clone()));
        let _ = MemoryReading::parse(&format!("MemTotal: 1 kB\nMemFree: {text}"), || Some(text.clone()));
    }
}
