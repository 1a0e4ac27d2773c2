//! The verdict in the header: what is wrong, who is responsible, and since when.

use crate::model::Severity;
use crate::ui::format;
use crate::ui::ids::PANEL;
use crate::ui::live::{Cause, Live, State, Trouble};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The verdict beside the host's name: the worst cause, the second where there is room, and how many there are besides.
/// While nothing is wrong, it shows the metrics that a narrow header drops. While the server does not answer, it says
/// so, and what was wrong last.
#[component]
pub(super) fn Verdict(live: Live) -> impl IntoView {
    // Shown instead of the second cause where only one fits.
    let rest = move |shown: usize| {
        live.read(move |state| match causes(state).saturating_sub(shown) {
            0 => String::new(),
            count => format!("+{count}"),
        })
    };
    let dropped = move |rank: usize| {
        live.read(move |state| {
            let metric = state.ranking()[rank];
            format!("{} {}", metric.label, format::percent(state.percent(metric)))
        })
    };
    view! {
        <div class="ht-verdict">
            <Chip live index=0/>
            <Chip live index=1/>
            <span class="ht-rest ht-is-narrow">{rest(1)}</span>
            <span class="ht-rest ht-is-wide">{rest(2)}</span>
            <span class=live.read(|state| if causes(state) == 0 { "ht-dropped" } else { "ht-sr-only" }.to_owned())>
                <span class="ht-brief ht-is-rank-3">{dropped(2)}</span>
                <span class="ht-brief ht-is-rank-2">{dropped(1)}</span>
            </span>
        </div>
    }
}

/// How many causes are shown; during silence, only the silence.
fn causes(state: &State) -> usize {
    state.silence_reason().map_or_else(|| state.causes().len(), |_| 1)
}

/// One cause. A click shows who is responsible in a table of all containers.
#[component]
fn Chip(live: Live, index: usize) -> impl IntoView {
    let text = move |text: fn(ChipText) -> String| live.read(move |state| text(ChipText::of(live, state, index)));
    let reveal = move |event: MouseEvent| {
        let (metric, id) = live.untracked(|state| match state.causes().get(index).map(|cause| cause.trouble) {
            Some(Trouble::Metric(metric)) => (Some(metric), String::new()),
            Some(Trouble::NearLimit(row, _) | Trouble::Restarting(row, ..)) => (None, row.id.clone()),
            Some(Trouble::Docker | Trouble::ContainersStale) | None => (None, String::new()),
        });
        live.reveal(metric, id, &event);
    };
    view! {
        <button type="button" class=text(|chip| format!("ht-chip ht-is-{}", chip.severity)) popovertarget=PANEL popovertargetaction="show" title=text(|chip| chip.title) on:click=reveal>
            <span class="ht-chip-part ht-chip-first">
                <span class="ht-chip-name">{text(|chip| chip.name)}</span>
                <span class="ht-chip-share">{text(|chip| chip.share)}</span>
            </span>
            <span class="ht-chip-part">{text(|chip| chip.resource)}</span>
            <span class="ht-chip-part">{text(|chip| chip.duration)}</span>
        </button>
    }
}

/// The text of a chip, in parts that are left out from the end where there is no room. Parts that do not apply are
/// empty.
#[derive(Default)]
struct ChipText {
    /// The class of the cause's severity; without a cause, a class that hides the chip.
    severity: &'static str,
    name: String,
    share: String,
    resource: String,
    duration: String,
    title: String,
}

impl ChipText {
    fn of(live: Live, state: &State, index: usize) -> Self {
        let causes = state.causes();
        match (state.silence_reason(), causes.get(index)) {
            (None, Some(cause)) => Self::cause(cause, state),
            (Some(reason), last) if index == 0 => Self::silence(reason, last, live, state),
            _ => Self { severity: "hidden", ..Self::default() },
        }
    }

    fn cause(cause: &Cause<'_>, state: &State) -> Self {
        let lasted = cause.since.and_then(|since| state.lasted(since));
        let duration = lasted.map(|lasted| format!("\u{a0}· {}", format::duration(lasted))).unwrap_or_default();
        let (name, share, resource) = parts(cause, state);
        let severity = match cause.trouble {
            Trouble::Metric(metric) => state.host.as_ref().and_then(metric.severity).map_or("unknown", Severity::word),
            Trouble::NearLimit(..) => Severity::Critical.word(),
            Trouble::Restarting(..) => Severity::High.word(),
            Trouble::Docker | Trouble::ContainersStale => "unknown",
        };
        let title = format!("{name}{share}{resource}{duration}");
        Self { severity, name, share, resource, duration, title }
    }

    /// Says that the server is silent, since when, and what was wrong last.
    fn silence(reason: &str, last: Option<&Cause<'_>>, live: Live, state: &State) -> Self {
        let since = state.history.host.newest().map(|newest| live.since(newest, true, state));
        let since = since.map(|since| format!("\u{a0}{since}")).unwrap_or_default();
        let last = last.map(|cause| {
            let (name, share, resource) = parts(cause, state);
            format!("\u{a0}· last: {name}{share}{resource}")
        });
        let last = last.unwrap_or_default();
        let title = format!("{reason}{since}{last}");
        Self { severity: "unknown", name: reason.into(), resource: since, duration: last, title, ..Self::default() }
    }
}

/// Who, how much, and of what: `agent-x`, ` 63%`, ` of CPU`. The spaces belong to the parts, so that an empty part
/// takes no room, and do not collapse.
fn parts(cause: &Cause<'_>, state: &State) -> (String, String, String) {
    match (cause.trouble, cause.culprit.filter(|_| cause.is_current || state.silence_reason().is_some())) {
        (Trouble::Metric(metric), Some(culprit)) => (
            format::culprit(culprit, &state.settings.noun),
            format!("\u{a0}{}", format::percent(Some(culprit.percent))),
            format!("\u{a0}of {}", metric.noun),
        ),
        (Trouble::Metric(metric), None) => {
            (metric.name.into(), format!("\u{a0}{}", format::percent(state.percent(metric))), metric.full.into())
        }
        (Trouble::NearLimit(row, _), _) => {
            let percent = format::percent(row.memory_limit_percent());
            (row.name.clone(), format!("\u{a0}{percent}"), "\u{a0}of its memory limit".into())
        }
        (Trouble::Restarting(row, count, _), _) => {
            (row.name.clone(), String::new(), format!("\u{a0}{}", format::restarts(count)))
        }
        (Trouble::Docker, _) => ("Docker unavailable".into(), String::new(), String::new()),
        (Trouble::ContainersStale, _) => {
            (format!("{} not updated", format::heading(&state.settings.noun)), String::new(), String::new())
        }
    }
}
