//! What is wrong, as sentences for an operator, with the next step.

use crate::model::{ContainerStats, Culprit, CulpritKind, Severity, Timestamp};
use crate::ui::commands::{commands, commands_for, program};
use crate::ui::format;
use crate::ui::live::{Cause, ContainersView, Live, State, Trouble};
use crate::ui::metrics::Metric;

/// One cause in words. Parts that do not apply are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Advice {
    /// Suffix of the CSS class for the severity.
    pub(super) severity: &'static str,
    /// What is wrong, and since when: `CPU at 97% since 09:42.`
    pub(super) headline: String,
    /// Who is responsible: `agent-x uses 63% of the host (its limit: 6 of 8 cores).`
    pub(super) detail: String,
    /// What to do.
    pub(super) next: String,
    /// Commands to copy.
    pub(super) commands: [String; 2],
}

impl Advice {
    /// The sentences as markup.
    pub(super) fn sentences(self) -> String {
        let [headline, detail, next] = [self.headline, self.detail, self.next].map(|text| format::escaped(&text));
        format!("<p><strong>{headline}</strong> {detail}</p><p class=\"ht-card-note\">{next}</p>")
    }

    /// The commands as markup.
    pub(super) fn commands(self) -> String {
        commands(&self.commands)
    }
}

/// The advice on the cause with this index, of which the worst is first; `None` if there are fewer causes.
pub(super) fn advice(live: Live, state: &State, index: usize) -> Option<Advice> {
    let causes = state.causes();
    match state.silence_reason() {
        Some(reason) if index == 0 => Some(silence(reason, causes.first(), live, state)),
        Some(_) => None,
        None => causes.get(index).map(|cause| of(cause, live, state)),
    }
}

fn of(cause: &Cause<'_>, live: Live, state: &State) -> Advice {
    match cause.trouble {
        Trouble::Metric(metric) => on_metric(metric, cause, live, state),
        Trouble::Docker => docker(cause.since, live, state),
        Trouble::NearLimit(row, others) => near_limit(row, others, cause.since, live, state),
        Trouble::Restarting(row, count, others) => restarting(row, count, others, cause.since, live, state),
        Trouble::ContainersStale => Advice {
            severity: "unknown",
            headline: format!("No numbers from the containers{}.", since(cause.since, true, live, state)),
            detail: format!("CPU and memory of the {} are from then; those of the host are live.", nouns(state)),
            commands: one(format!("{} ps", program(state))),
            ..Advice::default()
        },
    }
}

fn near_limit(row: &ContainerStats, others: usize, begun: Option<Timestamp>, live: Live, state: &State) -> Advice {
    let percent = format::percent(row.memory_limit_percent());
    let limit = row.memory_limit_mb.map_or_else(String::new, format::memory_limit);
    let used = format::memory(row.memory_mb);
    Advice {
        severity: Severity::Critical.word(),
        headline: format!("{} at {percent} of its memory limit{}.", row.name, since(begun, false, live, state)),
        detail: format!(
            "{used} of {limit}. If it needs more, the kernel kills it.{}",
            and_others(others, "near theirs", state)
        ),
        next: "Raise its limit, or find out what fills its memory.".into(),
        commands: commands_for(program(state), row),
    }
}

fn restarting(
    row: &ContainerStats,
    count: u32,
    others: usize,
    begun: Option<Timestamp>,
    live: Live,
    state: &State,
) -> Advice {
    Advice {
        severity: Severity::High.word(),
        headline: format!("{} {}{}.", row.name, format::restarts(count), since(begun, false, live, state)),
        detail: format!("It exits soon after each start.{}", and_others(others, "restarting", state)),
        next: "Its logs say why it exits.".into(),
        commands: commands_for(program(state), row),
    }
}

/// Says that others are in the same trouble; empty if none are.
fn and_others(count: usize, trouble: &str, state: &State) -> String {
    let Ok(count @ 1..) = u32::try_from(count) else { return String::new() };
    let are = if count == 1 { "is" } else { "are" };
    format!(" {count} more {} {are} {trouble}.", format::plural(count, &state.settings.noun))
}

fn on_metric(metric: &Metric, cause: &Cause<'_>, live: Live, state: &State) -> Advice {
    let severity = state.host.as_ref().and_then(metric.severity).map_or("unknown", Severity::word);
    let percent = format::percent(state.percent(metric));
    let headline = format!("{} at {percent}{}.", metric.name, since(cause.since, false, live, state));
    let is_memory = metric.id == "memory";
    let on_host = one(String::from(if is_memory { "top -o %MEM" } else { "top -o %CPU" }));
    let (detail, next, commands) = match cause.culprit.filter(|_| cause.is_current) {
        _ if metric.attribution.is_none() => disk(state),
        Some(culprit) => {
            let row = state.rows().iter().find(|row| row.id == culprit.id);
            let next = match culprit.kind {
                CulpritKind::Container => "Check its logs, then lower its limit or stop it if it can wait.".into(),
                CulpritKind::Containers => {
                    format!("No single {} stands out. Stop those that can wait.", state.settings.noun)
                }
                CulpritKind::Other => {
                    format!("The load is not in these {}: look for the process on the host.", nouns(state))
                }
            };
            let commands = match (culprit.kind, row) {
                (CulpritKind::Container, Some(row)) => commands_for(program(state), row),
                (CulpritKind::Container | CulpritKind::Containers, _) => one(format!("{} stats", program(state))),
                (CulpritKind::Other, _) => on_host,
            };
            (uses(culprit, row, is_memory, state), next, commands)
        }
        None if matches!(state.containers, ContainersView::Unavailable { .. }) => {
            let last = cause.culprit.map_or_else(String::new, |culprit| {
                let name = format::culprit(culprit, &state.settings.noun);
                format!(" Last known: {name}, {} of the host.", format::percent(Some(culprit.percent)))
            });
            let unknown = format!("Which of the {} uses it is unknown without Docker.{last}", nouns(state));
            (unknown, String::new(), on_host)
        }
        None if cause.is_current && is_split(metric, state) => ("Nobody stands out.".into(), String::new(), on_host),
        None => ("Who uses it is unknown.".into(), String::new(), on_host),
    };
    Advice { severity, headline, detail, next, commands }
}

