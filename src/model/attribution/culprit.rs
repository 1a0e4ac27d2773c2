//! The culprit: the container that uses most of a host that is short of CPU or memory.

use super::split::Split;
use crate::model::containers::{ContainerStats, ContainersStats};
use crate::model::severity::Severity;
use serde::Serialize;

/// Consecutive scrapes after which a culprit is named.
const NAMED_AFTER: u32 = 2;

/// Consecutive scrapes without the named culprit after which it is cleared.
const CLEARED_AFTER: u32 = 3;

/// The largest user of a resource, if it uses at least a third of what the host uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprit {
    /// The container's ID; empty if the culprit is everything else.
    pub id: String,
    /// The container's name; empty if the culprit is everything else.
    pub name: String,
    /// Its usage in percent of the whole host, 0 to 100.
    pub percent: f64,
}

impl Culprit {
    /// Whether the culprit is everything else: programs outside, and containers that are not measured.
    pub fn is_outside(&self) -> bool {
        self.id.is_empty()
    }
}

/// The culprit of each resource that has one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprits {
    /// CPU.
    pub cpu: CulpritTracker,
    /// Memory.
    pub memory: CulpritTracker,
}

impl Culprits {
    /// Records a scrape. Shares are compared with the split of the same scrape, which covers the same window.
    pub fn observe(&mut self, stats: &ContainersStats) {
        // Everything else includes unmeasured containers, so it cannot be the culprit.
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

/// One MiB in percent of the host's memory, from the split, which has both units.
fn host_percent_per_mib(stats: &ContainersStats) -> Option<f64> {
    let (percent, mib) = (stats.split.memory_percent.as_ref()?.host, stats.split.memory_mb.as_ref()?.host);
    (mib > 0.0).then(|| percent / mib)
}

/// The usage of one resource in one scrape.
struct Usage<'a> {
    split: Option<&'a Split>,
    /// Whether every container was measured.
    complete: bool,
    share: &'a dyn Fn(&ContainerStats) -> Option<f64>,
}

impl Usage<'_> {
    fn of(&self, row: &ContainerStats) -> Option<f64> {
        (self.share)(row).filter(|_| !row.stale)
    }

    /// The culprit according to this scrape; `None` below the orange band.
    fn culprit(&self, rows: &[ContainerStats]) -> Option<Culprit> {
        let split = self.split.filter(|split| split.host >= Severity::HIGH_FROM)?;
        let mut top = Culprit::default();
        for row in rows {
            match self.of(row) {
                Some(percent) if percent > top.percent => {
                    top = Culprit { id: row.id.clone(), name: row.name.clone(), percent };
                }
                _ => {}
            }
        }
        // A tie has no largest.
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

    /// The culprit's current usage; `None` if it was not measured.
    fn share_of(&self, culprit: &Culprit, rows: &[ContainerStats]) -> Option<f64> {
        if culprit.is_outside() {
            return self.split.map(|split| split.other);
        }
        self.of(rows.iter().find(|row| row.id == culprit.id)?)
    }
}

/// Follows a resource's culprit over several scrapes, so that its name does not flicker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct CulpritTracker {
    /// The culprit to name, with its newest share; `None` while there is none.
    pub named: Option<Culprit>,
    /// Consecutive scrapes that did not confirm the named culprit.
    absent: u32,
    /// The ID of the newest scrape's culprit; `None` if it had none.
    suspect: Option<String>,
    /// Consecutive scrapes with this suspect.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostSplit;

    fn split(host: f64, containers: f64) -> Option<Split> {
        Some(Split { host, containers, other: host - containers, clamped: false, includes_cache: false })
    }

    /// A scrape of containers by name and share of a host that uses `host` percent of both and has 1,000 MiB.
    fn scrape(host: f64, shares: &[(&str, f64)]) -> ContainersStats {
        let containers = shares.iter().map(|(_, share)| share).sum();
        let row = |(name, share): &(&str, f64)| ContainerStats {
            cpu: Some(8.0 * share),
            cpu_host_percent: Some(*share),
            memory_mb: Some(10.0 * share),
            ..ContainerStats::sample(name)
        };
        ContainersStats {
            split: HostSplit {
                cpu_percent: split(host, containers),
                memory_percent: split(host, containers),
                memory_mb: split(10.0 * host, 10.0 * containers),
            },
            containers: shares.iter().map(row).collect(),
            ..ContainersStats::default()
        }
    }

