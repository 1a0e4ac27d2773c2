//! Breaks each rule on purpose and checks that the breach is reported.

use crate::rules;
use crate::tree::Tree;

/// For each breach: a file, the text to append to it, and part of the message that must be reported.
const BREACHES: [(&str, &str, &str); 29] = [
    ("src/api/contract.rs", "use crate::collect::Telemetry;", "api may not import collect"),
    ("src/api/snapshot.rs", "fn f() { crate::collect::Sampler::spawn(); }", "api may not import collect"),
    ("src/model/containers.rs", "use crate::api::Settings;", "model may not import api"),
    ("src/ui/header/agents.rs", "use crate::serve::AppState;", "ui may not import serve"),
    ("src/ui/tab.rs", "fn f() { view! { <p>{crate::app::App()}</p> } }", "ui may not import app"),
    ("src/collect/sampler.rs", "use crate::ui::Live;", "collect may not import ui"),
    ("src/collect/sampler.rs", "use hyper_util::client::legacy::Client;", "may not name hyper_util"),
    ("src/collect/sampler.rs", "use sysinfo::System;", "may not name sysinfo"),
    ("src/collect/handle.rs", "use leptos::prelude::*;", "may not name leptos"),
    ("src/model/number.rs", "use leptos::prelude::*;", "may not name leptos"),
    ("src/ui/live/handle.rs", "fn f() { gloo_timers::future::sleep(); }", "may not name gloo_timers"),
    ("src/ui/graphics/bar.rs", "use plotters::prelude::*;", "may not name plotters"),
    ("src/serve/router.rs", "use clap::Parser;", "may not name clap"),
    ("src/ui/format.rs", "#[cfg(feature = \"ssr\")]\nfn f() {}", "feature cfgs"),
    ("src/ui/live/state.rs", "fn f() { if cfg!(feature = \"ssr\") {} }", "feature cfgs"),
    (
        "src/model/severity.rs",
        "use crate::model::DiskLevel;",
        "in a cycle: src/model/host/disk.rs -> src/model/severity.rs",
    ),
    ("src/ui/header/agents.rs", "use crate::ui::chart::HistoryChart;", "the bundle's first file"),
    ("src/ui/header/agents.rs", "use super::super::table::TableCard;", "the bundle's first file"),
    ("src/model/timestamp.rs", "use std::fs::File;", "may not name std::fs"),
    ("src/ui/tab.rs", "fn f() { view! { <p class=\"error\"></p> } }", "the class \"error\""),
    ("style/component.css", "* { box-sizing: border-box; }", "\"*\" can match"),
    ("style/component.css", ".ht-bar, h2 { margin: 0; }", "\"h2\" can match"),
    ("style/component.css", "body:has(.ht) { margin: 0; }", "\"body:has(.ht)\" can match"),
    ("style/component.css", ".ht-card + p { margin: 0; }", "\".ht-card + p\" can match"),
    ("style/component.css", "p:is(:not(.ht-a), :has(.ht)) { margin: 0; }", "can match"),
    ("style/component.css", ":root { --ht-ink: red; color: red; }", "\":root\" can match"),
    ("style/component.css", "@container bar (width < 9em) { .ht-bar { margin: 0; } }", "\"bar\""),
    ("style/component.css", ".ht .bar { color: var(--muted); }", "--muted"),
    ("style/component.css", ".ht-bar { width: 1.5rem; }", "1.5rem"),
];

#[test]
fn every_breach_is_caught() {
    let clean = Tree::load();
    for (file, addition, message) in BREACHES {
        let mut broken = clean.clone();
        let text = broken.files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
        *text = format!("{text}\n{addition}\n");
        let found = rules::breaches(&broken);
        assert!(found.iter().any(|breach| breach.contains(message)), "{file}: {addition:?} gives {found:#?}");
    }
}

#[test]
fn a_class_without_the_prefix_is_caught() {
    let mut broken = Tree::load();
    broken.files.entry("style/component.css".into()).or_default().push_str("\n.ht .bar { color: red; }\n");
    let found = rules::breaches(&broken);
    assert!(found.iter().any(|breach| breach.contains("the class \"bar\"")), "{found:#?}");
}
