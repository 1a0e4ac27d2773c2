//! Checks that the component's style sheet and class names cannot affect the page that embeds it.

use crate::tree::Tree;

const SHEET: &str = "style/component.css";

pub fn breaches(tree: &Tree, found: &mut Vec<String>) {
    let css = without_comments(&tree.files[SHEET]);
    for (selector, body) in rules(&css) {
        let sets_tokens_only = body.split(';').all(|line| line.trim().is_empty() || line.trim().starts_with("--ht-"));
        for selector in split_outside_parentheses(&selector) {
            if !is_the_components(&selector) && !sets_tokens_only {
                found.push(format!("{SHEET}: {selector:?} can match elements outside the component"));
            }
        }
        for class in names_after(&selector, '.').filter(|class| *class != "ht" && !class.starts_with("ht-")) {
            found.push(format!("{SHEET}: the class {class:?} lacks the prefix ht-"));
        }
    }
    for property in css.split("--").skip(1).filter(|rest| !rest.starts_with("ht-")) {
        found.push(format!(
            "{SHEET}: the property --{} lacks the prefix ht-",
            property.split([':', ')', ',']).next().unwrap_or("")
        ));
    }
    for container in css.split("@container ").skip(1).filter(|rest| !rest.starts_with("ht")) {
        let name = container.split_whitespace().next().unwrap_or("");
        found.push(format!("{SHEET}: the container {name:?} lacks the prefix ht-"));
    }
    for before in css.split("rem").filter(|before| before.ends_with(|c: char| c.is_ascii_digit())) {
        let length = before.rsplit([' ', '(']).next().unwrap_or("");
        found.push(format!("{SHEET}: {length}rem depends on the page's font size; use px or em"));
    }
    classes(tree, found);
}

/// Whether the selector matches only the component's elements. It must contain one of the component's classes outside
/// conditions such as `:has`, and after the last sibling combinator, if any.
fn is_the_components(selector: &str) -> bool {
    let mut text = selector.to_owned();
    for condition in [":has(", ":not(", ":nth-child("] {
        while let Some(begin) = text.find(condition) {
            text.replace_range(begin..closing(&text, begin + condition.len()), "");
        }
    }
    text.rsplit(['+', '~']).next().is_some_and(|last| last.contains(".ht"))
}

/// The index just after the parenthesis that closes the one before `begin`.
fn closing(text: &str, begin: usize) -> usize {
    let mut depth = 1;
    let end = text[begin..].find(|letter| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.map_or(text.len(), |end| begin + end + 1)
}

/// Checks that all class names in the views have the component's prefix.
fn classes(tree: &Tree, found: &mut Vec<String>) {
    for (file, text) in tree.files.iter().filter(|(file, _)| file.starts_with("src/ui")) {
        for (index, _) in text.match_indices("class=\"") {
            let value = text[index + 7..].split('"').next().unwrap_or("");
            for class in value.split_whitespace().filter(|class| *class != "ht" && !class.starts_with("ht-")) {
                found.push(format!("{file}: the class {class:?} lacks the prefix ht-"));
            }
        }
    }
}

fn without_comments(css: &str) -> String {
    css.split("/*")
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once("*/").map_or("", |(_, rest)| rest) })
        .collect()
}

/// The selector and declarations of every rule, including rules nested in `@media` and `@container`.
fn rules(css: &str) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    let mut rest = css;
    while let Some(open) = rest.find('{') {
        let prelude = rest[..open].rsplit(['}', ';']).next().unwrap_or("").trim().to_owned();
        rest = &rest[open + 1..];
        if !prelude.starts_with('@') {
            let body = rest.split('}').next().unwrap_or("");
            rules.push((prelude, body.to_owned()));
        }
    }
    rules
}

fn split_outside_parentheses(selector: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in selector.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("a part").push(letter);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

fn names_after(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let end =
        |rest: &str| rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
    text.split(mark)
        .skip(1)
        .map(move |rest| &rest[..end(rest)])
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}
