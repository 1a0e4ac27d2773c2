//! The browser tab: its title and icon show trouble and silence, even while the page is hidden.

use super::format;
use super::live::{Live, State};
use crate::model::Severity;
use leptos::prelude::*;

const ICON: &str = "link[rel=icon]";

/// Keeps the tab's title and icon up to date until the owner is disposed; see [`TabStatus`](super::TabStatus).
pub(super) fn watch_tab(live: Live, alarm_icon: &'static str, silent_icon: &'static str) {
    let news = live.read(news);
    let is_silent = live.read(|state| state.silence_reason().is_some());
    Effect::new(move |own: Option<(String, Option<String>)>| {
        let icon = document().query_selector(ICON).ok().flatten();
        // Remember the page's own title and icon to restore them later.
        let own =
            own.unwrap_or_else(|| (document().title(), icon.as_ref().and_then(|icon| icon.get_attribute("href"))));
        let news = news.get();
        let (title, address) = match (news.is_empty(), is_silent.get()) {
            (true, _) => own.clone(),
            (false, false) => (news, Some(alarm_icon.into())),
            (false, true) => (news, Some(silent_icon.into())),
        };
        if document().title() != title {
            document().set_title(&title);
        }
        if let (Some(icon), Some(address)) = (icon, address) {
            let _ = icon.set_attribute("href", &address);
        }
        own
    });
}

/// The title while a metric is critical or the numbers are overdue; otherwise empty.
fn news(state: &State) -> String {
    let worst = state.ranking()[0];
    let severity = state.host.as_ref().and_then(worst.severity);
    let what = match (state.silence_reason(), severity) {
        (Some(reason), _) => reason.to_owned(),
        (None, Some(Severity::Critical)) => format!("{} {}", worst.label, format::percent(state.percent(worst))),
        _ => return String::new(),
    };
    format!("{what} · {}", state.hostname())
}
