//! Sorts and filters the rows of a table.

use crate::model::ContainerStats;
use crate::ui::metrics::{METRICS, Metric};
use std::cmp::Ordering;

/// A column by which the table can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Cpu,
    Memory,
    Limit,
    Share,
}

/// The order of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) by: Column,
    pub(super) descending: bool,
}

impl Default for Order {
    /// The order in which the server sends the rows.
    fn default() -> Self {
        Self { by: Column::Cpu, descending: true }
    }
}

impl Order {
    /// The order after a click on a heading: names ascending, numbers descending. A second click reverses the order.
    pub(super) fn chosen(self, by: Column) -> Self {
        let descending = if self.by == by { !self.descending } else { by != Column::Name };
        Self { by, descending }
    }

    /// The order that puts who uses most of this metric's resource first.
    pub(super) fn by_metric(metric: &Metric) -> Self {
        Self { by: if metric.id == "memory" { Column::Memory } else { Column::Cpu }, descending: true }
    }

    /// The metric whose largest users come first; `None` if the order says nothing about usage.
    pub(super) fn metric(self) -> Option<&'static Metric> {
        let id = match self.by {
            Column::Cpu | Column::Share => "cpu",
            Column::Memory => "memory",
            Column::Name | Column::Limit => return None,
        };
        METRICS.into_iter().find(|metric| metric.id == id && self.descending)
    }

    /// The value of a column's `aria-sort` attribute.
    pub(super) fn aria(self, column: Column) -> &'static str {
        match (self.by == column, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The IDs of the rows whose names contain `filter`, in this order, after the row with the ID `first`. Rows without
    /// a value come last.
    pub(super) fn ids(self, rows: &[ContainerStats], filter: &str, first: Option<&str>) -> Vec<String> {
        let filter = filter.trim().as_bytes();
        let mut sorted: Vec<&ContainerStats> = Vec::new();
        for row in rows.iter().filter(|row| has_part(row.name.as_bytes(), filter)) {
            // Equal rows keep the server's order. Insertion sort takes a hundredth of the code of the library's sort,
            // and is slower only for thousands of rows.
            let is_first = |row: &ContainerStats| first == Some(row.id.as_str());
            let comes_after = |before: &&ContainerStats| {
                !is_first(row) && (is_first(before) || self.compare(before, row) != Ordering::Greater)
            };
            let index = sorted.partition_point(comes_after);
            sorted.insert(index, row);
        }
        sorted.into_iter().map(|row| row.id.clone()).collect()
    }

    fn compare(self, a: &ContainerStats, b: &ContainerStats) -> Ordering {
        let directed = |ordering: Ordering| if self.descending { ordering.reverse() } else { ordering };
        let value = match self.by {
            Column::Name => {
                let letters = |row: &ContainerStats| row.name.to_ascii_lowercase();
                return directed(letters(a).cmp(&letters(b)));
            }
            Column::Cpu => |row: &ContainerStats| row.cpu,
            Column::Memory => |row: &ContainerStats| row.memory_mb,
            Column::Limit => |row: &ContainerStats| row.memory_limit_mb,
            Column::Share => |row: &ContainerStats| row.cpu_host_percent,
        };
        match (value(a), value(b)) {
            (Some(a), Some(b)) => directed(a.total_cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// Whether `name` contains `part`, ignoring ASCII case.
fn has_part(name: &[u8], part: &[u8]) -> bool {
    part.is_empty() || name.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, cpu: Option<f64>, memory_mb: Option<f64>) -> ContainerStats {
        let cpu_host_percent = cpu.map(|cpu| cpu / 2.0);
        ContainerStats { id: name.into(), cpu, cpu_host_percent, memory_mb, ..ContainerStats::sample(name) }
    }

    fn rows() -> [ContainerStats; 4] {
        [
            row("beta", Some(9.0), Some(1.0)),
            row("Alpha", Some(7.0), None),
            row("gamma", Some(7.0), Some(3.0)),
            row("delta", None, Some(2.0)),
        ]
    }

    fn ids(by: Column, descending: bool) -> String {
        Order { by, descending }.ids(&rows(), "", None).join(" ")
    }

    #[test]
    fn rows_without_a_value_come_last_either_way() {
        assert_eq!(ids(Column::Cpu, true), "beta Alpha gamma delta");
        assert_eq!(ids(Column::Cpu, false), "Alpha gamma beta delta");
        assert_eq!(ids(Column::Memory, true), "gamma delta beta Alpha");
        assert_eq!(ids(Column::Memory, false), "beta delta gamma Alpha");
        assert_eq!(ids(Column::Share, true), "beta Alpha gamma delta");
        assert_eq!(ids(Column::Limit, true), "beta Alpha gamma delta", "rows without values keep the server's order");
    }

    #[test]
    fn names_are_sorted_ignoring_case() {
        assert_eq!(ids(Column::Name, false), "Alpha beta delta gamma");
        assert_eq!(ids(Column::Name, true), "gamma delta beta Alpha");
    }

    #[test]
    fn a_filter_is_any_part_of_a_name() {
        let found = |filter| Order::default().ids(&rows(), filter, None).join(" ");
        assert_eq!(found(" ALP "), "Alpha");
        assert_eq!(found("eta"), "beta");
        assert_eq!(found("absent"), "");
    }

    #[test]
    fn a_second_click_reverses_the_order() {
        let by_name = Order::default().chosen(Column::Name);
        assert_eq!(by_name, Order { by: Column::Name, descending: false });
        assert_eq!(by_name.chosen(Column::Name).aria(Column::Name), "descending");
        assert_eq!(by_name.chosen(Column::Memory).aria(Column::Memory), "descending");
        assert_eq!(by_name.aria(Column::Cpu), "none");
    }
}
