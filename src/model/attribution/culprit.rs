//! Finds the culprit when the host is short of CPU or memory: the container that uses the most, or everything outside
//! the containers.

#[cfg(test)]
mod tests;

use super::split::Split;
use crate::model::containers::{ContainerStats, ContainersStats};
use crate::model::severity::Severity;
use serde::Serialize;

/// How many scrapes in a row must find the same culprit before it is named.
const NAMED_AFTER: u32 = 2;

/// How many scrapes in a row must fail to find the named culprit before it is cleared.
const CLEARED_AFTER: u32 = 3;

/// Who uses most of a resource that is short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprit {
    /// What kind of user this is.
    pub kind: CulpritKind,
    /// The container's ID as in its row; empty unless `kind` is [`CulpritKind::Container`].
    pub id: String,
    /// The container's name as in its row; empty unless `kind` is [`CulpritKind::Container`].
    pub name: String,
    /// The culprit's usage as a percentage of the whole host, 0 to 100; one decimal.
    pub percent: f64,
    /// How many containers this is; 0 for [`CulpritKind::Other`].
    pub count: u32,
}

/// The kinds of culprit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum CulpritKind {
    /// A single container that accounts for at least a third of the host's usage.
    #[serde(rename = "container")]
    Container,
    /// All containers together: they use more than everything else, but none of them accounts for a third.
    #[serde(rename = "containers")]
    Containers,
    /// Everything outside the measured containers.
    #[default]
    #[serde(rename = "other")]
    Other,
}

impl Culprit {
    /// Whether the culprit is not a container but everything outside the measured containers.
    pub fn is_outside(&self) -> bool {
        self.kind == CulpritKind::Other
    }
}

/// The culprit for each resource; `null` if the resource is not short or nobody stands out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprits {
    /// The culprit for CPU.
    pub cpu: Option<Culprit>,
    /// The culprit for memory.
    pub memory: Option<Culprit>,
}

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
            share: &|row| Some((row.memory_mb? * per_mib?).min(100.0)),
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
    fn of(&self, row: &ContainerStats) -> Option<f64> {
        (self.share)(row).filter(|_| !row.stale)
    }

    /// The culprit according to this scrape. `None` if the host's usage is unknown or below [`Severity::HIGH_FROM`], or
    /// if no single user is known to account for at least a third of it.
    fn culprit(&self, rows: &[ContainerStats]) -> Option<Culprit> {
        let split = self.split.filter(|split| split.host >= Severity::HIGH_FROM)?;
        let mut top = Culprit::default();
        for row in rows {
            match self.of(row) {
                Some(percent) if percent > top.percent => {
                    let kind = CulpritKind::Container;
                    top = Culprit { kind, id: row.id.clone(), name: row.name.clone(), percent, count: 1 };
                }
                _ => {}
            }
        }
        // If the top container and everything else are tied, neither is the culprit.
        let largest = if split.other > top.percent {
            Culprit { percent: split.other, ..Culprit::default() }
        } else if top.percent > split.other {
            top
        } else {
            return None;
        };
        let is_known = self.complete || !largest.is_outside();
        (is_known && 3.0 * largest.percent >= split.host).then_some(largest)
    }

    /// The culprit's usage in this scrape; `None` if it was not measured.
    fn share_of(&self, culprit: &Culprit, rows: &[ContainerStats]) -> Option<f64> {
        if culprit.is_outside() {
            return self.split.map(|split| split.other);
        }
        self.of(rows.iter().find(|row| row.id == culprit.id)?)
    }
}

/// Tracks the culprit for one resource over several scrapes, so its name does not flicker.
#[derive(Clone, Debug, Default, PartialEq)]
struct CulpritTracker {
    /// The culprit to name, with its most recent usage; `None` if there is no culprit.
    named: Option<Culprit>,
    /// How many scrapes in a row have not found the named culprit.
    absent: u32,
    /// The ID of the culprit in the newest scrape; `None` if no culprit was found.
    suspect: Option<String>,
    /// How many scrapes in a row have had this suspect.
    streak: u32,
}

impl CulpritTracker {
    fn observe(&mut self, rows: &[ContainerStats], usage: &Usage<'_>) {
        let found = usage.culprit(rows);
        let id = found.as_ref().map(|culprit| culprit.id.clone());
        self.streak = if id == self.suspect { self.streak.saturating_add(1) } else { 1 };
        self.suspect = id;
        if let Some(named) = &mut self.named {
            self.absent = if self.suspect.as_ref() == Some(&named.id) { 0 } else { self.absent + 1 };
            named.percent = usage.share_of(named, rows).unwrap_or(named.percent);
            if self.absent >= CLEARED_AFTER {
                self.named = None;
            }
        }
        if self.named.is_none() && self.streak >= NAMED_AFTER {
            self.named = found;
            self.absent = 0;
        }
    }
}
