//! What a number of bytes can be.

/// A PiB: more than a host has of anything. What is beyond is a counter that overflowed or a limit that is not set.
const LIMIT: u64 = 1 << 50;

/// The bytes of what `name` says, below a PiB; the error says that there cannot be so many.
pub(super) fn plausible(name: &str, bytes: u64) -> Result<u64, String> {
    if bytes < LIMIT { Ok(bytes) } else { Err(format!("{name} cannot be {bytes} bytes")) }
}
