//! One metric in the header: its label, graphic, value colored by severity, and severity ticks.

use crate::model::ContainersStats;
use crate::ui::format;
use crate::ui::graphics::{SeverityTicks, Sparkline, bar};
use crate::ui::ids::PANEL;
use crate::ui::live::{Live, State};
use crate::ui::metrics::{Attribution, Graphic, Metric, Reading};
use leptos::either::Either;
use leptos::prelude::*;

/// Shows one metric in the header. A click shows who uses most of it in a table of all containers.
#[component]
pub(super) fn MetricView(live: Live, metric: &'static Metric) -> impl IntoView {
    let reading = move |text: fn(Reading) -> String| live.read(move |state| text(reading(metric, state)));
    view! {
        <button
            type="button"
            class=live.read(move |state| class(metric, state))
            title=live.read(move |state| tooltip(metric, state))
            popovertarget=PANEL
            popovertargetaction="show"
            on:click=move |event| live.reveal(Some(metric), String::new(), &event)
        >
            <span class="ht-sr-only">{live.read(move |state| metric.spoken(state.host.as_ref()))}</span>
            <span class="ht-visual" aria-hidden="true">
                <span class="ht-label">{metric.label}</span>
                {graphic(live, metric)}
                <span class="ht-value">
                    <span class="ht-full" data-widest=reading(|reading| reading.widest)>
                        <span class="ht-number">{reading(|reading| reading.value)}</span>
                        <span class="ht-rest">{reading(|reading| reading.rest)}</span>
                    </span>
                    <span class="ht-short" data-widest="100%">{live.read(move |state| format::percent(state.percent(metric)))}</span>
                </span>
                <SeverityTicks/>
            </span>
        </button>
    }
}

fn graphic(live: Live, metric: &'static Metric) -> impl IntoView {
    match metric.graphic {
        Graphic::Sparkline(values) => {
            let data = live.read(move |state| values(&state.history.host, state.silence()));
            Either::Left(view! { <Sparkline data color=format!("var(--ht-{})", metric.id)/> })
        }
        Graphic::Bar(class) => {
            let drawn = move |state: &State| bar(state.host.as_ref().map_or("ht-bar", class), state.percent(metric));
            Either::Right(move || live.with(drawn))
        }
    }
}

fn reading(metric: &Metric, state: &State) -> Reading {
    let Some(host) = &state.host else { return Reading::unknown(&state.host_problem) };
    (metric.read)(host).unwrap_or_else(|| Reading::unknown((metric.error)(&host.errors).as_deref().unwrap_or_default()))
}

/// The CSS classes for severity and rank. Overdue values lose their color. The stylesheet has three ranks, so
/// a narrow header drops every metric from the third on at the same time.
fn class(metric: &Metric, state: &State) -> String {
    let band = state.host.as_ref().and_then(|host| (metric.severity)(host)).map_or("unknown", |band| band.word());
    let ranking = state.ranking();
    let rank = ranking.iter().position(|ranked| *ranked == metric).map_or(1, |place| place + 1).min(3);
    let stale = if state.silence_reason().is_some() { " ht-is-stale" } else { "" };
    format!("ht-metric ht-is-{} ht-is-{band} ht-is-rank-{rank}{stale}", metric.id)
}

/// The exact numbers, followed by a line that splits them into containers and other processes.
fn tooltip(metric: &Metric, state: &State) -> String {
    let split = metric.attribution.as_ref().filter(|_| state.host.is_some() && !state.containers_stale);
    let split = split.zip(state.measured());
    let split = split.and_then(|(attribution, stats)| split_text(attribution, stats, &state.settings.noun));
    reading(metric, state).tooltip + &split.unwrap_or_default()
}

fn split_text(attribution: &Attribution, stats: &ContainersStats, noun: &str) -> Option<String> {
    let split = (attribution.split)(&stats.split)?;
    let part = |value: f64| format::split_part(split, (attribution.text)(value));
    let (containers, other, host) = (part(split.containers), part(split.other), part(split.host));
    Some(format!("\n{} {containers} + other processes {other} = {host}", format::measured(stats, noun)))
}
