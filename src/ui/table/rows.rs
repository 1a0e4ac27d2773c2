//! The rows of a table: which containers, in which group and order.

use super::attention::Attention;
use super::moment::Moment;
use super::order::Order;
use crate::model::{ContainerStats, ContainersStats};
use crate::ui::live::State;

/// The containers of a table, by ID, in the order of their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    /// Those that need attention come first.
    ids: Vec<String>,
    /// How many need attention.
    urgent: usize,
    /// Whether the rows keep their places although their order may have changed.
    held: bool,
    listing: Listing,
    /// The containers at the pinned moment; `None` while none is pinned.
    past: Option<ContainersStats>,
}

/// What the user chose. A different choice gives every row a new place, except that opening a row moves none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listing {
    pub(super) order: Order,
    /// Part of a name; empty if all rows are listed.
    pub(super) filter: String,
    /// The ID of the container whose row is open; empty if none is.
    pub(super) open: String,
    /// The moment that is pinned, in seconds since 1970.
    pub(super) pinned: Option<f64>,
}

/// An element of the table's body. Rows are told apart by their index rather than by their container, because moving
/// rows when containers change places takes three times as long as updating the few visible rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The heading of those that need attention.
    Urgent,
    /// The heading of the others.
    Others,
    /// The details of the open row.
    Detail,
    /// The row at this index.
    Row(usize),
}

impl Place {
    /// A number that no other place has.
    pub(super) fn key(self) -> usize {
        match self {
            Self::Urgent => 0,
            Self::Others => 1,
            Self::Detail => 2,
            Self::Row(index) => index + 3,
        }
    }
}

impl Rows {
    /// Lists the rows of the latest numbers or, if there are any, of those of an earlier moment. `held` are rows that must
    /// keep their places: new containers come last, and ended ones stay.
    pub(super) fn of(state: &State, past: Option<ContainersStats>, listing: Listing, held: Option<&Self>) -> Self {
        let moment = Moment::new(state, past.as_ref());
        let (ids, urgent) = match held {
            Some(held) => (held.joined_by(moment), held.urgent),
            None => listing.sorted(moment),
        };
        Self { ids, urgent, held: held.is_some(), listing, past }
    }

    /// The moment whose numbers the rows show.
    pub(super) fn moment<'a>(&'a self, state: &'a State) -> Moment<'a> {
        Moment::new(state, self.past.as_ref())
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Whether these rows were listed by the same choice, apart from the row that is open.
    pub(super) fn is_of(&self, listing: &Listing) -> bool {
        let Listing { order, filter, open: _, pinned } = listing;
        self.listing.order == *order && self.listing.filter == *filter && self.listing.pinned == *pinned
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The ID of the container in the row at this index.
    pub(super) fn get(&self, index: usize) -> Option<&String> {
        self.ids.get(index)
    }

    /// The ID of the container whose row is open; empty if none is.
    pub(super) fn open(&self) -> &str {
        &self.listing.open
    }

    /// The name that the user looks for.
    pub(super) fn filter(&self) -> &str {
        self.listing.filter.trim_ascii()
    }

    /// The index of the row of the container with this ID.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|listed| listed == id)
    }

    /// The elements of the table's body. Without a row that needs attention, there are no headings.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (index, id) in self.ids.iter().enumerate() {
            if index == 0 && self.urgent > 0 {
                places.push(Place::Urgent);
            }
            if index == self.urgent && index > 0 {
                places.push(Place::Others);
            }
            places.push(Place::Row(index));
            if self.listing.open == *id {
                places.push(Place::Detail);
            }
        }
        places
    }

    /// These rows, followed by the containers that have joined since.
    fn joined_by(&self, moment: Moment<'_>) -> Vec<String> {
        let mut ids = self.ids.clone();
        for row in moment.rows() {
            if self.listing.lists(row) && !ids.contains(&row.id) {
                ids.push(row.id.clone());
            }
        }
        ids
    }
}

