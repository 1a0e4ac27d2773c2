//! Plausibility limits: a number beyond them is not a measurement.

/// 1 PiB, more than any machine has of memory, swap or disk. Kernels and emulated /proc files report such numbers for
/// "no limit" and after overflows.
const IMPOSSIBLE_BYTES: u64 = 1 << 50;

/// More CPUs than Linux can be built for (NR_CPUS is at most 8192 on x86).
pub(super) const MAX_CPUS: u32 = 1 << 16;

/// `bytes`, or `None` if no machine has that many.
pub(super) fn possible_bytes(bytes: u64) -> Option<u64> {
    (bytes < IMPOSSIBLE_BYTES).then_some(bytes)
}

/// [`possible_bytes`] with an error; `name` says what was measured.
pub(super) fn bytes_of(name: &str, bytes: u64) -> Result<u64, String> {
    possible_bytes(bytes).ok_or_else(|| format!("{name} cannot be {bytes} bytes"))
}
