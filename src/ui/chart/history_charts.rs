//! The host's CPU and memory over time, divided among their users, with the values at a selected moment.

use super::axis;
use super::plot::draw;
use super::stack::{Resource, Stack};
use crate::ui::format;
use crate::ui::graphics::Projection;
use crate::ui::ids::PAGE_CHARTS;
use crate::ui::live::Live;
use crate::ui::markup::markup;
use crate::ui::timeline::{Samples, Timeline};
use leptos::ev;
use leptos::html::Section;
use leptos::prelude::*;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};
use std::cell::Cell;

/// Where values stand. The page stretches a drawing to the available size, but not its strokes; the margins are wide
/// enough for a line at 100 %.
pub(super) const PROJECTION: Projection = Projection { size: (1000, 120), margins: (0, 2, 1), slots: 1, top: 100.0 };

/// The class of the sliders that select a moment.
const POINTER: &str = "ht-chart-pointer";

/// Elements with an Escape of their own.
const OTHERS: &str = "[type=search], dialog *, [popover], [popover] *";

/// What selects a moment.
const EVENTS: [&str; 9] =
    ["input", "keydown", "click", "pointermove", "pointerdown", "pointerup", "pointercancel", "pointerout", "focusout"];

fn projection(slots: usize) -> Projection {
    Projection { slots, ..PROJECTION }
}

/// CPU and memory of the host above one another, each divided among the three containers that use most, the other
/// containers, and everything else. Pointer, finger or keyboard select a moment; a click or Enter pins it.
#[component]
pub(in crate::ui) fn HistoryCharts(live: Live, timeline: Timeline) -> impl IntoView {
    let card = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(card) = card.get() {
            follow(&card, timeline);
            let listener = window_event_listener(ev::keydown, move |event| {
                let target = event.target().map(JsCast::unchecked_into::<Element>);
                // Escape in a field or a dialog is for that.
                let elsewhere = target.and_then(|target| target.matches(OTHERS).ok()).unwrap_or(false);
                if event.key() == "Escape" && !elsewhere {
                    timeline.let_go();
                }
            });
            on_cleanup(move || listener.remove());
        }
    });
    let title = timeline.read(|samples| match samples.is_hour {
        true => "Last hour".into(),
        false => format::heading_span(samples.state.interval_seconds()),
    });
    let recent = live.read(|state| format::short_span(state.interval_seconds()));
    let period = move |text: Signal<String>, is_hour: bool| {
        let pressed =
            Signal::derive(move || String::from(if timeline.is_hour() == is_hour { "true" } else { "false" }));
        view! { <button type="button" aria-pressed=pressed on:click=move |_| timeline.choose(is_hour)>{text}</button> }
    };
    let back =
        Signal::derive(move || String::from(if timeline.pinned().is_some() { "ht-button" } else { "ht-is-hidden" }));
    let times = timeline.read(move |samples| axis::times(samples, live.zoned()));
    let events = timeline.read(move |samples| axis::events(samples, live.zoned()));
    view! {
        <section class="ht-card" aria-labelledby=PAGE_CHARTS node_ref=card>
            <div class="ht-card-head">
                <h2 id=PAGE_CHARTS tabindex="-1">{title}</h2>
                <p class="ht-when" data-time=timeline.read(move |samples| newest(live, samples))>
                    {timeline.read(move |samples| when(live, timeline, samples))}
                </p>
                <button type="button" class=back on:click=move |_| timeline.back_to_now(PAGE_CHARTS)>"Back to now"</button>
                <div class="ht-periods" role="group" aria-label="Period">
                    {period(recent, false)} {period(Signal::stored("1 hour".into()), true)}
                </div>
            </div>
            <Chart live timeline resource=Resource::Cpu/>
            <Chart live timeline resource=Resource::Memory/>
            <div class="ht-chart" aria-hidden="true">
                <svg class="ht-chart-events" {..markup(events)}></svg>
                <svg class="ht-chart-times" {..markup(times)}></svg>
            </div>
        </section>
    }
}

/// The time of the newest sample, which stands on paper instead of `now`.
fn newest(live: Live, samples: Samples<'_>) -> String {
    let newest = samples.state.history.host.newest();
    newest.map_or_else(String::new, |newest| live.clock(newest.seconds(), true))
}

/// The moment for which the charts show values, and what happened then.
fn when(live: Live, timeline: Timeline, samples: Samples<'_>) -> String {
    let Some(slot) = timeline.slot(samples) else {
        // The server's HTML may be read later, so it shows the sample's time.
        let is_now = live.zoned() && samples.state.silence_reason().is_none();
        return if is_now { "now".into() } else { newest(live, samples) };
    };
    let mut text = samples.time(slot).map_or_else(String::new, |time| live.clock(time, true));
    for event in samples.events().iter().filter(|event| samples.slot(event.timestamp.seconds()) == Some(slot)) {
        text += &format!(" · {} {}", event.name, format::event(event.kind));
    }
    text
}

