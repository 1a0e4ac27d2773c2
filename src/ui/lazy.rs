//! Sections of the page whose code is in a second bundle file, so the header does not have to wait for it.
//!
//! The server renders these sections like the rest of the page. The browser keeps that HTML and loads the second file
//! when a section is needed. It then replaces the HTML with a live view, because the numbers may have changed in the
//! meantime. [`show`] is the only way into the second file: code that only `show` calls stays out of the first file.

// The server renders the sections directly. In the browser, only `show` may refer to their code.
#[cfg_attr(feature = "ssr", path = "lazy/ssr.rs")]
#[cfg_attr(not(feature = "ssr"), path = "lazy/hydrate.rs")]
mod first;

use super::chart::HistoryCharts;
use super::facts::FactsCard;
use super::live::{Live, RETRY, sleep};
use super::panel::Panel;
use super::tab::watch_tab;
use super::table::TableCard;
use super::timeline::Timeline;
use super::verdict::VerdictCard;
use leptos::html::Div;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::any::Any;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// A section of the page whose code is in the second bundle file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// The content below the header: the verdict, the facts, the chart and the table of containers.
    Page,
    /// The content of the header's panel.
    Panel,
    /// The title and icon of the browser's tab.
    Tab {
        /// URL of the icon while a metric is critical.
        alarm_icon: &'static str,
        /// URL of the icon while the numbers are overdue.
        silent_icon: &'static str,
    },
}

/// The page below the header: what is wrong, what is available, charts of the host, and the table of all containers.
#[component]
pub fn Details(
    /// The state to show.
    live: Live,
) -> impl IntoView {
    view! { <Lazy live section=Section::Page wanted=RwSignal::new(true)/> }
}

/// Sets the page's title and icon. While one of the host's metrics is critical, the title is that metric and the host
/// (`CPU 94% · atlas-01`), and the icon is `alarm_icon`. While the numbers are overdue, the title says so
/// (`No answer · atlas-01`), and the icon is `silent_icon`. Otherwise they are the page's own. Renders nothing.
#[component]
pub fn TabStatus(
    /// The state to show.
    live: Live,
    /// URL of the icon to use while a metric is critical.
    alarm_icon: &'static str,
    /// URL of the icon to use while the numbers are overdue. It should be a `data:` URL: the server may not answer
    /// then.
    silent_icon: &'static str,
) -> impl IntoView {
    view! { <Lazy live section=Section::Tab { alarm_icon, silent_icon } wanted=RwSignal::new(true)/> }
}

/// A section that becomes live once `wanted` is true.
#[component]
pub(super) fn Lazy(live: Live, section: Section, wanted: RwSignal<bool>) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    // Keeps the live view mounted until the component is disposed.
    let shown = StoredValue::new_local(None::<Box<dyn Any>>);
    Effect::new(move |begun: Option<bool>| {
        let begun = begun.unwrap_or(false);
        let Some(element) = element.get().filter(|_| wanted.get() && !begun) else { return begun };
        spawn_local(async move {
            // If the file fails to load, keep retrying for as long as the component exists.
            while shown.try_with_value(|_| ()).is_some() {
                if let Ok(handle) = show(section, element.clone().into(), live, wanted).await {
                    shown.try_set_value(Some(handle));
                    return;
                }
                sleep(RETRY).await;
            }
        });
        true
    });
    let (class, html) = match section {
        Section::Page => ("ht-details", first::html(|| page(live))),
        Section::Panel => ("ht-lazy", first::html(|| panel(live, wanted))),
        Section::Tab { .. } => ("ht-is-hidden", String::new()),
    };
    view! { <div class=class translate="no" node_ref=element inner_html=html></div> }
}

#[wasm_split(lazy, fallible)]
fn show(
    section: Section,
    element: HtmlElement,
    live: Live,
    wanted: RwSignal<bool>,
) -> Result<Box<dyn Any>, SplitLoaderError> {
    let focused = document().active_element();
    let focused = (0..).map_while(|index| control(&element, index)).position(|control| Some(control) == focused);
    element.set_inner_html("");
    let place = element.clone();
    let shown: Box<dyn Any> = match section {
        Section::Page => Box::new(mount_to(place, move || page(live))),
        Section::Panel => Box::new(mount_to(place, move || panel(live, wanted))),
        Section::Tab { alarm_icon, silent_icon } => {
            Box::new(mount_to(place, move || watch_tab(live, alarm_icon, silent_icon)))
        }
    };
    // Otherwise the keyboard would start again at the top of the page.
    if let Some(control) = focused.and_then(|index| control(&element, index as u32)) {
        let _ = control.unchecked_into::<HtmlElement>().focus();
    }
    Ok(shown)
}

/// The element at this index of those within `place` that can have the focus. The server's view and the live one have
/// the same ones.
fn control(place: &Element, index: u32) -> Option<Element> {
    place.query_selector_all("button,input,[tabindex]").ok()?.item(index).map(JsCast::unchecked_into)
}

fn page(live: Live) -> impl IntoView {
    let timeline = Timeline::new(live);
    view! {
        <VerdictCard live/>
        <FactsCard live/>
        <HistoryCharts live timeline/>
        <TableCard live timeline/>
    }
}

fn panel(live: Live, open: RwSignal<bool>) -> impl IntoView {
    view! { <Panel live open/> }
}
