//! Which rows can be seen, so that the others need not be drawn.

use leptos::html::Tr;
use leptos::prelude::*;
use leptos::web_sys::wasm_bindgen::closure::Closure;
use leptos::web_sys::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, js_sys};

/// Watches rows come into sight and leave it. A copy refers to the same.
#[derive(Clone, Copy)]
pub(super) struct Sight(StoredValue<Watched, LocalStorage>);

#[derive(Default)]
struct Watched {
    /// `None` on the server, which sees nothing, and before the first row is in the page.
    observer: Option<IntersectionObserver>,
    rows: Vec<(Element, RwSignal<bool>)>,
}

impl Sight {
    /// Watches nothing yet; ends with the reactive owner.
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(Watched::default()))
    }

    /// Whether this row is in sight; it is not before it is in the page.
    pub(super) fn of(self, row: NodeRef<Tr>) -> RwSignal<bool> {
        let in_sight = RwSignal::new(false);
        Effect::new(move |_| {
            if let Some(row) = row.get() {
                self.watch(row.into(), in_sight);
            }
        });
        on_cleanup(move || {
            self.0.try_update_value(|watched| {
                let place = watched.rows.iter().position(|(_, signal)| *signal == in_sight)?;
                let (row, _) = watched.rows.swap_remove(place);
                watched.observer.as_ref().map(|observer| observer.unobserve(&row))
            });
        });
        in_sight
    }

    fn watch(self, row: Element, in_sight: RwSignal<bool>) {
        self.0.update_value(|watched| {
            if watched.observer.is_none() {
                watched.observer = self.observer();
            }
            if let Some(observer) = &watched.observer {
                observer.observe(&row);
            }
            watched.rows.push((row, in_sight));
        });
    }

    fn observer(self) -> Option<IntersectionObserver> {
        let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            for entry in entries.iter().map(JsValue::unchecked_into::<IntersectionObserverEntry>) {
                let target = entry.target();
                let row = self.0.try_with_value(|watched| {
                    watched.rows.iter().find(|(row, _)| *row == target).map(|(_, in_sight)| *in_sight)
                });
                if let Some(in_sight) = row.flatten() {
                    in_sight.set(entry.is_intersecting());
                }
            }
        });
        IntersectionObserver::new(&seen.into_js_value().unchecked_into()).ok()
    }
}
