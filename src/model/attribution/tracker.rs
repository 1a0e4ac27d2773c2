//! Finds the culprit when the host is short of CPU or memory: the container that uses the most, all containers
//! together, or everything outside the containers.

#[cfg(test)]
mod tests;

use super::culprit::{Culprit, CulpritKind, Culprits};
use super::split::Split;
use crate::model::containers::{ContainerStats, ContainersStats};
use crate::model::number::round1;
use crate::model::severity::Severity;

/// How many scrapes in a row must find the same culprit before it is named.
const NAMED_AFTER: u32 = 2;

/// How many scrapes in a row must fail to find the named culprit before it is cleared.
const CLEARED_AFTER: u32 = 3;

/// Tracks the culprits over several scrapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CulpritTrackers {
    cpu: CulpritTracker,
    memory: CulpritTracker,
}

impl CulpritTrackers {
    /// The culprits to name.
    pub fn named(&self) -> Culprits {
        Culprits { cpu: self.cpu.named.clone(), memory: self.memory.named.clone() }
    }

    /// Records a scrape. The containers' shares are compared with the split from the same scrape, because it covers the
    /// same period of time.
    pub fn observe(&mut self, stats: &ContainersStats) {
        // The split counts unmeasured containers as "other", so if there are any, "other" cannot be the culprit.
        let complete = stats.measured_count == stats.running_count;
        let cpu = Usage { split: stats.split.cpu_percent.as_ref(), complete, share: &|row| row.cpu_host_percent };
        self.cpu.observe(&stats.containers, &cpu);
        let per_mib = host_percent_per_mib(stats);
        let memory = Usage {
            split: stats.split.memory_percent.as_ref(),
            complete,
            share: &|row| Some(round1((row.memory_mb? * per_mib?).min(100.0))),
        };
        self.memory.observe(&stats.containers, &memory);
    }
}

/// One MiB as a percentage of the host's memory, derived from the split, which has both units. `None` if the split is
/// unknown or the host uses no memory.
fn host_percent_per_mib(stats: &ContainersStats) -> Option<f64> {
    let (percent, mib) = (stats.split.memory_percent.as_ref()?.host, stats.split.memory_mb.as_ref()?.host);
    (mib > 0.0).then(|| percent / mib)
}

/// The usage of one resource in one scrape.
struct Usage<'a> {
    split: Option<&'a Split>,
    /// Whether every running container was measured.
    complete: bool,
    share: &'a dyn Fn(&ContainerStats) -> Option<f64>,
}

impl Usage<'_> {
    /// The host's usage; `None` if it is unknown.
    fn host(&self) -> Option<f64> {
        self.split.map(|split| split.host)
    }

    fn of(&self, row: &ContainerStats) -> Option<f64> {
        (self.share)(row).filter(|_| !row.stale)
    }

    /// The culprit according to this scrape: whichever uses more, the containers or everything outside. Of the
    /// containers, the largest if it stands out, otherwise all of them together. `None` if the host's usage is unknown
    /// or below [`Severity::HIGH_FROM`], or if nobody stands out.
    fn culprit(&self, rows: &[ContainerStats]) -> Option<Culprit> {
        let split = self.split.filter(|split| split.host >= Severity::HIGH_FROM)?;
        if split.other >= split.containers {
            let is_culprit = self.complete && split.other > split.containers;
            return is_culprit.then(|| Culprit { percent: split.other, ..Culprit::default() });
        }
        let largest = self.largest(rows)?;
        if largest.percent > split.other && stands_out(largest.percent, split.host) {
            return Some(largest);
        }
        let count = u32::try_from(rows.iter().filter_map(|row| self.of(row)).count()).ok()?;
        let all = Culprit { kind: CulpritKind::Containers, percent: split.containers, count, ..Culprit::default() };
        (count > 1).then_some(all)
    }

    /// The container that uses the most; `None` if none was measured.
    fn largest(&self, rows: &[ContainerStats]) -> Option<Culprit> {
        let mut top = None::<Culprit>;
        for row in rows {
            let Some(percent) = self.of(row) else { continue };
            if top.as_ref().is_none_or(|top| percent > top.percent) {
                let kind = CulpritKind::Container;
                top = Some(Culprit { kind, id: row.id.clone(), name: row.name.clone(), percent, count: 1 });
            }
        }
        top
    }

    /// The culprit's usage in this scrape; `None` if it was not measured.
    fn share_of(&self, culprit: &Culprit, rows: &[ContainerStats]) -> Option<f64> {
        match culprit.kind {
            CulpritKind::Container => self.of(rows.iter().find(|row| row.id == culprit.id)?),
            CulpritKind::Containers => self.split.map(|split| split.containers),
            CulpritKind::Other => self.split.map(|split| split.other),
        }
    }

    /// Whether a named culprit with this usage may still be accused: the resource is at least half used, a third of
    /// that by the culprit. If either is unknown, it may.
    fn accuses(&self, share: Option<f64>) -> bool {
        self.host().is_none_or(|host| {
            Severity::of(host) > Severity::Normal && share.is_none_or(|share| stands_out(share, host))
        })
    }
}

/// Whether a user accounts for at least a third of the host's usage.
fn stands_out(share: f64, host: f64) -> bool {
    3.0 * share >= host
}

/// Tracks the culprit for one resource over several scrapes, so its name does not flicker.
#[derive(Clone, Debug, Default, PartialEq)]
struct CulpritTracker {
    /// The culprit to name, with its most recent usage; `None` if there is no culprit.
    named: Option<Culprit>,
    /// How many scrapes in a row have not found the named culprit.
    absent: u32,
    /// Kind and ID of the culprit in the newest scrape; `None` if no culprit was found.
    suspect: Option<(CulpritKind, String)>,
    /// How many scrapes in a row have had this suspect.
    streak: u32,
}

impl CulpritTracker {
    fn observe(&mut self, rows: &[ContainerStats], usage: &Usage<'_>) {
        let found = usage.culprit(rows);
        let suspect = found.as_ref().map(|culprit| (culprit.kind, culprit.id.clone()));
        self.streak = if suspect == self.suspect { self.streak.saturating_add(1) } else { 1 };
        self.suspect = suspect;
        if let Some(named) = &mut self.named {
            let is_suspect = self.suspect.as_ref().is_some_and(|(kind, id)| *kind == named.kind && *id == named.id);
            self.absent = if is_suspect { 0 } else { self.absent + 1 };
            let share = usage.share_of(named, rows);
            named.percent = share.unwrap_or(named.percent);
            if let Some(found) = found.as_ref().filter(|_| is_suspect) {
                named.count = found.count;
            }
            if self.absent >= CLEARED_AFTER || !usage.accuses(share) {
                self.named = None;
            }
        }
        if self.named.is_none() && self.streak >= NAMED_AFTER {
            self.named = found;
            self.absent = 0;
        }
    }
}
