//! Memory and swap of the host, from /proc/meminfo.
//!
//! Not from sysinfo: it repeats its last numbers where the file cannot be read, and its available memory differs from
//! `free`'s and psutil's where the kernel's figure is missing, 0 or above the total.

use crate::collect::procfs;
use crate::model::{GIB, MemoryStats, SwapStats, percent_of, round1};

/// The kernel's account of memory, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryReading {
    /// All memory; more than 0.
    pub total: u64,
    /// What new programs can have without swapping; at most `total`.
    pub available: u64,
    /// All swap space; 0 on a machine without any.
    pub swap_total: u64,
    /// Swap space in use; at most `swap_total`.
    pub swap_used: u64,
}

impl MemoryReading {
    /// Reads the text of /proc/meminfo, and that of /proc/zoneinfo only where the kernel does not say how much is
    /// available. The error says what is missing.
    pub fn parse(meminfo: &str, zoneinfo: impl FnOnce() -> Option<String>) -> Result<Self, String> {
        let lines = Lines(meminfo);
        let need = |name: &str| lines.get(name).ok_or_else(|| format!("/proc/meminfo has no {name}"));
        let total = need("MemTotal")?;
        if total == 0 {
            return Err("/proc/meminfo: MemTotal is 0".into());
        }
        let free = need("MemFree")?;
        // Kernels before 3.14 have none, and some later ones wrongly say 0. `free` and psutil estimate it, too.
        let available = match lines.get("MemAvailable") {
            None | Some(0) => lines.estimate(free, zoneinfo().as_deref()),
            Some(available) => available,
        };
        let swap_total = lines.get("SwapTotal").unwrap_or(0);
        Ok(Self {
            total,
            // Containers can have a rewritten total and the machine's available memory.
            available: if available > total { free.min(total) } else { available },
            swap_total,
            swap_used: swap_total.saturating_sub(lines.get("SwapFree").unwrap_or(0)),
        })
    }

    /// In use, as `free` and psutil (7.1 and later) define it: total less available.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.available)
    }
}

/// This machine's memory now, or why it cannot be read.
pub(in crate::collect) fn read_memory() -> Result<MemoryReading, String> {
    let meminfo = procfs::read("/proc/meminfo")?;
    MemoryReading::parse(&meminfo, || procfs::read("/proc/zoneinfo").ok())
}

/// psutil >= 7.1 and `free`: used is total less available.
pub(super) fn stats(memory: &MemoryReading) -> MemoryStats {
    let used = memory.used() as f64;
    MemoryStats {
        percent: round1(percent_of(used, memory.total as f64).unwrap_or(0.0)),
        used_gb: round1(used / GIB),
        total_gb: round1(memory.total as f64 / GIB),
        available_gb: round1(memory.available as f64 / GIB),
    }
}

/// `None` on a machine without swap space.
pub(super) fn swap_stats(memory: &MemoryReading) -> Option<SwapStats> {
    let (used, total) = (memory.swap_used as f64, memory.swap_total as f64);
    Some(SwapStats {
        percent: round1(percent_of(used, total)?),
        used_gb: round1(used / GIB),
        total_gb: round1(total / GIB),
    })
}

/// The file's lines, each `Name:   123 kB`.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    /// The named line's value in bytes; `None` if there is no such line or it holds no number.
    fn get(&self, name: &str) -> Option<u64> {
        let value = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kib: u64 = value.split_ascii_whitespace().next()?.parse().ok()?;
        Some(kib.saturating_mul(1024))
    }

    /// The kernel's formula for MemAvailable (mm/page_alloc.c, si_mem_available), as psutil repeats it: free memory above
    /// the zones' low watermarks, plus the page cache and the reclaimable slab, each less half of itself, or less the
    /// watermarks if these are smaller.
    fn estimate(&self, free: u64, zoneinfo: Option<&str>) -> u64 {
        let sum = |names: &[&str]| names.iter().try_fold(0u64, |sum, name| Some(sum.saturating_add(self.get(name)?)));
        let (Some(cache), Some(slab), Some(zoneinfo)) =
            (sum(&["Active(file)", "Inactive(file)"]), sum(&["SReclaimable"]), zoneinfo)
        else {
            return free.saturating_add(self.get("Cached").unwrap_or(0));
        };
        let low = low_watermarks(zoneinfo).saturating_mul(rustix::param::page_size() as u64);
        let spare = |part: u64| part - (part / 2).min(low);
        free.saturating_add(spare(cache)).saturating_add(spare(slab)).saturating_sub(low)
    }
}

/// The sum of all zones' low watermarks, in pages.
fn low_watermarks(zoneinfo: &str) -> u64 {
    let low = |line: &str| line.trim_start().strip_prefix("low")?.trim().parse::<u64>().ok();
    zoneinfo.lines().filter_map(low).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    /// Debian 12 on kernel 6.18, with swap.
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

    /// Two zones of the same machine, shortened.
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
    fn the_kernels_figures_are_taken_as_they_are() {
        let expected = MemoryReading {
            total: 24_684_084 * KIB,
            available: 24_056_480 * KIB,
            swap_total: 2_097_148 * KIB,
            swap_used: 524_288 * KIB,
        };
        assert_eq!(MemoryReading::parse(RECORDED, || panic!("not needed")), Ok(expected));
    }

    #[test]
    fn available_memory_is_estimated_where_the_kernel_gives_none_or_0() {
        let low = 20_010 * rustix::param::page_size() as u64;
        let cache = (167_512 + 241_724) * KIB;
        let slab = 512_984 * KIB;
        let expected = 23_530_732 * KIB - low + cache - low.min(cache / 2) + slab - low.min(slab / 2);
        assert_eq!(parse(&without("MemAvailable")).available, expected);
        let zero = RECORDED.replace("MemAvailable:   24056480 kB", "MemAvailable:          0 kB");
        assert_eq!(parse(&zero).available, expected);
        let page_of_4_kib = rustix::param::page_size() == 4096;
        assert!(!page_of_4_kib || expected == 24_793_939_968, "psutil 7.2.2 on the same files");
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
    fn available_above_the_total_is_what_is_free() {
        let distorted = RECORDED.replace("MemAvailable:   24056480", "MemAvailable:   99056480");
        assert_eq!(parse(&distorted).available, 23_530_732 * KIB);
        let all_distorted = distorted.replace("MemFree:        23530732", "MemFree:        99530732");
        assert_eq!(parse(&all_distorted).available, 24_684_084 * KIB);
    }

    #[test]
    fn a_machine_without_swap_has_none() {
        let none = parse(&without("Swap"));
        assert_eq!((none.swap_total, none.swap_used), (0, 0));
    }

    #[test]
    fn text_that_is_not_meminfo_is_an_error_with_its_reason() {
        let error = |text: &str| MemoryReading::parse(text, || None).expect_err("no reading");
        assert_eq!(error(""), "/proc/meminfo has no MemTotal");
        assert_eq!(error("MemTotal: x kB\n"), "/proc/meminfo has no MemTotal");
        assert_eq!(error("MemTotal: 1 kB\n"), "/proc/meminfo has no MemFree");
        assert_eq!(error("MemTotal: 0 kB\nMemFree: 0 kB\n"), "/proc/meminfo: MemTotal is 0");
    }
}
