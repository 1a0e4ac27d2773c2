//! The moment whose numbers a table shows.

use crate::model::{ContainerStats, ContainersStats};
use crate::ui::live::{Live, State};
use crate::ui::timeline::Timeline;
use leptos::prelude::*;
use std::borrow::Cow;

/// Where a table reads its numbers. Copies refer to the same source.
#[derive(Clone, Copy)]
pub(super) struct Source {
    live: Live,
    timeline: Option<Timeline>,
    /// The containers at the pinned moment; `None` while none is pinned.
    past: Memo<Option<ContainersStats>>,
}

/// The numbers of a moment.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) state: &'a State,
    /// The containers' numbers; `None` if there are none.
    pub(super) stats: Option<&'a ContainersStats>,
    /// Whether this is an earlier moment, of which culprits and events are not known.
    pub(super) is_past: bool,
}

impl Source {
    /// A table with a timeline shows the moment that is pinned there; any other table shows the latest numbers.
    pub(super) fn new(live: Live, timeline: Option<Timeline>) -> Self {
        let past = Memo::new(move |_| {
            let timeline = timeline.filter(|timeline| timeline.pinned().is_some())?;
            // A moment without a scrape has no rows, rather than the latest ones.
            Some(live.with(|state| timeline.containers(state).map(Cow::into_owned)).unwrap_or_default())
        });
        Self { live, timeline, past }
    }

    /// The moment that is pinned, in seconds since 1970.
    pub(super) fn pinned(self) -> Option<f64> {
        self.timeline.and_then(Timeline::pinned)
    }

    /// Shows the latest numbers again.
    pub(super) fn let_go(self) {
        if let Some(timeline) = self.timeline.filter(|timeline| untrack(|| timeline.pinned().is_some())) {
            timeline.let_go();
        }
    }

    /// Reads the numbers and subscribes the caller to their changes.
    pub(super) fn with<T>(self, read: impl FnOnce(Moment<'_>) -> T) -> T {
        self.past.with(|past| self.live.with(|state| read(Moment::new(state, past.as_ref()))))
    }

    /// Reads the numbers without subscribing to their changes.
    pub(super) fn untracked<T>(self, read: impl FnOnce(Moment<'_>) -> T) -> T {
        self.past.with_untracked(|past| self.live.untracked(|state| read(Moment::new(state, past.as_ref()))))
    }

    /// Derives a text from the numbers.
    pub(super) fn text(self, read: impl Fn(Moment<'_>) -> String + Send + Sync + 'static) -> Signal<String> {
        Signal::derive(move || self.with(&read))
    }
}

impl<'a> Moment<'a> {
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
