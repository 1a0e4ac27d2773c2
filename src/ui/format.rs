//! Formats numbers for people. The header rounds percentages down so that each number matches its severity:
//! 89.9 becomes 89, not 90.

use crate::model::{ContainersStats, Culprit, CulpritKind, DiskStats, EventKind, Split};

/// Shown in place of an unknown number.
pub(super) const UNKNOWN: &str = "–";

/// Spoken in place of the severity if the disk is read-only.
pub(super) const READ_ONLY: &str = "read-only";

/// The suffix for a disk's numbers: `, read-only`, or empty unless the disk is known to be read-only.
pub(super) fn read_only(disk: &DiskStats) -> &'static str {
    if disk.is_read_only() { ", read-only" } else { "" }
}

/// A non-negative number with one decimal: `45.2`. The standard library's float formatting would take up a twentieth of
/// the bundle.
pub(super) fn decimal(value: f64) -> String {
    let tenths = (value * 10.0).round() as u64;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A non-negative number with two decimals: `1.28`.
fn two_decimals(value: f64) -> String {
    let hundredths = (value * 100.0).round() as u64;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A percentage, rounded down to a whole number: `45%`. `None` gives [`UNKNOWN`].
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or(UNKNOWN.into(), |value| format!("{}%", value as u64))
}

/// A percentage with one decimal: `45.2%`. `None` gives [`UNKNOWN`].
pub(super) fn percent_exact(value: Option<f64>) -> String {
    value.map_or(UNKNOWN.into(), exact)
}

/// A known percentage with one decimal: `45.2%`.
pub(super) fn exact(percent: f64) -> String {
    decimal(percent) + "%"
}

/// A number with at most one decimal: `20`, `23.5`.
pub(super) fn short(value: f64) -> String {
    let text = decimal(value);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Memory in the short form for the header: `512M`, `1.0G`. `None` gives [`UNKNOWN`].
pub(super) fn memory_short(mib: Option<f64>) -> String {
    match mib {
        None => UNKNOWN.into(),
        Some(mib) if mib < 999.5 => format!("{}M", mib.round() as u64),
        Some(mib) => decimal(mib / 1024.0) + "G",
    }
}

/// Memory with its unit: `512.2 MiB`, `1.28 GiB`. `None` gives [`UNKNOWN`].
pub(super) fn memory(mib: Option<f64>) -> String {
    match mib {
        None => UNKNOWN.into(),
        Some(mib) if mib < 999.95 => decimal(mib) + " MiB",
        Some(mib) => two_decimals(mib / 1024.0) + " GiB",
    }
}

/// A memory limit with at most one decimal: `512 MiB`, `8 GiB`, `1.5 GiB`.
pub(super) fn memory_limit(mib: f64) -> String {
    if mib < 999.95 { short(mib) + " MiB" } else { short(mib / 1024.0) + " GiB" }
}

/// A CPU limit: `1 core`, `0.5 cores`.
pub(super) fn cores(cores: f64) -> String {
    let text = short(cores);
    if text == "1" { "1 core".into() } else { format!("{text} cores") }
}

/// The period that 60 samples span, which has as many minutes as an interval has seconds: `last 5 minutes`.
pub(super) fn span(interval_seconds: u32) -> String {
    match interval_seconds {
        1 => "last minute".into(),
        60 => "last hour".into(),
        minutes => format!("last {minutes} minutes"),
    }
}

/// The period that 60 samples span, in short: `5 min`.
pub(super) fn short_span(interval_seconds: u32) -> String {
    if interval_seconds == 60 { "1 h".into() } else { format!("{interval_seconds} min") }
}

/// The period that 60 samples span, as a heading: `Last 5 minutes`.
pub(super) fn heading_span(interval_seconds: u32) -> String {
    raised(span(interval_seconds))
}

/// A count with its noun: `1 agent`, `3 agents`.
pub(super) fn counted(count: u32, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// Which containers the totals cover: `Agents`, or `Agents (9 of 11 measured)` if some were not measured.
pub(super) fn measured(stats: &ContainersStats, noun: &str) -> String {
    let (measured, running) = (stats.measured_count.unwrap_or(0), stats.running_count.unwrap_or(0));
    let part = if measured < running { format!(" ({measured} of {running} measured)") } else { String::new() };
    heading(noun) + &part
}

/// Who is responsible: `agent-x`, `199 agents together`, `other processes`.
pub(super) fn culprit(culprit: &Culprit, noun: &str) -> String {
    match culprit.kind {
        CulpritKind::Container => culprit.name.clone(),
        CulpritKind::Containers => counted(culprit.count, noun) + " together",
        CulpritKind::Other => "other processes".into(),
    }
}

/// How long something has lasted: `40 s`, `2 min`, `3 h`, `5 d`.
pub(super) fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Text as part of markup, also within a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '"' => markup.push_str("&quot;"),
            _ => markup.push(character),
        }
    }
    markup
}

