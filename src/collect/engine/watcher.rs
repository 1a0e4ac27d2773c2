//! Watches an engine: which containers there are, and whether it still answers.
//!
//! The list changes only with the engine's events. A ping in each interval tells whether the engine answers, and a full
//! list each minute is the safety net. Without events, or with Podman, which does not report all changes, the list is
//! requested in each interval instead.

use super::connect::Connection;
use super::endpoint::DockerEndpoint;
use super::error::EngineError;
use super::events::{Events, Report};
use super::inspect::InspectCache;
use super::list;
use super::request::Request;
use crate::collect::containers::{ContainerList, ListedContainer};
use crate::collect::pace::Backoff;
use crate::collect::sync::lock;
use crate::model::Timestamp;
use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

/// How long the engine may take to connect or to list its containers, including sending the whole response.
const LIST_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a ping may take.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the first list waits for the events to begin. Podman sends nothing before the first event.
const EVENTS_HEAD_START: Duration = Duration::from_millis(250);

/// The time between full lists while events arrive.
const FULL_LIST: Duration = Duration::from_secs(60);

/// The time between pings to an engine that does not answer.
const PING_HUNG: Duration = Duration::from_secs(1);

/// The least time between lists, in multiples of how long the last one took, within bounds: many containers may come and
/// go, and a list of a thousand takes the engine a while.
const LIST_GAP: u32 = 50;
const LIST_GAP_BOUNDS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(5);

/// A connection that lasted this long was a success, so that the pauses before the next attempts start over.
const LASTED: Duration = Duration::from_secs(5);

/// The latest list, or why there is none; `None` before the first attempt.
type Latest = Option<Result<ContainerList, String>>;

/// What the watcher shares with the reader.
pub(super) struct Watched {
    connection: Mutex<Option<Connection>>,
    /// The watcher has the sender.
    latest: watch::Receiver<Latest>,
    pub(super) inspected: InspectCache,
    /// Notified when the list has changed.
    pub(super) changed: Notify,
    /// Notified when a new list is wanted.
    wanted: Notify,
}

impl Watched {
    /// The connection; `None` if there is none at the moment.
    pub(super) fn connection(&self) -> Option<Connection> {
        lock(&self.connection).clone()
    }

    /// The latest list. Waits only for the first attempt to get one.
    pub(super) async fn list(&self) -> Result<ContainerList, String> {
        self.received(Option::is_some).await
    }

    /// Asks for a new list and waits for it.
    pub(super) async fn list_again(&self) -> Result<ContainerList, String> {
        let asked = Instant::now();
        self.wanted.notify_one();
        let is_new = |latest: &Latest| match latest {
            Some(Ok(list)) => list.at > asked || list.is_hung,
            Some(Err(_)) => true,
            None => false,
        };
        self.received(is_new).await
    }

    async fn received(&self, expected: impl FnMut(&Latest) -> bool) -> Result<ContainerList, String> {
        // Without this, the last list would be good for ever.
        let ended = || Err("the engine is no longer watched: restart host-telemetry".into());
        if self.latest.has_changed().is_err() {
            return ended();
        }
        let mut latest = self.latest.clone();
        let received = latest.wait_for(expected).await.ok().and_then(|latest| latest.clone());
        received.unwrap_or_else(ended)
    }
}

/// Watches an engine until it is dropped.
pub(super) struct Watcher {
    endpoint: DockerEndpoint,
    label: Option<String>,
    /// The time between samples.
    interval: Duration,
    latest: watch::Sender<Latest>,
    watched: Arc<Watched>,
}

/// How an exchange with the engine ended.
enum Contact<T> {
    Answered(T),
    /// The engine did not answer in time.
    Hung,
}

/// When to ask the engine what.
struct Schedule {
    list: Instant,
    ping: Instant,
    /// The earliest time for the next list.
    next_list: Instant,
    /// Whether something has changed since the last list.
    is_outdated: bool,
    /// Whether pings are answered. A proxy may refuse them.
    has_pings: bool,
}

impl Schedule {
    /// Schedules a list in this time, or as soon as allowed.
    fn list_in(&mut self, pause: Duration) {
        self.list = self.list.min(self.next_list.max(Instant::now() + pause));
    }
}

