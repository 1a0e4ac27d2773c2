//! What is wrong, and who is responsible.

use super::state::{ContainersView, State};
use crate::model::{Culprit, CulpritKind, Timestamp};
use crate::ui::metrics::Metric;

/// Something that is wrong.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ui) struct Cause<'a> {
    /// What is wrong.
    pub(in crate::ui) trouble: Trouble,
    /// Since when; `None` if it is unknown.
    pub(in crate::ui) since: Option<Timestamp>,
    /// Who is responsible; `None` if nobody stands out or it is unknown.
    pub(in crate::ui) culprit: Option<&'a Culprit>,
    /// Whether the culprit is known from current numbers. Otherwise it is the last that was known.
    pub(in crate::ui) is_current: bool,
}

/// What can be wrong.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::ui) enum Trouble {
    /// A resource of the host is short.
    Metric(&'static Metric),
    /// The containers' numbers are overdue.
    ContainersStale,
    /// Docker is not available.
    Docker,
}

impl State {
    /// What is wrong, the worst first; empty if nothing is. While the server does not answer, what was wrong last.
    pub(in crate::ui) fn causes(&self) -> Vec<Cause<'_>> {
        let is_current = self.measured().is_some() && !self.containers_stale && self.silence_reason().is_none();
        let since = self.host.as_ref().and_then(|host| host.high_since.as_ref());
        let mut causes = Vec::new();
        for metric in self.ranking() {
            if let Some(since) = since.and_then(metric.high_since) {
                // The culprit of an earlier period is not responsible for this one.
                let culprits = self.culprits.as_ref().filter(|_| self.history.containers.newest() >= Some(since));
                let culprit = metric.attribution.as_ref().zip(culprits);
                let culprit = culprit.and_then(|(attribution, culprits)| (attribution.culprit)(culprits).as_ref());
                causes.push(Cause { trouble: Trouble::Metric(metric), since: Some(since), culprit, is_current });
            }
        }
        let containers = match &self.containers {
            ContainersView::Unavailable { since, .. } => Some((Trouble::Docker, *since)),
            ContainersView::Measured(_) if self.containers_stale && self.silence_reason().is_none() => {
                Some((Trouble::ContainersStale, self.scraped))
            }
            ContainersView::Waiting | ContainersView::Measured(_) => None,
        };
        causes.extend(containers.map(|(trouble, since)| Cause { trouble, since, culprit: None, is_current }));
        causes
    }

    /// The culprit for this metric according to current numbers.
    pub(in crate::ui) fn culprit(&self, metric: &Metric) -> Option<&Culprit> {
        let mut causes = self.causes().into_iter();
        causes.find(|cause| cause.trouble.is(metric) && cause.is_current)?.culprit
    }

    /// The CSS classes of the row of this kind with this ID if it is a culprit according to current numbers: with the
    /// severity of the worst metric that it is responsible for. Otherwise empty. The ID is empty except for a
    /// container.
    pub(in crate::ui) fn culprit_class(&self, kind: CulpritKind, id: &str) -> String {
        let is_culprit = |metric: &&Metric| self.culprit(metric).is_some_and(|who| who.kind == kind && who.id == id);
        let worst = self.ranking().into_iter().find(is_culprit);
        let severity = worst.and_then(|metric| (metric.severity)(self.host.as_ref()?));
        severity.map_or_else(String::new, |severity| format!("ht-is-culprit ht-is-{}", severity.word()))
    }
}

impl Trouble {
    /// Whether it is this metric that is in trouble.
    pub(in crate::ui) fn is(self, metric: &Metric) -> bool {
        matches!(self, Self::Metric(ours) if ours == metric)
    }
}
