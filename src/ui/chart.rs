//! The chart of the host's recent samples. Only `plot` uses plotters.

mod history_chart;
mod plot;

pub(super) use history_chart::HistoryChart;
