//! Severity: the bands that decide color, ticks and words.

/// The band of a utilization in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Below 50: green.
    Normal,
    /// From 50: yellow.
    Raised,
    /// From 75: orange.
    High,
    /// From 90: red.
    Critical,
}

impl Severity {
    /// Where [`High`](Self::High) begins, in percent.
    pub const HIGH_FROM: f64 = 75.0;

    /// Where [`Critical`](Self::Critical) begins, in percent.
    pub const CRITICAL_FROM: f64 = 90.0;

    /// The band of `percent`, which has one decimal and is not yet rounded for display.
    pub fn of(percent: f64) -> Self {
        if percent >= Self::CRITICAL_FROM {
            Self::Critical
        } else if percent >= Self::HIGH_FROM {
            Self::High
        } else if percent >= 50.0 {
            Self::Raised
        } else {
            Self::Normal
        }
    }

    /// The band as a word, also the suffix of its CSS class.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Raised => "raised",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_at_50_75_and_90() {
        let bands = [
            (0.0, Severity::Normal),
            (49.9, Severity::Normal),
            (50.0, Severity::Raised),
            (74.9, Severity::Raised),
            (75.0, Severity::High),
            (89.9, Severity::High),
            (90.0, Severity::Critical),
            (100.0, Severity::Critical),
        ];
        for (percent, band) in bands {
            assert_eq!(Severity::of(percent), band, "{percent}");
        }
    }
}
