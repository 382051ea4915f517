//! Ranks as ranges: who can't be told apart is not ranked.

use super::difference::number;
use crate::count::Recommendations;

/// The share of false claims among those made, at most.
const FALSE_DISCOVERIES: f64 = 0.05;

/// The best and the worst rank that one of several may have, 1 for the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// 1 + how many are significantly better.
    pub low: usize,
    /// How many there are, less those that are significantly worse.
    pub high: usize,
}

/// The ranks of siblings by NPS. Every pair is compared; false discoveries over all pairs are held at 5 % (Benjamini
/// and Hochberg 1995). One without an answer is significantly better or worse than none.
pub fn ranks(siblings: &[Recommendations]) -> Vec<Rank> {
    let mut pairs = Vec::new();
    for (i, a) in siblings.iter().enumerate() {
        for (j, b) in siblings.iter().enumerate().skip(i + 1) {
            if let Some(difference) = a.compare(*b) {
                pairs.push((difference.p, if difference.z > 0.0 { (i, j) } else { (j, i) }));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = discoveries(pairs.iter().map(|(p, _)| *p).collect());
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

/// How many of these p-values, the least first, are told apart from chance with false discoveries held at 5 %.
pub(super) fn discoveries(sorted: Vec<f64>) -> usize {
    let all = number(sorted.len() as u64);
    let significant = (1_u64..).zip(sorted).filter(|(k, p)| *p <= FALSE_DISCOVERIES * number(*k) / all);
    significant.map(|(k, _)| k).max().and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
        Recommendations { promoters, passives, detractors }
    }

    #[test]
    fn who_can_not_be_told_apart_shares_a_range() {
        let ranks = ranks(&[answers(300, 50, 10), answers(295, 55, 12), answers(50, 50, 300)]);
        let range = |low, high| Rank { low, high };
        assert_eq!(ranks, [range(1, 2), range(1, 2), range(3, 3)]);
    }

    #[test]
    fn equals_are_not_ranked_and_one_alone_is_first() {
        assert_eq!(ranks(&[answers(10, 10, 10); 3]), [Rank { low: 1, high: 3 }; 3]);
        assert_eq!(ranks(&[answers(1, 0, 0)]), [Rank { low: 1, high: 1 }]);
        assert_eq!(ranks(&[]), []);
    }
}
