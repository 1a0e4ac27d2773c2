//! The bounds of what can be: a number beyond them was never measured.

/// More bytes than any machine has, memory, swap or disk: 1 PiB. Kernels and emulations of /proc show such numbers for
/// "no limit" and after overflows.
const IMPOSSIBLE_BYTES: u64 = 1 << 50;

/// More CPUs than Linux can be built for (NR_CPUS is at most 8192 on x86).
pub(super) const MAX_CPUS: u32 = 1 << 16;

/// The number of bytes if a machine can have as many.
pub(super) fn possible_bytes(bytes: u64) -> Option<u64> {
    (bytes < IMPOSSIBLE_BYTES).then_some(bytes)
}

/// The same with a reason: `name` is what the number is of.
pub(super) fn bytes_of(name: &str, bytes: u64) -> Result<u64, String> {
    possible_bytes(bytes).ok_or_else(|| format!("{name} cannot be {bytes} bytes"))
}
