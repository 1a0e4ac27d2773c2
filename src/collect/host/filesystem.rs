//! Space on one file system, by statvfs.
//!
//! Not from sysinfo: it knows total and available only, and so counts the blocks reserved for root as used, which is tens
//! of gigabytes on an ordinary ext4.

use crate::model::{DiskStats, GIB, percent_of, round1};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A file system's space by statvfs, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskUsage {
    /// Size.
    pub total: u64,
    /// In use: size less free.
    pub used: u64,
    /// Free for users other than root.
    pub available: u64,
}

impl DiskUsage {
    /// Used in percent of used plus available, as `df` and psutil's `disk_usage` define it. `None` for a file system without a
    /// size, such as /proc.
    pub fn percent(&self) -> Option<f64> {
        percent_of(self.used as f64, self.used as f64 + self.available as f64)
    }
}

/// Derives the wire's numbers; the error says why there are none.
pub(super) fn stats(disk: &DiskUsage) -> Result<DiskStats, String> {
    Ok(DiskStats {
        percent: round1(disk.percent().ok_or("the file system has no size")?),
        used_gb: round1(disk.used as f64 / GIB),
        total_gb: round1(disk.total as f64 / GIB),
    })
}

/// Reads one path's usage on a thread of its own, because statvfs on a dead network or FUSE mount never returns. At most
/// one call is in flight.
pub(super) struct DiskProbe {
    path: PathBuf,
    pending: Option<Receiver<Result<DiskUsage, String>>>,
}

impl DiskProbe {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pending: None }
    }

    /// The usage now, or the reason why there is none within `timeout`.
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
            // The receiver may be gone with the sampler; the answer is then dropped.
            .spawn(move || drop(sender.send(disk_usage(&path))))
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(receiver)
    }
}

fn disk_usage(path: &Path) -> Result<DiskUsage, String> {
    let stat = rustix::fs::statvfs(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(DiskUsage {
        total: stat.f_blocks.saturating_mul(stat.f_frsize),
        used: stat.f_blocks.saturating_sub(stat.f_bfree).saturating_mul(stat.f_frsize),
        available: stat.f_bavail.saturating_mul(stat.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_leaves_out_blocks_reserved_for_root() {
        let usage = DiskUsage { total: 1000, used: 190, available: 60 };
        assert_eq!(usage.percent(), Some(76.0), "190 of 190 + 60, not of 1000");
        assert_eq!(DiskUsage { total: 0, used: 0, available: 0 }.percent(), None);
    }

    #[test]
    fn a_real_path_is_read_and_a_missing_one_is_named() {
        let timeout = Duration::from_secs(5);
        let usage = DiskProbe::new("/".into()).read(timeout).expect("the root file system");
        assert!(usage.total > 0 && usage.used <= usage.total);
        let error = DiskProbe::new("/nowhere/at/all".into()).read(timeout).expect_err("no such path");
        assert!(error.starts_with("/nowhere/at/all: "), "{error}");
    }
}
