//! The chart of the host's last samples. Only `plot` names plotters.

mod history_chart;
mod local_time;
mod plot;

pub(super) use history_chart::HistoryChart;
