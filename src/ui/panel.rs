//! The header's panel: headroom and the table of all containers.

mod agents_panel;
mod headroom;

pub(super) use agents_panel::Panel;
