//! The charts of the host's recent samples and of its last hour. Only `plot` uses plotters.

mod axis;
mod history_charts;
mod plot;
mod stack;

pub(super) use history_charts::HistoryCharts;
