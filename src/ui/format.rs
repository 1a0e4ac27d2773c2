//! Numbers as people read them. The header rounds percentages down, so that number and band agree: 89.9 is no 90.

use crate::model::{ContainersStats, Split};

/// What stands where there is no number.
pub(super) const UNKNOWN: &str = "–";

/// Whole percent, rounded down: `45%`.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or(UNKNOWN.into(), |value| format!("{}%", value.floor()))
}

/// Percent with its decimal: `45.2%`.
pub(super) fn percent_exact(value: Option<f64>) -> String {
    value.map_or(UNKNOWN.into(), |value| format!("{value:.1}%"))
}

/// GiB without a decimal that says nothing: `20`, `23.5`.
pub(super) fn gib(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Memory in the header's short form: `512M`, `1.0G`.
pub(super) fn memory_short(mib: Option<f64>) -> String {
    match mib {
        None => UNKNOWN.into(),
        Some(mib) if mib < 999.5 => format!("{mib:.0}M"),
        Some(mib) => format!("{:.1}G", mib / 1024.0),
    }
}

/// Memory with its unit: `512.2 MiB`, `1.28 GiB`.
pub(super) fn memory(mib: Option<f64>) -> String {
    match mib {
        None => UNKNOWN.into(),
        Some(mib) if mib < 999.95 => format!("{mib:.1} MiB"),
        Some(mib) => format!("{:.2} GiB", mib / 1024.0),
    }
}

/// A count and its noun: `1 agent`, `3 agents`.
pub(super) fn counted(count: u32, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// Whom the sums are of: `Agents`, or `Agents (9 of 11 measured)` where some are not in them.
pub(super) fn measured(stats: &ContainersStats, noun: &str) -> String {
    let (measured, running) = (stats.measured_count.unwrap_or(0), stats.running_count.unwrap_or(0));
    let part = if measured < running { format!(" ({measured} of {running} measured)") } else { String::new() };
    heading(noun) + &part
}

/// A part of a split. Where the containers were said to use more than the host, its numbers are about right only.
pub(super) fn split_part(split: &Split, text: String) -> String {
    if split.clamped { format!("≈ {text}") } else { text }
}

/// The noun for that many.
pub(super) fn plural(count: u32, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// The noun at the beginning of a heading: `Agents`. Only ASCII letters are raised: the tables for all others
/// would weigh more in the bundle than the rest of this file.
pub(super) fn heading(noun: &str) -> String {
    let mut heading = format!("{noun}s");
    if let Some(first) = heading.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    heading
}

/// An age: `18 s old`, `3 min old`.
pub(super) fn age(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    if seconds < 120 { format!("{seconds} s old") } else { format!("{} min old", seconds / 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_rounded_down_so_that_it_agrees_with_its_band() {
        assert_eq!(percent(Some(89.9)), "89%");
        assert_eq!(percent(Some(0.0)), "0%");
        assert_eq!(percent(None), "–");
        assert_eq!(percent_exact(Some(122.04)), "122.0%");
    }

    #[test]
    fn memory_has_a_unit_that_fits() {
        assert_eq!((gib(20.0), gib(23.5), gib(1536.0)), ("20".into(), "23.5".into(), "1536".into()));
        assert_eq!((memory_short(Some(512.2)), memory_short(Some(1024.5))), ("512M".into(), "1.0G".into()));
        assert_eq!((memory_short(Some(999.4)), memory_short(Some(999.6))), ("999M".into(), "1.0G".into()));
        assert_eq!((memory(Some(512.25)), memory(Some(1310.7))), ("512.2 MiB".into(), "1.28 GiB".into()));
        assert_eq!(memory(None), "–");
    }

    #[test]
    fn words() {
        assert_eq!((counted(1, "agent"), counted(0, "agent")), ("1 agent".into(), "0 agents".into()));
        assert_eq!(heading("container"), "Containers");
        assert_eq!((age(18.9), age(200.0)), ("18 s old".into(), "3 min old".into()));
    }
}
