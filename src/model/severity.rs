//! The severity of a utilization, which determines colors, tick marks and wording.

/// The severity of a utilization, determined by ranges of percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Below 50 percent: green.
    Normal,
    /// From 50 percent: yellow.
    Raised,
    /// From 75 percent: orange.
    High,
    /// From 90 percent: red.
    Critical,
}

impl Severity {
    /// Where [`High`](Self::High) begins, in percent.
    pub const HIGH_FROM: f64 = 75.0;

    /// Where [`Critical`](Self::Critical) begins, in percent.
    pub const CRITICAL_FROM: f64 = 90.0;

    /// The severity of `percent`, which should have one decimal rather than being rounded to an integer for display.
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

    /// The severity as a word, which is also the suffix of its CSS class.
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
