//! Reads the cgroups of all containers.

#[cfg(test)]
mod tests;

use super::files::Files;
use super::group::{Cgroup, Unread};
use super::hierarchy::Hierarchies;
use super::limits::LimitReader;
use super::tree::{self, Place};
use crate::collect::containers::{ContainerCounters, KernelReading};
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How many files stay open: those of 128 containers. Beyond that, files are opened each time, so that a process with
/// the usual limit of 1,024 has enough left for viewers.
const MAX_OPEN: usize = 512;

/// How long a container that was not found is not searched for again.
const SEARCH_AGAIN: Duration = Duration::from_secs(60);

/// A container to be read.
#[derive(Clone, Debug)]
pub(in crate::collect) struct Wanted {
    /// The container's full ID.
    pub(in crate::collect) id: String,
    /// The PID of its first process; `None` if it is unknown.
    pub(in crate::collect) pid: Option<i64>,
}

/// The machine that the containers share. Unknown values are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::collect) struct Machine {
    /// The number of CPUs online.
    pub(in crate::collect) cpus: Option<u32>,
    /// Total memory in bytes.
    pub(in crate::collect) memory: Option<u64>,
}

/// A container whose cgroup was found.
struct Known {
    cgroup: Cgroup,
    /// Its process then. Another one means that it was started again, perhaps in another cgroup.
    pid: Option<i64>,
}

/// A container that was not found.
struct Missing {
    /// When it was last searched for.
    at: Instant,
    /// Its process then. Another one means that it was started again.
    pid: Option<i64>,
}

/// Reads containers' cgroups. Remembers where they are.
pub(in crate::collect) struct CgroupReader {
    hierarchies: Hierarchies,
    proc: PathBuf,
    files: Files,
    limits: LimitReader,
    known: HashMap<String, Known>,
    /// The containers that were not found.
    missing: HashMap<String, Missing>,
}

impl CgroupReader {
    /// A reader for the hierarchies mounted below `cgroups`, usually `/sys/fs/cgroup`, and the processes in `proc`,
    /// usually `/proc`. `None` if no hierarchy is mounted there.
    pub(in crate::collect) fn new(cgroups: PathBuf, proc: PathBuf) -> Option<Self> {
        let hierarchies = Hierarchies::find(&cgroups);
        hierarchies.cpu.as_ref().or(hierarchies.memory.as_ref())?;
        Some(Self {
            limits: LimitReader::new(hierarchies.clone()),
            hierarchies,
            proc,
            files: Files::new(MAX_OPEN),
            known: HashMap::new(),
            missing: HashMap::new(),
        })
    }

    /// The version of cgroups in words.
    pub(in crate::collect) fn version(&self) -> &'static str {
        self.hierarchies.describe()
    }

    /// Reads these containers, in their order, and forgets all others.
    pub(in crate::collect) fn read(&mut self, wanted: &[Wanted], machine: Machine) -> Vec<KernelReading> {
        let now = Instant::now();
        let pids: HashMap<&str, Option<i64>> = wanted.iter().map(|wanted| (wanted.id.as_str(), wanted.pid)).collect();
        let is_same = |id: &str, pid: Option<i64>| pids.get(id).is_some_and(|now| *now == pid);
        self.known.retain(|id, known| is_same(id, known.pid));
        self.missing.retain(|id, missing| is_same(id, missing.pid) && missing.at.elapsed() < SEARCH_AGAIN);
        self.find(wanted, now);
        self.limits.expire(now, machine.memory);
        wanted.iter().map(|wanted| self.read_one(wanted, machine.cpus)).collect()
    }

    fn read_one(&mut self, Wanted { id, pid }: &Wanted, cpus: Option<u32>) -> KernelReading {
        let Some(Known { cgroup, .. }) = self.known.get_mut(id) else { return KernelReading::Unknown };
        let read = cgroup.read(&mut self.files, cpus);
        let read = read.and_then(|(at, counters)| {
            let limits = self.limits.read(&cgroup.place, &mut self.files, at)?;
            let memory_limit = limits.memory.iter().map(|limit| limit.bytes).min();
            Ok((at, ContainerCounters { memory_limit, limits: Some(limits), ..counters }))
        });
        match read {
            Ok((at, counters)) => KernelReading::Counted(at, counters),
            Err(Unread::Failed(error)) => KernelReading::Failed(format!("its cgroup cannot be read: {error}")),
            Err(Unread::Ended) => {
                cgroup.close();
                KernelReading::Ended
            }
            Err(Unread::Uncounted) => {
                self.known.remove(id);
                self.missing.insert(id.clone(), Missing { at: Instant::now(), pid: *pid });
                KernelReading::Unknown
            }
        }
    }

    /// Finds the cgroups of containers that are not known yet: by the process, or else by the ID in the tree.
    fn find(&mut self, wanted: &[Wanted], now: Instant) {
        let mut unseen = Vec::new();
        for Wanted { id, pid } in wanted {
            if self.known.contains_key(id) || self.missing.contains_key(id) {
                continue;
            }
            let process = pid.and_then(|pid| std::fs::read_to_string(self.proc.join(format!("{pid}/cgroup"))).ok());
            match process.and_then(|text| tree::of_process(&self.hierarchies, &text, id)) {
                Some(place) => self.insert(id, *pid, place),
                None => unseen.push((id.as_str(), *pid)),
            }
        }
        unseen.sort_unstable();
        let ids: Vec<&str> = unseen.iter().map(|(id, _)| *id).collect();
        let mut found = tree::search(&self.hierarchies, &ids);
        for (id, pid) in unseen {
            match found.remove(id) {
                Some(place) => self.insert(id, pid, place),
                None => drop(self.missing.insert(id.to_owned(), Missing { at: now, pid })),
            }
        }
    }

    fn insert(&mut self, id: &str, pid: Option<i64>, place: Place) {
        let cgroup = Cgroup::new(&self.hierarchies, place);
        self.known.insert(id.to_owned(), Known { cgroup, pid });
    }
}