impl Listing {
    /// The IDs of the listed rows, and how many need attention. Those come first. Within its group, the culprit of the
    /// metric by which the rows are sorted comes first.
    fn sorted(&self, moment: Moment<'_>) -> (Vec<String>, usize) {
        let attention = Attention::of(moment);
        let first = self.order.metric().filter(|_| !moment.is_past).and_then(|metric| moment.state.culprit(metric));
        let sorted = self.order.sorted(moment.rows(), first.map_or("", |culprit| culprit.id.as_str()));
        let (mut ids, mut urgent) = (Vec::new(), 0);
        for row in sorted.into_iter().filter(|row| self.lists(row)) {
            if attention.needs(row) {
                ids.insert(urgent, row.id.clone());
                urgent += 1;
            } else {
                ids.push(row.id.clone());
            }
        }
        (ids, urgent)
    }

    fn lists(&self, row: &ContainerStats) -> bool {
        has_part(row.name.as_bytes(), self.filter.trim_ascii().as_bytes())
    }
}

/// Whether `name` contains `part`, ignoring ASCII case.
fn has_part(name: &[u8], part: &[u8]) -> bool {
    part.is_empty() || name.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::live::ContainersView;

    /// A state with containers of these names and CPU usages; one without a usage could not be measured.
    fn state(rows: &[(&str, Option<f64>)]) -> State {
        let row = |(name, cpu): &(&str, Option<f64>)| ContainerStats {
            id: (*name).into(),
            cpu_host_percent: *cpu,
            error: cpu.is_none().then(|| "timed out".into()),
            ..ContainerStats::sample(name)
        };
        let stats = ContainersStats { containers: rows.iter().map(row).collect(), ..ContainersStats::default() };
        State { containers: ContainersView::Measured(stats), ..State::default() }
    }

    fn listing(filter: &str, open: &str) -> Listing {
        Listing { filter: filter.into(), open: open.into(), ..Listing::default() }
    }

    fn rows(state: &State, filter: &str) -> Rows {
        Rows::of(state, None, listing(filter, ""), None)
    }

    #[test]
    fn those_that_need_attention_come_first_in_a_group_of_their_own() {
        let all = state(&[("a", Some(1.0)), ("broken", None), ("b", Some(2.0))]);
        let groups = |rows: Rows| (rows.ids.join(" "), rows.urgent);
        assert_eq!(groups(rows(&all, "")), ("broken b a".into(), 1));
        assert_eq!(groups(rows(&all, " B ")), ("broken b".into(), 1), "filtered within groups");
        assert_eq!(rows(&all, "").get(3), None);
        assert_eq!(rows(&all, "").position("a"), Some(2));
    }

    #[test]
    fn a_filter_is_any_part_of_a_name() {
        let all = state(&[("Alpha", Some(1.0)), ("beta", Some(2.0))]);
        let found = |filter| rows(&all, filter).ids.join(" ");
        assert_eq!([found(" ALP "), found("eta"), found("absent")], ["Alpha", "beta", ""]);
    }

    #[test]
    fn headings_stand_above_their_group_and_details_below_their_row() {
        use Place::{Detail, Others, Row, Urgent};
        let all = state(&[("a", Some(1.0)), ("broken", None)]);
        let places = |filter, open| Rows::of(&all, None, listing(filter, open), None).places();
        assert_eq!(places("", ""), [Urgent, Row(0), Others, Row(1)]);
        assert_eq!(places("", "broken"), [Urgent, Row(0), Detail, Others, Row(1)]);
        assert_eq!(places("broken", "a"), [Urgent, Row(0)], "details of a row that is not listed");
        let calm = state(&[("a", Some(1.0))]);
        assert_eq!(rows(&calm, "").places(), [Row(0)], "one group needs no heading");
        let mut keys: Vec<_> = places("", "broken").into_iter().map(Place::key).collect();
        keys.sort_unstable();
        assert_eq!(keys, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn rows_that_keep_their_places_let_new_ones_join_at_the_end() {
        let before = rows(&state(&[("a", Some(1.0)), ("b", Some(2.0))]), "");
        let later = state(&[("c", Some(9.0)), ("a", Some(3.0)), ("d", None)]);
        let kept = Rows::of(&later, None, Listing::default(), Some(&before));
        assert_eq!((kept.ids.join(" "), kept.urgent, kept.is_held()), ("b a c d".into(), 0, true));
        assert!(kept.is_of(&listing("", "a")), "opening a row moves none");
        assert!(!kept.is_of(&listing("a", "")));
    }
}
