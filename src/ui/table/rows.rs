//! The rows of a table: which containers, in which group and order.

use super::attention::Attention;
use super::moment::Moment;
use super::order::Order;
use crate::model::ContainerStats;

/// The containers of a table, by ID, in the order of their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    /// Those that need attention, which come first.
    pub(super) attention: Vec<String>,
    pub(super) others: Vec<String>,
    listing: Listing,
}

/// Which rows are listed, and in which order. A different listing gives every row a new place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listing {
    pub(super) order: Order,
    /// Part of a name; empty if all rows are listed.
    pub(super) filter: String,
    /// The moment that is pinned, in seconds since 1970.
    pub(super) pinned: Option<f64>,
}

/// An element of the table's body. Rows are told apart by their index rather than by their container, because moving
/// rows when containers change places takes three times as long as updating the few visible rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The heading of those that need attention.
    Attention,
    /// The heading of the others.
    Others,
    /// The row at this index.
    Row(usize),
    /// The details of the open row.
    Detail,
}

impl Rows {
    /// Lists the rows of a moment. The culprit of the metric by which they are sorted comes first.
    pub(super) fn of(moment: Moment<'_>, listing: Listing) -> Self {
        let attention = Attention::of(moment);
        let first = listing.order.metric().filter(|_| !moment.is_past).and_then(|metric| moment.state.culprit(metric));
        let first = first.map(|culprit| culprit.id.as_str());
        let listed = || moment.rows().iter().filter(|row| listing.lists(row));
        let urgent = listing.order.sorted(listed().filter(|row| attention.needs(row)), first);
        let others = listing.order.sorted(listed().filter(|row| !attention.needs(row)), first);
        let ids = |rows: Vec<&ContainerStats>| rows.into_iter().map(|row| row.id.clone()).collect();
        Self { attention: ids(urgent), others: ids(others), listing }
    }

    /// Lists the rows of a later moment without moving any: new containers come last, and ended ones keep their place.
    pub(super) fn kept(&self, moment: Moment<'_>) -> Self {
        let mut kept = self.clone();
        for row in moment.rows().iter().filter(|row| self.listing.lists(row)) {
            if !kept.ids().any(|id| *id == row.id) {
                kept.others.push(row.id.clone());
            }
        }
        kept
    }

    /// Whether these rows were listed in this way.
    pub(super) fn is_of(&self, listing: &Listing) -> bool {
        self.listing == *listing
    }

    pub(super) fn len(&self) -> usize {
        self.attention.len() + self.others.len()
    }

    /// The ID of the container in the row at this index.
    pub(super) fn get(&self, index: usize) -> Option<&String> {
        self.attention.get(index).or_else(|| self.others.get(index.checked_sub(self.attention.len())?))
    }

    /// The elements of the table's body if the row of the container `open` is open. Without a row that needs attention,
    /// there are no headings.
    pub(super) fn places(&self, open: Option<&str>) -> Vec<Place> {
        let mut places = Vec::new();
        let begin_others = self.attention.len();
        for (index, id) in self.ids().enumerate() {
            if index == 0 && begin_others > 0 {
                places.push(Place::Attention);
            }
            if index == begin_others && index > 0 {
                places.push(Place::Others);
            }
            places.push(Place::Row(index));
            if open == Some(id) {
                places.push(Place::Detail);
            }
        }
        places
    }

    fn ids(&self) -> impl Iterator<Item = &String> {
        self.attention.iter().chain(&self.others)
    }
}

impl Listing {
    fn lists(&self, row: &ContainerStats) -> bool {
        has_part(row.name.as_bytes(), self.filter.trim().as_bytes())
    }
}

/// Whether `name` contains `part`, ignoring ASCII case.
fn has_part(name: &[u8], part: &[u8]) -> bool {
    part.is_empty() || name.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContainersStats;
    use crate::ui::live::{ContainersView, State};

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

    fn rows(state: &State, filter: &str) -> Rows {
        Rows::of(Moment::new(state, None), Listing { filter: filter.into(), ..Listing::default() })
    }

    #[test]
    fn those_that_need_attention_come_first_in_a_group_of_their_own() {
        let all = state(&[("a", Some(1.0)), ("broken", None), ("b", Some(2.0))]);
        let groups = |rows: Rows| (rows.attention.join(" "), rows.others.join(" "));
        assert_eq!(groups(rows(&all, "")), ("broken".into(), "b a".into()));
        assert_eq!(groups(rows(&all, " B ")), ("broken".into(), "b".into()), "filtered within groups");
        assert_eq!(rows(&all, "").get(2).map(String::as_str), Some("a"));
        assert_eq!(rows(&all, "").get(3), None);
    }

    #[test]
    fn a_filter_is_any_part_of_a_name() {
        let all = state(&[("Alpha", Some(1.0)), ("beta", Some(2.0))]);
        let found = |filter| rows(&all, filter).others.join(" ");
        assert_eq!([found(" ALP "), found("eta"), found("absent")], ["Alpha", "beta", ""]);
    }

    #[test]
    fn headings_stand_above_their_group_and_details_below_their_row() {
        use Place::{Attention, Detail, Others, Row};
        let all = state(&[("a", Some(1.0)), ("broken", None)]);
        assert_eq!(rows(&all, "").places(None), [Attention, Row(0), Others, Row(1)]);
        assert_eq!(rows(&all, "").places(Some("broken")), [Attention, Row(0), Detail, Others, Row(1)]);
        assert_eq!(rows(&all, "broken").places(Some("a")), [Attention, Row(0)], "details of a row that is not listed");
        assert_eq!(rows(&all, "a").places(Some("a")), [Row(0), Detail], "one group needs no heading");
    }

    #[test]
    fn rows_that_keep_their_places_let_new_ones_join_at_the_end() {
        let before = rows(&state(&[("a", Some(1.0)), ("b", Some(2.0))]), "");
        let later = state(&[("c", Some(9.0)), ("a", Some(3.0)), ("d", None)]);
        let kept = before.kept(Moment::new(&later, None));
        assert_eq!((kept.attention.len(), kept.others.join(" ")), (0, "b a c d".into()));
        assert!(kept.is_of(&Listing::default()));
        assert!(!kept.is_of(&Listing { filter: "a".into(), ..Listing::default() }));
    }
}
