//! Reads the two formats of cgroup files.

use std::collections::HashMap;
use std::path::Path;

/// Reads a file with a single number. `None` for `max` or other text, or if the file cannot be read.
pub(super) fn number(file: &Path) -> Option<u64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// Reads a file with lines of the form `key 123` and skips other lines. `None` if the file cannot be read.
pub(super) fn pairs(file: &Path) -> Option<HashMap<String, u64>> {
    let text = std::fs::read_to_string(file).ok()?;
    let pair = |line: &str| line.split_once(' ').and_then(|(key, value)| Some((key.into(), value.parse().ok()?)));
    Some(text.lines().filter_map(pair).collect())
}
