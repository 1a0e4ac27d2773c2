//! The charts of the host's recent samples. Only `plot` uses plotters.

mod axis;
mod history_charts;
mod plot;
mod stack;

pub(super) use history_charts::HistoryCharts;
