//! A resource of the host over time, divided among its users.

use super::plot::{Canvas, Ink};
use crate::model::{ContainerTrend, Severity};
use crate::ui::format;
use crate::ui::metrics::{METRICS, Metric};
use crate::ui::timeline::Samples;
use std::fmt::Write;

/// How many containers are named.
const NAMED: usize = 3;

/// Their colors.
const NAMED_INKS: [Ink; NAMED] = [Ink::First, Ink::Second, Ink::Third];

/// A resource that can be divided among its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Cpu,
    Memory,
}

/// The users of a resource, in the order in which they are stacked, the lowest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stack {
    /// The names of the containers that use most.
    names: Vec<String>,
    /// One for each interval, oldest first.
    pub(super) parts: Vec<Parts>,
}

/// Who uses how much in one interval, as percentages of the host. Unknown parts are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// The host's usage.
    pub(super) total: Option<f64>,
    /// All containers together.
    containers: Option<f64>,
    /// The named containers.
    named: [Option<f64>; NAMED],
}

impl Resource {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
        }
    }

    /// Suffix of the CSS class for the resource's color.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }

    fn metric(self) -> Option<&'static Metric> {
        METRICS.into_iter().find(|metric| metric.id == self.class())
    }

    /// The container's usage, and what turns it into a percentage of the host; `None` if that is unknown.
    fn of(self, trend: &ContainerTrend, per_core: Option<f64>) -> Option<(&[Option<f64>], f64)> {
        match self {
            Self::Cpu => Some((&trend.cpu, per_core?)),
            Self::Memory => Some((&trend.memory_host_percent, 1.0)),
        }
    }
}

impl Stack {
    pub(super) fn of(resource: Resource, samples: Samples<'_>) -> Self {
        let Samples { state, history, silence, .. } = samples;
        let (total, containers) = match resource {
            Resource::Cpu => (history.host.cpu(silence), history.containers.cpu(samples.overdue())),
            Resource::Memory => (history.host.memory(silence), history.containers.memory(samples.overdue())),
        };
        let mut stack = Self::default();
        let mut parts: Vec<Parts> = total.into_iter().map(|total| Parts { total, ..Parts::default() }).collect();
        if samples.is_split() {
            parts.iter_mut().zip(containers).for_each(|(parts, containers)| parts.containers = containers);
            let scrapes = history.containers.scrapes(samples.overdue());
            let culprit = resource.metric().and_then(|metric| state.culprit(metric)).map(|culprit| culprit.id.as_str());
            for (index, trend) in largest(resource, samples, culprit).into_iter().enumerate() {
                stack.names.push(trend.name.clone());
                let Some((usage, factor)) = resource.of(trend, samples.per_core()) else { continue };
                for (parts, scrape) in parts.iter_mut().zip(&scrapes) {
                    let value = scrape.and_then(|scrape| usage.get(scrape).copied().flatten());
                    parts.named[index] = value.map(|value| value * factor);
                }
            }
        }
        stack.parts = parts;
        stack
    }

    /// The parts in an interval.
    pub(super) fn at(&self, slot: usize) -> Parts {
        self.parts.get(slot).copied().unwrap_or_default()
    }

    /// How much is used in an interval, and by whom, as markup.
    pub(super) fn legend(&self, resource: Resource, slot: usize, nouns: &str) -> String {
        let parts = self.at(slot);
        let total = format::percent_exact(parts.total);
        let mut markup = format!("<h3>{} <b>{total}</b></h3><p class=\"ht-legend\">", resource.name());
        let mut key = |ink: Ink, name: &str, value: Option<f64>| {
            let value = format::percent_exact(value);
            let (class, name) = (ink.name(), format::escaped(name));
            // The name is in the tooltip if it does not fit. Writing to a string cannot fail.
            let _ = write!(
                markup,
                "<span class=\"ht-key {class}\"><span title=\"{name}\">{name}</span> <b>{value}</b></span>"
            );
        };
        for ((name, value), ink) in self.names.iter().zip(parts.named).zip(NAMED_INKS) {
            key(ink, name, value);
        }
        if parts.unattributed().is_some() {
            key(Ink::Unattributed, "unattributed", parts.total);
        } else {
            key(Ink::Rest, &format!("other {nouns}"), parts.rest());
            key(Ink::Other, "other processes", parts.other());
        }
        key(Ink::Free, "free", parts.free());
        markup + "</p>"
    }

