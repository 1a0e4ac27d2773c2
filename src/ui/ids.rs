//! IDs of elements that others refer to.

/// The panel, which the header's buttons open.
pub(super) const PANEL: &str = "ht-agents-panel";
