//! Small graphics: bars, sparklines and severity ticks.

mod bar;
mod projection;
mod series;
mod sparkline;
mod ticks;

pub(super) use bar::bar;
pub(super) use projection::Projection;
pub(super) use series::runs;
pub use sparkline::Sparkline;
pub(super) use sparkline::{spark, spark_box};
pub(super) use ticks::SeverityTicks;
