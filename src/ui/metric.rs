//! One metric of the header: label, picture, value in its band's colour, level.

use super::format::{self, UNKNOWN};
use super::level::Level;
use super::live::{Live, State};
use crate::model::{HostStats, Severity};
use leptos::prelude::*;

/// What a metric reads out of the host's numbers.
pub(super) struct Reading {
    /// Its utilization as the wire has it, from which the band follows; grey while unknown.
    pub(super) percent: Option<f64>,
    /// The value to show.
    pub(super) value: String,
    /// What follows the value in muted ink.
    pub(super) rest: String,
    /// The exact numbers, as a tooltip.
    pub(super) title: String,
}

impl Reading {
    /// A part that could not be read; its reason is the tooltip.
    pub(super) fn missing(host: &HostStats, part: &str) -> Self {
        Self::unknown(host.errors.get(part).map_or("", String::as_str))
    }

    fn unknown(reason: &str) -> Self {
        Self { percent: None, value: UNKNOWN.into(), rest: String::new(), title: reason.into() }
    }

    fn word(&self) -> &'static str {
        self.percent.map_or("unknown", |percent| Severity::of(percent).word())
    }
}

/// The texts of a metric; the page only puts them in place.
pub(super) struct MetricText {
    label: &'static str,
    class: Signal<String>,
    value: Signal<String>,
    rest: Signal<String>,
    /// What stands for value and rest where room is short: the percentage.
    short: Signal<String>,
    spoken: Signal<String>,
    title: Signal<String>,
}

impl MetricText {
    /// What `read` finds in the host's numbers; `note` follows in the tooltip, on a line of its own.
    pub(super) fn read(
        live: Live,
        label: &'static str,
        read: fn(&HostStats) -> Reading,
        note: fn(&State) -> String,
    ) -> Self {
        let text = |write: fn(Reading, &State) -> String| {
            live.read(move |state| {
                write(state.host.as_ref().map_or_else(|| Reading::unknown(&state.host_problem), read), state)
            })
        };
        Self {
            label,
            // A value that is overdue loses its colour.
            class: text(|reading, state| {
                let stale = if state.host_stale.is_some() { " is-stale" } else { "" };
                format!("ht-metric is-{}{stale}", reading.word())
            }),
            value: text(|reading, _| reading.value),
            rest: text(|reading, _| reading.rest),
            short: text(|reading, _| format::percent(reading.percent)),
            spoken: text(|reading, _| format!(", {}", reading.word())),
            title: live.read(move |state| match &state.host {
                Some(host) => read(host).title + &note(state),
                None => state.host_problem.clone(),
            }),
        }
    }
}

/// A metric; the children are its picture, a sparkline or a bar.
#[component]
pub(super) fn Metric<C: IntoView + 'static>(text: MetricText, children: TypedChildren<C>) -> impl IntoView {
    let MetricText { label, class, value, rest, short, spoken, title } = text;
    view! {
        <div class=class title=title>
            <span class="ht-label">{label}</span>
            {children.into_inner()()}
            <span class="ht-value">
                <span class="ht-number">{value}</span>
                <span class="ht-rest">{rest}</span>
                <span class="ht-short">{short}</span>
                <span class="sr-only">{spoken}</span>
            </span>
            <Level/>
        </div>
    }
}
