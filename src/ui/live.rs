//! The state that the page shows: what the server sent with the HTML, kept up to date by polling.

use super::fetch;
use super::poll;
use super::state::State;
use crate::api::{GetContainers, GetHistory, GetHost, RenderedSnapshot, Settings};
use futures::future::join;
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use std::time::Duration;

/// While nobody looks, a poll a minute keeps the tab's title true.
const HIDDEN_PERIOD: Duration = Duration::from_secs(60);

/// While requests fail, the next is made after this at the latest, so that a server's return is soon seen.
pub(super) const RETRY: Duration = Duration::from_secs(5);

/// A sample is asked for this long after it is due, because an age has one decimal.
const MARGIN: Duration = Duration::from_millis(150);

/// The live state. Copies refer to the same.
///
/// One signal for all of it: what is derived is short text, made anew twice an interval, and compared by the page.
#[derive(Clone, Copy)]
pub struct Live {
    state: RwSignal<State>,
    asking: StoredValue<Asking>,
}

/// What is under way.
#[derive(Clone, Copy, Debug, Default)]
struct Asking {
    /// Which polling loop is the present one; those before it end when they next wake.
    turn: u32,
    /// Whether its requests are unanswered.
    polls: bool,
    /// Whether the history is being asked for: once at a time.
    history: bool,
}

impl Live {
    /// Takes the [`Snapshot`](crate::api::Snapshot) that the server rendered from, or begins with nothing where there is none,
    /// and in the browser starts to poll. The polling ends with the reactive owner it was started in.
    pub fn start() -> Self {
        let snapshot = RenderedSnapshot::shared();
        let had_snapshot = snapshot.is_some();
        let live = Self {
            state: RwSignal::new(snapshot.map(State::from).unwrap_or_default()),
            asking: StoredValue::default(),
        };
        Effect::new(move |_| {
            // By the browser's clock, which may be another than the server's.
            live.state.update_untracked(State::date);
            live.poll_in(if had_snapshot { live.until_next_sample() } else { Duration::ZERO });
            let watch = window_event_listener(ev::visibilitychange, move |_| live.look());
            on_cleanup(move || watch.remove());
        });
        live
    }

    /// Reads from the state, and is called again when it changes.
    pub(super) fn read<T: Send + Sync + 'static>(
        self,
        read: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || self.state.with(&read))
    }

    /// Reads from the state where a change of it makes the caller run again.
    pub(super) fn with<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.state.with(read)
    }

    /// Reads from the state as it is now.
    pub(super) fn peek<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.state.with_untracked(read)
    }

    /// Reads from what does not change.
    pub fn settings<T>(self, read: impl FnOnce(&Settings) -> T) -> T {
        self.peek(|state| read(&state.settings))
    }

    /// Somebody came back, or left: asks at once, or less often. What is under way is let end.
    fn look(self) {
        if !self.asking.with_value(|asking| asking.polls) {
            self.poll_in(if poll::is_hidden() { HIDDEN_PERIOD } else { Duration::ZERO });
        }
    }

    /// Polls after `pause` and on, in the place of whatever polled before, until the state is gone.
    fn poll_in(self, pause: Duration) {
        let turn = self.asking.try_update_value(|asking| {
            asking.turn += 1;
            asking.turn
        });
        let is_present = move || turn.is_some() && self.asking.try_with_value(|asking| asking.turn) == turn;
        spawn_local(async move {
            let mut next = poll::sleep(pause);
            loop {
                next.await;
                if !is_present() {
                    return;
                }
                let retry = poll::sleep(self.period().min(RETRY));
                self.asking.try_update_value(|asking| asking.polls = true);
                let answered = self.ask().await;
                if !is_present() {
                    return;
                }
                // It begins to count before anything else is asked for.
                next = match (poll::is_hidden(), answered) {
                    (true, _) => poll::sleep(HIDDEN_PERIOD),
                    (false, true) => poll::sleep(self.until_next_sample()),
                    (false, false) => retry,
                };
                // Nobody sees a gap that nobody looks at.
                if answered && self.peek(|state| state.missed) && !poll::is_hidden() {
                    self.ask_history().await;
                }
                self.asking.try_update_value(|asking| asking.polls = false);
            }
        });
    }

    fn until_next_sample(self) -> Duration {
        Duration::from_millis((self.peek(State::next_sample_in) * 1000.0) as u64) + MARGIN
    }

    fn period(self) -> Duration {
        Duration::from_secs(self.peek(State::interval_seconds).into())
    }

    /// Asks both endpoints. Says whether they answered.
    async fn ask(self) -> bool {
        let (host, containers) = join(fetch::ask(GetHost::PATH), fetch::ask(GetContainers::PATH)).await;
        let answered = matches!((&host, &containers), (Some(Ok(_)), Some(_)));
        self.state.try_update(|state| {
            // Both, always: each takes its answer.
            let (host, containers) = (state.accept_host(host), state.accept_containers(containers));
            state.missed |= !(host && containers);
        });
        answered
    }

    /// Has the history of each container taken in, which the first HTML leaves out; once, as they are kept from then on.
    pub(super) fn complete_history(self) {
        let known = self.state.try_update_untracked(|state| {
            state.missed |= !state.complete;
            std::mem::replace(&mut state.complete, true)
        });
        if known == Some(false) {
            // Not with the part of the page that wants it: what is under way would never be noted to have ended.
            spawn_local(self.ask_history());
        }
    }

    /// Fills the gaps that the server can fill; a request that fails leaves them.
    async fn ask_history(self) {
        let under_way = self.asking.try_update_value(|asking| std::mem::replace(&mut asking.history, true));
        if under_way != Some(false) {
            return;
        }
        let answer = fetch::ask(GetHistory::PATH).await;
        self.asking.try_update_value(|asking| asking.history = false);
        if let Some(Ok(history)) = answer {
            self.state.try_update(|state| {
                state.missed = false;
                state.history.merge(history);
            });
        }
    }
}

/// The state that the page provides, or one of the component's own.
pub(super) fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::start)
}
