//! The labels around a chart, as markup for SVG elements that are not scaled: their text stays as large as it is.

use crate::model::EventKind;
use crate::ui::format;
use crate::ui::local_time::{clock, offset};
use crate::ui::timeline::Samples;
use std::fmt::Write;

/// Distances between ticks in seconds, of which the first with at most [`MAX_TICKS`] ticks is used.
const STEPS: [u32; 9] = [1, 5, 10, 30, 60, 120, 300, 600, 1200];
const MAX_TICKS: f64 = 6.0;

/// The scale at the left of a chart, in percent. It never changes, and code that writes it would be larger.
pub(super) const SCALE: &str = "<text x=\"100%\" y=\"99.2%\">0</text><text x=\"100%\" y=\"50.4%\">50</text>\
    <text x=\"100%\" y=\"1.7%\">100</text>";

/// The names of the threshold lines at the right of a chart.
pub(super) const THRESHOLDS: &str = "\
    <text class=\"ht-is-high\" y=\"26.1%\"><tspan class=\"ht-threshold-name\">high </tspan>75</text>\
    <text class=\"ht-is-critical\" y=\"11.4%\"><tspan class=\"ht-threshold-name\">critical </tspan>90</text>";

/// Round times, at the places where they were.
pub(super) fn times(samples: Samples<'_>, zoned: bool) -> String {
    let mut markup = String::new();
    let Some((first, last)) = ends(samples) else { return markup };
    let step = STEPS.into_iter().find(|step| (last - first) / f64::from(*step) <= MAX_TICKS).unwrap_or(3600);
    // Round in the reader's time zone, which may differ by quarters of an hour.
    let shift = offset(first, zoned);
    let mut time = ((first - shift) / f64::from(step)).ceil() * f64::from(step) + shift;
    while time <= last {
        let label = clock(time, zoned, step < 60);
        // There is room for the time zone beside the heading only.
        let x = across_time(time, first, last);
        let _ = write!(markup, "<line x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"4\"/>");
        // Where there is little room, every second or fourth is left out: always the same ones, while they move.
        let class = match (((time - shift) / f64::from(step)) as u64 & 3, step < 60) {
            (0, _) => "",
            (2, false) => "ht-is-second-time",
            (2, true) => "ht-is-second-second",
            (_, false) => "ht-is-odd-time",
            (_, true) => "ht-is-odd-second",
        };
        text(&mut markup, class, &x, "65%", label.strip_suffix(" UTC").unwrap_or(&label));
        time += f64::from(step);
    }
    markup
}

/// Marks what happened to containers.
pub(super) fn events(samples: Samples<'_>, zoned: bool) -> String {
    let mut markup = String::new();
    let Some((first, last)) = ends(samples) else { return markup };
    for event in samples.events() {
        let time = event.timestamp.seconds();
        if samples.slot(time).is_none() {
            continue;
        }
        let mark = match event.kind {
            EventKind::Started => "▲",
            EventKind::Stopped => "▼",
            EventKind::Restarted => "↻",
        };
        let name = format::escaped(&event.name);
        let title = format!("<title>{} {name} {}</title>{mark}", clock(time, zoned, true), format::event(event.kind));
        text(&mut markup, "", &across_time(time, first, last), "50%", &title);
    }
    markup
}

/// The times of the first and the last interval, in seconds since 1970.
fn ends(samples: Samples<'_>) -> Option<(f64, f64)> {
    let last = samples.time(samples.slots() - 1)?;
    Some((samples.time(0)?, last))
}

fn text(markup: &mut String, class: &str, x: &str, y: &str, content: &str) {
    // Writing to a string cannot fail.
    let _ = write!(markup, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{content}</text>");
}

/// The place of a time as a percentage of the width.
fn across_time(time: f64, first: f64, last: f64) -> String {
    format::exact(100.0 * (time - first) / (last - first).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainersStats, Event, HostStats, Severity, Timestamp};
    use crate::ui::chart::history_charts::PROJECTION;
    use crate::ui::live::{ContainersView, State};

    /// A history of 60 samples, the first at noon.
    fn state(interval_seconds: u32, events: Vec<Event>) -> State {
        let mut state = State::default();
        state.history.host.interval_seconds = interval_seconds;
        for sample in 0..60 {
            let time = Timestamp::sample().plus_seconds(sample * interval_seconds as usize);
            let _ = state.history.host.record(time, &HostStats::sample());
        }
        let stats = ContainersStats { events: Some(events), ..ContainersStats::default() };
        State { containers: ContainersView::Measured(stats), ..state }
    }

    fn samples(state: &State) -> Samples<'_> {
        Samples { state, history: &state.history, silence: 0.0, is_hour: false }
    }

    fn labels(markup: &str) -> Vec<&str> {
        let texts = markup.split("</text>").filter_map(|text| text.rsplit('>').next());
        texts.filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn times_are_round_at_any_interval() {
        let at = |interval| labels(&times(samples(&state(interval, Vec::new())), false)).join(" ");
        assert_eq!(at(5), "12:00 12:01 12:02 12:03 12:04");
        assert_eq!(at(1), "12:00:00 12:00:10 12:00:20 12:00:30 12:00:40 12:00:50");
        assert_eq!(at(60), "12:00 12:10 12:20 12:30 12:40 12:50");
        assert_eq!(times(samples(&State::default()), false), "", "there is no time before the first sample");
    }

    #[test]
    fn a_time_is_where_it_was() {
        let markup = times(samples(&state(5, Vec::new())), false);
        assert!(markup.starts_with("<line x1=\"0.0%\""), "{markup}");
        let later = "<text class=\"ht-is-odd-time\" x=\"20.3%\" y=\"65%\">12:01</text>";
        assert!(markup.contains(later), "60 of 295 s: {markup}");
    }

    #[test]
    fn events_of_the_period_are_marked_and_their_names_are_text() {
        let event = |second, kind| Event {
            timestamp: Timestamp::sample().plus_seconds(second),
            kind,
            id: "a".into(),
            name: "<a>".into(),
            count: 1,
        };
        let (started, stopped) = (EventKind::Started, EventKind::Stopped);
        let all = vec![event(59, started), event(61, started), event(61, stopped), event(1000, started)];
        let markup = events(samples(&state(5, all)), false);
        assert_eq!(labels(&markup), ["▲", "▲", "▼"]);
        assert!(markup.contains("<title>12:00:59 UTC &lt;a> started</title>"), "{markup}");
    }

    #[test]
    fn the_labels_stand_where_their_lines_are() {
        let place = |value: f64| {
            let (y, height) = (PROJECTION.y(value), 10 * PROJECTION.size.1);
            format!("y=\"{}\"", format::exact(100.0 * f64::from(y) / f64::from(height)))
        };
        for value in [0.0, 50.0, 100.0] {
            assert!(SCALE.contains(&format!("{}>{value}<", place(value))), "{value}: {}", place(value));
        }
        for value in [Severity::HIGH_FROM, Severity::CRITICAL_FROM] {
            let band = Severity::of(value).word();
            let label = format!(
                "class=\"ht-is-{band}\" {}><tspan class=\"ht-threshold-name\">{band} </tspan>{value}<",
                place(value)
            );
            assert!(THRESHOLDS.contains(&label), "{label}");
        }
    }
}
