//! Checks the dependencies of the build for the browser.

use std::process::Command;

/// Crates that only the server may use. In the browser's build, they would enlarge the bundle and show that server code
/// has leaked into the page.
const SERVER_ONLY: [&str; 11] = [
    "axum",
    "clap",
    "hyper",
    "hyper-util",
    "leptos_axum",
    "mio",
    "rustix",
    "sysinfo",
    "tokio",
    "tower-http",
    "tracing-subscriber",
];

#[test]
fn the_page_build_has_no_server_crates() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", "hydrate"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo tree");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("text");
    let crates: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"leptos"), "not a list of crates: {text}");
    let found: Vec<&&str> = SERVER_ONLY.iter().filter(|name| crates.contains(name)).collect();
    assert!(found.is_empty(), "the page's build contains {found:?}");
}
