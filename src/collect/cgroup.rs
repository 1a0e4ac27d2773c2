//! Reads a container's counters from its cgroup. Unlike the engine, the kernel's files never hang.

mod files;
mod group;
mod usage;
mod v1;
mod v2;

pub(super) use group::Cgroup;
