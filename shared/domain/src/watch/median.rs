//! The median, which no single store and no single day can move far.

/// The value in the middle, or the mean of the two there; none of nothing. The values are put in another order.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| is_even);
    Some(f64::midpoint(lower.unwrap_or(*upper), *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_in_the_middle_or_between_the_two_there() {
        assert_eq!(median(&mut [7.0, -1.0, 3.0]), Some(3.0));
        assert_eq!(median(&mut [7.0, -1.0, 3.0, 4.0]), Some(3.5));
        assert_eq!(median(&mut [2.0]), Some(2.0));
        assert_eq!(median(&mut []), None);
    }
}
