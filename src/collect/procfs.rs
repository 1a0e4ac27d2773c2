//! Reads files under /proc.

/// The contents of a file; the error names the file and says why it cannot be read.
pub(super) fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