    /// Who uses how much in an interval, for screen readers.
    pub(super) fn spoken(&self, slot: usize, nouns: &str) -> String {
        let (parts, exact) = (self.at(slot), format::percent_exact);
        let mut text = exact(parts.total);
        for (name, value) in self.names.iter().zip(parts.named) {
            text += &format!(", {name} {}", exact(value));
        }
        text + &format!(", other {nouns} {}, other processes {}", exact(parts.rest()), exact(parts.other()))
    }

    /// Draws the parts above one another, with the host's usage as a line at the top.
    pub(super) fn draw(&self, canvas: &Canvas<'_>) -> Option<()> {
        let each = |part: &dyn Fn(&Parts) -> Option<f64>| self.parts.iter().map(part).collect::<Vec<_>>();
        for level in [0.0, 50.0, 100.0] {
            canvas.level(level, Ink::Grid)?;
        }
        let total = each(&|parts| parts.total);
        let ground = each(&|_| Some(0.0));
        canvas.band(&ground, &total, Ink::Unattributed)?;
        let mut lower = ground;
        for (index, ink) in NAMED_INKS.into_iter().enumerate().take(self.names.len()) {
            let upper = each(&|parts| parts.named_up_to(index));
            canvas.band(&lower, &upper, ink)?;
            lower = upper;
        }
        let containers = each(&Parts::known_containers);
        let named = each(&|parts| parts.named_up_to(NAMED - 1));
        canvas.band(&named, &containers, Ink::Rest)?;
        canvas.band(&containers, &total, Ink::Other)?;
        canvas.level(Severity::HIGH_FROM, Ink::High)?;
        canvas.level(Severity::CRITICAL_FROM, Ink::Critical)?;
        canvas.line(&total, Ink::Total)
    }
}

impl Parts {
    /// The containers' part, which is at most the host's: their counters are read at slightly different times.
    fn known_containers(&self) -> Option<f64> {
        Some(self.containers?.min(self.total?))
    }

    /// The sum of the named containers up to this one.
    fn named_up_to(&self, index: usize) -> Option<f64> {
        let sum: f64 = self.named.iter().take(index + 1).flatten().sum();
        Some(sum.min(self.known_containers()?))
    }

    /// The containers without a name.
    fn rest(&self) -> Option<f64> {
        Some(self.known_containers()? - self.named_up_to(NAMED - 1)?)
    }

    /// Everything outside the containers.
    fn other(&self) -> Option<f64> {
        Some(self.total? - self.known_containers()?)
    }

    /// What is used although it is not known by whom; `None` if it is known.
    fn unattributed(&self) -> Option<f64> {
        self.total.filter(|_| self.containers.is_none())
    }

    /// What nobody uses.
    fn free(&self) -> Option<f64> {
        Some((100.0 - self.total?).max(0.0))
    }
}

/// The containers that used most over the whole period, but the culprit first.
fn largest<'a>(resource: Resource, samples: Samples<'a>, culprit: Option<&str>) -> Vec<&'a ContainerTrend> {
    let mut largest: Vec<(f64, &ContainerTrend)> = Vec::new();
    for trend in &samples.history.containers.containers {
        let used = resource.of(trend, samples.per_core()).map_or(0.0, |(usage, _)| usage.iter().flatten().sum::<f64>());
        let used = if culprit == Some(trend.id.as_str()) { f64::MAX } else { used };
        let index = largest.partition_point(|(more, _)| *more >= used);
        if used > 0.0 && index < NAMED {
            largest.insert(index, (used, trend));
            largest.truncate(NAMED);
        }
    }
    largest.into_iter().map(|(_, trend)| trend).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(total: f64, containers: Option<f64>, named: [Option<f64>; NAMED]) -> Parts {
        Parts { total: Some(total), containers, named }
    }

    #[test]
    fn the_parts_add_up_to_the_host() {
        let parts = parts(97.0, Some(78.1), [Some(63.0), Some(7.0), Some(5.0)]);
        let rest = parts.rest().expect("others");
        let other = parts.other().expect("other processes");
        assert!((63.0 + 7.0 + 5.0 + rest + other - 97.0).abs() < 1e-9);
        assert_eq!((parts.free(), parts.unattributed()), (Some(3.0), None));
    }

    #[test]
    fn more_than_the_whole_is_cut_off() {
        let parts = parts(50.0, Some(60.0), [Some(40.0), Some(30.0), None]);
        assert_eq!((parts.named_up_to(1), parts.rest(), parts.other()), (Some(50.0), Some(0.0), Some(0.0)));
    }

    #[test]
    fn without_the_containers_usage_is_nobodys() {
        let parts = parts(50.0, None, [Some(40.0), None, None]);
        assert_eq!((parts.rest(), parts.other(), parts.unattributed()), (None, None, Some(50.0)));
        assert_eq!(Parts::default().free(), None);
    }
}
