//! The keys of the configuration.

/// Every key that Leptos.toml may hold. Its environment variable is `HOST_TELEMETRY_` and the key in capitals,
/// its flag `--` and the key with dashes.
pub(super) const KEYS: [&str; 10] = [
    "listen",
    "docker_host",
    "container_label",
    "container_prefix",
    "container_noun",
    "interval",
    "disk_path",
    "hostname",
    "log",
    "site_root",
];
