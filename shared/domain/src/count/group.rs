//! Groups: the responses of a channel, a segment, an hour or a day, in the counts that scores are worked out from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many answers fell on each value of a scale. Values that nobody chose are absent.
pub type Histogram = BTreeMap<u8, u64>;

/// The answers to a question that measures recommendation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recommendations {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 6 and less.
    pub detractors: u64,
}

impl From<&Histogram> for Recommendations {
    fn from(histogram: &Histogram) -> Self {
        let mut counts = Self::default();
        for (answer, count) in histogram {
            counts.add(*answer, *count);
        }
        counts
    }
}

impl Recommendations {
    /// How many answers there are.
    pub fn n(self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    pub(super) fn add(&mut self, answer: u8, count: u64) {
        match answer {
            9.. => self.promoters += count,
            7..=8 => self.passives += count,
            _ => self.detractors += count,
        }
    }
}

/// The responses of one channel, segment or hour. Written as its six counts in a row, because a day has dozens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 6]", into = "[u64; 6]")]
pub struct Group {
    /// Whole responses.
    pub responses: u64,
    /// Answers to the question that measures recommendation.
    pub recommendations: Recommendations,
    /// Answers to the question that measures satisfaction.
    pub rated: u64,
    /// Those that say satisfied.
    pub satisfied: u64,
}

impl From<[u64; 6]> for Group {
    fn from([responses, promoters, passives, detractors, rated, satisfied]: [u64; 6]) -> Self {
        Self { responses, recommendations: Recommendations { promoters, passives, detractors }, rated, satisfied }
    }
}

impl From<Group> for [u64; 6] {
    fn from(group: Group) -> Self {
        let Recommendations { promoters, passives, detractors } = group.recommendations;
        [group.responses, promoters, passives, detractors, group.rated, group.satisfied]
    }
}

/// The orders of an hour beside its responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, Group)", into = "(u64, Group)")]
pub struct Ordered {
    /// Orders.
    pub orders: u64,
    /// Responses.
    pub group: Group,
}

impl From<(u64, Group)> for Ordered {
    fn from((orders, group): (u64, Group)) -> Self {
        Self { orders, group }
    }
}

impl From<Ordered> for (u64, Group) {
    fn from(Ordered { orders, group }: Ordered) -> Self {
        (orders, group)
    }
}

impl Group {
    /// The responses of some groups.
    pub fn of_all(groups: &[Self]) -> Self {
        groups.iter().fold(Self::default(), |mut all, group| {
            all.merge(group);
            all
        })
    }

    /// What remains when a part is taken away.
    pub fn without(&self, part: &Self) -> Self {
        let (whole, part): ([u64; 6], [u64; 6]) = ((*self).into(), (*part).into());
        std::array::from_fn(|i| whole.get(i).unwrap_or(&0).saturating_sub(*part.get(i).unwrap_or(&0))).into()
    }

    /// Adds another group.
    pub fn merge(&mut self, other: &Self) {
        self.responses += other.responses;
        self.recommendations.promoters += other.recommendations.promoters;
        self.recommendations.passives += other.recommendations.passives;
        self.recommendations.detractors += other.recommendations.detractors;
        self.rated += other.rated;
        self.satisfied += other.satisfied;
    }
}
