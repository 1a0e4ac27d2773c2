//! Which of the machine's cgroup hierarchies accounts for what.

use std::path::{Path, PathBuf};

/// The version of a hierarchy, which determines the names and formats of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Version {
    V1,
    V2,
}

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) version: Version,
    /// Where the hierarchy is mounted.
    pub(super) root: PathBuf,
    /// The controller's name in `/proc/PID/cgroup`; empty for version 2.
    controller: &'static str,
}

/// The hierarchy for each kind of file that is read; `None` if there is none. With version 2, all four are the same.
/// Version 1 has one for each controller, and in a mixture, some controllers are in version 2's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hierarchies {
    /// CPU time.
    pub(super) cpu: Option<Hierarchy>,
    /// CPU limits.
    pub(super) quota: Option<Hierarchy>,
    pub(super) memory: Option<Hierarchy>,
    /// The number of processes.
    pub(super) tasks: Option<Hierarchy>,
}

impl Hierarchies {
    /// The hierarchies that are mounted below `root`, usually `/sys/fs/cgroup`.
    pub(super) fn find(root: &Path) -> Self {
        let unified = [root.to_path_buf(), root.join("unified")];
        let unified = unified.into_iter().find(|root| root.join("cgroup.controllers").exists());
        let unified = unified.map(|root| Hierarchy { version: Version::V2, root, controller: "" });
        // Controllers that share a hierarchy are mounted as `cpu,cpuacct`, often with a link for each.
        let v1 = |controller: &'static str, folders: [&str; 2]| {
            let root = folders.into_iter().map(|folder| root.join(folder)).find(|folder| folder.is_dir())?;
            Some(Hierarchy { version: Version::V1, root, controller })
        };
        Self {
            cpu: v1("cpuacct", ["cpuacct", "cpu,cpuacct"]).or_else(|| unified.clone()),
            quota: v1("cpu", ["cpu", "cpu,cpuacct"]).or_else(|| unified.clone()),
            memory: v1("memory", ["memory"; 2]).or_else(|| unified.clone()),
            tasks: v1("pids", ["pids"; 2]).or(unified),
        }
    }

    /// The hierarchies, without repetitions.
    pub(super) fn distinct(&self) -> Vec<&Hierarchy> {
        let mut distinct: Vec<&Hierarchy> = Vec::new();
        for hierarchy in [&self.memory, &self.cpu, &self.quota, &self.tasks].into_iter().flatten() {
            if !distinct.iter().any(|known| known.root == hierarchy.root) {
                distinct.push(hierarchy);
            }
        }
        distinct
    }

    /// The version in the words of the log.
    pub(super) fn describe(&self) -> &'static str {
        match (&self.cpu, &self.memory) {
            (Some(Hierarchy { version: Version::V2, .. }), Some(Hierarchy { version: Version::V2, .. })) => "v2",
            (Some(Hierarchy { version: Version::V1, .. }), Some(Hierarchy { version: Version::V1, .. })) => "v1",
            (None, None) => "none",
            _ => "v1 and v2",
        }
    }
}

impl Hierarchy {
    /// The path of a process's cgroup in this hierarchy, given the text of `/proc/PID/cgroup`: lines of the form
    /// `4:memory:/docker/ID`, or `0::/…` for version 2.
    pub(super) fn path_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.lines().find_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            controllers.split(',').any(|controller| controller == self.controller).then_some(path)
        })
    }
}
