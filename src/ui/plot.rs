//! Lines over time, drawn by plotters as SVG; the only file that names it.
//!
//! plotters draws in whole pixels, so everything is drawn [`SCALE`] times as large and scaled by the viewBox.
//! It writes colours into the markup; they serve as names here, which the stylesheet maps to the theme's.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

/// How many drawn pixels one CSS pixel has.
pub(super) const SCALE: u32 = 10;

/// Names of the series: the stylesheet selects `[stroke="#2563EB"]`.
pub(super) const CPU: RGBColor = RGBColor(0x25, 0x63, 0xEB);
pub(super) const MEMORY: RGBColor = RGBColor(0x93, 0x33, 0xEA);
pub(super) const GRID: RGBColor = RGBColor(0xE4, 0xE7, 0xEC);
pub(super) const THRESHOLD: RGBColor = RGBColor(0xC2, 0x41, 0x0C);

/// A drawing's size and scales, in CSS pixels and the values' unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    /// How many slots the x axis has.
    pub(super) slots: usize,
    /// The top of the y axis, which begins at 0.
    pub(super) y_max: f64,
    /// Room around the plot, so that strokes are not cut at its edges.
    pub(super) margin: u32,
}

impl Frame {
    /// The viewBox of the element that holds the drawing.
    pub(super) fn view_box(&self) -> String {
        format!("0 0 {} {}", self.width * SCALE, self.height * SCALE)
    }

    /// Draws into the frame and gives the markup; empty where nothing can be drawn.
    pub(super) fn draw(&self, draw: impl FnOnce(&Canvas<'_>) -> Option<()>) -> String {
        let mut markup = String::new();
        let (width, height) = (self.width.max(1) * SCALE, self.height.max(1) * SCALE);
        let margin = (self.margin * SCALE).cast_signed();
        let pixels = |length: u32| margin..(length.cast_signed() - margin).max(margin + 1);
        let last = self.slots.saturating_sub(1).max(1) as f64;
        // Without a ChartBuilder: its labels would be measured by the DOM here and by an estimate on the server.
        let scales = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            0.0..last,
            0.0..positive(self.y_max),
            (pixels(width), flipped(pixels(height))),
        );
        let canvas = SVGBackend::with_string(&mut markup, (width, height)).into_drawing_area().apply_coord_spec(scales);
        let drawn = draw(&canvas);
        drop(canvas);
        drawn.map_or_else(String::new, |()| markup)
    }
}

/// A scale needs some height, whatever it was told.
fn positive(y_max: f64) -> f64 {
    y_max.max(f64::MIN_POSITIVE)
}

/// SVG counts from the top, values from the bottom.
fn flipped(range: Range<i32>) -> Range<i32> {
    range.end..range.start
}

pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws one series: a soft area under a line `stroke` tenths of a pixel wide. A missing value breaks both;
/// a value between two missing ones is a dot, or it would not be seen.
pub(super) fn draw_series(
    canvas: &Canvas<'_>,
    data: &[Option<f64>],
    y_max: f64,
    color: RGBColor,
    stroke: u32,
) -> Option<()> {
    for run in runs(data, y_max) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() == 1 {
            draw_dot(canvas, *first, stroke, color)?;
            continue;
        }
        let ground = [(last.0, 0.0), (first.0, 0.0)];
        let area: Vec<_> = run.iter().copied().chain(ground).collect();
        canvas.draw(&Polygon::new(area, color.mix(0.15))).ok()?;
        canvas.draw(&PathElement::new(run, color.stroke_width(stroke))).ok()?;
    }
    Some(())
}

/// Draws a dot of `radius` tenths of a pixel.
pub(super) fn draw_dot(canvas: &Canvas<'_>, at: (f64, f64), radius: u32, color: RGBColor) -> Option<()> {
    let (slot, value) = at;
    let top = canvas.as_coord_spec().y_spec().range().end;
    canvas.draw(&Circle::new((slot, value.max(0.0).min(top)), radius, color.filled())).ok()
}

/// Draws a level line over the whole width.
pub(super) fn draw_level(canvas: &Canvas<'_>, slots: usize, y: f64, color: RGBColor) -> Option<()> {
    let last = slots.saturating_sub(1) as f64;
    canvas.draw(&PathElement::new([(0.0, y), (last, y)], color.stroke_width(SCALE))).ok()
}

/// The unbroken stretches of a series, as points within the frame.
fn runs(data: &[Option<f64>], y_max: f64) -> Vec<Vec<(f64, f64)>> {
    let point = |(slot, value): (usize, &Option<f64>)| {
        value.filter(|value| value.is_finite()).map(|value| (slot as f64, value.clamp(0.0, positive(y_max))))
    };
    let points: Vec<_> = data.iter().enumerate().map(point).collect();
    points
        .split(Option::is_none)
        .filter(|run| !run.is_empty())
        .map(|run| run.iter().flatten().copied().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sample_breaks_the_line() {
        let data = [Some(1.0), Some(2.0), None, Some(f64::NAN), Some(300.0), None, Some(-5.0)];
        assert_eq!(runs(&data, 100.0), [vec![(0.0, 1.0), (1.0, 2.0)], vec![(4.0, 100.0)], vec![(6.0, 0.0)]]);
        assert!(runs(&[None, None], 100.0).is_empty());
        assert!(runs(&[], 100.0).is_empty());
    }
}
