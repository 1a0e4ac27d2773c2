//! The containers that a table lists, and what the user chose.

use super::moment::Moment;
use super::order::Order;
use super::rows::{Listing, Rows};
use super::totals::{Total, totals};
use super::visibility::Visibility;
use crate::ui::address::{parameter, set_parameter};
use crate::ui::live::{Live, State};
use crate::ui::timeline::Timeline;
use leptos::html::Tbody;
use leptos::prelude::*;
use leptos::web_sys::wasm_bindgen::JsCast;
use leptos::web_sys::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Event, Selection};
use std::borrow::Cow;

/// The parameters in the page's address.
const ORDER: &str = "sort";
const FILTER: &str = "filter";
const OPEN: &str = "open";

/// The document's event when the selection changes.
const SELECTION_CHANGE: &str = "selectionchange";

/// The containers of a table. Copies refer to the same table.
#[derive(Clone, Copy)]
pub(in crate::ui) struct List {
    pub(super) live: Live,
    /// The page's timeline; `None` for the panel, which always shows the latest numbers.
    pub(super) timeline: Option<Timeline>,
    /// Whether the table is currently shown.
    pub(super) shown: Signal<bool>,
    pub(super) order: RwSignal<Order>,
    /// Part of a name; empty if all rows are listed.
    pub(super) filter: RwSignal<String>,
    /// The ID of the container whose row is open; empty if none is.
    pub(super) open: RwSignal<String>,
    pub(super) rows: Memo<Rows>,
    pub(super) visibility: Visibility,
    /// The element that contains the rows.
    pub(super) body: NodeRef<Tbody>,
    /// Whether the pointer is over the rows.
    pub(super) pointed: RwSignal<bool>,
    /// Whether text in the rows is selected.
    selected: RwSignal<bool>,
}

impl List {
    pub(in crate::ui) fn new(live: Live, timeline: Option<Timeline>, shown: Signal<bool>) -> Self {
        let (order, filter, open) = (RwSignal::new(Order::default()), RwSignal::default(), RwSignal::default());
        let (body, pointed, selected) = (NodeRef::new(), RwSignal::new(false), RwSignal::new(false));
        let rows = Memo::new(move |before: Option<&Rows>| {
            // A hidden table does not update.
            if let Some(before) = before.filter(|_| !shown.get()) {
                return before.clone();
            }
            let pinned = timeline.and_then(Timeline::pinned);
            // A moment without a scrape has no rows, rather than the latest ones.
            let numbers = |timeline: Timeline, state: &State| timeline.containers(state).map(Cow::into_owned);
            let past = timeline.filter(|_| pinned.is_some());
            let past = past.map(|timeline| live.with(|state| numbers(timeline, state)).unwrap_or_default());
            let listing = Listing { order: order.get(), filter: filter.get(), open: open.get(), pinned };
            pointed.track();
            // An update may have ended the selection.
            let is_in_use = selected.get() && has_selection(body) || has_pointer_or_focus(body);
            let held = before.filter(|before| is_in_use && before.is_of(&listing));
            live.with(|state| Rows::of(state, past, listing, held))
        });
        let visibility = Visibility::new();
        Self { live, timeline, shown, order, filter, open, rows, visibility, body, pointed, selected }
    }

    /// Whether this is the page's table rather than the panel's.
    pub(super) fn in_page(self) -> bool {
        self.timeline.is_some()
    }

    /// The note that says that rows keep their places; empty while they may change them.
    pub(in crate::ui) fn pause_note(self) -> Signal<String> {
        self.text(|rows, _, _| if rows.is_held() { "Order paused".into() } else { String::new() }, 0)
    }

    /// The totals, which change only while the table is shown.
    pub(super) fn totals(self) -> Vec<Total> {
        match self.shown.get() {
            true => self.live.with(|state| totals(self.rows.read().moment(state))),
            false => self.live.untracked(|state| totals(self.rows.read_untracked().moment(state))),
        }
    }

