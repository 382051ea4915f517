//! The net promoter score and its interval.

use super::{DayFactor, Difference, Z, days::Widening};
use crate::{count::Recommendations, number};

/// How many answers are added before the uncertainty is worked out, one of them a promoter and the other a detractor.
const ADDED: f64 = 2.0;

/// The largest difference of two scores: all promote here, all detract there.
pub(crate) const LARGEST: f64 = 200.0;

/// A score on −100 to 100 with its uncertainty. The score is always within its interval.
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
    /// A score is the difference of two proportions of the same guests. Its interval is that of Bonett and Price 2012
    /// for such a difference: one promoter and one detractor are added. The plain Wald interval has width zero when all
    /// agree.
    ///
    /// The score as answered is at most √((n + 2)/(n + 1)) standard errors from the centre, √1.5 for one guest. So it
    /// is within 1.96 of them.
    pub fn nps(self) -> Option<Nps> {
        self.widened(Widening::NONE)
    }

    fn widened(self, widening: Widening) -> Option<Nps> {
        if self.n() == 0 {
            return None;
        }
        let centre = self.centre();
        let half_width = Z * self.error_squared().sqrt() * widening.of_width();
        Some(Nps {
            score: 100.0 * (number(self.promoters) - number(self.detractors)) / number(self.n()),
            adjusted: 100.0 * centre,
            low: (100.0 * (centre - half_width)).max(-100.0),
            high: (100.0 * (centre + half_width)).min(100.0),
            half_width: 100.0 * half_width,
        })
    }

    /// The shares of promoters and detractors, adjusted.
    fn shares(self) -> (f64, f64) {
        let n = number(self.n()) + ADDED;
        ((number(self.promoters) + ADDED / 2.0) / n, (number(self.detractors) + ADDED / 2.0) / n)
    }

    /// The centre c of the interval, on the scale −1 to 1.
    fn centre(self) -> f64 {
        let (promoters, detractors) = self.shares();
        promoters - detractors
    }

    /// v/n′: the square of the standard error of c, if guests are independent.
    pub(super) fn error_squared(self) -> f64 {
        let (promoters, detractors) = self.shares();
        (promoters + detractors - self.centre() * self.centre()) / (number(self.n()) + ADDED)
    }

    /// The figures that siblings are compared by: the centre, and the square of its error. None without an answer.
    pub(crate) fn centre_and_error(self) -> Option<(f64, f64)> {
        (self.n() > 0).then(|| (self.centre(), self.error_squared()))
    }

    /// These answers less some of them.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self {
            promoters: self.promoters.saturating_sub(part.promoters),
            passives: self.passives.saturating_sub(part.passives),
            detractors: self.detractors.saturating_sub(part.detractors),
        }
    }

    /// The mean answer, on the scale −1 to 1.
    pub(super) fn mean(self) -> f64 {
        (number(self.promoters) - number(self.detractors)) / number(self.n())
    }

    /// The variance of one answer, as answered.
    pub(super) fn variance(self) -> f64 {
        number(self.promoters + self.detractors) / number(self.n()) - self.mean() * self.mean()
    }
}

/// All answers of some days.
pub(super) fn sum(days: &[Recommendations]) -> Recommendations {
    days.iter().fold(Recommendations::default(), |all, day| all.and(*day))
}

/// How the scores of days vary; none with answers on fewer than five.
pub(super) fn day_factor(days: &[Recommendations]) -> Option<DayFactor> {
    let answered: Vec<(f64, u64)> =
        days.iter().map(|day| (number(day.promoters) - number(day.detractors), day.n())).collect();
    DayFactor::of(&answered, sum(days).variance())
}

/// The score of some days, each with its answers. Where days vary more than independent guests would make them, its
/// interval is as much wider.
pub fn nps_over(days: &[Recommendations]) -> Option<Nps> {
    sum(days).widened(Widening::of_one(day_factor(days)))
}

/// Whether the scores of two windows differ by more than chance and good or bad days explain; none when either has no
/// answer. Of each the answers by day. On −200 to 200.
///
/// Each score is at most √1.5 of its own standard errors from its centre. So the difference as answered is at most
/// √3 standard errors of a difference from the adjusted one, and within 1.96. When p is below 5 %, both are on the
/// same side of 0.
pub fn compare_over(now: &[Recommendations], before: &[Recommendations]) -> Option<Difference> {
    let factors = [day_factor(now), day_factor(before)];
    compare(sum(now), sum(before), Widening::pooled(factors.into_iter().flatten()))
}