/// Whether every container's part of this metric is known.
fn is_split(metric: &Metric, state: &State) -> bool {
    let stats = state.measured().filter(|stats| stats.measured_count == stats.running_count);
    stats
        .zip(metric.attribution.as_ref())
        .is_some_and(|(stats, attribution)| (attribution.split)(&stats.split).is_some())
}

/// Who uses how much, and what the limit is if there is one.
fn uses(culprit: &Culprit, row: Option<&ContainerStats>, is_memory: bool, state: &State) -> String {
    let name = raised(format::culprit(culprit, &state.settings.noun), culprit.kind);
    let verb = if culprit.kind == CulpritKind::Container { "uses" } else { "use" };
    let limit = match row {
        Some(row) if is_memory => row.memory_limit_mb.map(format::memory_limit),
        Some(row) => row.cpu_limit_cores.map(format::cores),
        None => None,
    };
    let limit = limit.map_or_else(String::new, |limit| format!(" (its limit: {limit})"));
    format!("{name} {verb} {} of the host{limit}.", format::percent(Some(culprit.percent)))
}

/// Begins a sentence with a capital letter, except if it begins with a name.
fn raised(name: String, kind: CulpritKind) -> String {
    if kind == CulpritKind::Container { name } else { format::raised(name) }
}

fn disk(state: &State) -> (String, String, [String; 2]) {
    let disk = state.host.as_ref().and_then(|host| host.disk.as_ref());
    let path = disk.and_then(|disk| disk.path.as_deref()).unwrap_or("/");
    let detail =
        disk.map_or_else(String::new, |disk| format!("{} at {path}.", format::used_of(disk.used_gb, disk.total_gb)));
    let next = "Free space before writes fail: remove unused images, logs or data.".into();
    (detail, next, ["df -h".into(), format!("{} system df", program(state))])
}

fn docker(gone: Option<Timestamp>, live: Live, state: &State) -> Advice {
    let reason = match &state.containers {
        ContainersView::Unavailable { reason, .. } => sentence(reason),
        ContainersView::Waiting | ContainersView::Measured(_) => String::new(),
    };
    Advice {
        severity: "unknown",
        headline: format!("Docker unavailable{}.", since(gone, false, live, state)),
        detail: format!("{reason} CPU and memory of the {} are unknown; those of the host are live.", nouns(state)),
        next: String::new(),
        commands: one(String::from(match program(state) {
            "podman" => "systemctl status podman.socket",
            _ => "systemctl status docker",
        })),
    }
}

/// Says that the server is silent, and what was wrong last.
fn silence(reason: &str, last: Option<&Cause<'_>>, live: Live, state: &State) -> Advice {
    let newest = state.history.host.newest();
    let last = last.map_or_else(String::new, |cause| {
        let of = match cause.trouble {
            Trouble::Metric(metric) => format!("{} at {}", metric.name, format::percent(state.percent(metric))),
            Trouble::Docker | Trouble::ContainersStale => "Docker unavailable".into(),
            Trouble::NearLimit(row, _) => {
                format!("{} at {} of its memory limit", row.name, format::percent(row.memory_limit_percent()))
            }
            Trouble::Restarting(row, count, _) => format!("{} {}", row.name, format::restarts(count)),
        };
        let who = cause.culprit.map_or_else(String::new, |culprit| {
            let name = format::culprit(culprit, &state.settings.noun);
            format!(", {name} {}", format::percent(Some(culprit.percent)))
        });
        format!(" Last: {of}{who}.")
    });
    let (why, next) = match state.is_unanswered {
        true => (String::new(), "The page keeps retrying. Check that the server is running and reachable."),
        false if state.host_problem.is_empty() => {
            (String::new(), "The server answers, but no longer measures the host.")
        }
        false => (format!(" {}", sentence(&state.host_problem)), "The server answers, but cannot read the host."),
    };
    Advice {
        severity: "unknown",
        headline: format!("{reason} from {}{}.", state.hostname(), since(newest, true, live, state)),
        detail: format!("All numbers are from then.{why}{last}"),
        next: next.into(),
        commands: one("systemctl status host-telemetry".into()),
    }
}

/// The text with a capital letter at its beginning and a full stop at its end, unless it ends a sentence by itself.
fn sentence(text: &str) -> String {
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format::raised(format!("{text}{stop}"))
}

/// A single command.
fn one(command: String) -> [String; 2] {
    [command, String::new()]
}

/// The plural noun for the containers.
fn nouns(state: &State) -> String {
    format::plural(0, &state.settings.noun)
}

/// ` since 09:42`, ` for 25 h`, or an empty text if the time is unknown.
fn since(time: Option<Timestamp>, with_seconds: bool, live: Live, state: &State) -> String {
    time.map_or_else(String::new, |time| format!(" {}", live.since(time, with_seconds, state)))
}
