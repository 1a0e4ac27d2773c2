//! Splits a series of samples wherever a sample is missing.

/// Splits a series into unbroken runs. Each value comes with its index and is clamped between 0 and `top`. Missing and
/// non-finite values leave gaps, which are neither bridged nor treated as zero.
pub(in crate::ui) fn runs(data: &[Option<f64>], top: f64) -> Vec<Vec<(usize, f64)>> {
    let point = |(slot, value): (usize, &Option<f64>)| {
        value.filter(|value| value.is_finite()).map(|value| (slot, value.max(0.0).min(top)))
    };
    let points: Vec<_> = data.iter().enumerate().map(point).collect();
    let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().flatten().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sample_breaks_the_line() {
        let data = [Some(1.0), Some(2.0), None, Some(f64::NAN), Some(300.0), None, Some(-5.0)];
        assert_eq!(runs(&data, 100.0), [vec![(0, 1.0), (1, 2.0)], vec![(4, 100.0)], vec![(6, 0.0)]]);
        assert!(runs(&[None, None], 100.0).is_empty());
        assert!(runs(&[], 100.0).is_empty());
    }
}
