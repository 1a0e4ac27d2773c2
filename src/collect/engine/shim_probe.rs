//! Probes whether a container's shim still answers. Used when its statistics do not arrive.

use super::client::Client;
use super::error::EngineError;
use super::request::Request;
use crate::collect::sync::lock;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// How many shims are probed at once. The daemon starts a `ps` for each that answers.
const CONCURRENCY: usize = 4;

/// A probe that takes longer gives up its permit, but goes on.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A probe that takes longer is ended: the shim does not answer.
const LIMIT: Duration = Duration::from_secs(30);

/// How long an answer is valid.
const ANSWER_VALID: Duration = Duration::from_secs(60);

/// How long a missing answer is valid. It is longer, because the daemon keeps each unanswered probe.
const SILENCE_VALID: Duration = Duration::from_secs(300);

/// At most one probe per container. A probe may outlive its scrape.
pub(super) struct ShimProbes {
    permits: Arc<Semaphore>,
    probes: Mutex<HashMap<String, Probe>>,
}

struct Probe {
    at: Instant,
    /// `None` while the probe is pending, then whether there was an answer.
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

    /// Whether the container's shim answers; waits for a pending probe.
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

    /// Forgets all but these containers.
    pub(super) fn retain(&self, ids: &HashSet<&str>) {
        lock(&self.probes).retain(|id, _| ids.contains(id.as_str()));
    }

    fn start(&self, client: Client, id: String) -> Probe {
        let (answer, answered) = watch::channel(None);
        let permits = Arc::clone(&self.permits);
        tokio::spawn(async move {
            let Ok(permit) = permits.acquire_owned().await else { return };
            // Listing processes asks the shim. Any response counts, even an error status. Without a connection there is
            // no response, and the dropped sender ends the probe.
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
