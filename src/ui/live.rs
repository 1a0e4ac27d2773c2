//! The live state: the data the server sent with the HTML, kept up to date by polling. Only `timer` uses gloo_timers.

mod announcement;
mod causes;
mod fetch;
mod handle;
mod poller;
mod state;
mod timer;

pub(super) use causes::{Cause, LOOP, Trouble};
pub(super) use fetch::ask_hour;
pub use handle::Live;
pub(super) use handle::{Reveal, use_live};
pub(super) use poller::RETRY;
pub(super) use state::{ContainersView, State};
pub(super) use timer::sleep;
