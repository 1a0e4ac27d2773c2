//! The header's panel: the short form of facts and table, for a header in somebody else's dashboard.

mod agents_panel;

pub(super) use agents_panel::Panel;
