//! Groups: the responses of a channel, a segment, an hour or a day, in the counts that scores are worked out from.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Invalid, known_keys};

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

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            promoters: self.promoters + other.promoters,
            passives: self.passives + other.passives,
            detractors: self.detractors + other.detractors,
        }
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

/// A group as it is written if a day has hundreds. It has four counts if each guest answered both questions, as nearly
/// all do, and otherwise six.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<u64>", into = "Vec<u64>")]
struct Terse(Group);

impl From<Terse> for Vec<u64> {
    fn from(Terse(group): Terse) -> Self {
        let Recommendations { promoters, passives, detractors } = group.recommendations;
        if group.recommendations.n() == group.responses && group.rated == group.responses {
            vec![promoters, passives, detractors, group.satisfied]
        } else {
            <[u64; 6]>::from(group).into()
        }
    }
}

impl TryFrom<Vec<u64>> for Terse {
    type Error = Invalid;

    fn try_from(counts: Vec<u64>) -> Result<Self, Invalid> {
        match *counts {
            [promoters, passives, detractors, satisfied] => {
                let recommendations = Recommendations { promoters, passives, detractors };
                let responses = recommendations.n();
                Ok(Self(Group { responses, recommendations, rated: responses, satisfied }))
            }
            // A later version may count more.
            [a, b, c, d, e, f, ..] => Ok(Self([a, b, c, d, e, f].into())),
            _ => Err(Invalid("A group is four counts, or six.".into())),
        }
    }
}

/// Writes groups tersely.
pub(super) fn write_terse<K: Serialize, S: Serializer>(
    groups: &BTreeMap<K, Group>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(groups.iter().map(|(key, group)| (key, Terse(*group))))
}

/// Reads groups that were written tersely, and passes over keys that this version does not know.
pub(super) fn read_terse<'de, K: Deserialize<'de> + Ord, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<K, Group>, D::Error> {
    let groups: BTreeMap<K, Terse> = known_keys(deserializer)?;
    Ok(groups.into_iter().map(|(key, Terse(group))| (key, group)).collect())
}

impl Group {
    /// The responses of some groups.
    pub fn of_all(groups: &[Self]) -> Self {
        groups.iter().fold(Self::default(), |mut all, group| {
            all.merge(group);
            all
        })
    }

    /// The rest when a part is taken away.
    pub fn without(&self, part: &Self) -> Self {
        let (whole, part): ([u64; 6], [u64; 6]) = ((*self).into(), (*part).into());
        std::array::from_fn(|i| whole.get(i).unwrap_or(&0).saturating_sub(*part.get(i).unwrap_or(&0))).into()
    }

    /// Adds another group.
    pub fn merge(&mut self, other: &Self) {
        self.responses += other.responses;
        self.recommendations = self.recommendations.and(other.recommendations);
        self.rated += other.rated;
        self.satisfied += other.satisfied;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Written(#[serde(serialize_with = "write_terse", deserialize_with = "read_terse")] BTreeMap<u8, Group>);

    #[test]
    fn a_group_is_written_as_four_counts_where_these_say_all() {
        let written = |counts: [u64; 6]| serde_json::to_value(Written([(7, counts.into())].into())).unwrap();
        assert_eq!(written([6, 3, 2, 1, 6, 4]), json!({"7": [3, 2, 1, 4]}));
        assert_eq!(written([6, 3, 2, 1, 5, 4]), json!({"7": [6, 3, 2, 1, 5, 4]}));
        let later = json!({"7": [6, 3, 2, 1, 5, 4, 9], "later": {}});
        let Written(read) = serde_json::from_value(later).unwrap();
        assert_eq!(read, [(7, [6, 3, 2, 1, 5, 4].into())].into());
        assert!(serde_json::from_value::<Written>(json!({"7": [1, 2, 3]})).is_err());
    }

    proptest! {
        #[test]
        fn a_group_is_read_as_it_was_written(counts in any::<[u32; 6]>(), usual in any::<bool>()) {
            let mut group: Group = counts.map(u64::from).into();
            if usual {
                group.responses = group.recommendations.n();
                group.rated = group.responses;
            }
            let json = serde_json::to_value(Written([(7, group)].into())).unwrap();
            prop_assert_eq!(serde_json::from_value::<Written>(json).unwrap().0, [(7, group)].into());
        }
    }
}
