//! The header: CPU, memory and disk of the host, and the agents in sum.

use super::agents::Agents;
use super::bar::Bar;
use super::format;
use super::live::{Live, use_live};
use super::metric::Metric;
use super::sparkline::Sparkline;
use crate::model::{DiskLevel, HostStats};
use leptos::prelude::*;

/// The host's telemetry in one strip, live: sparkline and percent of CPU, sparkline and used/total of memory,
/// bar and percent of disk, the agents' sums, and a panel with each of them.
///
/// Takes the [`Live`] state from the context, or polls by itself where there is none.
#[component]
pub fn HostTelemetry() -> impl IntoView {
    let live = use_live();
    let stale = Signal::derive(move || live.host_stale.get().is_some());
    view! {
        <section class="ht" aria-label=move || label(live)>
            <Cpu live stale/>
            <Memory live stale/>
            <Disk live stale/>
            <Agents live/>
            <span class="ht-age" role="status">{move || live.host_stale.get().map(format::age)}</span>
        </section>
    }
}

fn label(live: Live) -> String {
    live.settings.with_value(|settings| format!("Host telemetry of {}", settings.hostname))
}

/// A value derived from the host's numbers.
fn of_host<T: Send + Sync + 'static>(live: Live, read: impl Fn(&HostStats) -> Option<T> + Send + Sync + 'static) -> Signal<Option<T>> {
    Signal::derive(move || live.host.with(|host| host.as_ref().and_then(&read)))
}

/// Why a part is missing, as a tooltip.
fn reason(live: Live, part: &'static str) -> String {
    live.host.with(|host| host.as_ref().and_then(|host| host.errors.get(part).cloned()).unwrap_or_default())
}

#[component]
fn Cpu(live: Live, stale: Signal<bool>) -> impl IntoView {
    let cpu = of_host(live, |host| host.cpu.clone());
    let percent = Signal::derive(move || cpu.get().map(|cpu| cpu.percent));
    let value = Signal::derive(move || format::percent(percent.get()));
    let title = Signal::derive(move || match cpu.get() {
        Some(cpu) => format!("CPU {:.1} % of {}", cpu.percent, format::counted(cpu.count, "core")),
        None => reason(live, "cpu"),
    });
    let data = Signal::derive(move || live.history.with(|history| history.cpu()));
    view! {
        <Metric label="CPU" class="ht-cpu" percent value stale title>
            <Sparkline data color="var(--ht-cpu)"/>
        </Metric>
    }
}

#[component]
fn Memory(live: Live, stale: Signal<bool>) -> impl IntoView {
    let memory = of_host(live, |host| host.memory.clone());
    let percent = Signal::derive(move || memory.get().map(|memory| memory.percent));
    let value = Signal::derive(move || memory.get().map_or(format::UNKNOWN.into(), |memory| format!("{:.1}", memory.used_gb)));
    let rest = Signal::derive(move || memory.get().map_or_else(String::new, |memory| format!("/{}G", format::gib(memory.total_gb))));
    let title = Signal::derive(move || match memory.get() {
        Some(memory) => format!("Memory {:.1} %: {:.1} of {:.1} GiB used", memory.percent, memory.used_gb, memory.total_gb),
        None => reason(live, "memory"),
    });
    let data = Signal::derive(move || live.history.with(|history| history.memory()));
    view! {
        <Metric label="Mem" class="ht-memory" percent value rest stale title>
            <Sparkline data color="var(--ht-memory)"/>
        </Metric>
    }
}

#[component]
fn Disk(live: Live, stale: Signal<bool>) -> impl IntoView {
    let disk = of_host(live, |host| host.disk.clone());
    let percent = Signal::derive(move || disk.get().map(|disk| disk.percent));
    let value = Signal::derive(move || format::percent(percent.get()));
    let title = Signal::derive(move || match disk.get() {
        Some(disk) => format!("Disk {:.1} %: {:.1} of {:.1} GiB used", disk.percent, disk.used_gb, disk.total_gb),
        None => reason(live, "disk"),
    });
    let class = Signal::derive(move || match percent.get().map(DiskLevel::of) {
        Some(level) if !stale.get() => format!("ht-bar is-{}", level.word()),
        _ => "ht-bar is-unknown".into(),
    });
    view! {
        <Metric label="Disk" class="ht-disk" percent value stale title>
            <Bar percent class/>
        </Metric>
    }
}
