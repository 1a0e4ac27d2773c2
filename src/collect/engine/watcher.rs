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
use crate::collect::sync::lock;
use crate::model::Timestamp;
use std::future::Future;
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

/// The least time between lists, in multiples of how long the last one took, and at least a second: many containers may
/// come and go, and a list of a thousand takes the engine a while.
const LIST_GAP: u32 = 50;

/// The pause before another attempt to connect. It doubles with each failure, up to the limit.
const BACKOFF: Duration = Duration::from_secs(1);
const BACKOFF_LIMIT: Duration = Duration::from_secs(5);

/// The latest list, or why there is none; `None` before the first attempt.
type Latest = Option<Result<ContainerList, String>>;

/// What the watcher shares with the reader.
pub(super) struct Watched {
    connection: Mutex<Option<Connection>>,
    latest: watch::Sender<Latest>,
    pub(super) inspected: InspectCache,
    /// Notified when the list has changed.
    pub(super) changed: Notify,
    /// Notified when a new list is wanted.
    wanted: Notify,
}

impl Watched {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            connection: Mutex::default(),
            latest: watch::Sender::new(None),
            inspected: InspectCache::default(),
            changed: Notify::new(),
            wanted: Notify::new(),
        })
    }

    /// The connection; `None` if there is none at the moment.
    pub(super) fn connection(&self) -> Option<Connection> {
        lock(&self.connection).clone()
    }

    /// The latest list. Waits only for the first attempt to get one.
    pub(super) async fn list(&self) -> Result<ContainerList, String> {
        Self::received(self.latest.subscribe(), Option::is_some).await
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
        Self::received(self.latest.subscribe(), is_new).await
    }

    async fn received(
        mut latest: watch::Receiver<Latest>,
        expected: impl FnMut(&Latest) -> bool,
    ) -> Result<ContainerList, String> {
        let received = latest.wait_for(expected).await.ok().and_then(|latest| latest.clone());
        received.unwrap_or_else(|| Err("the engine is no longer watched".into()))
    }
}

/// Watches an engine until it is dropped.
pub(super) struct Watcher {
    pub(super) endpoint: DockerEndpoint,
    pub(super) label: Option<String>,
    /// The time between samples.
    pub(super) interval: Duration,
    pub(super) watched: Arc<Watched>,
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
    /// Whether pings are answered. A proxy may refuse them, or answer them itself.
    has_pings: bool,
}

impl Schedule {
    /// Schedules a list as soon as allowed.
    fn list_soon(&mut self) {
        self.list = self.list.min(self.next_list.max(Instant::now()));
    }
}

impl Watcher {
    /// Watches forever. Connects again, with growing pauses, when the engine is gone.
    pub(super) async fn run(self) {
        let mut pause = BACKOFF;
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
            if connected.elapsed() > BACKOFF_LIMIT {
                pause = BACKOFF;
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = self.watched.wanted.notified() => {}
            }
            pause = (2 * pause).min(self.interval.clamp(BACKOFF, BACKOFF_LIMIT));
        }
    }

    /// Watches over one connection until that fails. `None` if the engine has never answered.
    async fn watch(&self, mut connection: Connection) -> Option<EngineError> {
        let mut events = Events::follow(connection.client.clone(), self.label.clone());
        // What changes after the first list is among the events if they begin before it.
        let _ = timeout(EVENTS_HEAD_START, events.next()).await;
        let now = Instant::now();
        let mut schedule = Schedule { list: now, ping: now + self.interval, next_list: now, has_pings: true };
        loop {
            let due = schedule.list.min(schedule.ping);
            tokio::select! {
                report = events.next() => {
                    match report {
                        // What happened before is not among the events.
                        Report::Begun | Report::Ended => self.watched.inspected.expire(None),
                        Report::Changed(id) => self.watched.inspected.expire(id.as_deref()),
                    }
                    schedule.list_soon();
                    continue;
                }
                () = self.watched.wanted.notified() => schedule.list = Instant::now(),
                () = tokio::time::sleep_until(due.into()) => {}
            }
            let now = Instant::now();
            let answered = if schedule.list <= now {
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
        is_watched: bool,
    ) -> Result<Contact<()>, EngineError> {
        let begun = Instant::now();
        let listed = match within(LIST_TIMEOUT, self.listed(connection)).await {
            Ok(Contact::Answered(listed)) => listed,
            other => {
                // A ping tells when it answers again.
                schedule.list = begun + FULL_LIST;
                return other.map(|_| Contact::Hung);
            }
        };
        let (at, timestamp) = (Instant::now(), Timestamp::now());
        schedule.next_list = at + (LIST_GAP * (at - begun)).max(Duration::from_secs(1));
        let is_complete = self.watched.inspected.refresh(connection, &listed, is_watched).await;
        let is_told = is_watched && schedule.has_pings && connection.engine.reports_every_change();
        schedule.list = begun + if is_told { FULL_LIST } else { self.interval };
        if !is_complete {
            schedule.list_soon();
        }
        self.publish(Ok(ContainerList { containers: listed, at, timestamp, is_hung: false }));
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

    /// The engine has answered, so the list is complete up to now. After a silence, the events may lag behind.
    fn confirm(&self, schedule: &mut Schedule) {
        self.watched.latest.send_if_modified(|latest| {
            let Some(Ok(list)) = latest else { return false };
            if list.is_hung {
                schedule.list = Instant::now();
            } else {
                (list.at, list.timestamp) = (Instant::now(), Timestamp::now());
            }
            false
        });
    }

    fn has_list(&self) -> bool {
        matches!(*self.watched.latest.borrow(), Some(Ok(_)))
    }

    /// The engine does not answer: keeps the last list, which is no longer confirmed.
    fn publish_hung(&self) {
        let list = match &*self.watched.latest.borrow() {
            Some(Ok(list)) => Ok(ContainerList { is_hung: true, ..list.clone() }),
            _ => Err(format!("timed out after {} s", LIST_TIMEOUT.as_secs())),
        };
        self.publish(list);
    }

    fn publish(&self, list: Result<ContainerList, String>) {
        let has_changed = match (&*self.watched.latest.borrow(), &list) {
            (Some(Ok(before)), Ok(now)) => before.containers != now.containers || before.is_hung && !now.is_hung,
            (_, now) => now.is_ok(),
        };
        self.watched.latest.send_replace(Some(list));
        if has_changed {
            self.watched.changed.notify_one();
        }
    }
}

async fn within<T>(
    limit: Duration,
    exchange: impl Future<Output = Result<T, EngineError>>,
) -> Result<Contact<T>, EngineError> {
    match timeout(limit, exchange).await {
        Ok(answer) => answer.map(Contact::Answered),
        Err(_) => Ok(Contact::Hung),
    }
}