    /// The culprits of CPU and memory after these scrapes: a name, `outside`, or `-`.
    fn named(scrapes: &[ContainersStats]) -> (String, String) {
        let mut culprits = Culprits::default();
        scrapes.iter().for_each(|scrape| culprits.observe(scrape));
        let text = |tracker: &CulpritTracker| match &tracker.named {
            None => "-".into(),
            Some(culprit) if culprit.is_outside() => format!("outside {:.0}", culprit.percent),
            Some(culprit) => format!("{} {:.0}", culprit.name, culprit.percent),
        };
        (text(&culprits.cpu), text(&culprits.memory))
    }

    fn both(name: &str) -> (String, String) {
        (name.into(), name.into())
    }

    #[test]
    fn the_largest_is_named_from_the_orange_band_on() {
        let twice = |host, shares: &[(&str, f64)]| named(&[scrape(host, shares), scrape(host, shares)]);
        assert_eq!(twice(94.0, &[("x", 61.0), ("b", 20.0)]), both("x 61"));
        assert_eq!(twice(75.0, &[("x", 61.0)]), both("x 61"));
        assert_eq!(twice(74.9, &[("x", 61.0)]), both("-"), "below it nothing is wrong");
        assert_eq!(twice(90.0, &[("x", 30.0), ("y", 40.0), ("z", 11.0)]), both("y 40"));
        assert_eq!(twice(90.0, &[("x", 30.0), ("y", 29.0), ("z", 28.0)]), both("x 30"), "a third is enough");
        assert_eq!(twice(90.0, &[("x", 29.0), ("y", 29.0), ("z", 28.0)]), both("-"), "many small ones are no culprit");
        assert_eq!(twice(90.0, &[("x", 10.0)]), both("outside 80"));
        assert_eq!(twice(90.0, &[]), both("outside 90"));
        assert_eq!(twice(90.0, &[("x", 45.0)]), both("-"), "a tie has no larger one");
    }

    #[test]
    fn unmeasured_load_has_no_culprit() {
        let mut unknown = scrape(94.0, &[("x", 61.0)]);
        unknown.split = HostSplit::default();
        assert_eq!(named(&[unknown.clone(), unknown]), both("-"));
        let mut stale = scrape(94.0, &[("x", 61.0)]);
        stale.containers[0].stale = true;
        (stale.running_count, stale.measured_count) = (Some(1), Some(0));
        assert_eq!(
            named(&[stale.clone(), stale]),
            both("-"),
            "everything else includes it, so that cannot be blamed either"
        );
    }

    #[test]
    fn two_scrapes_to_appear_three_to_go() {
        let hot = |share| scrape(94.0, &[("x", share), ("y", 1.0)]);
        let calm = || scrape(40.0, &[("x", 20.0), ("y", 1.0)]);
        assert_eq!(named(&[hot(60.0)]), both("-"));
        assert_eq!(named(&[hot(60.0), calm(), hot(60.0)]), both("-"), "not in a row");
        assert_eq!(named(&[hot(60.0), hot(62.0)]), both("x 62"));
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm()]), both("x 20"), "with its newest share");
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm(), calm()]), both("-"));
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm(), hot(61.0), calm(), calm()]), both("x 20"));
    }

    #[test]
    fn the_next_culprit_follows_when_the_first_is_cleared() {
        let x = || scrape(94.0, &[("x", 60.0), ("y", 10.0)]);
        let y = || scrape(94.0, &[("x", 10.0), ("y", 60.0)]);
        assert_eq!(named(&[x(), x(), y(), y()]), both("x 10"));
        assert_eq!(named(&[x(), x(), y(), y(), y()]), both("y 60"));
        assert_eq!(named(&[x(), x(), y(), x(), y(), y()]), both("x 10"));
    }

    #[test]
    fn a_culprit_that_ended_is_cleared_after_three_scrapes() {
        let x = || scrape(94.0, &[("x", 60.0)]);
        let gone = || scrape(94.0, &[]);
        assert_eq!(named(&[x(), x(), gone(), gone()]), both("x 60"));
        assert_eq!(named(&[x(), x(), gone(), gone(), gone()]), both("outside 94"));
    }
}
