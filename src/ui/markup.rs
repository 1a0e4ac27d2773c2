//! Markup that changes in place.
//!
//! As views, every kind of element would need its own code, and every text a subscription. Markup needs neither, but
//! replacing it runs the browser's parser and discards selection and focus inside it. [`Markup`] writes only the values
//! that have changed. It belongs to the bundle's second file, so the header does not use it.

use leptos::prelude::*;
use leptos::tachys::html::element::{InnerHtml, InnerHtmlValue, inner_html};
use leptos::tachys::reactive_graph::ReactiveFunction;
use leptos::web_sys::Element;
use leptos::web_sys::wasm_bindgen::JsCast;

/// What a tree walker visits, as the DOM's `NodeFilter` numbers it.
const ELEMENTS_AND_TEXTS: u32 = 1 | 4;

/// An element's contents as HTML. When it changes, texts and the values of attributes are replaced in place. If it has
/// other elements than before, or a text where there was none, all of it is replaced.
///
/// The values of attributes are in double quotes, and texts from outside are [escaped](super::format::escaped).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Markup(pub(super) String);

/// The attribute for an element whose contents follow a signal.
pub(super) fn markup(text: Signal<String>) -> InnerHtml<impl ReactiveFunction<Output = Markup>> {
    inner_html(move || Markup(text.get()))
}

impl InnerHtmlValue for Markup {
    type AsyncOutput = Self;
    type State = (Element, String);
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        self.0.len()
    }

    fn to_html(self, buffer: &mut String) {
        buffer.push_str(&self.0);
    }

    fn to_template(_: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, element: &Element) -> Self::State {
        (element.clone(), self.0)
    }

    fn build(self, element: &Element) -> Self::State {
        element.set_inner_html(&self.0);
        (element.clone(), self.0)
    }

    fn rebuild(self, state: &mut Self::State) {
        let (element, before) = state;
        if self.0 != *before {
            if patch(element, before, &self.0).is_none() {
                element.set_inner_html(&self.0);
            }
            *before = self.0;
        }
    }

    fn into_cloneable(self) -> Self::Cloneable {
        self
    }

    fn into_cloneable_owned(self) -> Self::CloneableOwned {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self
    }
}

/// Changes the values in which an element's markup differs from what it was. `None` if that is not possible, also if
/// something else has changed a text.
fn patch(element: &Element, before: &str, now: &str) -> Option<()> {
    let changes = changes(before, now)?;
    let walker = document().create_tree_walker_with_what_to_show(element, ELEMENTS_AND_TEXTS).ok()?;
    let (mut node, mut visited) = (None, 0);
    for Change { place, attribute, old, value } in changes {
        while visited < place {
            node = walker.next_node().ok()?;
            visited += 1;
        }
        let (node, value) = (node.as_ref()?, unescaped(value));
        if attribute.is_empty() {
            // An extension of the browser may have added elements around texts.
            (node.node_value()? == unescaped(old)).then(|| node.set_node_value(Some(&value)))?;
        } else {
            node.dyn_ref::<Element>()?.set_attribute(attribute, &value).ok()?;
        }
    }
    Some(())
}

/// A value that differs.
#[derive(Debug, PartialEq, Eq)]
struct Change<'a> {
    /// Which node it belongs to: elements and texts are counted in the order of the markup, from 1.
    place: usize,
    /// The attribute's name; empty for a text.
    attribute: &'a str,
    /// The value before; escaped.
    old: &'a str,
    /// The value now; escaped.
    value: &'a str,
}