/// The same of answers in all, whose error is widened as is known.
pub(super) fn compare(a: Recommendations, b: Recommendations, widening: Widening) -> Option<Difference> {
    let difference = a.nps()?.score - b.nps()?.score;
    let se = (widening.factor * (a.error_squared() + b.error_squared())).sqrt();
    let adjusted = a.centre() - b.centre();
    // On the scale of the score.
    Some(Difference::new(difference, 100.0 * adjusted, 100.0 * se, widening.degrees, LARGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Histogram;

    impl Recommendations {
        /// On one day each.
        fn compare(self, other: Self) -> Option<Difference> {
            compare_over(&[self], &[other])
        }
    }

    fn answers(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
        Recommendations { promoters, passives, detractors }
    }

    /// Every way in which one to `most` guests can answer.
    fn all(most: u64) -> impl Iterator<Item = Recommendations> {
        (1..=most).flat_map(|n| {
            (0..=n).flat_map(move |promoters| {
                (0..=n - promoters).map(move |detractors| answers(promoters, n - promoters - detractors, detractors))
            })
        })
    }

    // The second edition of the statistics: these replace the first's, which added ¾ of a promoter and ¾ of a detractor
    // among three answers.
    #[test]
    fn the_interval_is_that_of_bonett_and_price() {
        // Worked out apart; the ends before they are cut off at −100 and 100.
        let golden = [
            ((95, 95, 60), 14.0, 13.888_888_889, 4.295_596_743, 23.482_181_035),
            ((30, 15, 5), 50.0, 48.076_923_077, 29.238_365_315, 66.915_480_839),
            ((10, 10, 10), 0.0, 0.0, -28.728_268_631, 28.728_268_631),
            ((5, 0, 0), 100.0, 71.428_571_429, 19.583_598_522, 123.273_544_335),
            ((0, 10, 0), 0.0, 0.0, -23.098_397_072, 23.098_397_072),
            ((291, 476, 395), -8.950_086_059, -8.934_707_904, -13.321_394_060, -4.548_021_748),
            ((1, 0, 0), 100.0, 33.333_333_333, -73.353_592_808, 140.020_259_475),
            ((49, 1, 0), 98.0, 94.230_769_231, 85.949_823_542, 102.511_714_920),
        ];
        for ((promoters, passives, detractors), score, adjusted, low, high) in golden {
            let nps = answers(promoters, passives, detractors).nps().unwrap();
            let uncut = (nps.adjusted - nps.half_width, nps.adjusted + nps.half_width);
            for (figure, expected) in [
                (nps.score, score),
                (nps.adjusted, adjusted),
                (uncut.0, low),
                (uncut.1, high),
                (nps.low, f64::max(low, -100.0)),
                (nps.high, f64::min(high, 100.0)),
            ] {
                assert!((figure - expected).abs() < 1e-9, "{figure} is not {expected}");
            }
        }
    }

    #[test]
    fn the_interval_agrees_with_a_published_example() {
        // 26, 18 and 4 of 48, as R's statpsych prints them: 0.44, its error 0.09448809, 0.2548067 to 0.6251933.
        let nps = answers(26, 18, 4).nps().unwrap();
        for (figure, expected) in
            [(nps.adjusted, 44.0), (nps.half_width / Z, 9.448_809), (nps.low, 25.480_67), (nps.high, 62.519_33)]
        {
            assert!((figure - expected).abs() < 1e-5, "{figure} is not {expected}");
        }
    }

    // The second edition as well: z was 2.566300 and p 0.010279 in the first.
    #[test]
    fn two_scores_are_compared_by_their_adjusted_variances() {
        let change = answers(30, 15, 5).compare(answers(20, 15, 15)).unwrap();
        for (figure, expected) in [
            (change.difference, 40.0),
            (change.low, 8.903_044_311),
            (change.high, 68.020_032_612),
            (change.z, 2.550_306_852),
            (change.p, 0.010_762_814),
        ] {
            assert!((figure - expected).abs() < 1e-9, "{figure} is not {expected}");
        }
        assert!(change.distinguishable);
    }

    /// Ten days, and ten of which nobody answered on the last.
    const DAYS: [[(u64, u64, u64); 10]; 2] = [
        [(9, 3, 1), (8, 4, 0), (2, 3, 6), (7, 2, 2), (10, 3, 0), (6, 5, 1), (1, 4, 5), (9, 2, 1), (8, 1, 1), (7, 6, 2)],
        [(5, 4, 3), (9, 2, 0), (3, 5, 4), (8, 3, 1), (0, 2, 7), (7, 4, 2), (6, 3, 2), (9, 1, 0), (4, 4, 4), (0, 0, 0)],
    ];

    fn by_day(days: &[(u64, u64, u64)]) -> Vec<Recommendations> {
        days.iter().map(|(promoters, passives, detractors)| answers(*promoters, *passives, *detractors)).collect()
    }

    fn near(figures: &[f64], golden: &[f64]) {
        for (figure, expected) in figures.iter().zip(golden) {
            assert!((figure - expected).abs() < 1e-9, "{figures:?} are not {golden:?}");
        }
        assert_eq!(figures.len(), golden.len());
    }

    #[test]
    fn good_and_bad_days_widen_a_score_and_a_change() {
        let [a, b] = DAYS.map(|days| by_day(&days));
        for (days, factor, degrees, [low, high]) in [
            (&a, 3.270_597_184, 9.0, [11.595_940_105, 67.742_902_870]),
            (&b, 3.601_458_413, 8.0, [-7.887_523_889, 61.733_677_735]),
        ] {
            let found = day_factor(days).unwrap();
            let nps = nps_over(days).unwrap();
            near(&[found.factor, found.degrees, nps.low, nps.high], &[factor, degrees, low, high]);
        }
        let plain = sum(&a).nps().unwrap();
        near(&[plain.low, plain.high], &[26.218_340_633, 53.120_502_342]);

        let change = compare_over(&a, &b).unwrap();
        near(
            &[change.z, change.p, change.low, change.high],
            &[0.641_928_976, 0.520_919_299, -28.286_355_332, 53.779_044_461],
        );
        let plain = compare(sum(&a), sum(&b), Widening::NONE).unwrap();
        near(&[plain.z, plain.p], &[1.213_133_240, 0.225_078_883]);
    }

    #[test]
    fn few_days_or_steady_ones_widen_nothing() {
        let [a, _] = DAYS.map(|days| by_day(&days));
        assert_eq!(nps_over(&a[..4]), sum(&a[..4]).nps());
        let steady = [answers(6, 3, 1); 9];
        assert_eq!(day_factor(&steady).unwrap().factor, 0.0);
        assert_eq!(nps_over(&steady), sum(&steady).nps());
        // All alike: there is nothing that varies.
        assert_eq!(day_factor(&[answers(3, 0, 0); 5]).unwrap().factor, 1.0);
        assert_eq!(nps_over(&[]), None);
    }

    #[test]
    fn what_was_answered_is_within_its_own_interval() {
        for answers in all(50) {
            let nps = answers.nps().unwrap();
            assert!(nps.low <= nps.score && nps.score <= nps.high, "{answers:?}: {nps:?}");
        }
        // Few against few, then those who agree against others.
        let unanimous = |n| [answers(n, 0, 0), answers(0, n, 0), answers(0, 0, n)];
        let few: Vec<Recommendations> = all(6).collect();
        compare_each(&few, &few);
        for n in [2, 5, 30, 1_000] {
            compare_each(&unanimous(n), &all(20).collect::<Vec<_>>());
        }
    }

    fn compare_each(some: &[Recommendations], others: &[Recommendations]) {
        for (a, b) in some.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
            let change = a.compare(*b).unwrap();
            assert!(change.low <= change.difference && change.difference <= change.high, "{a:?} {b:?}: {change:?}");
            assert!(change.low >= -200.0 && change.high <= 200.0, "{a:?} {b:?}: {change:?}");
            assert!(!change.distinguishable || change.difference * change.z > 0.0, "{a:?} {b:?}: {change:?}");
        }
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
