//! Reads the limits of a container's cgroup and of those above it.

use super::files::{Files, number};
use super::hierarchy::{Hierarchies, Hierarchy, Version};
use super::tree::Place;
use crate::collect::bounds::{limit_below, possible_bytes};
use crate::collect::containers::{KernelLimits, MemoryLimit};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long limits are kept. They hardly ever change, and those above are shared by many containers.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// Reads limits, each of them at most every ten seconds.
pub(super) struct LimitReader {
    hierarchies: Hierarchies,
    /// The memory of the machine in bytes; `None` if it is unknown. Limits at or above it do not count.
    machine_memory: Option<u64>,
    kept: HashMap<PathBuf, (Instant, Limit)>,
}

/// The limits of one cgroup; `None` if there is no limit.
#[derive(Clone, Copy, Default)]
struct Limit {
    cpu: Option<f64>,
    memory: Option<u64>,
}

impl LimitReader {
    pub(super) fn new(hierarchies: Hierarchies) -> Self {
        Self { hierarchies, machine_memory: None, kept: HashMap::new() }
    }

    /// Forgets limits that were read too long ago. Call it once before the limits of all containers are read.
    pub(super) fn expire(&mut self, now: Instant, machine_memory: Option<u64>) {
        self.machine_memory = machine_memory;
        self.kept.retain(|_, (at, _)| now.saturating_duration_since(*at) < KEPT_FOR);
    }

    /// The limits that apply to a container: the tightest quota, and every memory limit from its own to the outermost.
    pub(super) fn read(&mut self, place: &Place, files: &mut Files, now: Instant) -> io::Result<KernelLimits> {
        let Hierarchies { quota, memory, .. } = self.hierarchies.clone();
        let mut limits = KernelLimits::default();
        for (hierarchy, is_memory) in [(quota, false), (memory, true)] {
            let Some(hierarchy) = hierarchy else { continue };
            let Some(folder) = place.folder(&hierarchy) else { continue };
            for folder in folder.ancestors().take_while(|folder| *folder != hierarchy.root) {
                let limit = self.of(&hierarchy, folder, files, now)?;
                if is_memory {
                    let folder = folder.strip_prefix(&hierarchy.root).unwrap_or(folder);
                    let limit = limit.memory.map(|bytes| MemoryLimit { cgroup: folder.into(), bytes });
                    limits.memory.extend(limit);
                } else {
                    limits.cpu = limits.cpu.into_iter().chain(limit.cpu).reduce(f64::min);
                }
            }
        }
        Ok(limits)
    }

    fn of(&mut self, hierarchy: &Hierarchy, folder: &Path, files: &mut Files, now: Instant) -> io::Result<Limit> {
        if let Some((_, limit)) = self.kept.get(folder) {
            return Ok(*limit);
        }
        let mut read = |name: &str| files.read(&folder.join(name)).map(|text| text.map(str::to_owned));
        let (cpu, memory) = match hierarchy.version {
            Version::V1 => {
                let period = read("cpu.cfs_period_us")?.as_deref().and_then(number);
                let quota = read("cpu.cfs_quota_us")?.as_deref().and_then(number);
                (quota.zip(period), read("memory.limit_in_bytes")?)
            }
            Version::V2 => {
                let quota = read("cpu.max")?.and_then(|text| {
                    let (quota, period) = text.trim().split_once(' ')?;
                    Some((number(quota)?, number(period)?))
                });
                (quota, read("memory.max")?)
            }
        };
        let memory = memory.as_deref().and_then(number).and_then(possible_bytes);
        let limit = Limit {
            cpu: cpu
                .filter(|(quota, period)| *quota > 0 && *period > 0)
                .map(|(quota, period)| quota as f64 / period as f64),
            memory: memory.and_then(|bytes| limit_below(bytes, self.machine_memory)),
        };
        self.kept.insert(folder.to_owned(), (now, limit));
        Ok(limit)
    }
}
