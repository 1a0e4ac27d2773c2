//! The state that the page shows: what the server sent with the HTML, kept up to date by polling.

use super::poll::poll;
use crate::api::{self, Settings, Snapshot, TelemetryError};
use crate::model::{ContainersStats, History, HostStats, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use std::time::Duration;

/// What is known of the containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ContainersView {
    /// Nothing was heard yet.
    #[default]
    Waiting,
    /// The last good numbers.
    Measured(ContainersStats),
    /// There is no Docker; the text is the reason.
    Unavailable(String),
}

/// The live state, as signals. Copies refer to the same state.
#[derive(Clone, Copy)]
pub struct Live {
    /// How the server was set up.
    pub settings: StoredValue<Settings>,
    /// The last good numbers of the host; `None` before any.
    pub host: RwSignal<Option<HostStats>>,
    /// For how many seconds the host's numbers have been overdue; `None` while they are fresh.
    pub host_stale: RwSignal<Option<f64>>,
    /// The containers.
    pub containers: RwSignal<ContainersView>,
    /// Whether the containers' numbers are overdue.
    pub containers_stale: RwSignal<bool>,
    /// The host's last 60 samples, with gaps where polls failed.
    pub history: RwSignal<History>,
    /// When the host's numbers were taken, by the browser's clock; `None` before the first poll.
    taken: StoredValue<Option<Timestamp>>,
}

impl Live {
    /// Takes the [`Snapshot`] that the server rendered from, or begins with nothing where there is none,
    /// and in the browser starts to poll. The polling ends with the reactive owner it was started in.
    pub fn start() -> Self {
        let snapshot = SharedValue::new(use_context::<Snapshot>).into_inner();
        let had_snapshot = snapshot.is_some();
        let live = Self::new(snapshot);
        Effect::new(move |_| live.poll(!had_snapshot));
        live
    }

    fn new(snapshot: Option<Snapshot>) -> Self {
        let settings = snapshot.as_ref().map(|snapshot| snapshot.settings.clone());
        let live = Self {
            settings: StoredValue::new(settings.unwrap_or_default()),
            host: RwSignal::new(None),
            host_stale: RwSignal::new(None),
            containers: RwSignal::default(),
            containers_stale: RwSignal::new(false),
            history: RwSignal::default(),
            taken: StoredValue::new(None),
        };
        if let Some(snapshot) = snapshot {
            if let Ok(host) = snapshot.host {
                live.host_stale.set(host.stale.then_some(host.age_seconds));
                live.host.set(Some(host));
            }
            live.accept_containers(Some(snapshot.containers));
            live.history.set(snapshot.history);
        }
        live
    }

    fn poll(self, at_once: bool) {
        let period = Duration::from_secs(self.settings.with_value(|settings| settings.interval_seconds).into());
        spawn_local_scoped_with_cancellation(poll(period, at_once, api::host, move |answer| self.accept_host(answer)));
        spawn_local_scoped_with_cancellation(poll(period, at_once, api::containers, move |answer| {
            self.accept_containers(answer);
        }));
    }

    /// Takes an answer; one that failed leaves the numbers, marks them and adds a gap.
    fn accept_host(self, answer: Option<Result<HostStats, TelemetryError>>) {
        let now = Timestamp::now();
        if let Some(Ok(stats)) = answer {
            self.taken.set_value(Some(now.earlier_by(stats.age_seconds)));
            self.host_stale.set(stats.stale.then_some(stats.age_seconds));
            self.history.update(|history| history.record(&stats));
            self.host.set(Some(stats));
        } else {
            let taken = self.taken.get_value().unwrap_or(now);
            self.taken.set_value(Some(taken));
            self.host_stale.set(Some(now.seconds_since(taken)));
            self.history.update(History::record_gap);
        }
    }

    /// Takes an answer; a server that does not answer leaves the numbers, one that has no Docker ends them.
    fn accept_containers(self, answer: Option<Result<ContainersStats, TelemetryError>>) {
        match answer {
            Some(Ok(stats)) => {
                self.containers_stale.set(stats.stale);
                let waiting = stats.running_count.is_none();
                self.containers.set(if waiting { ContainersView::Waiting } else { ContainersView::Measured(stats) });
            }
            Some(Err(TelemetryError::Docker(reason))) => {
                self.containers_stale.set(false);
                self.containers.set(ContainersView::Unavailable(reason));
            }
            Some(Err(_)) | None => self.containers_stale.set(true),
        }
    }
}

/// The state that the page provides, or one of the component's own.
pub(super) fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::start)
}
