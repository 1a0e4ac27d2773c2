//! Small graphics: bars, sparklines and severity ticks.

mod bar;
mod series;
mod sparkline;
mod ticks;

pub(super) use bar::bar;
pub(super) use series::runs;
pub use sparkline::Sparkline;
pub(super) use sparkline::{spark, spark_box};
pub(super) use ticks::SeverityTicks;
