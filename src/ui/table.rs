//! The table of all containers, shown on the page and in the header's panel.

mod attention;
mod container_table;
mod detail;
mod limit;
mod list;
mod moment;
mod order;
mod row;
mod rows;
mod totals;
mod visibility;

pub(super) use container_table::{Containers, TableCard, stale_note};
pub(super) use list::List;
