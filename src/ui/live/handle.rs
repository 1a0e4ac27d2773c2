//! The handle to the live state, and the loop that keeps the state up to date.

use super::fetch;
use super::poller::{Pause, Polled, Poller};
use super::state::State;
use super::timer::{is_hidden, sleep};
use crate::api::{GetContainers, GetHistory, GetHost, RenderedSnapshot, Settings, Snapshot, TelemetryError};
use crate::model::{ContainersStats, HistoryAnswer, HostStats, Recorded, Stamped, Timestamp};
use crate::ui::format;
use crate::ui::ids::{PAGE_FACTS, PAGE_TABLE, PANEL};
use crate::ui::local_time::clock;
use crate::ui::metrics::Metric;
use futures::future::join;
use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use leptos::web_sys::js_sys::Date;
use leptos::web_sys::wasm_bindgen::JsCast;
use std::ops::Deref;
use std::time::Duration;

/// In seconds.
const DAY: f64 = 86_400.0;

/// The live state. Copies refer to the same state.
///
/// The whole state is one signal. Derived values are short strings, which are computed again after each update and
/// change the page only if they differ.
#[derive(Clone, Copy)]
pub struct Live {
    state: RwSignal<State>,
    poller: StoredValue<Poller>,
    /// Whether times are in the user's time zone, which only the browser knows.
    zoned: RwSignal<bool>,
    /// What a table is to show.
    reveal: RwSignal<Option<Reveal>>,
}

/// A request to show a row of a table.
#[derive(Clone)]
pub(in crate::ui) struct Reveal {
    /// The metric whose largest user comes first; `None` if the order stays.
    pub(in crate::ui) metric: Option<&'static Metric>,
    /// The ID of the container whose row to show; empty if it is that of the metric's culprit.
    pub(in crate::ui) id: String,
    /// Whether it is the page's table rather than the panel's.
    in_page: bool,
}

impl Live {
    /// Starts with the [`Snapshot`] that the server rendered, or with an empty state if there is no snapshot. Polls in
    /// the browser until the current reactive owner is disposed.
    pub fn start() -> Self {
        let snapshot = RenderedSnapshot::shared();
        let ages = snapshot.as_ref().map(|Snapshot { host, containers, .. }| {
            let host = host.as_ref().ok().map(|host| host.stamp.age_seconds);
            (host, containers.as_ref().ok().and_then(scrape_age))
        });
        let live = Self {
            state: RwSignal::new(snapshot.map(State::from).unwrap_or_default()),
            poller: StoredValue::default(),
            zoned: RwSignal::new(false),
            reveal: RwSignal::new(None),
        };
        Effect::new(move |_| {
            live.zoned.set(true);
            if let Some(mut poller) = live.poller.try_write_value() {
                let (host, containers) = ages.unwrap_or_default();
                host.into_iter().for_each(|age| poller.host_sampled(age, now()));
                containers.into_iter().for_each(|age| poller.containers_scraped(age));
            }
            let interval = live.interval_seconds();
            let pause = live.poller.read_value().first(ages.is_some(), interval);
            live.poll_after(pause);
            let listener = window_event_listener(ev::visibilitychange, move |_| live.on_visibility_change());
            on_cleanup(move || listener.remove());
        });
        live
    }

