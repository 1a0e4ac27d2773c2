//! In which order a table has its rows, and which of them.

use crate::model::ContainerStats;
use std::cmp::Ordering;

/// What a table can be sorted by.
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
    /// As the server sends them.
    fn default() -> Self {
        Self { by: Column::Cpu, descending: true }
    }
}

impl Order {
    /// The order after its heading was chosen: names from A on and numbers from the highest, and then the other way.
    pub(super) fn chosen(self, by: Column) -> Self {
        let descending = if self.by == by { !self.descending } else { by != Column::Name };
        Self { by, descending }
    }

    /// What `aria-sort` says of a column.
    pub(super) fn aria(self, column: Column) -> &'static str {
        match (self.by == column, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The IDs of the rows whose name has `filter` in it, in this order; what has no value comes last.
    pub(super) fn ids(self, rows: &[ContainerStats], filter: &str) -> Vec<String> {
        let filter = filter.trim().as_bytes();
        let mut sorted: Vec<&ContainerStats> = Vec::new();
        for row in rows.iter().filter(|row| has_part(row.name.as_bytes(), filter)) {
            // Equal ones stay as the server has them. By insertion, which is slower than the library's ways from some
            // thousands of rows on, and a hundredth of their code.
            let place = sorted.partition_point(|before| self.compare(before, row) != Ordering::Greater);
            sorted.insert(place, row);
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

/// Whether a name has this part, whatever the case of its ASCII letters.
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
        Order { by, descending }.ids(&rows(), "").join(" ")
    }

    #[test]
    fn what_has_no_value_comes_last_either_way() {
        assert_eq!(ids(Column::Cpu, true), "beta Alpha gamma delta");
        assert_eq!(ids(Column::Cpu, false), "Alpha gamma beta delta");
        assert_eq!(ids(Column::Memory, true), "gamma delta beta Alpha");
        assert_eq!(ids(Column::Memory, false), "beta delta gamma Alpha");
        assert_eq!(ids(Column::Share, true), "beta Alpha gamma delta");
        assert_eq!(ids(Column::Limit, true), "beta Alpha gamma delta", "without any, as they came");
    }

    #[test]
    fn names_are_sorted_whatever_their_case() {
        assert_eq!(ids(Column::Name, false), "Alpha beta delta gamma");
        assert_eq!(ids(Column::Name, true), "gamma delta beta Alpha");
    }

    #[test]
    fn a_filter_is_any_part_of_a_name() {
        let found = |filter| Order::default().ids(&rows(), filter).join(" ");
        assert_eq!(found(" ALP "), "Alpha");
        assert_eq!(found("eta"), "beta");
        assert_eq!(found("nobody"), "");
    }

    #[test]
    fn a_heading_chosen_again_turns_the_order_round() {
        let by_name = Order::default().chosen(Column::Name);
        assert_eq!(by_name, Order { by: Column::Name, descending: false });
        assert_eq!(by_name.chosen(Column::Name).aria(Column::Name), "descending");
        assert_eq!(by_name.chosen(Column::Memory).aria(Column::Memory), "descending");
        assert_eq!(by_name.aria(Column::Cpu), "none");
    }
}
