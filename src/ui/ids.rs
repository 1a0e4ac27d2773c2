//! IDs of elements that other elements refer to.

/// The ID of the panel that the header's buttons open.
pub(super) const PANEL: &str = "ht-agents-panel";

/// The ID of the heading of the page's table. A page without one shows containers in the panel only.
pub(super) const PAGE_TABLE: &str = "ht-containers-title";

/// The ID of the page's facts: memory, swap and disk.
pub(super) const PAGE_FACTS: &str = "ht-facts";

/// The ID of the heading of the page's charts.
pub(super) const PAGE_CHARTS: &str = "ht-history-title";
