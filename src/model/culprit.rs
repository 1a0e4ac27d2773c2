//! Who uses most of a host that is short of CPU or memory.

use super::{ContainerStats, ContainersStats, Severity, Split};
use serde::Serialize;

/// Rounds in a row that it takes for a culprit to be named.
const NAMED_AFTER: u32 = 2;

/// Rounds in a row without it after which it is named no longer.
const CLEARED_AFTER: u32 = 3;

/// Who uses the largest part of what the host uses, and at least a third of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprit {
    /// The container's ID; empty where it is none of them, but everything else taken together.
    pub id: String,
    /// The container's name; empty as the ID is.
    pub name: String,
    /// What it uses, in percent of the whole host, 0 to 100.
    pub percent: f64,
}

impl Culprit {
    /// Whether it is everything else: programs outside, and containers that are not measured.
    pub fn is_outside(&self) -> bool {
        self.id.is_empty()
    }
}

/// The culprits of the host's metrics, each `None` while there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Culprits {
    /// Of the CPU.
    pub cpu: Case,
    /// Of the memory.
    pub memory: Case,
}

impl Culprits {
    /// Takes in a round of the containers. Their split says what the host used in the same time, so that a share and
    /// what it is a share of are of one sample.
    pub fn observe(&mut self, stats: &ContainersStats) {
        // What was not measured is in everything else, which then cannot be blamed.
        let complete = stats.measured_count == stats.running_count;
        let cpu = Use { split: stats.split.cpu_percent.as_ref(), complete, share: &|row| row.cpu_host_percent };
        self.cpu.observe(&stats.containers, &cpu);
        let per_mib = host_percent_of_a_mib(stats);
        let memory = Use {
            split: stats.split.memory_percent.as_ref(),
            complete,
            share: &|row| Some((row.memory_mb? * per_mib?).min(100.0)),
        };
        self.memory.observe(&stats.containers, &memory);
    }
}

/// What a MiB is of the host's memory in percent; the same memory stands in the split in both units.
fn host_percent_of_a_mib(stats: &ContainersStats) -> Option<f64> {
    let (percent, mib) = (stats.split.memory_percent.as_ref()?.host, stats.split.memory_mb.as_ref()?.host);
    (mib > 0.0).then(|| percent / mib)
}

/// One metric of a round.
struct Use<'a> {
    split: Option<&'a Split>,
    /// Whether every container was measured.
    complete: bool,
    share: &'a dyn Fn(&ContainerStats) -> Option<f64>,
}

impl Use<'_> {
    fn of(&self, row: &ContainerStats) -> Option<f64> {
        (self.share)(row).filter(|_| !row.stale)
    }

    /// Who is to blame in this round alone: nobody below the orange band.
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
        // In a tie nobody stands out.
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

    /// What this one uses now; `None` if that was not measured.
    fn share_of(&self, culprit: &Culprit, rows: &[ContainerStats]) -> Option<f64> {
        if culprit.is_outside() {
            return self.split.map(|split| split.other);
        }
        self.of(rows.iter().find(|row| row.id == culprit.id)?)
    }
}

/// The culprit of one metric over several rounds, so that a name does not come and go with every sample.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Case {
    /// The one to name, with its newest share; `None` while there is none.
    pub named: Option<Culprit>,
    /// Rounds in a row that had another culprit than the named one, or none.
    cleared: u32,
    /// The ID of the newest round's culprit; `None` if it had none.
    suspect: Option<String>,
    /// Rounds in a row that had this one.
    seen: u32,
}

impl Case {
    fn observe(&mut self, rows: &[ContainerStats], metric: &Use<'_>) {
        let found = metric.culprit(rows);
        let id = found.as_ref().map(|culprit| culprit.id.clone());
        self.seen = if id == self.suspect { self.seen.saturating_add(1) } else { 1 };
        self.suspect = id;
        if let Some(named) = &mut self.named {
            self.cleared = if self.suspect.as_ref() == Some(&named.id) { 0 } else { self.cleared + 1 };
            named.percent = metric.share_of(named, rows).unwrap_or(named.percent);
            if self.cleared >= CLEARED_AFTER {
                self.named = None;
            }
        }
        if self.named.is_none() && self.seen >= NAMED_AFTER {
            self.named = found;
            self.cleared = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostSplit, Timestamp};

    fn split(host: f64, containers: f64) -> Option<Split> {
        Some(Split { host, containers, other: host - containers, clamped: false })
    }

    /// A round of containers by name and share, on a host that uses so much of both; it has 1,000 MiB.
    fn round(host: f64, shares: &[(&str, f64)]) -> ContainersStats {
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
            ..ContainersStats::pending(Timestamp::now())
        }
    }

    /// Who is named for CPU and memory after these rounds: a name, `outside`, or `-`.
    fn named(rounds: &[ContainersStats]) -> (String, String) {
        let mut culprits = Culprits::default();
        rounds.iter().for_each(|round| culprits.observe(round));
        let text = |case: &Case| match &case.named {
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
        let twice = |host, shares: &[(&str, f64)]| named(&[round(host, shares), round(host, shares)]);
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
    fn what_was_not_measured_is_nobody_s_fault() {
        let mut unknown = round(94.0, &[("x", 61.0)]);
        unknown.split = HostSplit::default();
        assert_eq!(named(&[unknown.clone(), unknown]), both("-"));
        let mut stale = round(94.0, &[("x", 61.0)]);
        stale.containers[0].stale = true;
        (stale.running_count, stale.measured_count) = (Some(1), Some(0));
        assert_eq!(named(&[stale.clone(), stale]), both("-"), "nor that of everything else, which it is counted to");
    }

    #[test]
    fn two_rounds_to_appear_three_to_go() {
        let hot = |share| round(94.0, &[("x", share), ("y", 1.0)]);
        let calm = || round(40.0, &[("x", 20.0), ("y", 1.0)]);
        assert_eq!(named(&[hot(60.0)]), both("-"));
        assert_eq!(named(&[hot(60.0), calm(), hot(60.0)]), both("-"), "not in a row");
        assert_eq!(named(&[hot(60.0), hot(62.0)]), both("x 62"));
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm()]), both("x 20"), "with its newest share");
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm(), calm()]), both("-"));
        assert_eq!(named(&[hot(60.0), hot(62.0), calm(), calm(), hot(61.0), calm(), calm()]), both("x 20"));
    }

    #[test]
    fn another_takes_its_place_when_it_goes() {
        let x = || round(94.0, &[("x", 60.0), ("y", 10.0)]);
        let y = || round(94.0, &[("x", 10.0), ("y", 60.0)]);
        assert_eq!(named(&[x(), x(), y(), y()]), both("x 10"));
        assert_eq!(named(&[x(), x(), y(), y(), y()]), both("y 60"));
        assert_eq!(named(&[x(), x(), y(), x(), y(), y()]), both("x 10"));
    }

    #[test]
    fn a_culprit_that_ended_is_gone_after_three_rounds() {
        let x = || round(94.0, &[("x", 60.0)]);
        let gone = || round(94.0, &[]);
        assert_eq!(named(&[x(), x(), gone(), gone()]), both("x 60"));
        assert_eq!(named(&[x(), x(), gone(), gone(), gone()]), both("outside 94"));
    }
}
