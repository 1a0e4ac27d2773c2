//! What screen readers hear when something changes.

use super::state::{ContainersView, State};
use crate::model::{CulpritKind, Severity};
use crate::ui::format;
use crate::ui::metrics::METRICS;

/// What a listener has been told, as far as changes of it are announced.
#[derive(PartialEq)]
pub(super) struct Heard {
    severities: [Option<Severity>; METRICS.len()],
    /// Kind and ID of each metric's culprit.
    culprits: [Option<(CulpritKind, String)>; METRICS.len()],
    has_host: bool,
    silence: Option<&'static str>,
    has_docker: bool,
}

impl State {
    /// What a listener knows about this state.
    pub(super) fn heard(&self) -> Heard {
        Heard {
            severities: METRICS.map(|metric| self.host.as_ref().and_then(metric.severity)),
            culprits: METRICS.map(|metric| self.culprit(metric).map(|culprit| (culprit.kind, culprit.id.clone()))),
            has_host: self.host.is_some(),
            silence: self.silence_reason(),
            has_docker: !matches!(self.containers, ContainersView::Unavailable { .. }),
        }
    }

    /// Announces what has changed since `before`. If nothing has, the previous announcement stays. The first numbers
    /// are not a change.
    pub(super) fn announce(&mut self, before: &Heard) {
        let now = self.heard();
        if now == *before || !before.has_host {
            return;
        }
        let mut words = Vec::new();
        if now.silence != before.silence {
            words.push(now.silence.map_or("Live again".into(), |reason| format!("{reason} from the server")));
        }
        if now.has_docker != before.has_docker {
            words.push(if now.has_docker { "Docker is available again" } else { "Docker unavailable" }.into());
        }
        for (index, metric) in METRICS.into_iter().enumerate() {
            if now.severities[index] != before.severities[index] {
                words.push(metric.spoken(self.host.as_ref()));
            }
            if now.culprits[index] != before.culprits[index] && now.silence.is_none() {
                words.extend(self.culprit(metric).map(|culprit| {
                    let name = format::culprit(culprit, &self.settings.noun);
                    format!("{name}: {} percent of {}", culprit.percent as u64, metric.noun)
                }));
            }
        }
        if !words.is_empty() {
            self.announcement = words.join(". ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::TelemetryError;
    use crate::model::{ContainersStats, CpuStats, Culprit, Culprits, HighSince, HostStats, Stamped, Timestamp};

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
