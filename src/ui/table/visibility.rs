//! Tracks which rows are visible, so that the other rows need not update.

use leptos::html::Tr;
use leptos::prelude::*;
use leptos::web_sys::wasm_bindgen::closure::Closure;
use leptos::web_sys::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, js_sys};

/// Tracks the visibility of rows. Copies track the same rows.
#[derive(Clone, Copy)]
pub(super) struct Visibility(StoredValue<Watched, LocalStorage>);

#[derive(Default)]
struct Watched {
    /// `None` on the server, and in the browser until the first row is on the page.
    observer: Option<IntersectionObserver>,
    rows: Vec<(Element, RwSignal<bool>)>,
}

impl Visibility {
    /// Starts without any rows. Tracking ends when the current reactive owner is disposed.
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(Watched::default()))
    }

    /// Whether this row is visible; always false on the server and before the row is on the page.
    pub(super) fn of(self, row: NodeRef<Tr>) -> RwSignal<bool> {
        let visible = RwSignal::new(false);
        Effect::new(move |_| {
            if let Some(row) = row.get() {
                self.watch(row.into(), visible);
            }
        });
        on_cleanup(move || {
            self.0.try_write_value().and_then(|mut watched| {
                let index = watched.rows.iter().position(|(_, signal)| *signal == visible)?;
                let (row, _) = watched.rows.swap_remove(index);
                watched.observer.as_ref().map(|observer| observer.unobserve(&row))
            });
        });
        visible
    }

    fn watch(self, row: Element, visible: RwSignal<bool>) {
        if let Some(mut watched) = self.0.try_write_value() {
            if watched.observer.is_none() {
                watched.observer = self.observer();
            }
            if let Some(observer) = &watched.observer {
                observer.observe(&row);
            }
            watched.rows.push((row, visible));
        }
    }

    fn observer(self) -> Option<IntersectionObserver> {
        let on_change = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            for entry in entries.iter().map(JsValue::unchecked_into::<IntersectionObserverEntry>) {
                let target = entry.target();
                let row = self
                    .0
                    .try_read_value()
                    .map(|watched| watched.rows.iter().find(|(row, _)| *row == target).map(|(_, visible)| *visible));
                if let Some(visible) = row.flatten() {
                    visible.set(entry.is_intersecting());
                }
            }
        });
        IntersectionObserver::new(&on_change.into_js_value().unchecked_into()).ok()
    }
}
