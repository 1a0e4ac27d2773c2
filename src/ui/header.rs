//! The header: CPU, memory and disk of the host, and the agents in sum.

use super::agents::{Agents, PANEL};
use super::bar::bar;
use super::format;
use super::live::{Live, use_live};
use super::metric::{Kind, Metric, Reading};
use super::part::Part;
use super::sparkline::Sparkline;
use super::state::State;
use crate::model::{DiskLevel, HostSplit, HostStats, MemoryStats, Split};
use leptos::prelude::*;

/// The host's telemetry in one strip, live: sparkline and percent of CPU, sparkline and used/total of memory, bar and
/// percent of disk, who is to blame where one of them is in trouble, the agents' sums, and a panel with each of them.
///
/// It fills the width that it is given and shows less the less that is, the metric in trouble to the last; its height
/// is `--ht-height`, 48 px by default. Its styles are `style/component.css` (classes `ht-…`); a page chooses the theme by
/// `data-theme="light"` or `"dark"` on any element around it, or leaves it to the reader's system.
///
/// In the browser it polls `/api/telemetry/host` and `/api/telemetry/containers` of its own origin. For numbers in the
/// first HTML, the server puts a [`RenderedSnapshot`](crate::api::RenderedSnapshot) into the context that it renders
/// with. One instance a page: its panel has a fixed ID.
///
/// ```
/// use host_telemetry::ui::{HostTelemetry, Live};
/// use leptos::prelude::*;
///
/// #[component]
/// fn StatsBar() -> impl IntoView {
///     view! { <header><h1>"Dashboard"</h1><HostTelemetry/></header> }
/// }
///
/// /// Other parts of the page can share its state, and its polling.
/// #[component]
/// fn Dashboard() -> impl IntoView {
///     let live = Live::start();
///     let host = live.settings(|settings| settings.hostname.clone());
///     view! { <h1>{host}</h1><HostTelemetry live/> }
/// }
/// ```
#[component]
pub fn HostTelemetry(
    /// The state to show; by default that of the context, or else one of its own.
    #[prop(optional)]
    live: Option<Live>,
) -> impl IntoView {
    let live = live.unwrap_or_else(use_live);
    let age = live.read(|state| state.host_stale.map(format::age).unwrap_or_default());
    let age_class =
        live.read(|state| String::from(if state.host_stale.is_some() { "ht-age ht-is-shown" } else { "ht-age" }));
    let label = live.read(|state| {
        let known = state.host.as_ref().map_or(&state.settings.hostname, |host| &host.hostname);
        format!("Host telemetry of {known}")
    });
    let cpu = live.read(|state| state.history.cpu(state.silence()));
    let memory = live.read(|state| state.history.memory(state.silence()));
    let disk = live.read(|state| Part::Disk.percent(state.host.as_ref()?));
    let announcement = live.read(|state| state.announcement.clone());
    view! {
        <section class="ht" aria-label=label>
            <span class=age_class>{age}</span>
            <Metric live kind=CPU panel=PANEL><Sparkline data=cpu color="var(--ht-cpu)"/></Metric>
            <Metric live kind=MEMORY panel=PANEL><Sparkline data=memory color="var(--ht-memory)"/></Metric>
            <Metric live kind=DISK panel=PANEL>{move || bar(disk_class(disk.get()), disk.get())}</Metric>
            // Shown where the other two have no room; whoever hears the page is told of all three.
            <span class="ht-more" aria-hidden="true">"+2"</span>
            <Agents live/>
            <p class="ht-sr-only" role="status">{announcement}</p>
        </section>
    }
}

/// A percentage as the tooltips give it.
fn exact(percent: f64) -> String {
    format::percent_exact(Some(percent))
}

fn memory_title(host: &HostStats, memory: &MemoryStats) -> String {
    let used = format::used_of(memory.used_gb, memory.total_gb);
    let swap = host.swap.as_ref().map(|swap| format!("\nSwap: {}", format::used_of(swap.used_gb, swap.total_gb)));
    let (percent, available) = (exact(memory.percent), format::decimal(memory.available_gb));
    format!("Memory {percent}: {used}, {available} available{}", swap.unwrap_or_default())
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

const CPU: Kind = Kind {
    part: Part::Cpu,
    class: "ht-is-cpu",
    read: |host| {
        let Some(cpu) = &host.cpu else { return Reading::missing(&host.errors.cpu) };
        Reading {
            value: format::percent(Some(cpu.percent)),
            widest: "100%".into(),
            title: format!("CPU {} of {}", exact(cpu.percent), format::counted(cpu.count, "core")),
            rest: String::new(),
        }
    },
    note: |state| split_note(state, |split| split.cpu_percent.as_ref(), exact),
};

const MEMORY: Kind = Kind {
    part: Part::Memory,
    class: "ht-is-memory",
    read: |host| {
        let Some(memory) = &host.memory else { return Reading::missing(&host.errors.memory) };
        let total = format::short(memory.total_gb);
        Reading {
            value: format::decimal(memory.used_gb),
            widest: format!("{}/{total}G", format::decimal(memory.total_gb)),
            rest: format!("/{total}G"),
            title: memory_title(host, memory),
        }
    },
    note: |state| split_note(state, |split| split.memory_mb.as_ref(), |mib| format::memory(Some(mib))),
};

const DISK: Kind = Kind {
    part: Part::Disk,
    class: "ht-is-disk",
    read: |host| {
        let Some(disk) = &host.disk else { return Reading::missing(&host.errors.disk) };
        Reading {
            value: format::percent(Some(disk.percent)),
            widest: "100%".into(),
            title: format!("Disk {}: {}", exact(disk.percent), format::used_of(disk.used_gb, disk.total_gb)),
            rest: String::new(),
        }
    },
    note: |_| String::new(),
};

fn disk_class(percent: Option<f64>) -> &'static str {
    match percent.map(DiskLevel::of) {
        None => "ht-bar",
        Some(DiskLevel::Roomy) => "ht-bar ht-is-roomy",
        Some(DiskLevel::Filling) => "ht-bar ht-is-filling",
        Some(DiskLevel::Full) => "ht-bar ht-is-full",
    }
}
