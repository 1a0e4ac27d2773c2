//! The header's panel: headroom, and every container.

mod agents_panel;
mod headroom;

pub(super) use agents_panel::Panel;
