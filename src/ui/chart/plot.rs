//! Stacked areas and lines over time, drawn by plotters. This is the only file that uses plotters.
//!
//! plotters' own SVG backend writes fixed colors, and that backend's number formatting would be the largest part of the
//! code. [`Svg`] writes CSS classes instead, which the stylesheet colors according to the theme. Its scales and labels
//! are not used: they measure text with the DOM in the browser but estimate it on the server.

use crate::ui::graphics::{Projection, runs};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};
use std::convert::Infallible;
use std::fmt::Write;

/// Half the length of a dash that stands for a single value, in drawing units.
const HALF_DASH: i32 = 20;

/// The CSS class of a drawn element. plotters passes only colors to its backend, so the index of the class is encoded
/// as a color.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Grid,
    High,
    Critical,
    /// The host's usage as a whole.
    Total,
    /// The part that is not known to be anyone's.
    Unattributed,
    First,
    Second,
    Third,
    /// The containers without a name in the chart.
    Rest,
    /// Everything outside the containers.
    Other,
    /// What nobody uses. It is not drawn.
    Free,
}

impl Ink {
    const CLASSES: [&str; 11] = [
        "ht-is-grid",
        "ht-is-high",
        "ht-is-critical",
        "ht-is-total",
        "ht-is-unattributed",
        "ht-is-first",
        "ht-is-second",
        "ht-is-third",
        "ht-is-rest",
        "ht-is-other",
        "ht-is-free",
    ];

    /// The CSS class.
    pub(super) fn name(self) -> &'static str {
        Self::CLASSES.get(self as usize).copied().unwrap_or_default()
    }

    fn color(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    fn class(color: BackendColor) -> &'static str {
        Self::CLASSES.get(usize::from(color.rgb.0)).copied().unwrap_or_default()
    }
}

/// Draws and returns the markup to put inside an SVG element, or an empty string if drawing fails.
pub(super) fn draw(projection: &Projection, draw: impl FnOnce(&Canvas<'_>) -> Option<()>) -> String {
    let mut markup = String::new();
    let size = (projection.x(projection.slots.saturating_sub(1)), projection.ground());
    let canvas = Canvas { area: DrawingArea::from(Svg { markup: &mut markup, size }), projection };
    let drawn = draw(&canvas);
    drop(canvas);
    drawn.map_or_else(String::new, |()| markup)
}

/// A canvas for drawing series and horizontal lines.
pub(super) struct Canvas<'a> {
    area: DrawingArea<Svg<'a>, Shift>,
    projection: &'a Projection,
}

impl Canvas<'_> {
    /// Fills what is between two series. A missing value in either leaves a gap.
    pub(super) fn band(&self, lower: &[Option<f64>], upper: &[Option<f64>], ink: Ink) -> Option<()> {
        let known: Vec<_> = upper.iter().zip(lower).map(|(upper, lower)| lower.and(*upper)).collect();
        for run in runs(&known, self.projection.top) {
            let back = run.iter().rev().map(|(slot, _)| (*slot, lower.get(*slot).copied().flatten().unwrap_or(0.0)));
            // Nobody would see it, but each container that hardly uses anything would make the page larger.
            let is_flat = run.iter().rev().zip(back.clone()).all(|((_, upper), (_, lower))| upper - lower < 0.05);
            if is_flat || run.len() < 2 {
                continue;
            }
            let outline: Vec<_> = run.iter().copied().chain(back).map(|(slot, value)| self.at(slot, value)).collect();
            self.area.draw(&Polygon::new(outline, ink.color())).ok()?;
        }
        Some(())
    }

    /// Draws a series as a line. A missing value interrupts it. A value between two missing values is drawn as a
    /// dash, because it would otherwise be invisible.
    pub(super) fn line(&self, data: &[Option<f64>], ink: Ink) -> Option<()> {
        for run in runs(data, self.projection.top) {
            let points: Vec<_> = run.into_iter().map(|(slot, value)| self.at(slot, value)).collect();
            match points.as_slice() {
                [(x, y)] => {
                    let ends = [(x - HALF_DASH, *y), (x + HALF_DASH, *y)];
                    self.area.draw(&PathElement::new(ends, ink.color())).ok()?;
                }
                _ => self.area.draw(&PathElement::new(points, ink.color())).ok()?,
            }
        }
        Some(())
    }

    /// Draws a horizontal line across the whole width.
    pub(super) fn level(&self, value: f64, ink: Ink) -> Option<()> {
        let ends = [self.at(0, value), self.at(self.projection.slots.saturating_sub(1), value)];
        self.area.draw(&PathElement::new(ends, ink.color())).ok()
    }

    fn at(&self, slot: usize, value: f64) -> BackendCoord {
        (self.projection.x(slot).cast_signed(), self.projection.y(value).cast_signed())
    }
}

/// A plotters backend that writes the markup to put inside an SVG element.
struct Svg<'a> {
    markup: &'a mut String,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Svg<'_> {
    fn points(&mut self, element: &str, color: BackendColor, points: impl IntoIterator<Item = BackendCoord>) -> Drawn {
        // Writing to a string cannot fail.
        let _ = write!(self.markup, "<{element} class=\"{}\" points=\"", Ink::class(color));
        for (x, y) in points {
            let _ = write!(self.markup, "{x},{y} ");
        }
        self.markup.push_str("\"/>");
        Ok(())
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Does nothing, because no element is drawn pixel by pixel.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.points("polyline", style.color(), path)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.points("polygon", style.color(), path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECTION: Projection = Projection { size: (10, 20), margins: (0, 0, 0), slots: 3, top: 100.0 };

    fn drawn(paint: impl FnOnce(&Canvas<'_>) -> Option<()>) -> String {
        draw(&PROJECTION, paint)
    }

    #[test]
    fn a_line_is_interrupted_where_a_value_is_missing() {
        let line = drawn(|canvas| canvas.line(&[Some(0.0), Some(50.0), Some(100.0)], Ink::Total));
        assert_eq!(line, "<polyline class=\"ht-is-total\" points=\"0,200 50,100 100,0 \"/>");
        let alone = drawn(|canvas| canvas.line(&[None, Some(50.0), None], Ink::Total));
        assert_eq!(alone, "<polyline class=\"ht-is-total\" points=\"30,100 70,100 \"/>");
    }

    #[test]
    fn a_band_is_between_two_series() {
        let (lower, upper) = ([Some(0.0), Some(25.0), None], [Some(50.0), Some(100.0), Some(100.0)]);
        let band = drawn(|canvas| canvas.band(&lower, &upper, Ink::First));
        assert_eq!(band, "<polygon class=\"ht-is-first\" points=\"0,100 50,0 50,150 0,200 \"/>");
        assert_eq!(drawn(|canvas| canvas.band(&upper, &upper, Ink::First)), "", "nothing to see");
    }
}
