//! Keeps rows in their places while the user works with them.

use leptos::ev::FocusEvent;
use leptos::html::{Table, Tbody};
use leptos::prelude::*;
use leptos::web_sys::Node;
use leptos::web_sys::js_sys::Function;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::wasm_bindgen::closure::Closure;

/// Whether the order of a table's rows is paused. Copies refer to the same table.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Pause {
    /// Whether the pointer is over the rows.
    pointed: RwSignal<bool>,
    /// Whether the focus is inside the rows.
    focused: RwSignal<bool>,
    /// Whether text in the table is selected.
    selected: RwSignal<bool>,
}

impl Pause {
    pub(in crate::ui) fn new() -> Self {
        Self { pointed: RwSignal::new(false), focused: RwSignal::new(false), selected: RwSignal::new(false) }
    }

    pub(super) fn is_on(self) -> bool {
        self.pointed.get() || self.focused.get() || self.selected.get()
    }

    /// The note that says so; empty while rows may change places.
    pub(in crate::ui) fn note(self) -> Signal<String> {
        Signal::derive(move || if self.is_on() { "Order paused".into() } else { String::new() })
    }

    pub(super) fn point(self, is_over: bool) {
        self.pointed.set(is_over);
    }

    pub(super) fn focus_in(self) {
        self.focused.set(true);
    }

    /// Handles the loss of focus by an element in `rows`, which may move to another one.
    pub(super) fn focus_out(self, event: &FocusEvent, rows: NodeRef<Tbody>) {
        let next = event.related_target().map(|next| next.unchecked_into::<Node>());
        self.focused.set(rows.get_untracked().is_some_and(|rows| rows.contains(next.as_ref())));
    }

    /// Watches the selection of text from when the table is on the page.
    pub(super) fn watch_selection(self, table: NodeRef<Table>) {
        Effect::new(move |_| {
            let Some(table) = table.get() else { return };
            let on_change = Closure::<dyn Fn()>::new(move || {
                let selection = window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
                let is_inside = selection.map(|all| all.contains_node_with_allow_partial_containment(&table, true));
                self.selected.try_set(is_inside == Some(Ok(true)));
            });
            let on_change: Function = on_change.into_js_value().unchecked_into();
            let _ = document().add_event_listener_with_callback("selectionchange", &on_change);
            let on_change = StoredValue::new_local(on_change);
            on_cleanup(move || {
                on_change.try_with_value(|on_change| {
                    document().remove_event_listener_with_callback("selectionchange", on_change)
                });
            });
        });
    }
}
