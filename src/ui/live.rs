//! The state that the page shows: what the server sent with the HTML, kept up to date by polling.

use super::poll::{poll, within_deadline};
use crate::api::{self, RenderedSnapshot, Settings, Snapshot, TelemetryError};
use crate::model::{ContainerStats, ContainersStats, History, HostStats, Timestamp};
use futures::future::join;
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

/// Everything that the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// How the server was set up.
    pub settings: Settings,
    /// The last good numbers of the host; `None` before any.
    pub host: Option<HostStats>,
    /// Why there are no numbers of the host, where there are none.
    pub host_problem: String,
    /// How old the host's numbers are, in seconds, once they are overdue; `None` while they are fresh.
    pub host_stale: Option<f64>,
    /// The containers.
    pub containers: ContainersView,
    /// Whether the containers' numbers are overdue.
    pub containers_stale: bool,
    /// The last 60 samples; those of each container since the page was opened, or all since the panel was.
    pub history: History,
    /// Whether the panel is open, which shows the containers' history.
    pub panel_open: bool,
    /// Whether samples were missed that the server may have.
    missed: bool,
    /// Whether the history is being asked for: once at a time.
    fetching: bool,
    /// When the host's numbers were taken, in seconds by the browser's clock; `None` while there are none.
    taken: Option<f64>,
}

/// The live state. Copies refer to the same.
///
/// One signal for all of it: what is derived is short text, made anew twice an interval, and compared by the page.
#[derive(Clone, Copy)]
pub struct Live(RwSignal<State>);

impl Live {
    /// Takes the [`Snapshot`] that the server rendered from, or begins with nothing where there is none,
    /// and in the browser starts to poll. The polling ends with the reactive owner it was started in.
    pub fn start() -> Self {
        let snapshot = RenderedSnapshot::shared();
        let had_snapshot = snapshot.is_some();
        let live = Self(RwSignal::new(snapshot.map(State::from).unwrap_or_default()));
        Effect::new(move |_| {
            // By the browser's clock, which may be another than the server's.
            live.0.update_untracked(State::date);
            live.poll(!had_snapshot);
        });
        live
    }

    /// Reads from the state, and is called again when it changes.
    pub(super) fn read<T: Send + Sync + 'static>(
        self,
        read: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || self.0.with(&read))
    }

    /// Reads from what does not change.
    pub fn settings<T>(self, read: impl FnOnce(&Settings) -> T) -> T {
        self.0.with_untracked(|state| read(&state.settings))
    }

    /// Notes that the panel was opened or closed; an open one shows the containers' history.
    pub(super) fn set_panel_open(self, open: bool) {
        self.0.update(|state| state.panel_open = open);
        if open {
            spawn_local_scoped_with_cancellation(self.fetch_history());
        }
    }

    fn poll(self, at_once: bool) {
        let period = move || Duration::from_secs(self.0.with_untracked(State::interval_seconds).into());
        spawn_local_scoped_with_cancellation(poll(period, at_once, async move || {
            let (host, containers) = join(within_deadline(api::host()), within_deadline(api::containers())).await;
            let answered = matches!((&host, &containers), (Some(Ok(_)), Some(_)));
            let missed = self.0.try_update(|state| {
                // Both, always: each takes its answer.
                let (host, containers) = (state.accept_host(host), state.accept_containers(containers));
                state.missed |= !(host && containers);
                state.missed
            });
            if answered && missed == Some(true) {
                self.fetch_history().await;
            }
            answered
        }));
    }

    /// Fills the gaps that the server can fill; a request that fails leaves them.
    async fn fetch_history(self) {
        if self.0.try_update_untracked(|state| std::mem::replace(&mut state.fetching, true)) != Some(false) {
            return;
        }
        let answer = within_deadline(api::history()).await;
        self.0.update(|state| {
            state.fetching = false;
            if let Some(Ok(history)) = answer {
                state.missed = false;
                state.history.merge(history);
            }
        });
    }
}

impl From<Snapshot> for State {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { settings, host, containers, history } = snapshot;
        let (host, containers) = (Result::from(host), Result::from(containers));
        let host_problem = host.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let host = host.ok();
        let host_stale = host.as_ref().filter(|host| host.stale).map(|host| host.age_seconds);
        let mut state = Self { settings, host, host_problem, host_stale, history, ..Self::default() };
        state.accept_containers(Some(containers));
        state
    }
}

impl State {
    /// The containers' rows, highest CPU first; none where there are no numbers.
    pub(super) fn rows(&self) -> &[ContainerStats] {
        self.measured().map_or(&[], |stats| &stats.containers)
    }

    /// Notes when the host's numbers were taken, by this machine's clock.
    fn date(&mut self) {
        self.taken = self.host.as_ref().map(|host| Timestamp::now().seconds() - host.age_seconds);
    }

    /// The containers' numbers, if there are any.
    pub(super) fn measured(&self) -> Option<&ContainersStats> {
        match &self.containers {
            ContainersView::Measured(stats) => Some(stats),
            ContainersView::Waiting | ContainersView::Unavailable(_) => None,
        }
    }

    /// Seconds from one sample to the next, as the server says that answers; one that was started anew may say otherwise.
    pub(super) fn interval_seconds(&self) -> u32 {
        match self.history.interval_seconds {
            0 => self.settings.interval_seconds,
            interval => interval,
        }
    }

    /// Seconds in which no sample of the host came that should have; each interval of them is a gap in its history.
    pub(super) fn silence(&self) -> f64 {
        self.host_stale.unwrap_or(0.0)
    }

    /// Takes an answer; one that failed leaves the numbers and marks them. False if samples were missed before it.
    fn accept_host(&mut self, answer: Option<Result<HostStats, TelemetryError>>) -> bool {
        match answer {
            Some(Ok(stats)) => {
                self.host_stale = stats.stale.then_some(stats.age_seconds);
                let follows = self.history.record_host(&stats);
                self.host = Some(stats);
                self.date();
                return follows;
            }
            Some(Err(error)) => self.host_problem = error.to_string(),
            None => self.host_problem = "no answer".into(),
        }
        if let Some(taken) = self.taken {
            self.host_stale = Some(Timestamp::now().seconds() - taken);
        }
        true
    }

    /// Takes an answer; a server that does not answer leaves the numbers, one that has no Docker ends them.
    /// False if rounds were missed before it.
    fn accept_containers(&mut self, answer: Option<Result<ContainersStats, TelemetryError>>) -> bool {
        match answer {
            Some(Ok(stats)) if stats.running_count.is_none() => self.containers = ContainersView::Waiting,
            Some(Ok(stats)) => {
                self.containers_stale = stats.stale;
                let follows = self.history.record_containers(&stats);
                self.containers = ContainersView::Measured(stats);
                return follows;
            }
            Some(Err(error)) if error.docker_reason().is_some() => {
                self.containers_stale = false;
                self.containers = ContainersView::Unavailable(error.docker_reason().unwrap_or_default().into());
            }
            Some(Err(_)) | None => self.containers_stale = true,
        }
        true
    }
}

/// The state that the page provides, or one of the component's own.
pub(super) fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::start)
}
