//! A line the size of a word.

use super::plot::{CPU, Frame, draw_dot, draw_series};
use leptos::prelude::*;

/// A sparkline: no axes, legend or cursor, a dot at the newest value. A missing sample is a gap.
///
/// Purely visual, so hidden from screen readers: say the newest value beside it.
#[component]
pub fn Sparkline(
    /// The values, oldest first, evenly spaced over the width.
    #[prop(into)]
    data: Signal<Vec<Option<f64>>>,
    /// A CSS colour, custom properties included.
    #[prop(into)]
    color: String,
    /// The top of the scale, which begins at 0.
    #[prop(default = 100.0)]
    y_max: f64,
    /// Width in CSS pixels.
    #[prop(default = 60)]
    width: u32,
    /// Height in CSS pixels.
    #[prop(default = 20)]
    height: u32,
) -> impl IntoView {
    let markup = Signal::derive(move || data.with(|data| spark(data, y_max, (width, height))));
    view! {
        <svg
            class="ht-spark"
            width=width
            height=height
            viewBox=spark_box((width, height))
            color=color
            aria-hidden="true"
            inner_html=markup
        ></svg>
    }
}

/// The viewBox of an element that holds a sparkline of this width and height.
pub(super) fn spark_box((width, height): (u32, u32)) -> String {
    Frame { width, height, slots: 0, y_max: 0.0, margin: 0 }.view_box()
}

/// A sparkline of this width and height, as the markup within its SVG element.
pub(super) fn spark(data: &[Option<f64>], y_max: f64, (width, height): (u32, u32)) -> String {
    let frame = Frame { width, height, slots: data.len(), y_max, margin: 2 };
    frame.draw(|canvas| {
        draw_series(canvas, data, y_max, CPU, 15)?;
        if let Some(Some(newest)) = data.last() {
            draw_dot(canvas, (data.len().saturating_sub(1) as f64, *newest), 20, CPU)?;
        }
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(markup: &str, element: &str) -> usize {
        markup.matches(&format!("<{element} ")).count()
    }

    #[test]
    fn sixty_values_are_one_line_of_sixty_points() {
        let data: Vec<_> = (0..60).map(|i| Some(f64::from(i))).collect();
        let markup = spark(&data, 100.0, (60, 20));
        assert_eq!((count(&markup, "polyline"), count(&markup, "polygon"), count(&markup, "circle")), (1, 1, 1));
        let line = markup.split("<polyline ").nth(1).and_then(|rest| rest.split("points=\"").nth(1)).expect("points");
        assert_eq!(line.split('"').next().expect("a list").split_whitespace().count(), 60);
    }

    #[test]
    fn a_gap_is_neither_bridge_nor_zero() {
        let gap = spark(&[Some(10.0), Some(20.0), None, Some(30.0), Some(40.0)], 100.0, (60, 20));
        assert_eq!(count(&gap, "polyline"), 2);
        let newest_missing = spark(&[Some(10.0), Some(20.0), None], 100.0, (60, 20));
        assert_eq!(count(&newest_missing, "circle"), 0, "no dot where nothing was measured");
    }

    #[test]
    fn nothing_measured_draws_nothing() {
        for data in [&[][..], &[None, None]] {
            let markup = spark(data, 100.0, (60, 20));
            assert_eq!(count(&markup, "polyline") + count(&markup, "circle"), 0);
        }
        assert_eq!(count(&spark(&[Some(1.0), Some(2.0)], 0.0, (0, 0)), "circle"), 1, "no room is no panic");
        assert_eq!(count(&spark(&[Some(1.0), Some(2.0)], f64::NAN, (60, 20)), "circle"), 1, "nor is no scale");
    }
}
