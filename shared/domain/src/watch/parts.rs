//! What changed: how much of a change each part makes up, and which parts changed more than all others.

use std::f64::consts::SQRT_2;

use super::{
    Direction,
    stream::{Smoothed, score, sum},
};
use crate::{count::Recommendations, number, report::holm};

/// So many answers a part needs before and since, and all others too, to be compared.
pub const FEWEST_ANSWERS: u64 = 30;

/// The answers of a part, such as an hour band, a channel or a segment: before a change, and since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Windows {
    /// The days of the window before the change.
    pub before: Recommendations,
    /// Those since.
    pub since: Recommendations,
}

/// A part against all others of its dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    /// Its change less theirs, in points.
    pub difference: f64,
    /// That in standard errors.
    pub z: f64,
    /// How often chance alone moves it as far the same way: one-sided.
    pub p: f64,
}

/// What a part has to do with a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartFigure {
    /// How many points of the change come of its own score.
    pub score: f64,
    /// How many come of its share of the answers.
    pub mix: f64,
    /// Against all others; none where too few answered.
    pub against_the_rest: Option<Rest>,
    /// Whether it changed more than the others, with false claims over all parts of all dimensions kept to 5 %.
    pub is_named: bool,
}

/// What changed, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatChanged {
    /// Of each dimension, its parts.
    pub dimensions: Vec<Vec<PartFigure>>,
}

impl WhatChanged {
    /// Whether no part changed more than the others.
    pub fn is_everywhere_alike(&self) -> bool {
        !self.dimensions.iter().flatten().any(|part| part.is_named)
    }
}

/// What changed, from the parts of each dimension. A part is named only if it moved further in the direction of the
/// change than the others: theirs would else be named for the opposite.
pub fn what_changed(dimensions: &[Vec<Windows>], direction: Direction) -> WhatChanged {
    let mut dimensions: Vec<Vec<PartFigure>> = dimensions.iter().map(|parts| figures(parts, direction)).collect();
    let mut compared: Vec<(f64, &mut PartFigure)> = Vec::new();
    for part in dimensions.iter_mut().flatten() {
        compared.extend(part.against_the_rest.map(|rest| (rest.p, part)));
    }
    let certain = holm(&compared.iter().map(|(p, _)| *p).collect::<Vec<_>>());
    for ((_, part), certain) in compared.into_iter().zip(certain) {
        part.is_named = certain;
    }
    WhatChanged { dimensions }
}

fn figures(parts: &[Windows], direction: Direction) -> Vec<PartFigure> {
    let whole = Windows {
        before: sum(parts.iter().map(|part| &part.before)),
        since: sum(parts.iter().map(|part| &part.since)),
    };
    let figure = |part: &Windows| {
        let (score, mix) = split(*part, whole);
        let against_the_rest = against_the_rest(*part, whole, direction);
        PartFigure { score, mix, against_the_rest, is_named: false }
    };
    parts.iter().map(figure).collect()
}

/// How much of the whole change comes of a part's score, and how much of its share (Kitagawa 1955). All parts together
/// make up the change exactly. A part that answered in one window only has that score in both.
fn split(part: Windows, whole: Windows) -> (f64, f64) {
    if whole.before.n() == 0 || whole.since.n() == 0 || (part.before.n() == 0 && part.since.n() == 0) {
        return (0.0, 0.0);
    }
    let share = |part: Recommendations, whole: Recommendations| number(part.n()) / number(whole.n());
    let (share_before, share_since) = (share(part.before, whole.before), share(part.since, whole.since));
    let known = |own: Recommendations, other: Recommendations| score(if own.n() > 0 { own } else { other });
    let (before, since) = (known(part.before, part.since), known(part.since, part.before));
    let overall = f64::midpoint(score(whole.before), score(whole.since));
    let of_score = f64::midpoint(share_before, share_since) * (since - before);
    let of_mix = (f64::midpoint(before, since) - overall) * (share_since - share_before);
    (of_score, of_mix)
}

