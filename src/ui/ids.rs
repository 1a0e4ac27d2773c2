//! IDs of elements that other elements refer to.

/// The ID of the panel that the header's buttons open.
pub(super) const PANEL: &str = "ht-agents-panel";
