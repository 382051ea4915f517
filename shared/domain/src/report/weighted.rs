//! The score weighted by orders: what it would be if guests of every hour answered as often.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{days::Widening, hidden::TOO_FEW};
use crate::{
    count::{Ordered, Recommendations},
    number,
};

/// The score weighted by the orders of each hour. It corrects that guests of one hour answer more often than those of
/// another, and not that happy guests do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weighted {
    /// The score, −100 to 100.
    pub nps: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How far the hours of answers are from those of orders, 0 to 1: half the sum of how much their shares differ.
    pub distance: f64,
    /// The share of orders that were paid in hours with answers, 0 to 1. The score is of these alone.
    pub covered: f64,
}

impl Weighted {
    /// From the orders of each hour beside its responses. None without orders by the hour, and of fewer than five answers.
    pub(super) fn of(hours: &BTreeMap<u8, Ordered>, widening: Widening) -> Option<Self> {
        let ordered: u64 = hours.values().map(|hour| hour.orders).sum();
        let both = |hour: &&Ordered| hour.orders > 0 && hour.group.recommendations.n() > 0;
        let known: Vec<(u64, Recommendations)> =
            hours.values().filter(both).map(|hour| (hour.orders, hour.group.recommendations)).collect();
        let orders: u64 = known.iter().map(|(orders, _)| orders).sum();
        let answers: u64 = known.iter().map(|(_, answers)| answers.n()).sum();
        if answers < TOO_FEW {
            return None;
        }
        let (mut nps, mut error_squared, mut distance) = (0.0, 0.0, 0.0);
        for (of_hour, answered) in &known {
            let weight = number(*of_hour) / number(orders);
            nps += 100.0 * weight * answered.mean();
            error_squared += weight * weight * answered.error_squared();
            distance += (weight - number(answered.n()) / number(answers)).abs() / 2.0;
        }
        let half_width = 100.0 * widening.of_error() * error_squared.sqrt();
        Some(Self {
            nps,
            low: (nps - half_width).max(-100.0),
            high: (nps + half_width).min(100.0),
            distance,
            covered: number(orders) / number(ordered),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Group;

    fn hours(hours: &[(u64, [u64; 3])]) -> BTreeMap<u8, Ordered> {
        let ordered = |(orders, [promoters, passives, detractors]): &(u64, [u64; 3])| {
            let recommendations =
                Recommendations { promoters: *promoters, passives: *passives, detractors: *detractors };
            Ordered { orders: *orders, group: Group { recommendations, ..Group::default() } }
        };
        (11..).zip(hours.iter().map(ordered)).collect()
    }

    #[test]
    fn hours_weigh_as_much_as_they_have_orders() {
        let hours = hours(&[(120, [12, 5, 2]), (300, [9, 6, 4]), (80, [5, 1, 1]), (210, [6, 5, 9])]);
        let weighted = Weighted::of(&hours, Widening::NONE).unwrap();
        let half_width = (weighted.high - weighted.low) / 2.0;
        for (figure, golden) in [
            (weighted.nps, 22.016_837_869),
            (half_width, 19.884_417_566),
            (weighted.distance, 0.135_211_268),
            (weighted.covered, 1.0),
        ] {
            assert!((figure - golden).abs() < 1e-9, "{figure} is not {golden}");
        }
    }

    #[test]
    fn an_hour_without_answers_or_orders_weighs_nothing() {
        let known = hours(&[(60, [3, 2, 1]), (40, [0, 0, 0]), (0, [9, 0, 0])]);
        let weighted = Weighted::of(&known, Widening::NONE).unwrap();
        assert!((weighted.nps - 100.0 / 3.0).abs() < 1e-9 && weighted.distance == 0.0, "{weighted:?}");
        assert!((weighted.covered - 0.6).abs() < 1e-9, "{weighted:?}");
        assert_eq!(Weighted::of(&hours(&[(60, [4, 0, 0])]), Widening::NONE), None);
        assert_eq!(Weighted::of(&BTreeMap::new(), Widening::NONE), None);
    }
}
