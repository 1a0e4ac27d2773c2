//! One metric in the header: its label, graphic, value colored by severity, severity ticks, and culprit.

use crate::model::ContainersStats;
use crate::ui::format;
use crate::ui::graphics::{SeverityTicks, Sparkline, bar};
use crate::ui::ids::PANEL;
use crate::ui::live::{Live, State};
use crate::ui::metrics::{Attribution, Graphic, Metric, Reading};
use leptos::either::Either;
use leptos::prelude::*;

/// Shows one metric in the header.
#[component]
pub(super) fn MetricView(live: Live, metric: &'static Metric) -> impl IntoView {
    let culprit = move |text: fn(CulpritText) -> String| {
        live.read(move |state| text(CulpritText::of(metric, state).unwrap_or_default()))
    };
    let reading = move |text: fn(Reading) -> String| live.read(move |state| text(reading(metric, state)));
    view! {
        <div class=live.read(move |state| class(metric, state)) title=live.read(move |state| tooltip(metric, state))>
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
            <button type="button" class="ht-culprit" popovertarget=PANEL title=culprit(|culprit| culprit.tooltip)>
                <span class="ht-culprit-name">{culprit(|culprit| culprit.name)}</span>
                " "
                <b>{culprit(|culprit| culprit.share)}</b>
                <span class="ht-sr-only">" of the host's " {metric.noun}</span>
            </button>
        </div>
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

/// The CSS classes for severity, rank and culprit. Overdue values lose their color. The stylesheet has three ranks, so
/// a narrow header drops every metric from the third on at the same time.
fn class(metric: &Metric, state: &State) -> String {
    let band = state.host.as_ref().and_then(|host| (metric.severity)(host)).map_or("unknown", |band| band.word());
    let ranking = state.ranking();
    let rank = ranking.iter().position(|ranked| *ranked == metric).map_or(1, |place| place + 1).min(3);
    let stale = if state.host_stale.is_some() { " ht-is-stale" } else { "" };
    // If two metrics have a culprit, the culprit of the worse metric gets the space.
    let first = ranking.into_iter().find(|ranked| state.culprit(ranked).is_some());
    let culprit = match state.culprit(metric) {
        None => "",
        Some(_) if first == Some(metric) => " ht-has-culprit",
        Some(_) => " ht-has-second",
    };
    format!("ht-metric ht-is-{} ht-is-{band} ht-is-rank-{rank}{stale}{culprit}", metric.id)
}

/// The exact numbers, followed by a line that splits them into containers and everything else.
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
    Some(format!("\n{} {containers} + everything else {other} = {host}", format::measured(stats, noun)))
}

/// The text that names a metric's culprit. All fields are empty if there is no culprit.
#[derive(Default)]
struct CulpritText {
    name: String,
    share: String,
    tooltip: String,
}

impl CulpritText {
    fn of(metric: &Metric, state: &State) -> Option<Self> {
        let culprit = state.culprit(metric)?;
        let name = match culprit.is_outside() {
            true => format!("outside {}s", state.settings.noun),
            false => culprit.name.clone(),
        };
        let tooltip = format!("{name}: {} of the host's {}", format::exact(culprit.percent), metric.noun);
        Some(Self { name, share: format::percent(Some(culprit.percent)), tooltip })
    }
}