impl Watcher {
    /// Creates a watcher, and what it shares. `interval` is the time between samples.
    pub(super) fn new(endpoint: DockerEndpoint, label: Option<String>, interval: Duration) -> (Self, Arc<Watched>) {
        let (sender, receiver) = watch::channel(None);
        let watched = Arc::new(Watched {
            connection: Mutex::default(),
            latest: receiver,
            inspected: InspectCache::default(),
            changed: Notify::new(),
            wanted: Notify::new(),
        });
        (Self { endpoint, label, interval, latest: sender, watched: Arc::clone(&watched) }, watched)
    }

    /// Watches forever. Connects again, with growing pauses, when the engine is gone.
    pub(super) async fn run(self) {
        let mut backoff = Backoff::new(self.interval);
        loop {
            let connected = Instant::now();
            let error = match within(LIST_TIMEOUT, Connection::open(&self.endpoint)).await {
                Ok(Contact::Answered(connection)) => {
                    *lock(&self.watched.connection) = Some(connection.clone());
                    self.watch(connection).await
                }
                Ok(Contact::Hung) => None,
                Err(error) => Some(error),
            };
            *lock(&self.watched.connection) = None;
            match error {
                Some(error) => self.publish(Err(error.reason(&self.endpoint))),
                None => self.publish_hung(),
            }
            if connected.elapsed() > LASTED {
                backoff.succeeded();
            }
            tokio::select! {
                () = sleep(backoff.failed()) => {}
                () = self.watched.wanted.notified() => {}
            }
        }
    }

    /// Watches over one connection until that fails. `None` if the engine has never answered.
    async fn watch(&self, mut connection: Connection) -> Option<EngineError> {
        // What happened before the events begin is not among them.
        self.watched.inspected.expire(None);
        let mut events = Events::follow(connection.client.clone(), self.label.clone());
        // Open the event stream before the first list, so that no change in between is missed.
        let _ = timeout(EVENTS_HEAD_START, events.next()).await;
        let now = Instant::now();
        let mut schedule =
            Schedule { list: now, ping: now + self.interval, next_list: now, is_outdated: true, has_pings: true };
        loop {
            let due = schedule.list.min(schedule.ping);
            tokio::select! {
                report = events.next() => {
                    match report {
                        Report::Begun => self.watched.inspected.expire(None),
                        Report::Changed(id) => self.watched.inspected.expire(id.as_deref()),
                        Report::Ended => {}
                    }
                    schedule.is_outdated = true;
                    schedule.list_in(Duration::ZERO);
                    continue;
                }
                () = self.watched.wanted.notified() => schedule.list = Instant::now(),
                () = tokio::time::sleep_until(due.into()) => {}
            }
            let answered = if schedule.list <= Instant::now() {
                self.list(&mut connection, &mut schedule, events.are_open()).await
            } else {
                self.ping(&connection, &mut schedule).await
            };
            schedule.ping = Instant::now() + self.interval;
            match answered {
                Ok(Contact::Answered(())) => {}
                Ok(Contact::Hung) => {
                    schedule.ping = Instant::now() + PING_HUNG;
                    self.publish_hung();
                    if !self.has_list() {
                        return None;
                    }
                }
                Err(error) => return Some(error),
            }
        }
    }

    /// Lists the containers, inspects those that are new or have changed, and publishes the list.
    async fn list(
        &self,
        connection: &mut Connection,
        schedule: &mut Schedule,
        are_events_open: bool,
    ) -> Result<Contact<()>, EngineError> {
        // What changes while the engine writes the list may be missing in it.
        let (begun, timestamp) = (Instant::now(), Timestamp::now());
        let listed = match within(LIST_TIMEOUT, self.listed(connection)).await {
            Ok(Contact::Answered(listed)) => listed,
            other => {
                // A ping tells when it answers again.
                schedule.list = begun + FULL_LIST;
                return other.map(|_| Contact::Hung);
            }
        };
        let gap = LIST_GAP * begun.elapsed();
        schedule.next_list = Instant::now() + gap.clamp(*LIST_GAP_BOUNDS.start(), *LIST_GAP_BOUNDS.end());
        schedule.is_outdated = !are_events_open;
        let is_told = are_events_open && connection.engine.reports_every_change();
        let again = self.watched.inspected.refresh(connection, &listed, is_told).await;
        schedule.list = begun + if is_told && schedule.has_pings { FULL_LIST } else { self.interval };
        if let Some(pause) = again {
            schedule.list_in(pause);
        }
        self.publish(Ok(ContainerList { containers: listed, at: begun, timestamp, is_hung: false }));
        Ok(Contact::Answered(()))
    }

