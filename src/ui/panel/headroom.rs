//! Headroom: available memory, swap and disk usage, and the containers' memory limits.

use crate::ui::format;
use crate::ui::live::{Live, State};
use crate::ui::table::has_known_limits;
use leptos::prelude::*;

/// A number with its label and an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fact {
    label: String,
    value: String,
    title: &'static str,
    /// The CSS class of the value; empty unless it is alarming.
    class: &'static str,
}

/// Lists the facts that are known.
#[component]
pub(super) fn Headroom(live: Live) -> impl IntoView {
    let facts = live.read(facts);
    let fact = |Fact { label, value, title, class }: Fact| {
        view! { <div title=title><dt>{label}</dt><dd class=class>{value}</dd></div> }
    };
    view! { <dl class="ht-headroom">{move || facts.get().into_iter().map(fact).collect_view()}</dl> }
}

fn facts(state: &State) -> Vec<Fact> {
    let host = state.host.as_ref();
    let memory = host.and_then(|host| host.memory.as_ref());
    let mut facts = Vec::new();
    let mut add = |label: String, value: String, title| facts.push(Fact { label, value, title, class: "" });
    if let Some(memory) = memory {
        let left = of(memory.available_gb, memory.total_gb);
        add("Available memory".into(), left, "Available to new processes without swapping");
    }
    // If memory is known and there is no error for swap, a missing value means that the machine has no swap.
    if let Some(host) = host.filter(|host| host.memory.is_some() && host.errors.swap.is_none()) {
        let used = host.swap.as_ref().map_or("No swap".into(), |swap| usage(swap.used_gb, swap.total_gb, swap.percent));
        add("Swap".into(), used, "Memory that the kernel has swapped out");
    }
    if let Some(disk) = host.and_then(|host| host.disk.as_ref()) {
        let label = disk.path.as_ref().map_or("File system".into(), |path| format!("File system at {path}"));
        let used = usage(disk.used_gb, disk.total_gb, disk.percent) + format::read_only(disk);
        add(label, used, "Used space, as df counts it");
    }
    facts.extend(limits(state));
    facts
}

fn of(part_gb: f64, total_gb: f64) -> String {
    format!("{} of {} GiB", format::decimal(part_gb), format::short(total_gb))
}

/// Used space. Below 1 GiB, it is a percentage of the total: sizes arrive with one decimal, so they say too little
/// there, and in MiB they would look more exact than they are.
fn usage(used_gb: f64, total_gb: f64, percent: f64) -> String {
    match total_gb {
        1.0.. => of(used_gb, total_gb),
        0.1.. => format!("{} of {} GiB", format::exact(percent), format::short(total_gb)),
        _ => format!("{} of < 0.1 GiB", format::exact(percent)),
    }
}

