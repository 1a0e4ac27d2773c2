//! What screen readers hear when something changes.

use super::causes::Trouble;
use super::state::{ContainersView, State};
use crate::model::Severity;
use crate::ui::format;
use crate::ui::metrics::METRICS;

/// A fact about the state whose change is announced.
pub(super) struct Fact {
    /// Identifies the fact's value. A different key is announced.
    key: String,
    /// The announcement; empty if there is none.
    words: String,
}

impl Fact {
    fn new(key: impl Into<String>, words: impl Into<String>) -> Self {
        Self { key: key.into(), words: words.into() }
    }
}

impl State {
    /// What a listener knows about this state, always in the same order; empty before the first numbers.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let Some(host) = &self.host else { return Vec::new() };
        let mut facts = vec![
            match self.silence_reason() {
                Some(reason) => Fact::new(reason, format!("{reason} from the server")),
                None => Fact::new("", "Live again"),
            },
            match self.containers {
                ContainersView::Unavailable { .. } => Fact::new("gone", "Docker unavailable"),
                ContainersView::Measured(_) => Fact::new("", "Docker is available again"),
                ContainersView::Waiting => Fact::new("", ""),
            },
        ];
        let near_limit = self.near_limit().map(|(trouble, _)| trouble);
        let restarting = self.restarting().map(|(trouble, _)| trouble);
        facts.extend([near_limit, restarting].map(|trouble| match trouble {
            Some(Trouble::NearLimit(row, _)) => Fact::new("near", format!("{} is near its memory limit", row.name)),
            Some(Trouble::Restarting(row, ..)) => Fact::new("restarts", format!("{} is restarting", row.name)),
            _ => Fact::new("", ""),
        }));
        for metric in METRICS {
            let severity = (metric.severity)(host).map_or("", Severity::word);
            facts.push(Fact::new(severity, metric.spoken(Some(host))));
            // A culprit that is not current stays the same, so that it is not announced again with the next numbers.
            let causes = self.causes();
            let culprit = causes.iter().find(|cause| cause.trouble.is(metric)).and_then(|cause| cause.culprit);
            facts.push(culprit.map_or_else(
                || Fact::new("", ""),
                |culprit| {
                    let name = format::culprit(culprit, &self.settings.noun);
                    let words = format!("{name}: {} percent of {}", culprit.percent as u64, metric.noun);
                    // Neither the share nor the number of containers says who it is.
                    Fact::new(format!("{}{}", culprit.kind as u8, culprit.id), words)
                },
            ));
        }
        facts
    }

    /// Announces what has changed since `before`. If nothing has, the previous announcement stays. The first numbers
    /// are not a change.
    pub(super) fn announce(&mut self, before: &[Fact]) {
        let changed = self.facts().into_iter().zip(before).filter(|(now, before)| now.key != before.key);
        let mut announcement = String::new();
        for (now, _) in changed.filter(|(now, _)| !now.words.is_empty()) {
            announcement += if announcement.is_empty() { "" } else { ". " };
            announcement += &now.words;
        }
        if !announcement.is_empty() {
            self.announcement = announcement;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::TelemetryError;
    use crate::model::{
        ContainersStats, CpuStats, Culprit, CulpritKind, Culprits, HighSince, HostStats, Stamped, Timestamp,
    };

    type Answers = (Result<Stamped<HostStats>, TelemetryError>, Result<Stamped<ContainersStats>, TelemetryError>);

    fn answers(cpu: f64, culprit: Option<&str>) -> Answers {
        let high_since = Some(HighSince { cpu: culprit.map(|_| Timestamp::sample()), ..HighSince::default() });
        let host = HostStats { cpu: Some(CpuStats { percent: cpu, count: 2 }), high_since, ..HostStats::sample() };
        let cpu = culprit.map(|name| Culprit {
            kind: CulpritKind::Container,
            id: name.into(),
            name: name.into(),
            percent: 61.9,
            count: 1,
        });
        let containers = ContainersStats {
            running_count: Some(1),
            culprits: Some(Culprits { cpu, memory: None }),
            ..ContainersStats::default()
        };
        (Ok(Stamped::fresh(host, Timestamp::now())), Ok(Stamped::fresh(containers, Timestamp::now())))
    }

    /// The announcement after each of these polls.
    fn said(polls: Vec<Answers>) -> Vec<String> {
        let mut state = State::default();
        let say = |(host, containers)| {
            let _ = state.accept(host, Some(20.0), containers);
            std::mem::take(&mut state.announcement)
        };
        polls.into_iter().map(say).collect()
    }

    #[test]
    fn bands_and_culprits_are_announced_once() {
        let polls = vec![
            answers(45.0, None),
            answers(49.9, None),
            answers(94.2, None),
            answers(99.0, Some("x")),
            answers(98.0, Some("x")),
            answers(97.0, Some("y")),
            answers(20.0, None),
        ];
        let expected = [
            "",
            "",
            "CPU 94 percent, critical",
            "x: 61 percent of CPU",
            "",
            "y: 61 percent of CPU",
            "CPU 20 percent, normal",
        ];
        assert_eq!(said(polls), expected);
    }

    #[test]
    fn loss_and_return_are_announced_once() {
        let silent = || (Err(TelemetryError::NoAnswer), Err(TelemetryError::NoAnswer));
        let gone = || {
            let docker = TelemetryError::Docker { reason: "refused".into(), since: None };
            (answers(45.0, None).0, Err(docker))
        };
        let polls = vec![
            answers(95.0, Some("x")),
            silent(),
            silent(),
            answers(95.0, Some("x")),
            gone(),
            gone(),
            answers(45.0, None),
        ];
        let expected = [
            "",
            "No answer from the server",
            "",
            "Live again",
            "Docker unavailable. CPU 45 percent, normal",
            "",
            "Docker is available again",
        ];
        assert_eq!(said(polls), expected);
    }
}
