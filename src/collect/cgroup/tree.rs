//! Finds containers' cgroups: by the process, or by the container's ID in the tree.

use super::hierarchy::{Hierarchies, Hierarchy};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How deep the tree is searched. Rootless Podman's containers are six levels down; nested containers are deeper.
const DEEPEST: usize = 16;

/// Where a container's cgroups are: its folder in each hierarchy, by the hierarchy's root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(HashMap<PathBuf, PathBuf>);

impl Place {
    /// The container's folder in a hierarchy; `None` if it has none there.
    pub(super) fn folder(&self, hierarchy: &Hierarchy) -> Option<&Path> {
        self.0.get(&hierarchy.root).map(PathBuf::as_path)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The cgroups of a process, given the text of `/proc/PID/cgroup`. `None` unless a path contains the container's ID:
/// the engine may be in another PID namespace, in which case the PID is another process's here.
pub(super) fn of_process(hierarchies: &Hierarchies, text: &str, id: &str) -> Option<Place> {
    let found = hierarchies.distinct().into_iter().filter_map(|hierarchy| {
        let path = container_path(hierarchy.path_in(text)?, id)?;
        let folder = hierarchy.root.join(path);
        folder.is_dir().then(|| (hierarchy.root.clone(), folder))
    });
    let place = Place(found.collect());
    (!place.is_empty()).then_some(place)
}

/// The path up to the container's own cgroup; the container's processes may be in cgroups below. `None` if the path
/// does not contain the ID.
fn container_path<'a>(path: &'a str, id: &str) -> Option<&'a str> {
    let path = path.trim_start_matches('/');
    let begin = path.find(id).filter(|_| !id.is_empty() && !path.contains(".."))?;
    let end = path.get(begin..)?.find('/').map_or(path.len(), |length| begin + length);
    path.get(..end)
}

/// Searches all hierarchies for folders that are named after one of these containers, wherever they are. One search
/// finds all of them. Does not look into what it found.
pub(super) fn search(hierarchies: &Hierarchies, ids: &[&str]) -> HashMap<String, Place> {
    let mut found: HashMap<String, Place> = HashMap::new();
    if ids.is_empty() {
        return found;
    }
    for hierarchy in hierarchies.distinct() {
        let mut open = vec![(hierarchy.root.clone(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
                let name = entry.file_name();
                match named_after(&name.to_string_lossy(), ids) {
                    Some(id) => {
                        let place = found.entry(id.to_owned()).or_default();
                        place.0.entry(hierarchy.root.clone()).or_insert_with(|| entry.path());
                    }
                    None if depth < DEEPEST => open.push((entry.path(), depth + 1)),
                    None => {}
                }
            }
        }
    }
    found
}

/// The container that a folder is named after: `ID`, `docker-ID.scope`, `libpod-ID`. Not that of its monitor, as in
/// `libpod-conmon-ID.scope`.
fn named_after<'a>(folder: &str, ids: &[&'a str]) -> Option<&'a str> {
    let name = folder.strip_suffix(".scope").unwrap_or(folder);
    let (before, id) = name.rsplit_once(['-', ':']).unwrap_or(("", name));
    // `ids` is sorted.
    let index = ids.binary_search(&id).ok().filter(|_| !before.ends_with("conmon"))?;
    ids.get(index).copied()
}
