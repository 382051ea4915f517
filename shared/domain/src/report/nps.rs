//! The net promoter score and its interval.

use super::{Difference, Z, difference::number};
use crate::count::Recommendations;

/// A score on −100 to 100 with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nps {
    /// 100 (P − D): what was answered.
    pub score: f64,
    /// 100 c: the centre of the interval, drawn towards 0 as few answers demand.
    pub adjusted: f64,
    /// The lower end of the 95 % interval, −100 at least.
    pub low: f64,
    /// The upper end of the 95 % interval, 100 at most.
    pub high: f64,
    /// Half the interval's width before it is clamped.
    pub half_width: f64,
}

impl Recommendations {
    /// The score and its interval; none without an answer.
    ///
    /// Adjusted Wald (Rocks 2016, arXiv 1601.07235; the ¾ variant that MeasuringU describes): three answers are
    /// added, ¾ of a promoter and ¾ of a detractor among them. The plain Wald interval has width zero when all
    /// agree.
    pub fn nps(self) -> Option<Nps> {
        if self.n() == 0 {
            return None;
        }
        let (centre, variance) = self.adjusted();
        let half_width = Z * (variance / (number(self.n()) + 3.0)).sqrt();
        Some(Nps {
            score: 100.0 * (number(self.promoters) - number(self.detractors)) / number(self.n()),
            adjusted: 100.0 * centre,
            low: (100.0 * (centre - half_width)).max(-100.0),
            high: (100.0 * (centre + half_width)).min(100.0),
            half_width: 100.0 * half_width,
        })
    }

    /// Whether this score differs from another by more than chance explains; none when either has no answer.
    pub fn compare(self, other: Self) -> Option<Difference> {
        let (a, b) = (self.nps()?, other.nps()?);
        let ((c1, v1), (c2, v2)) = (self.adjusted(), other.adjusted());
        let se = (v1 / (number(self.n()) + 3.0) + v2 / (number(other.n()) + 3.0)).sqrt();
        // On the scale of the score.
        Some(Difference::new(a.score - b.score, 100.0 * (c1 - c2), 100.0 * se))
    }

    /// The centre c and the variance v of one answer, on the scale −1 to 1.
    fn adjusted(self) -> (f64, f64) {
        let n = number(self.n()) + 3.0;
        let promoters = (number(self.promoters) + 0.75) / n;
        let detractors = (number(self.detractors) + 0.75) / n;
        let centre = promoters - detractors;
        (centre, promoters + detractors - centre * centre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Histogram;

    fn answers(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
        Recommendations { promoters, passives, detractors }
    }

    #[test]
    fn the_interval_agrees_with_the_published_figures() {
        let golden = [
            ((95, 95, 60), 14.0, 13.8340, 4.2937, 23.3743),
            ((30, 15, 5), 50.0, 47.1698, 28.7881, 65.5516),
            ((10, 10, 10), 0.0, 0.0, -27.5393, 27.5393),
            ((5, 0, 0), 100.0, 62.5, 17.4915, 100.0), // 107.5085 before clamping
            ((0, 10, 0), 0.0, 0.0, -18.4650, 18.4650),
            ((291, 476, 395), -8.9501, -8.9270, -13.3084, -4.5457),
        ];
        for ((promoters, passives, detractors), score, adjusted, low, high) in golden {
            let nps = answers(promoters, passives, detractors).nps().unwrap();
            for (figure, expected) in [(nps.score, score), (nps.adjusted, adjusted), (nps.low, low), (nps.high, high)] {
                assert!((figure - expected).abs() < 1e-4, "{figure} is not {expected}");
            }
        }
    }

    #[test]
    fn two_scores_are_compared_by_their_adjusted_variances() {
        let change = answers(30, 15, 5).compare(answers(20, 15, 15)).unwrap();
        assert!((change.z - 2.566_300).abs() < 1e-6 && (change.p - 0.010_279).abs() < 1e-6 && change.distinguishable);
    }

    #[test]
    fn no_answers_have_no_score() {
        assert_eq!(answers(0, 0, 0).nps(), None);
        assert_eq!(answers(0, 0, 0).compare(answers(1, 1, 1)), None);
    }

    #[test]
    fn nine_and_ten_promote_and_six_and_less_detract() {
        let histogram: Histogram = (0..=10).map(|answer| (answer, 1)).collect();
        assert_eq!(Recommendations::from(&histogram), answers(2, 2, 7));
    }
}
