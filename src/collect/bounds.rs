//! Plausibility limits. A number beyond them cannot be a real measurement.

/// 1 PiB, which is taken to be more memory, swap or disk space than any machine has. Kernels and emulated /proc files
/// report numbers this large to mean "no limit" and after overflows.
const IMPOSSIBLE_BYTES: u64 = 1 << 50;

/// More CPUs than any Linux kernel supports (NR_CPUS is at most 8192 on x86).
pub(super) const MAX_CPUS: u32 = 1 << 16;

/// Returns `bytes`, or `None` if the number is implausibly large.
pub(super) fn possible_bytes(bytes: u64) -> Option<u64> {
    (bytes < IMPOSSIBLE_BYTES).then_some(bytes)
}

/// Returns a memory limit, or `None` if the machine has no more memory than that, so that it limits nothing.
pub(super) fn limit_below(bytes: u64, machine_memory: Option<u64>) -> Option<u64> {
    machine_memory.is_none_or(|machine| bytes < machine).then_some(bytes)
}

/// Like [`possible_bytes`], but with an error instead of `None`; `name` says what was measured.
pub(super) fn bytes_of(name: &str, bytes: u64) -> Result<u64, String> {
    possible_bytes(bytes).ok_or_else(|| format!("{name} cannot be {bytes} bytes"))
}
