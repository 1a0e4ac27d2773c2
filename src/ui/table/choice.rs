//! What the user chose in a table: its order, a filter and the row that is open.

use super::order::Order;
use crate::ui::address::{parameter, set_parameter};
use leptos::prelude::*;

/// The parameters in the page's address.
const ORDER: &str = "sort";
const FILTER: &str = "filter";
const OPEN: &str = "open";

/// What the user chose. Copies refer to the same choice.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) order: RwSignal<Order>,
    /// Part of a name; empty if all rows are listed.
    pub(super) filter: RwSignal<String>,
    /// The ID of the container whose row is open.
    pub(super) open: RwSignal<Option<String>>,
}

impl Choice {
    pub(super) fn new() -> Self {
        Self { order: RwSignal::default(), filter: RwSignal::default(), open: RwSignal::default() }
    }

    /// Starts with what the page's address says, and keeps the address up to date.
    pub(super) fn keep_in_address(self) {
        Effect::new(move |is_read: Option<()>| {
            let (order, filter, open) = (self.order.get(), self.filter.get(), self.open.get());
            if is_read.is_some() {
                set_parameter(ORDER, order.parameter().as_deref());
                set_parameter(FILTER, Some(filter.trim()).filter(|filter| !filter.is_empty()));
                set_parameter(OPEN, open.as_deref());
                return;
            }
            if let Some(order) = parameter(ORDER).and_then(|text| Order::from_parameter(&text)) {
                self.order.set(order);
            }
            self.filter.set(parameter(FILTER).unwrap_or_default());
            self.open.set(parameter(OPEN));
        });
    }

    /// Opens the row of this container, or closes it.
    pub(super) fn toggle(self, id: String) {
        self.open.update(|open| *open = if open.as_ref() == Some(&id) { None } else { Some(id) });
    }

    /// Subscribes the caller to all choices.
    pub(super) fn track(self) {
        self.order.track();
        self.filter.track();
        self.open.track();
    }
}
