//! The contents of the header's panel.

use crate::ui::facts::Facts;
use crate::ui::format;
use crate::ui::ids::PANEL;
use crate::ui::live::Live;
use crate::ui::table::{Containers, List, stale_note};
use leptos::prelude::*;

/// The contents of the header's panel. The table does not update while the panel is closed.
#[component]
pub(in crate::ui) fn Panel(live: Live, open: RwSignal<bool>) -> impl IntoView {
    let heading = live.settings(|settings| format::heading(&settings.noun));
    let list = List::new(live, None, open.into());
    view! {
        <div class="ht-card-head">
            <h2>{heading}</h2>
            <p class="ht-card-note ht-pause">{list.pause_note()}</p>
            <p class="ht-card-note ht-stale-note">{stale_note(live)}</p>
            <button type="button" class="ht-close" aria-label="Close" popovertarget=PANEL popovertargetaction="hide">"×"</button>
        </div>
        <Facts live/>
        <Containers list/>
    }
}
