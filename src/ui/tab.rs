//! The browser tab: its title and icon show when a metric is critical, even while the page is hidden.

use super::format;
use super::live::{Live, State};
use crate::model::Severity;
use leptos::prelude::*;

const ICON: &str = "link[rel=icon]";

/// Sets the page's title and icon. While one of the host's metrics is critical, the title starts with that metric
/// (`CPU 94% · …`) and the icon is `alarm_icon`. Renders nothing.
#[component]
pub fn TabStatus(
    /// The state to show.
    live: Live,
    /// URL of the icon to use while a metric is critical.
    alarm_icon: &'static str,
) -> impl IntoView {
    let alarm = live.read(alarm);
    Effect::new(move |calm: Option<(String, Option<String>)>| {
        let icon = document().query_selector(ICON).ok().flatten();
        // Remember the page's own title and icon to restore them later.
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

/// The label and percentage of the worst metric; empty unless it is critical and the numbers are current.
fn alarm(state: &State) -> String {
    let Some(host) = state.host.as_ref().filter(|_| state.host_stale.is_none()) else { return String::new() };
    let worst = state.ranking()[0];
    match (worst.severity)(host) {
        Some(Severity::Critical) => format!("{} {}", worst.label, format::percent((worst.percent)(host))),
        _ => String::new(),
    }
}
