//! Reads one container's cgroup.

use super::files::{Files, KeptFile, number, value};
use super::hierarchy::{Hierarchies, Hierarchy, Version};
use super::tree::Place;
use crate::collect::bounds::possible_bytes;
use crate::collect::containers::{ContainerCounters, CpuClock, FileCache, MemoryUsage};
use std::io;
use std::time::Instant;

/// A container's cgroup, with the files that are read each time.
pub(super) struct Cgroup {
    pub(super) place: Place,
    cpu: Option<(Version, KeptFile)>,
    memory: Option<(Version, MemoryFiles)>,
    tasks: Option<(Version, KeptFile)>,
    /// Whether processes have been seen in it. The cgroups of some runtimes are empty although the container runs.
    had_tasks: bool,
}

struct MemoryFiles {
    usage: KeptFile,
    stat: KeptFile,
}

/// Why a cgroup could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// The container has ended.
    Ended,
    /// The cgroup counts neither CPU nor memory.
    Uncounted,
    /// A file could not be read this time.
    Failed(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Cgroup {
    pub(super) fn new(hierarchies: &Hierarchies, place: Place) -> Self {
        let file = |hierarchy: &Option<Hierarchy>, v1: &str, v2: &str| {
            let hierarchy = hierarchy.as_ref()?;
            let name = match hierarchy.version {
                Version::V1 => v1,
                Version::V2 => v2,
            };
            Some((hierarchy.version, KeptFile::new(place.folder(hierarchy)?.join(name))))
        };
        let cpu = file(&hierarchies.cpu, "cpuacct.usage", "cpu.stat");
        let usage = file(&hierarchies.memory, "memory.usage_in_bytes", "memory.current");
        let stat = file(&hierarchies.memory, "memory.stat", "memory.stat");
        let memory = usage.zip(stat).map(|((version, usage), (_, stat))| (version, MemoryFiles { usage, stat }));
        let tasks = file(&hierarchies.tasks, "pids.current", "cgroup.events");
        Self { place, cpu, memory, tasks, had_tasks: false }
    }

    /// The container's current counters, and when its CPU time was read.
    ///
    /// A cgroup that has no processes any more has ended, whether its folder is still there or not.
    pub(super) fn read(
        &mut self,
        files: &mut Files,
        cpus: Option<u32>,
    ) -> Result<(Instant, ContainerCounters), Unread> {
        let has_tasks = self.has_tasks(files)?;
        if self.had_tasks && has_tasks == Some(false) {
            return Err(Unread::Ended);
        }
        self.had_tasks |= has_tasks == Some(true);
        let cpu = self.cpu(files)?;
        let at = Instant::now();
        let memory = self.memory(files)?;
        if cpu.is_none() && memory.is_none() {
            return Err(if self.had_tasks { Unread::Ended } else { Unread::Uncounted });
        }
        let counters = ContainerCounters {
            cpu_total: cpu,
            clock: Some(CpuClock::Monotonic),
            online_cpus: cpus,
            ..ContainerCounters::default()
        };
        Ok((at, counters.with_memory(memory)))
    }

    /// Closes all files until they are read again.
    pub(super) fn close(&mut self) {
        let memory = self.memory.iter_mut().flat_map(|(_, memory)| [&mut memory.usage, &mut memory.stat]);
        let others = self.cpu.iter_mut().chain(&mut self.tasks).map(|(_, file)| file);
        memory.chain(others).for_each(KeptFile::close);
    }

    /// Whether processes are in it; `None` if the kernel does not tell. `cgroup.procs` would not: it lists only processes
    /// that are visible in our PID namespace.
    fn has_tasks(&mut self, files: &mut Files) -> io::Result<Option<bool>> {
        let Some((version, file)) = &mut self.tasks else { return Ok(None) };
        Ok(match (version, file.read(files)?) {
            (Version::V1, Some(text)) => number(text).map(|count| count > 0),
            (Version::V2, Some(text)) => value(text, "populated").map(|populated| populated > 0),
            // The file is there as long as the cgroup is.
            (_, None) => self.had_tasks.then_some(false),
        })
    }

    /// CPU time in nanoseconds; `None` if it is not counted.
    fn cpu(&mut self, files: &mut Files) -> io::Result<Option<u64>> {
        let Some((version, file)) = &mut self.cpu else { return Ok(None) };
        Ok(file.read(files)?.and_then(|text| match version {
            Version::V1 => number(text),
            Version::V2 => Some(value(text, "usage_usec")?.saturating_mul(1000)),
        }))
    }

    /// Memory usage; `None` if it is not counted.
    fn memory(&mut self, files: &mut Files) -> io::Result<Option<MemoryUsage>> {
        let Some((version, MemoryFiles { usage, stat })) = &mut self.memory else { return Ok(None) };
        let Some(usage) = usage.read(files)?.and_then(number).and_then(possible_bytes) else { return Ok(None) };
        let Some(stat) = stat.read(files)? else { return Ok(None) };
        // Version 1 has each counter twice; those that begin with `total_` include the cgroups below.
        let is_v1 = *version == Version::V1;
        let cache =
            FileCache::from_stat(|key| if key.starts_with("total_") == is_v1 { value(stat, key) } else { None });
        Ok(Some(MemoryUsage { usage, cache }))
    }
}
