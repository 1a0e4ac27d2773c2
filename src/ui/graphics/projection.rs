//! Where a value in a series is drawn. Sparklines and charts share it.

/// Drawing units per CSS pixel. Coordinates are whole numbers of these units, which keeps the markup short.
const SCALE: u32 = 10;

/// Projects a series onto a drawing: one interval after the other from left to right, values from bottom to top.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Projection {
    /// The size of the drawing in CSS pixels.
    pub(in crate::ui) size: (u32, u32),
    /// The margins at the left and right, at the top, and at the bottom, in CSS pixels. A line at the edge of a drawing
    /// is cut off by half its width.
    pub(in crate::ui) margins: (u32, u32, u32),
    /// How many intervals the series has.
    pub(in crate::ui) slots: usize,
    /// The value at the top. The value at the bottom is 0.
    pub(in crate::ui) top: f64,
}

impl Projection {
    /// The viewBox of the drawing.
    pub(in crate::ui) fn view_box(&self) -> String {
        format!("0 0 {} {}", self.size.0 * SCALE, self.size.1 * SCALE)
    }

    /// The x coordinate of an interval.
    pub(in crate::ui) fn x(&self, slot: usize) -> u32 {
        let (sides, ..) = self.margins;
        let width = self.size.0.saturating_sub(2 * sides) * SCALE;
        sides * SCALE + (slot as f64 * f64::from(width) / self.slots.saturating_sub(1).max(1) as f64) as u32
    }

    /// The y coordinate of a value, which must not be negative.
    pub(in crate::ui) fn y(&self, value: f64) -> u32 {
        let (_, top, bottom) = self.margins;
        let height = self.size.1.saturating_sub(top + bottom) * SCALE;
        self.ground().saturating_sub((value * f64::from(height) / self.top) as u32)
    }

    /// The y coordinate of 0.
    pub(in crate::ui) fn ground(&self) -> u32 {
        self.size.1.saturating_sub(self.margins.2) * SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scales_are_from_margin_to_margin() {
        let projection = Projection { size: (60, 20), margins: (2, 3, 1), slots: 3, top: 50.0 };
        assert_eq!([0, 1, 2].map(|slot| projection.x(slot)), [20, 300, 580]);
        assert_eq!([0.0, 25.0, 50.0].map(|value| projection.y(value)), [190, 110, 30]);
        assert_eq!((projection.view_box().as_str(), projection.ground()), ("0 0 600 200", 190));
    }

    #[test]
    fn a_drawing_without_room_or_with_one_interval_does_not_panic() {
        let projection = Projection { size: (0, 0), margins: (2, 2, 2), slots: 0, top: 1.0 };
        assert_eq!((projection.x(0), projection.y(1.0)), (20, 0));
    }
}
