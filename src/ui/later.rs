//! Parts of the page whose code comes in a second file, so that the header need not wait for it.
//!
//! The server renders them like any other. The browser leaves that HTML as it is, loads the second file when a part is
//! wanted, and then builds the part anew in its place, because the numbers may have gone on since. [`show`] is the one
//! way into the second file: what only it calls is not in the first.

// What the server has to render, the browser must not name outside of `show`.
#[cfg_attr(feature = "ssr", path = "later/rendered.rs")]
#[cfg_attr(not(feature = "ssr"), path = "later/kept.rs")]
mod first;

use super::chart::HistoryChart;
use super::container_table::{Panel, TableCard};
use super::live::{Live, RETRY};
use super::poll::sleep;
use leptos::html::Div;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use std::any::Any;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// What comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Below the header: the chart, and every container.
    Page,
    /// The header's panel.
    Panel,
}

/// The page's chart of the host, and its table of the containers.
#[component]
pub fn Details(
    /// The state to show.
    live: Live,
) -> impl IntoView {
    view! { <Later live section=Section::Page wanted=RwSignal::new(true)/> }
}

/// A section, live from when it is first wanted on.
#[component]
pub(super) fn Later(live: Live, section: Section, wanted: RwSignal<bool>) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    // What is shown is taken away with the component.
    let shown = StoredValue::new_local(None::<Box<dyn Any>>);
    Effect::new(move |begun: Option<bool>| {
        let begun = begun.unwrap_or(false);
        let Some(element) = element.get().filter(|_| wanted.get() && !begun) else { return begun };
        spawn_local(async move {
            // It fails where the file does not come, and is asked for again while there is a place for it.
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
    };
    view! { <div class=class node_ref=element inner_html=html></div> }
}

#[wasm_split(later, fallible)]
fn show(
    section: Section,
    element: HtmlElement,
    live: Live,
    wanted: RwSignal<bool>,
) -> Result<Box<dyn Any>, SplitLoaderError> {
    element.set_inner_html("");
    Ok(match section {
        Section::Page => Box::new(mount_to(element, move || page(live))),
        Section::Panel => Box::new(mount_to(element, move || panel(live, wanted))),
    })
}

fn page(live: Live) -> impl IntoView {
    view! {
        <HistoryChart live/>
        <TableCard live/>
    }
}

fn panel(live: Live, open: RwSignal<bool>) -> impl IntoView {
    view! { <Panel live open/> }
}
