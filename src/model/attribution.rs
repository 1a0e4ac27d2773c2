//! Attribution of the host's load: the split into containers and everything else, and the detection of culprits.

mod culprit;
mod split;

pub use culprit::{Culprit, CulpritKind, CulpritTrackers, Culprits};
pub use split::{HostSplit, Split};