/// One resource: its parts at the moment, and how they changed.
#[component]
fn Chart(live: Live, timeline: Timeline, resource: Resource) -> impl IntoView {
    let stack = Memo::new(move |_| timeline.with(|samples| Stack::of(resource, samples)));
    let slot = move || timeline.with(|samples| timeline.slot(samples).unwrap_or(samples.newest_slot()));
    let at_slot = move |text: fn(&Stack, usize, &str) -> String| {
        let noun = live.settings(|settings| format::plural(0, &settings.noun));
        Signal::derive(move || text(&stack.read(), slot(), &noun))
    };
    let cursor = Signal::derive(move || {
        let is_pinned = timeline.pinned().is_some();
        let slot = timeline.with(|samples| timeline.slot(samples));
        slot.map_or_else(String::new, |slot| cursor(projection(stack.read().parts.len()).x(slot), is_pinned))
    });
    let spoken = at_slot(Stack::spoken);
    let spoken = Signal::derive(move || {
        let when = timeline.with(|samples| when(live, timeline, samples));
        format!("{when}: {} {}", resource.name(), spoken.get())
    });
    // Texts and drawings are markup: each element of a view adds code to the bundle.
    let drawing = move |class: &'static str, drawn: Signal<String>| {
        view! {
            <svg class=class viewBox=PROJECTION.view_box() preserveAspectRatio="none" aria-hidden="true" {..markup(drawn)}></svg>
        }
    };
    let labels = |class: &'static str, texts: &'static str| view! { <svg class=class aria-hidden="true" inner_html=texts></svg> };
    let legend = at_slot(match resource {
        Resource::Cpu => |stack, slot, nouns| stack.legend(Resource::Cpu, slot, nouns),
        Resource::Memory => |stack, slot, nouns| stack.legend(Resource::Memory, slot, nouns),
    });
    let color = resource.class();
    view! {
        <div class=format!("ht-chart-head ht-is-{color}") {..markup(legend)}></div>
        <div class=format!("ht-chart ht-is-{color}")>
            {labels("ht-chart-scale", axis::SCALE)}
            <div class="ht-chart-area">
                {drawing("ht-chart-plot", at_slot(|stack, _, _| draw(&projection(stack.parts.len()), |canvas| stack.draw(canvas))))}
                {drawing("ht-chart-cursor", cursor)}
                <input
                    type="range"
                    class=POINTER
                    min="0"
                    max=at_slot(|stack, _, _| (stack.parts.len() - 1).to_string())
                    prop:value=at_slot(|_, slot, _| slot.to_string())
                    aria-label=resource.name()
                    aria-valuetext=spoken
                />
            </div>
            {labels("ht-chart-thresholds", axis::THRESHOLDS)}
        </div>
    }
}

/// The line at the selected moment, as markup.
fn cursor(x: u32, is_pinned: bool) -> String {
    let class = if is_pinned { "ht-is-pinned" } else { "" };
    format!("<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"100%\"/>")
}

/// Selects moments by pointer, finger and keyboard. One listener for all events of both charts: each `on:` would
/// add its own code.
fn follow(card: &HtmlElement, timeline: Timeline) {
    // While the pointer is down, the slider follows it by itself.
    let is_pressed = Cell::new(false);
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let slider = event.target().map(JsCast::unchecked_into::<HtmlInputElement>);
        let Some(slider) = slider.filter(|slider| slider.class_name() == POINTER) else { return };
        let value = || slider.value().parse().unwrap_or(0);
        // The interval under the pointer.
        let under = || {
            let offset = f64::from(event.unchecked_ref::<MouseEvent>().offset_x());
            let last = slider.max().parse::<u16>().unwrap_or(1);
            let place = offset / f64::from(slider.client_width().max(1)) * f64::from(last);
            ((place + 0.5) as usize).min(last.into())
        };
        match event.type_().as_str() {
            "input" if !is_pressed.get() => timeline.step(value()),
            "keydown" if event.unchecked_ref::<KeyboardEvent>().key() == "Enter" => timeline.toggle_pin(value()),
            "click" => timeline.toggle_pin(under()),
            "pointermove" => timeline.point(Some(under())),
            "pointerdown" => {
                is_pressed.set(true);
                timeline.point(Some(under()));
            }
            "pointerup" | "pointercancel" => is_pressed.set(false),
            "pointerout" | "focusout" => {
                is_pressed.set(false);
                timeline.point(None);
            }
            _ => {}
        }
    });
    let listener = listener.into_js_value();
    for event in EVENTS {
        let _ = card.add_event_listener_with_callback(event, listener.unchecked_ref());
    }
}
