//! The moment whose numbers a table shows.

use crate::model::{ContainerStats, ContainersStats};
use crate::ui::live::State;

/// The numbers of a moment.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) state: &'a State,
    /// The containers' numbers; `None` if there are none.
    pub(super) stats: Option<&'a ContainersStats>,
    /// Whether this is an earlier moment, of which culprits and events are not known.
    pub(super) is_past: bool,
}

impl<'a> Moment<'a> {
    /// The latest numbers or, if there are any, those of an earlier moment.
    pub(super) fn new(state: &'a State, past: Option<&'a ContainersStats>) -> Self {
        Self { state, stats: past.or(state.measured()), is_past: past.is_some() }
    }

    /// The containers' rows; empty if there are no numbers.
    pub(super) fn rows(self) -> &'a [ContainerStats] {
        self.stats.map_or(&[], |stats| &stats.containers)
    }

    /// The row of the container with this ID; `None` if it was not running.
    pub(super) fn row(self, id: &str) -> Option<&'a ContainerStats> {
        self.rows().iter().find(|row| row.id == id)
    }

    /// The host's memory in MiB; `None` if it is unknown, or if it is not the memory that the containers use, as with an
    /// engine on another machine.
    pub(super) fn memory_total_mb(self) -> Option<f64> {
        self.stats?.split.memory_mb.as_ref()?;
        self.state.memory_total_mb()
    }
}
