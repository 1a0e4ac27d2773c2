//! Units and rounding. Values are computed as `f64` and rounded only once, at the end.

/// Bytes in a GiB, the unit of every `_gb` field.
pub const GIB: f64 = 1_073_741_824.0;

/// Bytes in a MiB, the unit of every `_mb` field.
pub const MIB: f64 = 1_048_576.0;

/// Rounds to one decimal in the same way as Python's `round(x, 1)`, so the results match those of psutil.
///
/// Formatting and parsing the number is deliberate: this rounds the exact binary value, with ties to even, whereas
/// `(x * 10.0).round() / 10.0` would turn 0.25 into 0.3.
pub fn round1(value: f64) -> f64 {
    format!("{value:.1}").parse().unwrap_or(value)
}

/// `part` as a percentage of `whole`, clamped to 0 to 100; `None` if `whole` is not positive.
pub fn percent_of(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| (100.0 * part / whole).clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_python_does() {
        let cases = [(0.25, 0.2), (0.35, 0.3), (49.95, 50.0), (2.5, 2.5), (0.05, 0.1), (99.94, 99.9)];
        for (value, rounded) in cases {
            assert_eq!(round1(value), rounded, "round1({value})");
        }
    }

    #[test]
    fn a_share_of_nothing_is_unknown_and_never_leaves_its_range() {
        assert_eq!(percent_of(1.0, 0.0), None);
        assert_eq!(percent_of(3.0, 2.0), Some(100.0));
        assert_eq!(percent_of(-1.0, 2.0), Some(0.0));
        assert_eq!(percent_of(f64::NAN, f64::NAN), None);
    }
}
