//! Memory and swap of the host, from /proc/meminfo.
//!
//! sysinfo is not used: it repeats its last numbers if the file cannot be read, and its figure for available memory
//! differs from `free` and psutil if the kernel's figure is missing, 0 or above the total.

#[cfg(test)]
mod tests;

use crate::collect::bounds::bytes_of;
use crate::collect::procfs;
use crate::model::{GIB, MemoryStats, SwapStats, percent_of, round1};

/// The host's memory and swap space, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryReading {
    /// Total memory; less than 1 PiB, and more than 0 except in the default.
    pub total: u64,
    /// Memory available to new programs without swapping; at most `total`.
    pub available: u64,
    /// Swap space, or why it is unknown.
    pub swap: Result<SwapReading, String>,
}

/// Swap space, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapReading {
    /// Total swap space; 0 on a machine without swap, always less than 1 PiB.
    pub total: u64,
    /// Used swap space; at most `total`.
    pub used: u64,
}

impl Default for MemoryReading {
    fn default() -> Self {
        Self { total: 0, available: 0, swap: Ok(SwapReading::default()) }
    }
}

impl MemoryReading {
    /// Parses the contents of /proc/meminfo. `zoneinfo` returns the contents of /proc/zoneinfo, or `None` if they
    /// cannot be read; it is called only if MemAvailable is missing or 0. The error says what is missing or impossible.
    pub fn parse(meminfo: &str, zoneinfo: impl FnOnce() -> Option<String>) -> Result<Self, String> {
        let lines = Lines(meminfo);
        let total = lines.bytes("MemTotal")?;
        if total == 0 {
            return Err("/proc/meminfo: MemTotal is 0".into());
        }
        let free = lines.bytes("MemFree")?;
        if free > total {
            return Err("/proc/meminfo: MemFree is more than MemTotal".into());
        }
        // Kernels before 3.14 do not report MemAvailable, and some later ones wrongly report 0. `free` and psutil
        // estimate it in these cases too.
        let available = match lines.get("MemAvailable") {
            None | Some(0) => lines.estimate(free, zoneinfo().as_deref()),
            Some(available) => available,
        };
        // In a container, MemTotal may be rewritten while MemAvailable is still the whole machine's.
        let available = if available > total { free } else { available };
        Ok(Self { total, available, swap: SwapReading::of(&lines) })
    }

    /// Used memory as `free` and psutil (7.1 and later) define it: total minus available.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.available)
    }
}

impl SwapReading {
    /// Swap space; 0 if SwapTotal is missing or 0. The error says what is missing or impossible: lxcfs, for example,
    /// reports an unset limit as the amount of swap space.
    fn of(lines: &Lines) -> Result<Self, String> {
        if !lines.has("SwapTotal") || lines.get("SwapTotal") == Some(0) {
            return Ok(Self::default());
        }
        let (total, free) = (lines.bytes("SwapTotal")?, lines.bytes("SwapFree")?);
        let used = total.checked_sub(free).ok_or("/proc/meminfo: SwapFree is more than SwapTotal")?;
        Ok(Self { total, used })
    }
}

/// Reads this machine's memory; the error says why it cannot be read.
pub(in crate::collect) fn read_memory() -> Result<MemoryReading, String> {
    let meminfo = procfs::read("/proc/meminfo")?;
    MemoryReading::parse(&meminfo, || procfs::read("/proc/zoneinfo").ok())
}

/// Derives the published numbers. Used memory is total minus available, as in `free` and psutil (7.1 and later).
pub(super) fn stats(memory: &MemoryReading) -> MemoryStats {
    let used = memory.used() as f64;
    MemoryStats {
        percent: round1(percent_of(used, memory.total as f64).unwrap_or(0.0)),
        used_gb: round1(used / GIB),
        total_gb: round1(memory.total as f64 / GIB),
        available_gb: round1(memory.available as f64 / GIB),
    }
}

/// Swap usage; `None` if the machine has no swap. The error says why swap usage is unknown.
pub(super) fn swap_stats(memory: &MemoryReading) -> Result<Option<SwapStats>, String> {
    let swap = memory.swap.as_ref().map_err(Clone::clone)?;
    let (used, total) = (swap.used as f64, swap.total as f64);
    Ok(percent_of(used, total).map(|percent| SwapStats {
        percent: round1(percent),
        used_gb: round1(used / GIB),
        total_gb: round1(total / GIB),
    }))
}

/// The contents of /proc/meminfo, with lines of the form `Name:   123 kB`.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
    }

    /// The value in the named line, in bytes; `None` if the line is missing or does not hold a number.
    fn get(&self, name: &str) -> Option<u64> {
        let value = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kib: u64 = value.split_ascii_whitespace().next()?.parse().ok()?;
        Some(kib.saturating_mul(1024))
    }

    /// The value in the named line, in bytes; the error says whether the line is missing or the value impossible.
    fn bytes(&self, name: &str) -> Result<u64, String> {
        let bytes = self.get(name).ok_or_else(|| format!("/proc/meminfo has no {name}"))?;
        bytes_of(&format!("/proc/meminfo: {name}"), bytes)
    }

    /// Estimates available memory with the kernel's formula for MemAvailable (mm/page_alloc.c, si_mem_available), as
    /// psutil does: free memory above the zones' low watermarks, plus the page cache and the reclaimable slab, each
    /// reduced by half or by the watermarks, whichever is less. If an input is missing, free memory plus Cached.
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
