//! Ranks as ranges: stores that can't be shown to differ are not ranked.

use super::{
    Z,
    days::Widening,
    difference::{Difference, LEVEL, two_sided_p},
    nps::{day_factor, sum},
};
use crate::{count::Recommendations, number};

/// The best and the worst rank that one of several may have, 1 for the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// 1 + how many are significantly better.
    pub low: usize,
    /// How many there are, less those that are significantly worse.
    pub high: usize,
}

/// The ranks of siblings by NPS, of each the answers by day. Every pair is compared; false discoveries over all pairs
/// are kept to 5 % (Benjamini and Hochberg 1995). How their days vary is found from all together. One without an answer
/// is significantly better or worse than none.
pub fn ranks(siblings: &[Vec<Recommendations>]) -> Vec<Rank> {
    let (widening, more) = Widening::of_siblings(&siblings.iter().map(|days| day_factor(days)).collect::<Vec<_>>());
    // Of each the centre and the square of its error; none without an answer.
    let known = siblings.iter().zip(more).map(|(days, more)| {
        let (centre, error_squared) = sum(days).centre_and_error()?;
        Some((centre, more * error_squared))
    });
    let known: Vec<Option<(f64, f64)>> = known.collect();
    let (mut pairs, mut compared) = (Vec::new(), 0);
    for (i, a) in known.iter().enumerate() {
        for (j, b) in known.iter().enumerate().skip(i + 1) {
            let Some(((a, error_a), (b, error_b))) = a.zip(*b) else { continue };
            compared += 1;
            let (difference, error_squared) = (a - b, widening.factor * (error_a + error_b));
            // A pair that does not differ alone does not among many either. Most are such, and their p is not worked
            // out.
            if difference * difference > Z * Z * error_squared {
                let z = widening.degrees.normal(difference / error_squared.sqrt());
                pairs.push((two_sided_p(z), if z > 0.0 { (i, j) } else { (j, i) }));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = discoveries(pairs.iter().map(|(p, _)| *p), compared);
    let mut ranks = vec![Rank { low: 1, high: siblings.len() }; siblings.len()];
    for (_, (better, worse)) in pairs.iter().take(count) {
        if let Some(rank) = ranks.get_mut(*worse) {
            rank.low += 1;
        }
        if let Some(rank) = ranks.get_mut(*better) {
            rank.high -= 1;
        }
    }
    ranks
}

/// How many of these p-values, the least first, differ from chance, with false discoveries kept at 5 % over `all`
/// tests. The other tests have larger ones.
pub(super) fn discoveries(sorted: impl Iterator<Item = f64>, all: u64) -> usize {
    let significant = (1_u64..).zip(sorted).filter(|(k, p)| *p <= LEVEL * number(*k) / number(all));
    significant.map(|(k, _)| k).max().and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// Leaves only those of these differences distinguishable that are so with false discoveries kept at 5 % over all.
pub(super) fn only_discoveries<'a>(differences: impl Iterator<Item = &'a mut Difference>) {
    let mut all: Vec<&mut Difference> = differences.collect();
    all.sort_by(|a, b| a.p.total_cmp(&b.p));
    let count = discoveries(all.iter().map(|difference| difference.p), all.len() as u64);
    all.into_iter().skip(count).for_each(|difference| difference.distinguishable = false);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(promoters: u64, passives: u64, detractors: u64) -> Vec<Recommendations> {
        vec![Recommendations { promoters, passives, detractors }]
    }

    #[test]
    fn who_can_not_be_told_apart_shares_a_range() {
        let ranks = ranks(&[answers(300, 50, 10), answers(295, 55, 12), answers(50, 50, 300)]);
        let range = |low, high| Rank { low, high };
        assert_eq!(ranks, [range(1, 2), range(1, 2), range(3, 3)]);
    }

    #[test]
    fn stores_whose_days_are_good_and_bad_are_not_ranked_by_them() {
        // Each has bad days. By independent guests the two would differ.
        let days = |[good, bad]: [u64; 2]| -> Vec<Recommendations> {
            (0..10).flat_map(|day| answers(if day < 6 { good } else { bad }, 5, if day < 6 { 2 } else { 25 })).collect()
        };
        let (a, b) = (days([30, 12]), days([22, 4]));
        let range = |low, high| Rank { low, high };
        assert_eq!(ranks(&[vec![sum(&a)], vec![sum(&b)]]), [range(1, 1), range(2, 2)]);
        assert_eq!(ranks(&[a, b]), [range(1, 2); 2]);
    }

    #[test]
    fn equals_are_not_ranked_and_one_alone_is_first() {
        assert_eq!(ranks(&[(); 3].map(|()| answers(10, 10, 10))), [Rank { low: 1, high: 3 }; 3]);
        assert_eq!(ranks(&[answers(1, 0, 0)]), [Rank { low: 1, high: 1 }]);
        assert_eq!(ranks(&[]), []);
    }
}
