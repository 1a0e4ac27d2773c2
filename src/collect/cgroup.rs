//! Cgroups: a container's counters straight from the kernel's files, which never hang.

mod files;
mod group;
mod usage;
mod v1;
mod v2;

pub(super) use group::Cgroup;