    async fn listed(&self, connection: &mut Connection) -> Result<Vec<ListedContainer>, EngineError> {
        let all = !connection.engine.lists_every_active_state();
        let request = Request::List { label: self.label.as_deref(), all };
        let answer = connection.client.get(request).await?;
        if let Some(identified) = connection.identified_by(answer.headers()) {
            *connection = identified.clone();
            *lock(&self.watched.connection) = Some(identified);
        }
        let json = answer.text();
        list::parse(&json).map_err(|error| EngineError::unreadable(request, &json, &error))
    }

    /// Asks whether the engine still answers, which also means that its list is as old as its latest event.
    async fn ping(&self, connection: &Connection, schedule: &mut Schedule) -> Result<Contact<()>, EngineError> {
        match within(PING_TIMEOUT, connection.client.get(Request::Ping)).await {
            Ok(Contact::Answered(_)) => self.confirm(schedule),
            Ok(Contact::Hung) => return Ok(Contact::Hung),
            Err(error) if error.is_refusal() => {
                schedule.has_pings = false;
                schedule.list = Instant::now();
            }
            Err(error) => return Err(error),
        }
        Ok(Contact::Answered(()))
    }

    /// The engine has answered, so the list is complete up to now, unless a change is waiting. After a silence, the
    /// events may lag behind.
    fn confirm(&self, schedule: &mut Schedule) {
        self.latest.send_if_modified(|latest| {
            let Some(Ok(list)) = latest else { return false };
            if list.is_hung {
                schedule.list = Instant::now();
            } else if !schedule.is_outdated {
                (list.at, list.timestamp) = (Instant::now(), Timestamp::now());
            }
            false
        });
    }

    fn has_list(&self) -> bool {
        matches!(*self.latest.borrow(), Some(Ok(_)))
    }

    /// The engine does not answer: keeps the last list, which is no longer confirmed.
    fn publish_hung(&self) {
        let list = match &*self.latest.borrow() {
            Some(Ok(list)) => Ok(ContainerList { is_hung: true, ..list.clone() }),
            _ => Err(format!("timed out after {} s", LIST_TIMEOUT.as_secs())),
        };
        self.publish(list);
    }

    fn publish(&self, list: Result<ContainerList, String>) {
        let has_changed = match (&*self.latest.borrow(), &list) {
            (Some(Ok(before)), Ok(now)) => {
                differ(&before.containers, &now.containers) || before.is_hung && !now.is_hung
            }
            (_, now) => now.is_ok(),
        };
        self.latest.send_replace(Some(list));
        if has_changed {
            self.watched.changed.notify_one();
        }
    }
}

/// Whether a container has come, gone, changed its name or state, or was started again, which its uptime shows.
fn differ(before: &[ListedContainer], now: &[ListedContainer]) -> bool {
    let is_same = |before: &ListedContainer, now: &ListedContainer| {
        let up = |container: &ListedContainer| container.up_seconds.unwrap_or(u64::MAX);
        (&before.id, &before.name, before.state) == (&now.id, &now.name, now.state) && up(before) <= up(now)
    };
    before.len() != now.len() || !before.iter().zip(now).all(|(before, now)| is_same(before, now))
}

async fn within<T>(
    limit: Duration,
    exchange: impl Future<Output = Result<T, EngineError>>,
) -> Result<Contact<T>, EngineError> {
    match timeout(limit, exchange).await {
        Ok(Err(error)) if error.is_backlog_full() => Ok(Contact::Hung),
        Ok(answer) => answer.map(Contact::Answered),
        Err(_) => Ok(Contact::Hung),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContainerState::{self, Paused, Running};

    #[test]
    fn a_list_that_only_grew_older_has_not_changed() {
        let list = |id: &str, state: ContainerState, up_seconds| {
            vec![ListedContainer { id: id.into(), name: "a".into(), state, up_seconds }]
        };
        let young = list("a", Running, Some(5));
        assert!(!differ(&young, &list("a", Running, Some(10))) && !differ(&young, &list("a", Running, None)));
        for changed in [list("b", Running, Some(10)), list("a", Paused, Some(10)), list("a", Running, Some(1)), vec![]]
        {
            assert!(differ(&young, &changed), "{changed:?}");
        }
        assert!(differ(&list("a", Running, None), &young), "it was started again");
    }
}
