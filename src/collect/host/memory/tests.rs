use super::*;

const KIB: u64 = 1024;

/// /proc/meminfo from Debian 12 on kernel 6.18, with swap.
const RECORDED: &str = "MemTotal:       24684084 kB
MemFree:        23530732 kB
MemAvailable:   24056480 kB
Buffers:            4432 kB
Cached:           413716 kB
SwapCached:            0 kB
Active:           169112 kB
Inactive:         244628 kB
Active(anon):       1600 kB
Inactive(anon):     2904 kB
Active(file):     167512 kB
Inactive(file):   241724 kB
Unevictable:       11512 kB
SwapTotal:       2097148 kB
SwapFree:        1572860 kB
Shmem:              8956 kB
Slab:             559820 kB
SReclaimable:     512984 kB
HugePages_Total:       0
Hugepagesize:       2048 kB
";

/// Two zones from /proc/zoneinfo on the same machine, shortened.
const ZONEINFO: &str = "Node 0, zone      DMA
  pages free     2816
        boost    0
        min      7
        low      10
        high     13
Node 0, zone   Normal
  pages free     5000
        min      16000
        low      20000
        high     24000
";

fn parse(meminfo: &str) -> MemoryReading {
    MemoryReading::parse(meminfo, || Some(ZONEINFO.into())).expect("a reading")
}

fn without(name: &str) -> String {
    RECORDED.lines().filter(|line| !line.starts_with(name)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn figures_of_the_kernel_are_used_unchanged() {
    let expected = MemoryReading {
        total: 24_684_084 * KIB,
        available: 24_056_480 * KIB,
        swap: Ok(SwapReading { total: 2_097_148 * KIB, used: 524_288 * KIB }),
    };
    assert_eq!(MemoryReading::parse(RECORDED, || panic!("not needed")), Ok(expected));
}

#[test]
fn available_memory_is_estimated_if_the_kernel_reports_none_or_0() {
    let low = 20_010 * rustix::param::page_size() as u64;
    let cache = (167_512 + 241_724) * KIB;
    let slab = 512_984 * KIB;
    let expected = 23_530_732 * KIB - low + cache - low.min(cache / 2) + slab - low.min(slab / 2);
    assert_eq!(parse(&without("MemAvailable")).available, expected);
    let zero = RECORDED.replace("MemAvailable:   24056480 kB", "MemAvailable:          0 kB");
    assert_eq!(parse(&zero).available, expected);
    let page_of_4_kib = rustix::param::page_size() == 4096;
    assert!(!page_of_4_kib || expected == 24_793_939_968, "psutil 7.2.2 returns this for the same files");
}

#[test]
fn without_zoneinfo_free_and_cached_are_available() {
    let expected = (23_530_732 + 413_716) * KIB;
    let no_zones = MemoryReading::parse(&without("MemAvailable"), || None).expect("a reading");
    assert_eq!(no_zones.available, expected);
    let older = without("MemAvailable").replace("SReclaimable", "SOther");
    assert_eq!(parse(&older).available, expected);
}

#[test]
fn free_memory_replaces_available_memory_above_the_total() {
    let distorted = RECORDED.replace("MemAvailable:   24056480", "MemAvailable:   99056480");
    assert_eq!(parse(&distorted).available, 23_530_732 * KIB);
}

#[test]
fn a_machine_without_swap_has_none() {
    assert_eq!(parse(&without("Swap")).swap, Ok(SwapReading::default()));
    let zero = "MemTotal: 4 kB\nMemFree: 1 kB\nSwapTotal: 0 kB\n";
    assert_eq!(swap_stats(&parse(zero)), Ok(None));
}

#[test]
fn impossible_memory_is_an_error() {
    let error = |text: &str| MemoryReading::parse(text, || None).expect_err("no reading");
    let distorted = RECORDED.replace("MemFree:        23530732", "MemFree:        99530732");
    assert_eq!(error(&distorted), "/proc/meminfo: MemFree is more than MemTotal");
    let huge = error("MemTotal: 1099511627776 kB\nMemFree: 1 kB\n");
    assert_eq!(huge, "/proc/meminfo: MemTotal cannot be 1125899906842624 bytes");
    assert_eq!(parse("MemTotal: 1099511627775 kB\nMemFree: 1 kB\n").total, (1 << 50) - 1024);
}

#[test]
fn impossible_swap_does_not_affect_memory() {
    let swap = |lines: &str| {
        let reading = parse(&(without("Swap") + lines));
        assert_eq!((reading.total, reading.available), (24_684_084 * KIB, 24_056_480 * KIB));
        swap_stats(&reading).expect_err("no swap")
    };
    let lxcfs = swap("SwapTotal: 9007199246672720 kB\nSwapFree: 0 kB\n");
    assert_eq!(lxcfs, "/proc/meminfo: SwapTotal cannot be 9223372028592865280 bytes");
    assert_eq!(swap("SwapTotal: 4 kB\nSwapFree: 5 kB\n"), "/proc/meminfo: SwapFree is more than SwapTotal");
    assert_eq!(swap("SwapTotal: 4 kB\n"), "/proc/meminfo has no SwapFree");
}

#[test]
fn text_that_is_not_meminfo_is_an_error_with_its_reason() {
    let error = |text: &str| MemoryReading::parse(text, || None).expect_err("no reading");
    assert_eq!(error(""), "/proc/meminfo has no MemTotal");
    assert_eq!(error("MemTotal: x kB\n"), "/proc/meminfo has no MemTotal");
    assert_eq!(error("MemTotal: 1 kB\n"), "/proc/meminfo has no MemFree");
    assert_eq!(error("MemTotal: 0 kB\nMemFree: 0 kB\n"), "/proc/meminfo: MemTotal is 0");
}