/// How often a container was restarted: `restarting`, `restarted once`, `restarted 4 times`.
pub(super) fn restarts(count: u32) -> String {
    match count {
        0 => "restarting".into(),
        1 => "restarted once".into(),
        _ => format!("restarted {count} times"),
    }
}

/// What happened to a container: `started`, `stopped`, `restarted`.
pub(super) fn event(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Started => "started",
        EventKind::Stopped => "stopped",
        EventKind::Restarted => "restarted",
    }
}

/// A part of a split, marked with `≈` if it may be off by more than a rounding error.
pub(super) fn split_part(split: &Split, text: String) -> String {
    if split.is_approximate() { format!("≈ {text}") } else { text }
}

/// The noun in the singular if `count` is 1, otherwise in the plural.
pub(super) fn plural(count: u32, noun: &str) -> String {
    if count == 1 {
        return noun.to_owned();
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| noun.ends_with(end));
    format!("{noun}{}", if hisses { "es" } else { "s" })
}

/// The plural noun as a heading: `Agents`. Only ASCII letters are capitalized, because Unicode case tables would add
/// more to the bundle than the rest of this file.
pub(super) fn heading(noun: &str) -> String {
    raised(plural(0, noun))
}

/// The text with its first letter as a capital if it is an ASCII letter.
pub(super) fn raised(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A heading with its first letter in lower case, for use within a sentence: `agents`.
pub(super) fn lowered(heading: &str) -> String {
    let mut text = heading.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// How much of a resource is used: `12.5 of 20.0 GiB used`.
pub(super) fn used_of(used_gb: f64, total_gb: f64) -> String {
    format!("{} of {} GiB used", decimal(used_gb), decimal(total_gb))
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
        assert_eq!((short(20.0), short(23.5), short(1536.0)), ("20".into(), "23.5".into(), "1536".into()));
        assert_eq!((memory_short(Some(512.2)), memory_short(Some(1024.5))), ("512M".into(), "1.0G".into()));
        assert_eq!((memory_short(Some(999.4)), memory_short(Some(999.6))), ("999M".into(), "1.0G".into()));
        assert_eq!((memory(Some(512.2)), memory(Some(1310.7))), ("512.2 MiB".into(), "1.28 GiB".into()));
        assert_eq!(memory(None), "–");
    }

    #[test]
    fn limits_have_no_decimal_that_says_nothing() {
        assert_eq!((memory_limit(512.0), memory_limit(8192.0)), ("512 MiB".into(), "8 GiB".into()));
        assert_eq!(memory_limit(1536.0), "1.5 GiB");
        assert_eq!((cores(1.0), cores(0.5), cores(12.0)), ("1 core".into(), "0.5 cores".into(), "12 cores".into()));
    }

    #[test]
    fn spans_follow_the_interval() {
        assert_eq!(
            (heading_span(1), heading_span(5), span(60)),
            ("Last minute".into(), "Last 5 minutes".into(), "last hour".into())
        );
    }

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(escaped("<img src=\"x\">&amp;"), "&lt;img src=&quot;x&quot;>&amp;amp;");
    }

    #[test]
    fn words() {
        assert_eq!((counted(1, "agent"), counted(0, "agent")), ("1 agent".into(), "0 agents".into()));
        assert_eq!((heading("container"), heading("process")), ("Containers".into(), "Processes".into()));
        assert_eq!((duration(18.9), duration(200.0)), ("18 s".into(), "3 min".into()));
        assert_eq!((duration(7300.0), duration(260_000.0)), ("2 h".into(), "3 d".into()));
    }
}