    /// Derives a text from the rows and their numbers. `index` is passed on: a function costs the bundle much less than a
    /// closure, of which each kind brings its own copy of everything that calls it.
    pub(super) fn text(self, read: fn(&Rows, Moment<'_>, usize) -> String, index: usize) -> Signal<String> {
        Signal::derive(move || {
            let rows = self.rows.read();
            self.live.with(|state| read(&rows, rows.moment(state), index))
        })
    }

    /// Reads the container at this index: reactively while visible, once otherwise.
    pub(super) fn read<T: Default>(
        self,
        index: usize,
        visible: RwSignal<bool>,
        read: impl Fn(&Rows, &str, Moment<'_>) -> T,
    ) -> T {
        let read = |rows: &Rows, state: &State| {
            rows.get(index).map(|id| read(rows, id, rows.moment(state))).unwrap_or_default()
        };
        if self.shown.get() && visible.get() {
            return self.live.with(|state| read(&self.rows.read(), state));
        }
        // A new choice also updates invisible rows.
        self.order.track();
        self.filter.track();
        self.open.track();
        self.live.untracked(|state| read(&self.rows.read_untracked(), state))
    }

    /// Opens the row at this index, or closes it.
    pub(super) fn toggle(self, index: usize) {
        let id = self.rows.read_untracked().get(index).cloned();
        if let Some(id) = id {
            let is_open = *self.open.read_untracked() == id;
            self.open.set(if is_open { String::new() } else { id });
        }
    }

    /// Keeps track of whether text in the rows is selected. Asking for the selection during an update forces a layout,
    /// which takes longer than updating all visible rows.
    pub(super) fn follow_selection(self) {
        let on_change = Closure::<dyn Fn(Event)>::new(move |_| {
            let before = self.selected.try_get_untracked();
            if before.is_some_and(|before| before != has_selection(self.body)) {
                self.selected.update(|selected| *selected = !*selected);
            }
        });
        let on_change = on_change.into_js_value();
        let _ = document().add_event_listener_with_callback(SELECTION_CHANGE, on_change.unchecked_ref());
        let on_change = StoredValue::new_local(on_change);
        on_cleanup(move || {
            if let Some(on_change) = on_change.try_read_value() {
                let _ = document().remove_event_listener_with_callback(SELECTION_CHANGE, on_change.unchecked_ref());
            }
        });
    }

    /// Starts with what the page's address says, and keeps the address up to date.
    pub(super) fn keep_in_address(self) {
        Effect::new(move |is_read: Option<bool>| {
            let (order, filter, open) = (self.order.get(), self.filter.get(), self.open.get());
            if is_read.is_some() {
                let set = |key, value: &str| set_parameter(key, Some(value).filter(|value| !value.is_empty()));
                set(ORDER, &order.parameter());
                set(FILTER, filter.trim_ascii());
                set(OPEN, &open);
            } else {
                if let Some(order) = parameter(ORDER).and_then(|text| Order::from_parameter(&text)) {
                    self.order.set(order);
                }
                self.filter.set(parameter(FILTER).unwrap_or_default());
                self.open.set(parameter(OPEN).unwrap_or_default());
            }
            true
        });
    }
}

/// The selection, if any text is selected.
pub(super) fn selection() -> Option<Selection> {
    window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed())
}

/// Whether text in the rows is selected.
fn has_selection(body: NodeRef<Tbody>) -> bool {
    let Some((body, selection)) = body.get_untracked().zip(selection()) else { return false };
    selection.contains_node_with_allow_partial_containment(&body, true) == Ok(true)
}

/// Whether the pointer is over the rows, or they contain the focus.
fn has_pointer_or_focus(body: NodeRef<Tbody>) -> bool {
    body.get_untracked().is_some_and(|body| body.matches(":hover, :focus-within") == Ok(true))
}
