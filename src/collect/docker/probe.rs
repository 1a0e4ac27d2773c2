//! Whether a container's shim still answers, asked where its statistics do not come.

use super::lock;
use bollard::query_parameters::TopOptions;
use bollard::{Docker, errors::Error};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

/// How many shims are asked at once: the daemon starts a `ps` for each that answers.
const AT_ONCE: usize = 4;

/// One that takes longer counts as hung, and makes room for the next.
const PROMPT: Duration = Duration::from_secs(1);

/// For how long an answer holds.
const ANSWER_HOLDS: Duration = Duration::from_secs(60);

/// For how long silence does: each question that is not answered is held by the daemon until it is.
const SILENCE_HOLDS: Duration = Duration::from_secs(300);

/// One question for each container at most, which outlives the round that it was asked in.
pub(super) struct Probes {
    room: Arc<Semaphore>,
    asked: Mutex<HashMap<String, Probe>>,
}

struct Probe {
    at: Instant,
    /// `None` while the question is open, then whether there was an answer.
    answered: watch::Receiver<Option<bool>>,
}

impl Probe {
    fn holds(&self) -> bool {
        match *self.answered.borrow() {
            None => true,
            Some(true) => self.at.elapsed() < ANSWER_HOLDS,
            Some(false) => self.at.elapsed() < SILENCE_HOLDS,
        }
    }
}

impl Probes {
    pub(super) fn new() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)), asked: Mutex::default() }
    }

    /// Whether the container's shim answers; waits for as long as that is open.
    pub(super) async fn answers(&self, client: &Docker, id: &str) -> bool {
        let mut answered = {
            let mut asked = lock(&self.asked);
            match asked.get(id).filter(|probe| probe.holds()) {
                Some(probe) => probe.answered.clone(),
                None => {
                    let probe = self.ask(client.clone(), id.to_owned());
                    let answered = probe.answered.clone();
                    asked.insert(id.to_owned(), probe);
                    answered
                }
            }
        };
        answered.wait_for(Option::is_some).await.is_ok_and(|answered| *answered == Some(true))
    }

    /// Forgets all but these containers.
    pub(super) fn retain(&self, ids: &HashSet<&str>) {
        lock(&self.asked).retain(|id, _| ids.contains(id.as_str()));
    }

    fn ask(&self, client: Docker, id: String) -> Probe {
        let (answer, answered) = watch::channel(None);
        let room = Arc::clone(&self.room);
        tokio::spawn(async move {
            let Ok(room) = room.acquire_owned().await else { return };
            // Listing its processes asks the shim; that it answers counts, whatever it says.
            let mut listing = std::pin::pin!(client.top_processes(&id, None::<TopOptions>));
            let listed = match timeout(PROMPT, &mut listing).await {
                Ok(listed) => listed,
                Err(_) => {
                    drop(room);
                    listing.await
                }
            };
            answer.send_replace(Some(!matches!(listed, Err(Error::RequestTimeoutError))));
        });
        Probe { at: Instant::now(), answered }
    }
}
