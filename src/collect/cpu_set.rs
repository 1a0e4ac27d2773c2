//! Sets of CPUs in the notation of the kernel, such as `0-2,4`.

use super::bounds::MAX_CPUS;
use std::collections::BTreeSet;

/// How many CPUs a set such as `0-2,4` contains; `None` if it is empty or malformed. Duplicates are counted once.
pub(super) fn cpus_in(set: &str) -> Option<u32> {
    let mut cpus = BTreeSet::new();
    for part in set.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || last >= MAX_CPUS {
            return None;
        }
        cpus.extend(first..=last);
    }
    u32::try_from(cpus.len()).ok()
}

/// The number of CPUs that are online; `None` if the kernel does not tell.
pub(super) fn online_cpus() -> Option<u32> {
    cpus_in(std::fs::read_to_string("/sys/devices/system/cpu/online").ok()?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpu_counts_once_and_nonsense_does_not_count() {
        assert_eq!((cpus_in("0-2,4"), cpus_in("0,0-1"), cpus_in("3")), (Some(4), Some(2), Some(1)));
        for nonsense in ["", "x", "3-1", "-", ",", "0-4294967296", "0-4294967295"] {
            assert_eq!(cpus_in(nonsense), None, "{nonsense}");
        }
        assert!(online_cpus().is_some_and(|cpus| cpus > 0));
    }
}
