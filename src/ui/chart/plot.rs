//! Line charts over time, laid out by plotters. This is the only file that uses plotters.
//!
//! plotters rounds coordinates to whole pixels, so everything is drawn [`SCALE`] times as large and scaled down by the
//! viewBox. Its own SVG backend writes fixed colors, and that backend's number formatting would be the largest part of
//! the code. [`Svg`] writes CSS classes instead, which the stylesheet colors according to the theme.

use crate::ui::graphics::runs;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};
use std::convert::Infallible;
use std::fmt::Write;

/// The number of drawn pixels per CSS pixel.
const SCALE: u32 = 10;

/// The CSS class of a drawn element. plotters passes only colors to its backend, so the index of the class is encoded
/// as a color.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Grid,
    High,
    Critical,
    Cpu,
    Memory,
    ContainersCpu,
    ContainersMemory,
}

impl Ink {
    const CLASSES: [&str; 7] = [
        "ht-is-grid",
        "ht-is-high",
        "ht-is-critical",
        "ht-is-cpu",
        "ht-is-memory",
        "ht-is-cpu ht-is-part",
        "ht-is-memory ht-is-part",
    ];

    fn color(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    fn class(color: BackendColor) -> &'static str {
        Self::CLASSES.get(usize::from(color.rgb.0)).copied().unwrap_or_default()
    }
}

/// The size of a drawing in CSS pixels, and the scales of its axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The number of intervals on the x axis.
    pub(super) slots: usize,
    /// The top of the y axis, which starts at 0, in the unit of the values.
    pub(super) y_max: f64,
}

impl Frame {
    /// The viewBox of the SVG element that contains the drawing.
    pub(super) fn view_box(&self) -> String {
        format!("0 0 {} {}", self.width * SCALE, self.height * SCALE)
    }

    /// The x coordinate of an interval in the viewBox.
    pub(super) fn x(&self, slot: usize) -> usize {
        slot * (self.width * SCALE) as usize / self.last()
    }

    fn last(&self) -> usize {
        self.slots.saturating_sub(1).max(1)
    }

    /// Draws into the frame and returns the markup, or an empty string if drawing fails.
    pub(super) fn draw(&self, draw: impl FnOnce(&Canvas<'_>) -> Option<()>) -> String {
        let mut markup = String::new();
        let (width, height) = (self.width * SCALE, self.height * SCALE);
        // Avoids `ChartBuilder`, which measures labels with the DOM in the browser but estimates them on the server.
        let scales = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            0.0..self.last() as f64,
            0.0..self.y_max,
            // In SVG, y increases from top to bottom, but values increase from bottom to top.
            (0..width.cast_signed(), height.cast_signed()..0),
        );
        let area = DrawingArea::<_, Shift>::from(Svg { markup: &mut markup, size: (width, height) });
        let canvas = Canvas { area: area.apply_coord_spec(scales), frame: *self };
        let drawn = draw(&canvas);
        drop(canvas);
        drawn.map_or_else(String::new, |()| markup)
    }
}

/// A canvas for drawing series and horizontal lines.
pub(super) struct Canvas<'a> {
    area: DrawingArea<Svg<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    frame: Frame,
}

impl Canvas<'_> {
    /// Draws a series as a line over a translucent area. A missing value interrupts both. A value between two missing
    /// values is drawn as a dot, because it would otherwise be invisible.
    pub(super) fn area(&self, data: &[Option<f64>], ink: Ink) -> Option<()> {
        for run in self.runs(data) {
            if let ([first, _, ..], Some(last)) = (run.as_slice(), run.last()) {
                let ground = [(last.0, 0.0), (first.0, 0.0)];
                let area: Vec<_> = run.iter().copied().chain(ground).collect();
                self.area.draw(&Polygon::new(area, ink.color())).ok()?;
            }
        }
        self.line(data, ink)
    }

    /// Draws a series as a line without an area.
    pub(super) fn line(&self, data: &[Option<f64>], ink: Ink) -> Option<()> {
        for run in self.runs(data) {
            match run.as_slice() {
                [alone] => self.area.draw(&Circle::new(*alone, SCALE, ink.color())).ok()?,
                _ => self.area.draw(&PathElement::new(run, ink.color())).ok()?,
            }
        }
        Some(())
    }

    /// Draws a horizontal line across the whole width.
    pub(super) fn level(&self, y: f64, ink: Ink) -> Option<()> {
        self.area.draw(&PathElement::new([(0.0, y), (self.frame.last() as f64, y)], ink.color())).ok()
    }

    fn runs(&self, data: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
        let in_slots = |run: Vec<(usize, f64)>| run.into_iter().map(|(slot, value)| (slot as f64, value)).collect();
        runs(data, self.frame.y_max).into_iter().map(in_slots).collect()
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

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, _: bool) -> Drawn {
        let class = Ink::class(style.color());
        let _ = write!(self.markup, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: 10, height: 20, slots: 3, y_max: 100.0 };

    #[test]
    fn the_scales_are_from_corner_to_corner() {
        let line = FRAME.draw(|canvas| canvas.line(&[Some(0.0), Some(50.0), Some(100.0)], Ink::ContainersCpu));
        assert_eq!(line, "<polyline class=\"ht-is-cpu ht-is-part\" points=\"0,200 50,100 100,0 \"/>");
        assert_eq!((FRAME.x(0), FRAME.x(2)), (0, 100));
        assert_eq!(FRAME.view_box(), "0 0 100 200");
    }

    #[test]
    fn an_area_ends_on_the_ground_and_a_lone_value_is_a_dot() {
        let area = FRAME.draw(|canvas| canvas.area(&[Some(50.0), Some(100.0), None], Ink::Memory));
        assert!(area.starts_with("<polygon class=\"ht-is-memory\" points=\"0,100 50,0 50,200 0,200 \"/>"), "{area}");
        let alone = FRAME.draw(|canvas| canvas.area(&[None, Some(50.0), None], Ink::Cpu));
        assert_eq!(alone, "<circle class=\"ht-is-cpu\" cx=\"50\" cy=\"100\" r=\"10\"/>");
    }
}
