//! The table of all containers, shown on the page and in the header's panel.

mod container_table;
mod order;
mod row;
mod totals;
mod visibility;

pub(super) use container_table::{Containers, TableCard, stale_note};
pub(super) use row::has_known_limits;
