//! The browser's tab: its title and icon show when the host is in the red band, even while the page is hidden.

use super::format;
use super::live::{Live, State};
use crate::model::Severity;
use leptos::prelude::*;

const ICON: &str = "link[rel=icon]";

/// Sets the page's title and icon: while a metric of the host is in the red band, the title begins with it
/// (`CPU 94% · …`), and the icon is `alarm_icon`. Renders nothing itself.
#[component]
pub fn TabStatus(
    /// The state to show.
    live: Live,
    /// URL of the icon for the red band.
    alarm_icon: &'static str,
) -> impl IntoView {
    let alarm = live.read(alarm);
    Effect::new(move |calm: Option<(String, Option<String>)>| {
        let icon = document().query_selector(ICON).ok().flatten();
        // The page's own title and icon, to restore.
        let calm =
            calm.unwrap_or_else(|| (document().title(), icon.as_ref().and_then(|icon| icon.get_attribute("href"))));
        let alarm = alarm.get();
        let (title, address) = match alarm.is_empty() {
            true => (calm.0.clone(), calm.1.clone()),
            false => (format!("{alarm} · {}", calm.0), Some(alarm_icon.into())),
        };
        if document().title() != title {
            document().set_title(&title);
        }
        if let (Some(icon), Some(address)) = (icon, address) {
            let _ = icon.set_attribute("href", &address);
        }
        calm
    });
}

/// The worst metric in the red band; empty while there is none, or the numbers are overdue.
fn alarm(state: &State) -> String {
    let Some(host) = state.host.as_ref().filter(|_| state.host_stale.is_none()) else { return String::new() };
    let worst = state.ranking()[0];
    match (worst.severity)(host) {
        Some(Severity::Critical) => format!("{} {}", worst.label, format::percent((worst.percent)(host))),
        _ => String::new(),
    }
}
