//! Attribution of the host's load: the split into containers and everything else, and the detection of culprits.

mod culprit;
mod split;
mod tracker;

pub use culprit::{Culprit, CulpritKind, Culprits};
pub use split::{HostSplit, Split};
pub use tracker::CulpritTrackers;
