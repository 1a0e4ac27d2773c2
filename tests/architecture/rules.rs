//! The rules, each a sentence that names what breaks it.

use crate::code::Code;
use crate::sheet;
use crate::tree::{Imports, Tree};
use std::collections::BTreeMap;

/// Which rooms each room may import.
const ROOMS: [(&str, &[&str]); 8] = [
    ("model", &[]),
    ("api", &["model"]),
    ("ui", &["api", "model"]),
    ("app", &["ui"]),
    ("collect", &["api", "model"]),
    ("serve", &["api", "app", "collect"]),
    ("lib", &["app"]),
    ("main", &["serve"]),
];

/// Which files may name a crate; every other file may not.
const CRATES: [(&str, &[&str]); 21] = [
    ("sysinfo", &["src/collect/host/system.rs"]),
    ("rustix", &["src/collect/host/"]),
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

/// The bundle's second file: only its own files and `lazy` name it, or it would be in the first.
const SECOND_FILE: [&str; 3] = ["src/ui/chart", "src/ui/table", "src/ui/panel"];

/// Everything that breaks a rule.
pub fn breaches(tree: &Tree) -> Vec<String> {
    let code = tree.code();
    let imports = Imports::of(&code);
    let mut found = Vec::new();
    found
        .extend(imports.circle().map(|circle| format!("files import each other in a circle: {}", circle.join(" -> "))));
    rooms(&imports, &mut found);
    crates(&imports, &mut found);
    second_file(&imports, &mut found);
    cfgs(&code, &mut found);
    pure_model(&code, &mut found);
    sheet::breaches(tree, &mut found);
    found
}

fn room(file: &str) -> &str {
    let name = file.trim_start_matches("src/");
    name.split('/').next().unwrap_or(name).trim_end_matches(".rs")
}

fn rooms(imports: &Imports, found: &mut Vec<String>) {
    for (file, targets) in &imports.files {
        let own = room(file);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == own) else {
            found.push(format!("{file} is in a room that no rule knows"));
            continue;
        };
        for target in targets.iter().filter(|target| room(target) != own && !allowed.contains(&room(target))) {
            found.push(format!("{own} may not import {}: {file} names {target}", room(target)));
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
            found.push(format!("{file} names {target}, which would bring it into the bundle's first file"));
        }
    }
}

fn cfgs(code: &BTreeMap<String, Code>, found: &mut Vec<String>) {
    let may = |file: &str| ["src/lib.rs", "src/main.rs"].contains(&file);
    for (file, code) in code.iter().filter(|(file, code)| code.misplaced_cfgs > 0 && !may(file)) {
        let count = code.misplaced_cfgs;
        found.push(format!("{file} has {count} feature cfgs that are not at a mod or use line"));
    }
}

/// Neither the model nor the page reads files, starts threads or opens connections.
fn pure_model(code: &BTreeMap<String, Code>, found: &mut Vec<String>) {
    for (file, code) in code.iter().filter(|(file, _)| ["model", "api", "ui", "app"].contains(&room(file))) {
        for import in &code.imports {
            if let ["std", name @ ("fs" | "net" | "process" | "thread" | "env"), ..] =
                import.path.iter().map(String::as_str).collect::<Vec<_>>()[..]
            {
                found.push(format!("{file} may not name std::{name}: it runs in the browser, too"));
            }
        }
    }
}
