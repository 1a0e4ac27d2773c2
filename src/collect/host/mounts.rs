//! Distinguishes a read-only file system from a read-only mount of a writable one.
//!
//! statvfs sets the same flag for both. If a machine's `/` is mounted into this server's container with `:ro`, the
//! mount is read-only, but the file system can still fill up.

use crate::collect::procfs;
use rustix::fs::{Mode, OFlags};
use std::os::fd::AsRawFd as _;
use std::path::Path;

/// Whether the file system that holds `path` is itself read-only; `None` if this cannot be determined.
pub(super) fn is_read_only(path: &Path) -> Option<bool> {
    let place = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let fdinfo = procfs::read(&format!("/proc/self/fdinfo/{}", place.as_raw_fd())).ok()?;
    is_read_only_in(&procfs::read("/proc/self/mountinfo").ok()?, mount_id(&fdinfo)?)
}

/// The ID of the mount that an open file is on, from the file's entry in /proc/self/fdinfo.
fn mount_id(fdinfo: &str) -> Option<&str> {
    fdinfo.lines().find_map(|line| line.strip_prefix("mnt_id:")).map(str::trim)
}

/// Whether the file system of the given mount is read-only. Its options are the last field of the mount's line; the
/// mount's own options come earlier. `None` if there is no valid line for the mount.
fn is_read_only_in(mountinfo: &str, mount_id: &str) -> Option<bool> {
    let line = mountinfo.lines().find(|line| line.split(' ').next() == Some(mount_id))?;
    let (_, file_system) = line.split_once(" - ")?;
    let options = file_system.split(' ').nth(2)?;
    Some(options.split(',').any(|option| option == "ro"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fedora CoreOS's read-only root, a `:ro` bind mount of a writable file system, and a writable mount.
    const MOUNTINFO: &str = "70 1 0:37 / / ro,relatime shared:1 - overlay composefs ro,seclabel,metacopy=on
361 300 8:1 / /host ro,relatime master:1 - ext4 /dev/sda1 rw,errors=remount-ro
36 70 0:33 / /run rw,nosuid - tmpfs tmpfs rw,size=4k
";

    #[test]
    fn a_read_only_mount_of_a_writable_file_system_is_not_read_only() {
        assert_eq!(is_read_only_in(MOUNTINFO, "70"), Some(true));
        assert_eq!(is_read_only_in(MOUNTINFO, "361"), Some(false));
        assert_eq!(is_read_only_in(MOUNTINFO, "36"), Some(false));
        assert_eq!(is_read_only_in(MOUNTINFO, "3"), None);
        assert_eq!(is_read_only_in("70 1 0:37 / / ro\n", "70"), None);
    }

    #[test]
    fn a_real_path_has_a_mount() {
        assert_eq!(mount_id("pos:\t0\nflags:\t012000000\nmnt_id:\t361\n"), Some("361"));
        assert_eq!(is_read_only(Path::new("/proc")), Some(false));
        assert_eq!(is_read_only(Path::new("/nowhere/at/all")), None);
    }
}
