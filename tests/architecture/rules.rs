//! The architecture rules. Each rule reports its breaches as sentences.

use crate::code::Code;
use crate::sheet;
use crate::tree::{Imports, Tree};
use std::collections::BTreeMap;

/// Each layer, and the other layers that it may import.
const LAYERS: [(&str, &[&str]); 8] = [
    ("model", &[]),
    ("api", &["model"]),
    ("ui", &["api", "model"]),
    ("app", &["ui"]),
    ("collect", &["api", "model"]),
    ("serve", &["api", "app", "collect"]),
    ("lib", &["app"]),
    ("main", &["serve"]),
];

/// Restricted crates, and the only files or folders that may refer to them.
const CRATES: [(&str, &[&str]); 21] = [
    ("sysinfo", &["src/collect/host/system.rs"]),
    ("rustix", &["src/collect/host/", "src/serve/open_files.rs"]),
    ("hyper", &["src/collect/engine/"]),
    ("hyper_util", &["src/collect/engine/client.rs"]),
    ("hyper_rustls", &["src/collect/engine/client.rs"]),
    ("hyperlocal", &["src/collect/engine/client.rs"]),
    ("http_body_util", &["src/collect/engine/client.rs"]),
    ("rustls", &["src/collect/engine/client.rs"]),
    ("form_urlencoded", &["src/collect/engine/request.rs"]),
    ("gloo_timers", &["src/ui/live/timer.rs"]),
    ("plotters", &["src/ui/chart/plot.rs"]),
    ("plotters_backend", &["src/ui/chart/plot.rs"]),
    ("wasm_split_helpers", &["src/ui/lazy.rs"]),
    ("leptos", &["src/api/", "src/ui/", "src/ui.rs", "src/app/", "src/serve/", "src/serve.rs", "src/lib.rs"]),
    ("leptos_axum", &["src/api/contract.rs", "src/serve/"]),
    ("axum", &["src/api/contract.rs", "src/serve/", "src/serve.rs"]),
    ("tower_http", &["src/serve/router.rs"]),
    ("clap", &["src/serve/config/"]),
    ("toml", &["src/serve/config/layers.rs"]),
    ("tokio", &["src/collect/", "src/serve/", "src/serve.rs", "src/main.rs"]),
    ("tracing", &["src/collect/", "src/serve/", "src/serve.rs"]),
];

/// The folders whose code belongs in the bundle's second file. Only these folders and `lazy` may refer to that code;
/// otherwise, it would be linked into the first file.
const SECOND_FILE: [&str; 8] = [
    "src/ui/chart",
    "src/ui/commands",
    "src/ui/facts.rs",
    "src/ui/markup.rs",
    "src/ui/panel",
    "src/ui/tab.rs",
    "src/ui/table",
    "src/ui/verdict",
];

/// Returns all breaches of the rules.
pub fn breaches(tree: &Tree) -> Vec<String> {
    let code = tree.code();
    let imports = Imports::of(&code);
    let mut found = Vec::new();
    found.extend(imports.cycle().map(|cycle| format!("files import each other in a cycle: {}", cycle.join(" -> "))));
    layers(&imports, &mut found);
    crates(&imports, &mut found);
    second_file(&imports, &mut found);
    cfgs(&code, &mut found);
    pure_model(&code, &mut found);
    sheet::breaches(tree, &mut found);
    found
}

fn layer(file: &str) -> &str {
    let name = file.trim_start_matches("src/");
    name.split('/').next().unwrap_or(name).trim_end_matches(".rs")
}

fn layers(imports: &Imports, found: &mut Vec<String>) {
    for (file, targets) in &imports.files {
        let own = layer(file);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == own) else {
            found.push(format!("{file} is in an unknown layer"));
            continue;
        };
        for target in targets.iter().filter(|target| layer(target) != own && !allowed.contains(&layer(target))) {
            found.push(format!("{own} may not import {}: {file} names {target}", layer(target)));
        }
    }
}

fn crates(imports: &Imports, found: &mut Vec<String>) {
    for (file, names) in &imports.crates {
        for (name, allowed) in CRATES {
            let may = allowed.iter().any(|place| file == place || place.ends_with('/') && file.starts_with(place));
            if names.contains(name) && !may {
                found.push(format!("{file} may not name {name}: only {} may", allowed.join(", ")));
            }
        }
    }
}

fn second_file(imports: &Imports, found: &mut Vec<String>) {
    let is_in = |file: &str| SECOND_FILE.iter().any(|folder| file.starts_with(folder));
    for (file, targets) in imports.files.iter().filter(|(file, _)| !is_in(file) && *file != "src/ui/lazy.rs") {
        for target in targets.iter().filter(|target| is_in(target)) {
            found.push(format!("{file} names {target}, which would link it into the bundle's first file"));
        }
    }
}

fn cfgs(code: &BTreeMap<String, Code>, found: &mut Vec<String>) {
    let may = |file: &str| ["src/lib.rs", "src/main.rs"].contains(&file);
    for (file, code) in code.iter().filter(|(file, code)| code.misplaced_cfgs > 0 && !may(file)) {
        let count = code.misplaced_cfgs;
        found.push(format!("{file} has {count} feature cfgs that are not on a mod or use line"));
    }
}

/// Code that runs in the browser must not access files, the network, processes, threads or the environment.
fn pure_model(code: &BTreeMap<String, Code>, found: &mut Vec<String>) {
    for (file, code) in code.iter().filter(|(file, _)| ["model", "api", "ui", "app"].contains(&layer(file))) {
        for import in &code.imports {
            if let ["std", name @ ("fs" | "net" | "process" | "thread" | "env"), ..] =
                import.path.iter().map(String::as_str).collect::<Vec<_>>()[..]
            {
                found.push(format!("{file} may not name std::{name}: it runs in the browser, too"));
            }
        }
    }
}
