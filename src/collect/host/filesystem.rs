//! Space on one file system, from statvfs.
//!
//! sysinfo is not used because it reports only total and available space. Blocks reserved for root, which add up to
//! tens of gigabytes on an ordinary ext4, would count as used.

use super::mounts;
use crate::collect::bounds::bytes_of;
use crate::model::{DiskStats, GIB, percent_of, round1};
use rustix::fs::StatVfsMountFlags;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The space on a file system according to statvfs, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskUsage {
    /// Size of the file system; less than 1 PiB.
    pub total: u64,
    /// Used space: size minus free space.
    pub used: u64,
    /// Space available to users other than root; at most `total`.
    pub available: u64,
    /// Whether the file system itself is read-only, rather than only the mount.
    pub read_only: bool,
    /// The path for which the space was read.
    pub path: PathBuf,
}

/// The space on a file system as statvfs reports it, in blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    /// Bytes per block.
    pub(super) size: u64,
    pub(super) total: u64,
    pub(super) free: u64,
    /// Blocks available to users other than root. Negative on some file systems once root has used part of the reserve.
    pub(super) available: u64,
}

impl DiskUsage {
    /// Converts blocks to bytes. The error says which number is impossible.
    ///
    /// Some file systems put negative numbers into statvfs's unsigned fields. A negative number of available blocks
    /// counts as 0; a negative number of free blocks exceeds the total and is an error.
    pub(super) fn of(blocks: Blocks, read_only: bool, path: &Path) -> Result<Self, String> {
        let Blocks { size, total, free, available } = blocks;
        let used = total.checked_sub(free).ok_or("more blocks are free than exist")?;
        let available = if i64::try_from(available).is_ok() { available } else { 0 };
        if available > total {
            return Err("more blocks are available than exist".into());
        }
        let bytes = |count: u64| count.saturating_mul(size);
        let total = bytes_of("the file system", bytes(total))?;
        Ok(Self { total, used: bytes(used), available: bytes(available), read_only, path: path.to_owned() })
    }

    /// Used space as a percentage of used plus available space, as `df` and psutil's `disk_usage` define it. `None` for
    /// a file system without a size, such as /proc.
    pub fn percent(&self) -> Option<f64> {
        percent_of(self.used as f64, self.used as f64 + self.available as f64)
    }
}

/// Derives the published numbers. Fails if the file system has no size.
pub(super) fn stats(disk: &DiskUsage) -> Result<DiskStats, String> {
    Ok(DiskStats {
        percent: round1(disk.percent().ok_or("the file system has no size")?),
        used_gb: round1(disk.used as f64 / GIB),
        total_gb: round1(disk.total as f64 / GIB),
        read_only: Some(disk.read_only),
        path: Some(disk.path.display().to_string()),
    })
}

/// Reads disk usage on a separate thread because statvfs may never return for a dead network or FUSE mount. At most one
/// call is in flight.
pub(super) struct DiskProbe {
    path: PathBuf,
    pending: Option<Receiver<Result<DiskUsage, String>>>,
}

impl DiskProbe {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pending: None }
    }

    /// Reads the usage; the error says why it could not be read within `timeout`.
    pub(super) fn read(&mut self, timeout: Duration) -> Result<DiskUsage, String> {
        let receiver = match self.pending.take() {
            Some(receiver) => receiver,
            None => self.start()?,
        };
        match receiver.recv_timeout(timeout) {
            Ok(usage) => usage,
            Err(RecvTimeoutError::Timeout) => {
                self.pending = Some(receiver);
                Err(format!("{}: the file system does not answer", self.path.display()))
            }
            Err(RecvTimeoutError::Disconnected) => Err(format!("{}: the reader stopped", self.path.display())),
        }
    }

    fn start(&self) -> Result<Receiver<Result<DiskUsage, String>>, String> {
        let (sender, receiver) = channel();
        let path = self.path.clone();
        std::thread::Builder::new()
            .name("disk-usage".into())
            // If the sampler has been dropped, so has the receiver, and the result is discarded.
            .spawn(move || drop(sender.send(disk_usage(&path))))
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(receiver)
    }
}

fn disk_usage(path: &Path) -> Result<DiskUsage, String> {
    let named = |reason: String| format!("{}: {reason}", path.display());
    let stat = rustix::fs::statvfs(path).map_err(|error| named(error.to_string()))?;
    let blocks = Blocks { size: stat.f_frsize, total: stat.f_blocks, free: stat.f_bfree, available: stat.f_bavail };
    // The flag may apply only to the mount. If that cannot be determined, report the file system as read-only.
    let flag = stat.f_flag.contains(StatVfsMountFlags::RDONLY);
    let read_only = flag && mounts::is_read_only(path).unwrap_or(true);
    DiskUsage::of(blocks, read_only, path).map_err(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_leaves_out_blocks_reserved_for_root() {
        let usage = DiskUsage { total: 1000, used: 190, available: 60, read_only: false, path: "/".into() };
        assert_eq!(usage.percent(), Some(76.0), "190 of 250 (190 + 60), not of 1000");
        assert_eq!(DiskUsage { total: 0, used: 0, available: 0, read_only: false, path: "/".into() }.percent(), None);
    }

    /// The usage of a file system with a million blocks, given how many are free and how many are available.
    fn of(free: u64, available: u64) -> Result<DiskUsage, String> {
        DiskUsage::of(Blocks { size: 4096, total: 1_000_000, free, available }, false, Path::new("/"))
    }

    #[test]
    fn a_negative_number_of_available_blocks_is_a_full_disk() {
        let full = of(20_000, 30_000_u64.wrapping_neg()).expect("a full disk");
        assert_eq!((full.percent(), full.used, full.available), (Some(100.0), 980_000 * 4096, 0));
        assert_eq!(of(20_000, 1 << 63), Ok(full));
    }

    #[test]
    fn impossible_block_counts_are_errors() {
        let free = Err("more blocks are free than exist".to_owned());
        assert_eq!(of(1_000_001, 0), free);
        assert_eq!(of(30_000_u64.wrapping_neg(), 0), free, "a negative number does not count as 0");
        assert_eq!(of(0, 1_000_001), Err("more blocks are available than exist".into()));
        let of_size = |size, total| DiskUsage::of(Blocks { size, total, free: 0, available: 0 }, false, Path::new("/"));
        assert_eq!(of_size(1 << 20, 1 << 30), Err("the file system cannot be 1125899906842624 bytes".into()));
        assert_eq!(of_size(4096, 1 << 63), Err(format!("the file system cannot be {} bytes", u64::MAX)));
        assert_eq!(of_size(1 << 20, (1 << 30) - 1).map(|disk| disk.percent()), Ok(Some(100.0)));
    }

    #[test]
    fn a_real_path_is_read_and_a_missing_path_is_an_error() {
        let timeout = Duration::from_secs(5);
        let usage = DiskProbe::new("/".into()).read(timeout).expect("the root file system");
        assert!(usage.total > 0 && usage.used <= usage.total);
        let error = DiskProbe::new("/nowhere/at/all".into()).read(timeout).expect_err("no such path");
        assert!(error.starts_with("/nowhere/at/all: "), "{error}");
    }
}
