//! What screen readers hear when something changes.

use super::state::{ContainersView, State};
use crate::model::Severity;
use crate::ui::format;
use crate::ui::metrics::METRICS;

/// A fact about the state whose change is announced.
pub(super) struct Fact {
    /// Changes if the fact does.
    key: String,
    /// What a listener hears then; empty if nothing.
    words: String,
}

impl State {
    /// What a listener knows about this state, always in the same order; empty before the first numbers.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let Some(host) = &self.host else { return Vec::new() };
        let silence = self.silence_reason().unwrap_or_default();
        let docker = match self.containers {
            ContainersView::Unavailable { .. } => "Docker unavailable",
            _ => "Docker is available again",
        };
        let words = if silence.is_empty() { "Live again".into() } else { format!("{silence} from the server") };
        let mut facts = vec![Fact { key: silence.into(), words }, Fact { key: docker.into(), words: docker.into() }];
        for metric in METRICS {
            let severity = (metric.severity)(host).map_or("", Severity::word);
            facts.push(Fact { key: severity.into(), words: metric.spoken(Some(host)) });
            let culprit = self.culprit(metric).map(|culprit| {
                let name = format::culprit(culprit, &self.settings.noun);
                // Neither the share nor how many there are together is a change of who it is.
                let key = format!("{}{}", culprit.kind as u8, culprit.id);
                Fact { key, words: format!("{name}: {} percent of {}", culprit.percent as u64, metric.noun) }
            });
            facts.push(culprit.unwrap_or(Fact { key: String::new(), words: String::new() }));
        }
        facts
    }

    /// Announces what has changed since `before`. If nothing has, the previous announcement stays. The first numbers
    /// are not a change.
    pub(super) fn announce(&mut self, before: &[Fact]) {
        let changed = self.facts().into_iter().zip(before).filter(|(now, before)| now.key != before.key);
        let words: Vec<_> = changed.map(|(now, _)| now.words).filter(|words| !words.is_empty()).collect();
        if !words.is_empty() {
            self.announcement = words.join(". ");
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
        let silent = || (Err(TelemetryError::Timeout), Err(TelemetryError::Timeout));
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
            "Live again. x: 61 percent of CPU",
            "Docker unavailable. CPU 45 percent, normal",
            "",
            "Docker is available again",
        ];
        assert_eq!(said(polls), expected);
    }
}