fn against_the_rest(part: Windows, whole: Windows, direction: Direction) -> Option<Rest> {
    let rest = Windows { before: whole.before.without(part.before), since: whole.since.without(part.since) };
    let four = [part.since, part.before, rest.since, rest.before];
    if four.iter().any(|answers| answers.n() < FEWEST_ANSWERS) {
        return None;
    }
    let [since, before, rest_since, rest_before] = four.map(Smoothed::of);
    let difference = 100.0 * (since.mean() - before.mean() - rest_since.mean() + rest_before.mean());
    let variance: f64 = four.iter().map(|answers| 1e4 * Smoothed::of(*answers).error_squared()).sum();
    let z = difference / variance.sqrt();
    let towards = if direction == Direction::Drop { z } else { -z };
    Some(Rest { difference, z, p: 0.5 * libm::erfc(-towards / SQRT_2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Counts = (u64, u64, u64);

    fn windows((before, since): &(Counts, Counts)) -> Windows {
        let answers = |(promoters, passives, detractors)| Recommendations { promoters, passives, detractors };
        Windows { before: answers(*before), since: answers(*since) }
    }

    const FOUR: [(Counts, Counts); 4] = [
        ((900, 420, 230), (300, 145, 85)),
        ((310, 150, 80), (100, 52, 28)),
        ((1_250, 520, 330), (330, 170, 230)),
        ((140, 70, 50), (48, 22, 17)),
    ];

    fn near(figure: f64, golden: f64) {
        assert!((figure - golden).abs() < 1e-6, "{figure} is not {golden}");
    }

    #[test]
    fn a_change_is_split_exactly_and_the_part_that_moved_is_named() {
        let changed = what_changed(&[FOUR.iter().map(windows).collect()], Direction::Drop);
        let parts = &changed.dimensions[0];
        let golden = [
            (-0.924_802, -0.008_292, 19.609_839, 4.078_805),
            (-0.310_108, -0.021_337, 14.291_169, 2.091_898),
            (-14.302_248, -0.039_330, -27.780_515, -5.885_341),
            (0.058_670, 0.000_035, 16.810_461, 1.697_022),
        ];
        for (part, (score, mix, difference, z)) in parts.iter().zip(golden) {
            let rest = part.against_the_rest.unwrap();
            near(part.score, score);
            near(part.mix, mix);
            near(rest.difference, difference);
            near(rest.z, z);
        }
        near(parts.iter().map(|part| part.score + part.mix).sum(), -15.547_412);
        assert!((parts[2].against_the_rest.unwrap().p / 1.986_17e-9 - 1.0).abs() < 1e-5);
        assert_eq!(parts.iter().map(|part| part.is_named).collect::<Vec<_>>(), [false, false, true, false]);
        assert!(!changed.is_everywhere_alike());
    }

    #[test]
    fn the_others_are_not_named_for_the_opposite() {
        let turned = |(before, since): &(Counts, Counts)| windows(&(*since, *before));
        let rose = what_changed(&[FOUR.iter().map(turned).collect()], Direction::Rise);
        assert_eq!(
            rose.dimensions[0].iter().map(|part| part.is_named).collect::<Vec<_>>(),
            [false, false, true, false]
        );
        // As a rise, it is the first whose change stands out.
        let mistaken = what_changed(&[FOUR.iter().map(windows).collect()], Direction::Rise);
        assert!(mistaken.dimensions[0][0].is_named && !mistaken.dimensions[0][2].is_named);
    }

    #[test]
    fn where_all_moved_alike_none_is_named() {
        let alike = [((600, 300, 100), (200, 150, 150)), ((300, 150, 50), (100, 75, 75))].map(|part| windows(&part));
        let changed = what_changed(&[alike.to_vec(), alike.to_vec()], Direction::Drop);
        assert!(changed.is_everywhere_alike());
    }

    #[test]
    fn more_parts_ask_more_of_each() {
        let one = [((600, 300, 100), (115, 60, 45)), ((600, 300, 100), (130, 65, 25))].map(|part| windows(&part));
        let alike = [windows(&((600, 300, 100), (130, 65, 25))); 2];
        let named = |dimensions: &[Vec<Windows>]| !what_changed(dimensions, Direction::Drop).is_everywhere_alike();
        assert!(named(&[one.to_vec()]));
        let more: Vec<Vec<Windows>> = std::iter::once(one.to_vec()).chain(vec![alike.to_vec(); 10]).collect();
        assert!(!named(&more));
    }

    #[test]
    fn of_fewer_than_thirty_nothing_is_said_and_a_part_that_is_new_is_split_exactly() {
        let parts = [((600, 300, 100), (120, 60, 20)), ((0, 0, 0), (10, 10, 9))].map(|part| windows(&part));
        let changed = what_changed(&[parts.to_vec()], Direction::Drop);
        assert!(changed.dimensions[0].iter().all(|part| part.against_the_rest.is_none() && !part.is_named));
        let sum: f64 = changed.dimensions[0].iter().map(|part| part.score + part.mix).sum();
        near(sum, 100.0 * (130.0 - 29.0) / 229.0 - 50.0);
        near(changed.dimensions[0][1].score, 0.0);
        let empty = what_changed(&[vec![Windows::default(); 2], Vec::new()], Direction::Drop);
        assert!(empty.is_everywhere_alike());
        assert!(empty.dimensions[0].iter().all(|part| part.score == 0.0 && part.mix == 0.0));
    }
}
