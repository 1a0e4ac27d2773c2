//! One metric of the header: label, picture, value in its band's colour, level, and who is to blame for it.

use super::format::{self, UNKNOWN};
use super::level::Level;
use super::live::Live;
use super::part::Part;
use super::state::State;
use crate::model::{HostStats, Severity};
use leptos::prelude::*;

/// What a metric reads out of the host's numbers.
pub(super) struct Reading {
    /// The value to show.
    pub(super) value: String,
    /// What follows the value in muted ink.
    pub(super) rest: String,
    /// The widest that both can get, which is kept free for them.
    pub(super) widest: String,
    /// The exact numbers, as a tooltip.
    pub(super) title: String,
}

impl Reading {
    /// A part that could not be read; its reason is the tooltip.
    pub(super) fn missing(reason: &Option<String>) -> Self {
        Self::unknown(reason.as_deref().unwrap_or_default())
    }

    fn unknown(reason: &str) -> Self {
        Self { value: UNKNOWN.into(), rest: String::new(), widest: "100%".into(), title: reason.into() }
    }
}

/// How a metric is read and named.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) part: Part,
    /// Its class: `ht-is-cpu`.
    pub(super) class: &'static str,
    pub(super) read: fn(&HostStats) -> Reading,
    /// What follows in the tooltip, on a line of its own.
    pub(super) note: fn(&State) -> String,
}

impl Kind {
    fn reading(self, state: &State) -> Reading {
        state.host.as_ref().map_or_else(|| Reading::unknown(&state.host_problem), self.read)
    }

    fn percent(self, state: &State) -> Option<f64> {
        self.part.percent(state.host.as_ref()?)
    }

    /// Band, rank, and what there is beside the value. A value that is overdue loses its colour.
    fn class(self, state: &State) -> String {
        let band = self.percent(state).map_or("unknown", |percent| Severity::of(percent).word());
        let ranking = state.ranking();
        let rank = ranking.iter().position(|part| *part == self.part).map_or(1, |place| place + 1);
        let stale = if state.host_stale.is_some() { " ht-is-stale" } else { "" };
        // Of two culprits, that of the worse metric has the room.
        let accused = ranking.into_iter().find(|part| state.culprit(*part).is_some());
        let culprit = match state.culprit(self.part) {
            None => "",
            Some(_) if accused == Some(self.part) => " ht-has-culprit",
            Some(_) => " ht-has-second",
        };
        format!("ht-metric {} ht-is-{band} ht-is-rank-{rank}{stale}{culprit}", self.class)
    }

    fn accused(self, state: &State) -> Option<Accused> {
        let culprit = state.culprit(self.part)?;
        let who = match culprit.is_outside() {
            true => format!("outside {}s", state.settings.noun),
            false => culprit.name.clone(),
        };
        let share = format::percent(Some(culprit.percent));
        let exact = format::percent_exact(Some(culprit.percent));
        let title = format!("{who}: {exact} of the host's {}", self.part.noun());
        Some(Accused { who, share, title })
    }

    fn title(self, state: &State) -> String {
        let note = if state.host.is_some() { (self.note)(state) } else { String::new() };
        self.reading(state).title + &note
    }
}

/// Who is to blame, in words; empty where nobody is.
#[derive(Default)]
struct Accused {
    who: String,
    share: String,
    title: String,
}

/// A metric; the children are its picture, a sparkline or a bar. `panel` is the ID of what tells more of the culprit.
#[component]
pub(super) fn Metric<C: IntoView + 'static>(
    live: Live,
    kind: Kind,
    panel: &'static str,
    children: TypedChildren<C>,
) -> impl IntoView {
    let accused =
        move |text: fn(Accused) -> String| live.read(move |state| text(kind.accused(state).unwrap_or_default()));
    view! {
        <div class=live.read(move |state| kind.class(state)) title=live.read(move |state| kind.title(state))>
            <span class="ht-sr-only">{live.read(move |state| format::spoken(kind.part.name(), kind.percent(state)))}</span>
            <span class="ht-visual" aria-hidden="true">
                <span class="ht-label">{kind.part.label()}</span>
                {children.into_inner()()}
                <span class="ht-value">
                    <span class="ht-full" data-widest=live.read(move |state| kind.reading(state).widest)>
                        <span class="ht-number">{live.read(move |state| kind.reading(state).value)}</span>
                        <span class="ht-rest">{live.read(move |state| kind.reading(state).rest)}</span>
                    </span>
                    <span class="ht-short" data-widest="100%">{live.read(move |state| format::percent(kind.percent(state)))}</span>
                </span>
                <Level/>
            </span>
            <button type="button" class="ht-culprit" popovertarget=panel title=accused(|accused| accused.title)>
                <span class="ht-culprit-name">{accused(|accused| accused.who)}</span>
                " "
                <b>{accused(|accused| accused.share)}</b>
                <span class="ht-sr-only">" of the host's " {kind.part.noun()}</span>
            </button>
        </div>
    }
}