/// The values in which two pieces of markup differ; `None` if they do not have the same elements, attributes and texts.
fn changes<'a>(mut before: &'a str, mut now: &'a str) -> Option<Vec<Change<'a>>> {
    let mut changes = Vec::new();
    let mut place = 0;
    let mut compare = |place, attribute, old, value| {
        if old != value {
            changes.push(Change { place, attribute, old, value });
        }
    };
    loop {
        let (old, text) = (take(&mut before, b"<"), take(&mut now, b"<"));
        // An empty text has no node.
        (old.is_empty() == text.is_empty()).then_some(())?;
        place += usize::from(!text.is_empty());
        compare(place, "", old, text);
        if now.is_empty() {
            return before.is_empty().then_some(changes);
        }
        place += usize::from(!now.starts_with("</"));
        loop {
            let (old, tag) = (take(&mut before, b"\">"), take(&mut now, b"\">"));
            (old == tag && before.bytes().next() == now.bytes().next()).then_some(())?;
            let is_value = now.starts_with('"');
            (before, now) = (before.get(1..)?, now.get(1..)?);
            if !is_value {
                break;
            }
            let (old, value) = (take(&mut before, b"\""), take(&mut now, b"\""));
            (before, now) = (before.get(1..)?, now.get(1..)?);
            let name = tag.bytes().rposition(|byte| byte == b' ').map_or(0, |space| space + 1);
            compare(place, tag.get(name..tag.len().checked_sub(1)?)?, old, value);
        }
    }
}

/// Takes what stands before the first of these characters, or everything.
fn take<'a>(text: &mut &'a str, ends: &[u8]) -> &'a str {
    let end = text.bytes().position(|byte| ends.contains(&byte)).unwrap_or(text.len());
    let (taken, rest) = text.split_at(end);
    *text = rest;
    taken
}

/// The text that was [escaped](super::format::escaped).
fn unescaped(mut markup: &str) -> String {
    let mut text = String::new();
    loop {
        text += take(&mut markup, b"&");
        let entity = take(&mut markup, b";");
        // Each begins with a letter of its own.
        text.push(match entity.as_bytes().get(1) {
            Some(b'l') => '<',
            Some(b'q') => '"',
            Some(_) => '&',
            None => return text,
        });
        markup = markup.get(1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::format::escaped;

    fn change<'a>(place: usize, attribute: &'a str, old: &'a str, value: &'a str) -> Change<'a> {
        Change { place, attribute, old, value }
    }

    #[test]
    fn values_change_in_place() {
        let before = "<svg class=\"a\"><rect width=\"1\" height=\"4\"/></svg>then <b>12</b> of 20";
        let now = "<svg class=\"a\"><rect width=\"1\" height=\"5.5\"/></svg>then <b>13</b> of 24 €";
        let expected =
            [change(2, "height", "4", "5.5"), change(5, "", "12", "13"), change(6, "", " of 20", " of 24 €")];
        assert_eq!(changes(before, now), Some(expected.into()));
        assert_eq!(changes(now, now), Some(Vec::new()));
        assert_eq!(changes("one", "two"), Some(vec![change(1, "", "one", "two")]));
        assert_eq!(
            changes("<p title=\"a > b\">&lt;x</p>", "<p title=\"\">y</p>"),
            Some(vec![change(1, "title", "a > b", ""), change(2, "", "&lt;x", "y")])
        );
    }

    #[test]
    fn another_structure_is_replaced() {
        for (before, now) in [
            ("", "<b>x</b>"),
            ("<b>x</b>", ""),
            ("<b>x</b>", "<i>x</i>"),
            ("<b>x</b>", "<b>x</b><b>y</b>"),
            ("<b></b>", "<b>x</b>"),
            ("<b>x</b>", "<b></b>"),
            ("<b class=\"a\">x</b>", "<b>x</b>"),
            ("<b class=\"a\">x</b>", "<b title=\"a\">x</b>"),
            ("<b class=\"", "<b class=\"x"),
            ("<b a=\"b\"\"c\">", "<b a=\"b\"\"d\">"),
            ("<b", "<b c"),
            ("<b ", "<b "),
        ] {
            assert_eq!(changes(before, now), None, "{before} -> {now}");
        }
    }

    #[test]
    fn what_is_escaped_can_be_read_back() {
        for text in ["", "plain", "<b title=\"a & b\">&lt;&amp;amp;</b>", "&", "€ & \u{1f680}"] {
            let markup = escaped(text);
            assert!(!markup.contains(['<', '"']), "{markup}");
            assert_eq!(unescaped(&markup), text);
        }
    }
}
