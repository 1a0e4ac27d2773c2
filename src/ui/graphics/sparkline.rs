//! A word-sized line chart. It does not use plotters, which would take up a tenth of the header's size budget.

use super::projection::Projection;
use super::series::runs;
use leptos::prelude::*;
use std::fmt::Write;

/// Margin around the line in CSS pixels, so that neither the line nor its dot is cut off at the edges.
const MARGIN: u32 = 2;

/// A small line chart without axes, legend or cursor, and with a dot at the newest value. Missing samples leave gaps. A
/// value between two missing samples is drawn as a dot. The chart is redrawn when its data changes.
///
/// It is purely visual and hidden from screen readers, so show the newest value beside it. The line and the area below
/// it use `color`; the class `ht-spark` in `style/component.css` sets their stroke and opacity. Outside the header,
/// color and size are SVG attributes, which a page's own rules for `svg` or `*` override.
///
/// ```
/// use host_telemetry::ui::Sparkline;
/// use leptos::prelude::*;
///
/// #[component]
/// fn Requests(per_second: Signal<Vec<Option<f64>>>) -> impl IntoView {
///     view! { <Sparkline data=per_second color="seagreen" y_max=500.0 width=120 height=24/> }
/// }
/// ```
#[component]
pub fn Sparkline(
    /// The values, oldest first, evenly spaced across the width. `None` is a missing sample.
    #[prop(into)]
    data: Signal<Vec<Option<f64>>>,
    /// A CSS color, which may use custom properties.
    #[prop(into)]
    color: String,
    /// The top of the scale, which starts at 0. Higher values are drawn at the top.
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

/// The viewBox for an SVG element that contains a sparkline of this width and height in CSS pixels.
pub(in crate::ui) fn spark_box(size: (u32, u32)) -> String {
    projection(size, 0, 1.0).view_box()
}

fn projection(size: (u32, u32), slots: usize, top: f64) -> Projection {
    Projection { size, margins: (MARGIN, MARGIN, MARGIN), slots, top }
}

/// Draws a sparkline of this width and height in CSS pixels. Returns the markup to put inside its SVG element.
pub(in crate::ui) fn spark(data: &[Option<f64>], y_max: f64, size: (u32, u32)) -> String {
    let top = y_max.max(f64::MIN_POSITIVE);
    let projection = projection(size, data.len(), top);
    let bottom = projection.ground();
    let (x, y) = (|slot: usize| projection.x(slot), |value: f64| projection.y(value));
    let mut markup = String::new();
    // Writing to a string cannot fail.
    let dot = |markup: &mut String, (slot, value), radius: u32| {
        let _ = write!(markup, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", x(slot), y(value));
    };
    for run in runs(data, top) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() == 1 {
            dot(&mut markup, *first, 12);
            continue;
        }
        let mut line = String::new();
        for (slot, value) in &run {
            let _ = write!(line, "{},{} ", x(*slot), y(*value));
        }
        let _ = write!(
            markup,
            "<polygon points=\"{line}{},{bottom} {},{bottom}\"/><polyline points=\"{line}\"/>",
            x(last.0),
            x(first.0)
        );
    }
    if let Some(Some(newest)) = data.last() {
        dot(&mut markup, (data.len() - 1, newest.max(0.0).min(top)), 20);
    }
    markup
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
    fn the_scale_is_from_corner_to_corner() {
        let markup = spark(&[Some(0.0), Some(50.0), Some(100.0)], 100.0, (60, 20));
        assert!(markup.contains("<polyline points=\"20,180 300,100 580,20 \"/>"), "{markup}");
        assert!(markup.contains("<polygon points=\"20,180 300,100 580,20 580,180 20,180\"/>"), "{markup}");
        assert!(markup.ends_with("<circle cx=\"580\" cy=\"20\" r=\"20\"/>"), "{markup}");
        assert_eq!(spark_box((60, 20)), "0 0 600 200");
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
            assert_eq!(spark(data, 100.0, (60, 20)), "");
        }
        for (y_max, size) in [(0.0, (0, 0)), (f64::NAN, (60, 20)), (1e300, (60, 20))] {
            assert_eq!(count(&spark(&[Some(1.0), Some(2.0)], y_max, size), "circle"), 1, "must not panic");
        }
    }
}