    /// Derives a signal from the state.
    pub(in crate::ui) fn read<T: Send + Sync + 'static>(
        self,
        read: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::derive(move || self.with(&read))
    }

    /// Reads from the state and subscribes the caller to its changes.
    pub(in crate::ui) fn with<T>(self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state())
    }

    /// The state. Subscribes the caller to its changes. A guard, because each closure that is given to a signal makes
    /// another copy of the signal's code in the bundle.
    pub(in crate::ui) fn state(self) -> impl Deref<Target = State> {
        self.state.read()
    }

    /// Reads from the state without subscribing to its changes.
    pub(in crate::ui) fn untracked<T>(self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read_untracked())
    }

    /// Reads from the settings, which never change.
    pub fn settings<T>(self, read: impl FnOnce(&Settings) -> T) -> T {
        self.untracked(|state| read(&state.settings))
    }

    /// Requests every container's history, which the initial HTML omits. Does so only once, because polling keeps the
    /// history up to date.
    pub(in crate::ui) fn load_trends(self) {
        if self.poller.try_write_value().is_some_and(|mut poller| poller.needs_trends()) {
            // Not spawned in the caller's scope, because disposing of that scope must not cancel the request.
            spawn_local(self.ask_history());
        }
    }

    /// The time of day at `seconds` since 1970: in UTC on the server, in the user's time zone in the browser.
    pub(in crate::ui) fn clock(self, seconds: f64, with_seconds: bool) -> String {
        clock(seconds, self.zoned(), with_seconds)
    }

    /// Since when something has been so: `since 09:42` or, because a time of day does not say of which day, `for 25 h`.
    pub(in crate::ui) fn since(self, time: Timestamp, with_seconds: bool, state: &State) -> String {
        match state.lasted(time) {
            Some(lasted) if lasted >= DAY => format!("for {}", format::duration(lasted)),
            _ => format!("since {}", self.clock(time.seconds(), with_seconds)),
        }
    }

    /// Whether times are in the user's time zone rather than in UTC.
    pub(in crate::ui) fn zoned(self) -> bool {
        self.zoned.get()
    }

    /// Handles a click on a button that opens the panel. On a page that has its own table, the panel stays closed: the
    /// page's table shows the container with this ID or who uses most of this metric's resource, or is scrolled to if
    /// nobody is known to use it. Elsewhere, the panel opens and shows the same. With neither, a table stays as it is.
    pub(in crate::ui) fn reveal(self, metric: Option<&'static Metric>, id: String, click: &MouseEvent) {
        let users_of = metric.filter(|metric| metric.attribution.is_some());
        let is_wanted = users_of.is_some() || !id.is_empty();
        let request = move |in_page| is_wanted.then_some(Reveal { metric: users_of, id, in_page });
        let element =
            |id: &str| document().get_element_by_id(id).map(|element| element.unchecked_into::<HtmlElement>());
        let Some(table) = element(PAGE_TABLE) else {
            self.reveal.set(request(false));
            return;
        };
        click.prevent_default();
        // An open panel would cover the table.
        if let Some(panel) = element(PANEL) {
            let _ = panel.hide_popover();
        }
        match request(true).filter(|_| self.untracked(|state| !state.rows().is_empty())) {
            Some(request) => self.reveal.set(Some(request)),
            None => {
                let facts = element(PAGE_FACTS).filter(|_| metric.is_some() && users_of.is_none());
                let target = facts.unwrap_or(table);
                // The stylesheet's scroll margin says how far it scrolls.
                let _ = target.focus();
            }
        }
    }

    /// Takes the request to the page's table or to the panel's. Subscribes to later requests.
    pub(in crate::ui) fn take_reveal(self, in_page: bool) -> Option<Reveal> {
        let request = self.reveal.get().filter(|request| request.in_page == in_page)?;
        self.reveal.set(None);
        Some(request)
    }

    fn interval_seconds(self) -> u32 {
        self.untracked(State::interval_seconds)
    }

    fn on_visibility_change(self) {
        let pause = self.poller.read_value().visibility_changed(is_hidden());
        if let Some(pause) = pause {
            self.poll_after(pause);
        }
    }

    /// Starts a polling loop that replaces any earlier loop. It first polls after `pause` and runs until the state is
    /// disposed.
    fn poll_after(self, pause: Duration) {
        let Some(generation) = self.poller.try_write_value().map(|mut poller| poller.begin_loop()) else { return };
        let is_current = move || self.poller.try_read_value().is_some_and(|poller| poller.is_current(generation));
        spawn_local(async move {
            let mut next = sleep(pause);
            loop {
                next.await;
                if !is_current() {
                    return;
                }
                let interval = self.interval_seconds();
                let retry = sleep(Poller::retry(interval));
                if let Some(mut poller) = self.poller.try_write_value() {
                    poller.poll_sent();
                }
                let polled = self.poll().await;
                if !is_current() {
                    return;
                }
                let (hidden, interval) = (is_hidden(), self.interval_seconds());
                // Start the timer before requesting the history, so that the request does not delay the next poll.
                let pause = self.poller.try_write_value().map(|mut poller| poller.polled(polled, hidden, interval));
                next = match pause {
                    Some(Pause::FromNow(pause)) => sleep(pause),
                    Some(Pause::Retry) => retry,
                    None => return,
                };
                if self.poller.try_read_value().is_some_and(|poller| poller.fills_gap(polled, hidden)) {
                    self.ask_history().await;
                }
                if let Some(mut poller) = self.poller.try_write_value() {
                    poller.poll_ended();
                }
            }
        });
    }

    /// Requests both endpoints and applies their responses.
    async fn poll(self) -> Polled {
        let (host, containers) = join(fetch::ask(GetHost::PATH), fetch::ask(GetContainers::PATH)).await;
        let host = fetch::decode::<Stamped<HostStats>>(host);
        let containers = fetch::decode::<Stamped<ContainersStats>>(containers);
        let answered = host.is_ok() && !matches!(containers, Err(TelemetryError::NoAnswer));
        let age = self.poller.try_write_value().map(|mut poller| {
            if let Ok(host) = &host {
                poller.host_sampled(host.stamp.age_seconds, now());
            }
            match containers.as_ref().map(scrape_age) {
                Ok(Some(age)) => poller.containers_scraped(age),
                Ok(None) | Err(TelemetryError::Docker { .. }) => poller.containers_gone(),
                Err(_) => {}
            }
            poller.host_age_at(now())
        });
        let recorded = self.state.try_write().map(|mut state| state.accept(host, age.flatten(), containers));
        let after_gap = recorded.is_some_and(|recorded| recorded.contains(&Some(Recorded::AfterGap)));
        Polled { answered, after_gap }
    }

    /// Requests the history to fill gaps. If the request fails, the gaps remain.
    async fn ask_history(self) {
        if !self.poller.try_write_value().is_some_and(|mut poller| poller.begin_history()) {
            return;
        }
        let answer = fetch::decode::<HistoryAnswer>(fetch::ask(GetHistory::PATH).await);
        if let Some(mut poller) = self.poller.try_write_value() {
            poller.end_history(answer.is_ok());
        }
        let Ok(history) = answer else { return };
        if let Some(mut state) = self.state.try_write() {
            state.history.merge(history);
        }
    }
}

/// The age of the scrape in seconds when the server responded; `None` before the first scrape.
fn scrape_age(containers: &Stamped<ContainersStats>) -> Option<f64> {
    containers.data.running_count.map(|_| containers.stamp.age_seconds)
}

/// The current time in seconds since 1970, according to the browser's clock.
fn now() -> f64 {
    Date::now() / 1000.0
}

/// The state from the page's context, or a new state if the context has none.
pub(in crate::ui) fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_first_scrape_there_is_no_age_to_poll_by() {
        let mut stamped = Stamped::fresh(ContainersStats::default(), Timestamp::sample());
        assert_eq!(scrape_age(&stamped), None);
        stamped.data.running_count = Some(0);
        assert_eq!(scrape_age(&stamped), Some(0.0));
    }
}
