//! Probes whether a container's shim still responds. Used when the container's statistics do not arrive.

use super::client::Client;
use super::error::EngineError;
use super::request::Request;
use crate::collect::sync::lock;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// How many shims are probed at once. The daemon runs `ps` for every shim that responds.
const CONCURRENCY: usize = 4;

/// How long a probe may hold its permit. A slower probe releases the permit but keeps running.
const TIMEOUT: Duration = Duration::from_secs(1);

/// After this long, a probe is cancelled and its shim is considered hung.
const LIMIT: Duration = Duration::from_secs(30);

/// How long a shim that responded is not probed again.
const ANSWER_VALID: Duration = Duration::from_secs(60);

/// How long a hung shim is not probed again. This is longer than [`ANSWER_VALID`], because every unanswered probe stays
/// pending in the daemon.
const SILENCE_VALID: Duration = Duration::from_secs(300);

/// The latest probe of each container, at most one at a time. A probe may outlive the scrape that started it.
pub(super) struct ShimProbes {
    permits: Arc<Semaphore>,
    probes: Mutex<HashMap<String, Probe>>,
}

struct Probe {
    at: Instant,
    /// Whether the shim responded. `None` while the probe is pending; stays `None` if the request failed, in which case
    /// the sender is dropped.
    answered: watch::Receiver<Option<bool>>,
}

impl Probe {
    fn is_valid(&self) -> bool {
        match *self.answered.borrow() {
            None => self.answered.has_changed().is_ok(),
            Some(true) => self.at.elapsed() < ANSWER_VALID,
            Some(false) => self.at.elapsed() < SILENCE_VALID,
        }
    }
}

impl ShimProbes {
    pub(super) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(CONCURRENCY)), probes: Mutex::default() }
    }

    /// Whether the container's shim responds. Waits for the result if a probe is pending.
    pub(super) async fn answers(&self, client: &Client, id: &str) -> bool {
        let mut answered = {
            let mut probes = lock(&self.probes);
            match probes.get(id).filter(|probe| probe.is_valid()) {
                Some(probe) => probe.answered.clone(),
                None => {
                    let probe = self.start(client.clone(), id.to_owned());
                    let answered = probe.answered.clone();
                    probes.insert(id.to_owned(), probe);
                    answered
                }
            }
        };
        answered.wait_for(Option::is_some).await.is_ok_and(|answered| *answered == Some(true))
    }

    /// Drops the probes of containers that are not in `ids`.
    pub(super) fn retain(&self, ids: &HashSet<&str>) {
        lock(&self.probes).retain(|id, _| ids.contains(id.as_str()));
    }

    fn start(&self, client: Client, id: String) -> Probe {
        let (answer, answered) = watch::channel(None);
        let permits = Arc::clone(&self.permits);
        tokio::spawn(async move {
            let Ok(permit) = permits.acquire_owned().await else { return };
            // To list processes, the daemon has to query the shim. Any response counts, even an error status. If the
            // connection fails, nothing is sent, and dropping the sender ends the probe.
            let mut listing = std::pin::pin!(timeout(LIMIT, client.get(Request::Top(&id))));
            let listed = match timeout(TIMEOUT, &mut listing).await {
                Ok(listed) => listed,
                Err(_) => {
                    drop(permit);
                    listing.await
                }
            };
            match listed {
                Ok(Ok(_) | Err(EngineError::Refused { .. })) => answer.send_replace(Some(true)),
                Ok(Err(_)) => None,
                Err(_) => answer.send_replace(Some(false)),
            };
        });
        Probe { at: Instant::now(), answered }
    }
}
