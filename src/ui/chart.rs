//! The host's last samples, with axes. Axis text is HTML, so that server and browser draw the same.

use super::live::use_live;
use super::plot::{CPU, Frame, GRID, MEMORY, THRESHOLD, draw_level, draw_series};
use crate::model::{CAPACITY, History, Severity};
use leptos::prelude::*;

/// Drawn this large; the page stretches it to the width it has, strokes excepted.
const FRAME: Frame = Frame { width: 1000, height: 200, slots: CAPACITY, y_max: 100.0, margin: 0 };

/// CPU and memory of the host over the last 60 samples, in percent.
#[component]
pub fn HistoryChart() -> impl IntoView {
    let live = use_live();
    let title = live.read(|state| title(state.interval_seconds()));
    let labels = live.read(|state| spans(x_labels(state.interval_seconds())));
    let markup = live.read(|state| markup(&state.history, state.silence()));
    let description = live.read(|state| description(&state.history, state.silence()));
    view! {
        <section class="card" aria-labelledby="history-title">
            <div class="card-head">
                <h2 id="history-title">{title}</h2>
                <p class="legend">
                    <span class="key key-cpu">"CPU"</span>
                    <span class="key key-memory">"Memory"</span>
                </p>
            </div>
            <div class="chart">
                <div class="chart-y" aria-hidden="true" inner_html=spans(["100", "75", "50", "25", "0"])></div>
                <svg
                    class="chart-plot"
                    viewBox=FRAME.view_box()
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=description
                    inner_html=markup
                ></svg>
                <div class="chart-x" aria-hidden="true" inner_html=labels></div>
            </div>
        </section>
    }
}

fn markup(history: &History, silence: f64) -> String {
    FRAME.draw(|canvas| {
        for level in [0.0, 25.0, 50.0, 100.0] {
            draw_level(canvas, CAPACITY, level, GRID)?;
        }
        draw_level(canvas, CAPACITY, Severity::HIGH_FROM, THRESHOLD)?;
        draw_series(canvas, &history.memory(silence), FRAME.y_max, MEMORY, 15)?;
        draw_series(canvas, &history.cpu(silence), FRAME.y_max, CPU, 15)
    })
}

/// 60 samples are as many minutes as there are seconds between two.
fn title(interval_seconds: u32) -> String {
    match interval_seconds {
        1 => "Last minute".into(),
        60 => "Last hour".into(),
        minutes => format!("Last {minutes} minutes"),
    }
}

/// Five labels from the oldest slot to now, in minutes and seconds.
fn x_labels(interval_seconds: u32) -> [String; 5] {
    [4, 3, 2, 1, 0].map(|quarter| {
        let seconds = interval_seconds * 60 * quarter / 4;
        if seconds == 0 { "now".into() } else { format!("−{}:{:02}", seconds / 60, seconds % 60) }
    })
}

/// Labels as markup; none comes from outside.
fn spans(labels: [impl AsRef<str>; 5]) -> String {
    labels.iter().map(|label| format!("<span>{}</span>", label.as_ref())).collect()
}

/// The chart in a sentence, for whom the picture says nothing.
fn description(history: &History, silence: f64) -> String {
    let range = |name: &str, values: Vec<Option<f64>>| {
        let known: Vec<f64> = values.into_iter().flatten().collect();
        let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        if known.is_empty() {
            format!("{name} unknown")
        } else {
            format!("{name} between {} and {} percent", low as i64, high as i64)
        }
    };
    format!("{}, {}", range("CPU", history.cpu(silence)), range("memory", history.memory(silence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_follow_the_interval() {
        assert_eq!(
            (title(1), title(5), title(60)),
            ("Last minute".into(), "Last 5 minutes".into(), "Last hour".into())
        );
        assert_eq!(x_labels(5), ["−5:00", "−3:45", "−2:30", "−1:15", "now"]);
        assert_eq!(x_labels(1), ["−1:00", "−0:45", "−0:30", "−0:15", "now"]);
    }

    #[test]
    fn an_empty_history_has_axes_and_says_so() {
        let history = History::default();
        assert_eq!(markup(&history, 0.0).matches("<polyline ").count(), 5);
        assert_eq!(description(&history, 0.0), "CPU unknown, memory unknown");
    }
}
