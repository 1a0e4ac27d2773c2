//! The header: CPU, memory and disk of the host, and the agents in sum.

use super::agents::Agents;
use super::bar::bar;
use super::format;
use super::live::{Live, State, use_live};
use super::metric::{Metric, MetricText, Reading};
use super::sparkline::Sparkline;
use crate::model::{DiskLevel, HostSplit, HostStats, MemoryStats, Split};
use leptos::prelude::*;

/// The host's telemetry in one strip, live: sparkline and percent of CPU, sparkline and used/total of memory,
/// bar and percent of disk, the agents' sums, and a panel with each of them.
///
/// Takes the [`Live`] state from the context, or polls by itself where there is none.
#[component]
pub fn HostTelemetry() -> impl IntoView {
    let live = use_live();
    let age = live.read(|state| state.host_stale.map(format::age).unwrap_or_default());
    let age_class =
        live.read(|state| String::from(if state.host_stale.is_some() { "ht-age is-shown" } else { "ht-age" }));
    let label = live.read(|state| {
        let known = state.host.as_ref().map_or(&state.settings.hostname, |host| &host.hostname);
        format!("Host telemetry of {known}")
    });
    view! {
        <section class="ht" aria-label=label>
            <Cpu live/>
            <Memory live/>
            <Disk live/>
            <Agents live/>
            <span class=age_class>{age}</span>
        </section>
    }
}

/// A percentage as the tooltips give it.
fn exact(percent: f64) -> String {
    format::percent_exact(Some(percent))
}

fn used_of(used_gb: f64, total_gb: f64) -> String {
    format!("{used_gb:.1} of {total_gb:.1} GiB used")
}

fn memory_title(host: &HostStats, memory: &MemoryStats) -> String {
    let used = used_of(memory.used_gb, memory.total_gb);
    let swap = host.swap.as_ref().map(|swap| format!("\nSwap: {}", used_of(swap.used_gb, swap.total_gb)));
    let (percent, available) = (exact(memory.percent), memory.available_gb);
    format!("Memory {percent}: {used}, {available:.1} available{}", swap.unwrap_or_default())
}

/// How the containers and everything else share it, on a line of its own; empty where that is not known.
fn split_note(state: &State, part: fn(&HostSplit) -> Option<&Split>, text: fn(f64) -> String) -> String {
    let stats = state.measured().filter(|_| !state.containers_stale);
    stats.and_then(|stats| Some((stats, part(&stats.split)?))).map_or_else(String::new, |(stats, split)| {
        let who = format::measured(stats, &state.settings.noun);
        let part = |value: f64| format::split_part(split, text(value));
        format!("\n{who} {} + everything else {} = {}", part(split.containers), part(split.other), part(split.host))
    })
}

#[component]
fn Cpu(live: Live) -> impl IntoView {
    let text = MetricText::read(
        live,
        "CPU",
        |host| {
            let Some(cpu) = &host.cpu else { return Reading::missing(host, "cpu") };
            Reading {
                percent: Some(cpu.percent),
                value: format::percent(Some(cpu.percent)),
                rest: String::new(),
                title: format!("CPU {} of {}", exact(cpu.percent), format::counted(cpu.count, "core")),
            }
        },
        |state| split_note(state, |split| split.cpu_percent.as_ref(), exact),
    );
    let data = live.read(|state| state.history.cpu(state.silence()));
    view! { <Metric text><Sparkline data color="var(--ht-cpu)"/></Metric> }
}

#[component]
fn Memory(live: Live) -> impl IntoView {
    let text = MetricText::read(
        live,
        "Mem",
        |host| {
            let Some(memory) = &host.memory else { return Reading::missing(host, "memory") };
            Reading {
                percent: Some(memory.percent),
                value: format!("{:.1}", memory.used_gb),
                rest: format!("/{}G", format::gib(memory.total_gb)),
                title: memory_title(host, memory),
            }
        },
        |state| split_note(state, |split| split.memory_mb.as_ref(), |mib| format::memory(Some(mib))),
    );
    let data = live.read(|state| state.history.memory(state.silence()));
    view! { <Metric text><Sparkline data color="var(--ht-memory)"/></Metric> }
}

#[component]
fn Disk(live: Live) -> impl IntoView {
    let text = MetricText::read(
        live,
        "Disk",
        |host| {
            let Some(disk) = &host.disk else { return Reading::missing(host, "disk") };
            Reading {
                percent: Some(disk.percent),
                value: format::percent(Some(disk.percent)),
                rest: String::new(),
                title: format!("Disk {}: {}", exact(disk.percent), used_of(disk.used_gb, disk.total_gb)),
            }
        },
        |_| String::new(),
    );
    let percent = live.read(|state| Some(state.host.as_ref()?.disk.as_ref()?.percent));
    view! { <Metric text>{move || bar(disk_class(percent.get()), percent.get())}</Metric> }
}

fn disk_class(percent: Option<f64>) -> &'static str {
    match percent.map(DiskLevel::of) {
        None => "bar ht-bar",
        Some(DiskLevel::Roomy) => "bar ht-bar is-roomy",
        Some(DiskLevel::Filling) => "bar ht-bar is-filling",
        Some(DiskLevel::Full) => "bar ht-bar is-full",
    }
}
