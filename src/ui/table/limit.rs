//! How much of its limits a container uses.

use crate::model::{ContainerStats, Severity, percent_of};
use crate::ui::format;

/// CPU usage as a percentage of the CPU limit; `None` if either is unknown or there is no limit.
pub(super) fn cpu_percent(row: &ContainerStats) -> Option<f64> {
    percent_of(row.cpu?, row.cpu_limit_cores? * 100.0)
}

/// The percentage to sort by: of the memory limit or, if there is only a CPU limit, of that.
pub(super) fn percent(row: &ContainerStats) -> Option<f64> {
    if row.memory_limit_mb.is_some() { row.memory_limit_percent() } else { cpu_percent(row) }
}

/// The size of each limit: memory, CPU. `no limit` only if it is known that there is none.
pub(super) fn sizes(row: &ContainerStats) -> [String; 2] {
    let none = if row.limits_known == Some(true) { "no limit" } else { format::UNKNOWN };
    let text = |size: Option<String>| size.unwrap_or_else(|| none.into());
    [text(row.memory_limit_mb.map(format::memory_limit)), text(row.cpu_limit_cores.map(format::cores))]
}

/// The column as markup: `86%` with its severity, and ` · 256 MiB`, which is left out where there is no room; or only what
/// is known. The tooltip has both limits.
pub(super) fn markup(row: &ContainerStats) -> String {
    let [memory, cores] = sizes(row);
    let has_limit = row.memory_limit_mb.is_some() || row.cpu_limit_cores.is_some();
    let size = if row.memory_limit_mb.is_none() && has_limit { cores } else { memory };
    let (class, text) = match percent(row) {
        Some(percent) => {
            let class = match Severity::of(percent) {
                Severity::Normal | Severity::Raised => "",
                Severity::High => " ht-is-high",
                Severity::Critical => " ht-is-critical",
            };
            (class, format!("{}<span class=\"ht-size\">\u{a0}· {size}</span>", format::percent(Some(percent))))
        }
        None => (if has_limit { "" } else { " ht-is-none" }, size),
    };
    let [memory, cores] = words(row);
    format!("<span class=\"ht-cell{class}\" title=\"Memory limit: {memory}\nCPU limit: {cores}\">{text}</span>")
}

/// Both limits in words, for the tooltip and the opened row: memory, CPU.
pub(super) fn words(row: &ContainerStats) -> [String; 2] {
    let of = |percent: Option<f64>, size: String| match percent {
        Some(percent) => format!("{} of {size}", format::percent(Some(percent))),
        None => size,
    };
    let [memory, cores] = sizes(row);
    [of(row.memory_limit_percent(), memory), of(cpu_percent(row), cores)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text and the suffix of the class.
    fn parts(row: &ContainerStats) -> (String, String) {
        let markup = markup(row).replace("<span class=\"ht-size\">", "").replace("</span>", "");
        let (class, text) = markup.split_once("\">").expect("an element");
        let class = class.split('"').nth(1).expect("a class");
        (text.into(), class.replace("ht-cell", "").replace(" ht-is-", ""))
    }

    #[test]
    fn a_limit_is_a_percentage_with_a_severity() {
        let row = |used: f64| ContainerStats {
            memory_mb: Some(used),
            memory_limit_mb: Some(256.0),
            ..ContainerStats::sample("a")
        };
        assert_eq!(parts(&row(100.0)), ("39%\u{a0}· 256 MiB".into(), String::new()));
        assert_eq!(parts(&row(192.0)), ("75%\u{a0}· 256 MiB".into(), "high".into()));
        assert_eq!(parts(&row(253.9)), ("99%\u{a0}· 256 MiB".into(), "critical".into()));
        let unmeasured = ContainerStats { memory_mb: None, ..row(0.0) };
        assert_eq!(parts(&unmeasured), ("256 MiB".into(), String::new()));
        let only_cpu =
            ContainerStats { cpu: Some(45.0), cpu_limit_cores: Some(1.5), memory_limit_mb: None, ..row(100.0) };
        assert_eq!(parts(&only_cpu), ("30%\u{a0}· 1.5 cores".into(), String::new()));
        assert_eq!(words(&only_cpu), ["no limit".to_owned(), "30% of 1.5 cores".into()]);
    }

    #[test]
    fn what_was_not_read_is_not_said_to_be_unlimited() {
        let row = ContainerStats { memory_mb: Some(100.0), cpu: Some(3.0), ..ContainerStats::sample("a") };
        assert_eq!(parts(&row), ("no limit".into(), "none".into()));
        for limits_known in [Some(false), None] {
            let unread = ContainerStats { limits_known, ..row.clone() };
            assert_eq!(parts(&unread), ("–".into(), "none".into()));
            assert_eq!(words(&unread), ["–", "–"]);
        }
    }
}