/// The sum of the containers' memory limits, also as a percentage of the host's memory, and how many have no limit.
/// `None` if there are no containers or the host's memory is unknown.
fn limits(state: &State) -> Option<Fact> {
    let stats = state.measured()?;
    let (sum, without) = stats.memory_limits();
    if stats.containers.is_empty() {
        return None;
    }
    let total = state.memory_total_mb()?;
    let percent = (100.0 * sum / total).round() as u64;
    let unlimited =
        stats.containers.iter().filter(|row| row.memory_limit_mb.is_none() && has_known_limits(row)).count();
    let unknown = without - unlimited;
    let mut value = match unlimited {
        _ if sum > 0.0 => format!("{} ({percent}% of host)", format::memory_limit(sum)),
        0 => format::UNKNOWN.into(),
        _ => "No limits set".into(),
    };
    if sum > 0.0 && unlimited > 0 {
        value += &format!(" · {unlimited} unlimited");
    }
    if unknown > 0 {
        value += &format!(" · {unknown} unknown");
    }
    let (title, class) = if percent > 100 {
        ("Overcommitted: containers may be OOM-killed", "ht-is-high")
    } else {
        ("Sum of all memory limits", "")
    };
    Some(Fact { label: format!("Memory limits of {}", format::plural(0, &state.settings.noun)), value, title, class })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Settings;
    use crate::model::{ContainerStats, ContainersStats, DiskStats, HostStats, MemoryStats, SwapStats};
    use crate::ui::live::ContainersView;

    fn state(limits: &[Option<f64>], swap: Option<SwapStats>) -> State {
        let row = |limit: &Option<f64>| ContainerStats { memory_limit_mb: *limit, ..ContainerStats::sample("a") };
        let containers = limits.iter().map(row).collect();
        State {
            settings: Settings { noun: "agent".into(), ..Settings::default() },
            host: Some(HostStats {
                memory: Some(MemoryStats { percent: 62.5, used_gb: 12.5, total_gb: 20.0, available_gb: 7.5 }),
                swap,
                disk: Some(DiskStats {
                    percent: 54.1,
                    used_gb: 108.2,
                    total_gb: 200.0,
                    read_only: Some(false),
                    path: Some("/".into()),
                }),
                ..HostStats::sample()
            }),
            containers: ContainersView::Measured(ContainersStats { containers, ..ContainersStats::default() }),
            ..State::default()
        }
    }

    fn texts(state: &State) -> Vec<String> {
        facts(state).into_iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect()
    }

    #[test]
    fn shows_what_is_left_and_what_was_promised() {
        let swap = SwapStats { percent: 10.0, used_gb: 0.2, total_gb: 2.0 };
        assert_eq!(
            texts(&state(&[Some(16384.0), Some(10240.0), None], Some(swap))),
            [
                "Available memory: 7.5 of 20 GiB",
                "Swap: 0.2 of 2 GiB",
                "File system at /: 108.2 of 200 GiB",
                "Memory limits of agents: 26 GiB (130% of host) · 1 unlimited",
            ]
        );
        assert!(texts(&state(&[None], None)).contains(&"Memory limits of agents: No limits set".into()));
        let mut failing = state(&[Some(16384.0), None, None], None);
        let ContainersView::Measured(stats) = &mut failing.containers else { panic!("numbers") };
        stats.containers[2].error = Some("timed out".into());
        let limits = "Memory limits of agents: 16 GiB (80% of host) · 1 unlimited · 1 unknown";
        assert!(texts(&failing).contains(&limits.into()), "what was not read is not unlimited");
        assert!(texts(&state(&[], None)).contains(&"Swap: No swap".into()));
        assert_eq!(texts(&state(&[], None)).len(), 3, "without containers there are no limits");
        let mut odd = state(&[], None);
        if let Some(host) = &mut odd.host {
            host.errors.swap = Some("not read".into());
            host.disk.iter_mut().for_each(|disk| disk.read_only = Some(true));
        }
        let expected = ["Available memory: 7.5 of 20 GiB", "File system at /: 108.2 of 200 GiB, read-only"];
        assert_eq!(texts(&odd), expected, "unknown swap must not be reported as no swap");
        assert!(texts(&State::default()).is_empty(), "unknown facts are left out");
    }

    #[test]
    fn the_total_of_limits_is_alarming_only_beyond_the_memory() {
        let class = |limit: f64| limits(&state(&[Some(limit)], None)).map(|fact| (fact.class, fact.title));
        assert_eq!(class(20480.0), Some(("", "Sum of all memory limits")));
        assert_eq!(class(23552.0), Some(("ht-is-high", "Overcommitted: containers may be OOM-killed")));
    }

    #[test]
    fn small_file_systems_have_a_percentage_of_their_size() {
        assert_eq!(usage(108.2, 200.0, 54.1), "108.2 of 200 GiB");
        assert_eq!(usage(0.1, 0.5, 21.4), "21.4% of 0.5 GiB");
        assert_eq!(usage(0.0, 0.0, 43.2), "43.2% of < 0.1 GiB");
    }
}
