//! Headroom: available memory, swap and disk usage, and the containers' memory limits.

use super::format;
use super::ids::PAGE_FACTS;
use super::live::{Live, State};
use super::markup::markup;
use super::metrics::{METRICS, Metric};
use crate::model::Severity;
use leptos::prelude::*;

/// A number with its label and an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fact {
    label: String,
    value: String,
    title: &'static str,
    /// The severity, which colors the value; `None` unless it is alarming.
    severity: Option<Severity>,
}

/// The facts as a card of the page.
#[component]
pub(super) fn FactsCard(live: Live) -> impl IntoView {
    let class = live.read(|state| String::from(if facts(state).is_empty() { "ht-is-hidden" } else { "ht-card" }));
    view! { <section id=PAGE_FACTS class=class aria-label="Available resources" tabindex="-1"><Facts live/></section> }
}

/// Lists the facts that are known.
#[component]
pub(super) fn Facts(live: Live) -> impl IntoView {
    let listed = live.read(|state| {
        let facts = facts(state);
        let class =
            |fact: &Fact| fact.severity.map_or_else(String::new, |severity| format!("ht-is-{}", severity.word()));
        facts.iter().map(|of| fact(&of.label, &of.value, &class(of), of.title)).collect()
    });
    view! { <dl {..markup(listed)} class="ht-facts"></dl> }
}

/// One fact as markup. The class and the tooltip are not escaped.
pub(super) fn fact(label: &str, value: &str, class: &str, title: &str) -> String {
    let [label, value] = [label, value].map(format::escaped);
    format!("<div title=\"{title}\"><dt>{label}</dt><dd class=\"{class}\">{value}</dd></div>")
}

/// At most four facts.
fn facts(state: &State) -> Vec<Fact> {
    let host = state.host.as_ref();
    let memory = host.and_then(|host| host.memory.as_ref());
    let severity =
        |id: &str| METRICS.into_iter().find(|metric| metric.id == id).and_then(|metric| alarm(metric, state));
    let mut facts = Vec::new();
    if let Some(memory) = memory {
        facts.push(Fact {
            label: "Available memory".into(),
            value: of(memory.available_gb, memory.total_gb),
            title: "Available to new processes without swapping",
            severity: severity("memory"),
        });
    }
    // If memory is known and there is no error for swap, a missing value means that the machine has no swap.
    if let Some(host) = host.filter(|host| host.memory.is_some() && host.errors.swap.is_none()) {
        let swap = host.swap.as_ref();
        facts.push(Fact {
            label: "Swap".into(),
            value: swap.map_or("No swap".into(), |swap| usage(swap.used_gb, swap.total_gb, swap.percent)),
            title: "Memory that the kernel has swapped out",
            // Unlike other resources, swap is meant to stay mostly empty, so its use is worth a color from half on.
            severity: swap.map(|swap| Severity::of(swap.percent)).filter(|severity| *severity >= Severity::Raised),
        });
    }
    facts.extend(limits(state));
    if let Some(disk) = host.and_then(|host| host.disk.as_ref()) {
        facts.push(Fact {
            label: disk.path.as_ref().map_or("File system".into(), |path| format!("File system at {path}")),
            value: usage(disk.used_gb, disk.total_gb, disk.percent) + format::read_only(disk),
            title: "Used space, as df counts it",
            severity: severity("disk"),
        });
    }
    facts
}

/// The severity of a metric that is in trouble.
fn alarm(metric: &Metric, state: &State) -> Option<Severity> {
    (metric.severity)(state.host.as_ref()?).filter(|severity| *severity >= Severity::High)
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
        stats.containers.iter().filter(|row| row.memory_limit_mb.is_none() && row.limits_known == Some(true)).count();
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
    let (title, severity) = if percent > 100 {
        ("Overcommitted: containers may be OOM-killed", Some(Severity::High))
    } else {
        ("Sum of all memory limits", None)
    };
    let label = format!("Memory limits of {}", format::plural(0, &state.settings.noun));
    Some(Fact { label, value, title, severity })
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
                "Memory limits of agents: 26 GiB (130% of host) · 1 unlimited",
                "File system at /: 108.2 of 200 GiB",
            ]
        );
        assert!(texts(&state(&[None], None)).contains(&"Memory limits of agents: No limits set".into()));
        let mut failing = state(&[Some(16384.0), None, None], None);
        let ContainersView::Measured(stats) = &mut failing.containers else { panic!("numbers") };
        stats.containers[2].limits_known = Some(false);
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
        let class = |limit: f64| limits(&state(&[Some(limit)], None)).map(|fact| (fact.severity, fact.title));
        assert_eq!(class(20480.0), Some((None, "Sum of all memory limits")));
        assert_eq!(class(23552.0), Some((Some(Severity::High), "Overcommitted: containers may be OOM-killed")));
    }

    #[test]
    fn what_is_nearly_used_up_has_a_color() {
        let colored = |swap: f64, memory: f64, disk: f64| {
            let mut state = state(&[], Some(SwapStats { percent: swap, used_gb: 1.0, total_gb: 2.0 }));
            let host = state.host.as_mut().expect("a host");
            host.memory.iter_mut().for_each(|of| of.percent = memory);
            host.disk.iter_mut().for_each(|of| of.percent = disk);
            facts(&state).into_iter().map(|fact| fact.severity).collect::<Vec<_>>()
        };
        assert_eq!(colored(49.9, 74.9, 74.9), [None; 3], "memory and disk may be well used");
        assert_eq!(colored(50.0, 75.0, 90.0), [Severity::High, Severity::Raised, Severity::Critical].map(Some));
    }

    #[test]
    fn small_file_systems_have_a_percentage_of_their_size() {
        assert_eq!(usage(108.2, 200.0, 54.1), "108.2 of 200 GiB");
        assert_eq!(usage(0.1, 0.5, 21.4), "21.4% of 0.5 GiB");
        assert_eq!(usage(0.0, 0.0, 43.2), "43.2% of < 0.1 GiB");
    }
}
