//! The scopes that a scope is judged beside, and what is known from all of them together.

use super::{
    common_day::{WEEK, common_day},
    day_variance::{day_variance, weeks},
    median::median,
    stream::{Answered, DAYS, Stream},
};

/// The median of the square of a standard normal number, by which a median of squares is brought to a mean.
const MEDIAN_OF_SQUARES: f64 = 0.454_936_423_1;

/// What is known of some scopes together: worked out once for all that are judged beside them. The order in which they
/// come changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Siblings {
    count: usize,
    common: [f64; DAYS],
    day_variance: f64,
    usual_ratio: f64,
}

impl Siblings {
    /// From their streams, a scope's own among them. One without any answer does not count.
    pub fn of<'a>(streams: impl IntoIterator<Item = &'a Stream>) -> Self {
        let streams: Vec<&Stream> = streams.into_iter().filter(|stream| stream.total().n() > 0).collect();
        let mut siblings =
            Self { count: streams.len(), common: common_day(&streams), day_variance: 0.0, usual_ratio: 1.0 };
        siblings.day_variance =
            day_variance(streams.iter().flat_map(|stream| weeks(&siblings.less_common(stream))).collect());
        let mut ratios: Vec<f64> =
            streams.iter().filter_map(|stream| siblings.ratio(&siblings.less_common(stream))).collect();
        // Where days never vary, a ratio of 0 is usual, and says nothing of one that does.
        siblings.usual_ratio = median(&mut ratios).filter(|ratio| *ratio > 0.0).map_or(1.0, |ratio| ratio.min(1.0));
        siblings
    }

    /// How many there are with an answer.
    pub fn count(&self) -> usize {
        self.count
    }

    /// By how many points each day was better than the others in all of them, the last day at the end.
    pub fn common_day(&self) -> &[f64; DAYS] {
        &self.common
    }

    /// σ²: the variance of one scope's day, in points squared, beside who answered and what was common to all. 1 at
    /// least.
    pub fn day_variance(&self) -> f64 {
        self.day_variance
    }

    /// A stream's days less what was common to all, each with the variance that comes from who answered.
    pub(super) fn less_common(&self, stream: &Stream) -> Vec<Option<Answered>> {
        let less =
            |(day, common): (Option<Answered>, &f64)| day.map(|day| Answered { score: day.score - common, ..day });
        stream.answered().zip(&self.common).map(less).collect()
    }

    /// λ: how much more the days of one scope vary than those of its siblings, 1 at least.
    pub(super) fn scale(&self, days: &[Option<Answered>]) -> f64 {
        self.ratio(days).map_or(1.0, |ratio| (ratio / self.usual_ratio).max(1.0))
    }

    /// How far days are from the same day a week before, squared, over what is expected of it. None where no two can be
    /// compared.
    fn ratio(&self, days: &[Option<Answered>]) -> Option<f64> {
        let pairs = days.iter().zip(days.iter().skip(WEEK)).filter_map(|(before, day)| (*before).zip(*day));
        let expected = |before: Answered, day: Answered| before.variance + day.variance + 2.0 * self.day_variance;
        let mut ratios: Vec<f64> =
            pairs.map(|(before, day)| (day.score - before.score).powi(2) / expected(before, day)).collect();
        median(&mut ratios).map(|ratio| ratio / MEDIAN_OF_SQUARES)
    }
}
