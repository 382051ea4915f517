//! How a score changed: what each place below does now against before, and what comes of other places answering more.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Against, Counts, DayFactor, Difference, Part, Places,
    days::{FEWEST_DAYS, Widening},
    hidden::{FEW, TOO_FEW},
    nps::{LARGEST, compare_over, sum},
};
use crate::{
    count::{Group, Operations, Recommendations, Tally},
    number,
};

/// So much larger than the other is a response rate at most where like is compared with like.
pub(super) const ALIKE: f64 = 1.25;

/// How the score changed against another window.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Change {
    /// Which window that is.
    pub against: Against,
    /// Answers in that window.
    pub n_before: u64,
    /// The score now less the score before, as answered.
    pub nps: f64,
    /// The lower end of the 95 % interval, which is drawn around the adjusted difference and covers the answered one.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Of it, how much the places below changed themselves. Of a store all. None where none answered in both windows.
    pub within: Option<f64>,
    /// The lower end of the 95 % interval of that.
    pub within_low: Option<f64>,
    /// The upper end.
    pub within_high: Option<f64>,
    /// The rest: what comes of other places answering more than before.
    pub mix: Option<f64>,
    /// Which places below.
    pub within_of: Option<Places>,
    /// `within` in standard errors, brought to the scale of the normal distribution.
    pub z: Option<f64>,
    /// How often chance alone, or good and bad days, give one as large.
    pub p: Option<f64>,
    /// Whether p is below 5 %, and 0 outside the interval of `within`.
    pub distinguishable: bool,
    /// Whether one of both windows, of five days or more, has answers on fewer, or more than half of them on one. Then
    /// nothing should be claimed of the window.
    pub few_days: bool,
    /// Answers for each order in that window, 0 to 1; none where it is not known.
    pub response_rate_before: Option<f64>,
    /// Whether the response rates of both windows are alike: the larger is at most a quarter more. None where one is not
    /// known.
    pub alike: Option<bool>,
}

impl Change {
    /// None when either window has fewer than five answers.
    pub(super) fn of(counts: &Counts, of_a_store: bool, days: i32) -> Option<Self> {
        let windows = [&counts.days, &counts.before].map(|days| by_day(days.values().map(Tally::total)));
        let places = (counts.places_are, counts.places.as_slice());
        let mut change = Self::between(&windows, (!of_a_store).then_some(places))?;
        // Whoever asks for fewer days wants to know of these.
        change.few_days &= usize::try_from(days).is_ok_and(|days| days >= FEWEST_DAYS);
        let mut operations = Operations::default();
        counts.operations.values().for_each(|day| operations.merge(day));
        change.against = counts.against;
        change.response_rate_before = counts.operations_before.response_rate();
        change.alike = alike(operations.response_rate(), change.response_rate_before);
        Some(change)
    }

    /// Between two windows, the later one first; of a node with the places by which it is split. None when either has
    /// fewer than five answers.
    pub(super) fn between(
        [now, before]: &[Vec<Recommendations>; 2],
        places: Option<(Places, &[Part])>,
    ) -> Option<Self> {
        if sum(now).n() < TOO_FEW || sum(before).n() < TOO_FEW {
            return None;
        }
        let whole = compare_over(now, before)?;
        let mut change = Self {
            against: Against::Before,
            n_before: sum(before).n(),
            nps: whole.difference,
            low: whole.low,
            high: whole.high,
            within: None,
            within_low: None,
            within_high: None,
            mix: None,
            within_of: None,
            z: None,
            p: None,
            distinguishable: false,
            few_days: few_days(now) || few_days(before),
            response_rate_before: None,
            alike: None,
        };
        let Some((places_are, places)) = places else {
            change.judge(whole);
            return Some(change);
        };
        // With only one place, its change is the whole change.
        let within = if places.len() == 1 { Some(whole) } else { within(places, [sum(now), sum(before)]) };
        change.within_of = within.map(|within| {
            change.judge(within);
            places_are
        });
        Some(change)
    }

    fn judge(&mut self, within: Difference) {
        self.within = Some(within.difference);
        (self.within_low, self.within_high) = (Some(within.low), Some(within.high));
        self.mix = Some(self.nps - within.difference);
        (self.z, self.p) = (Some(within.z), Some(within.p));
        self.distinguishable = within.distinguishable;
    }
}

pub(super) fn by_day(days: impl Iterator<Item = Group>) -> Vec<Recommendations> {
    days.map(|day| day.recommendations).collect()
}

/// Whether some days are too few for a claim, or one of them has most answers.
fn few_days(days: &[Recommendations]) -> bool {
    let answered: Vec<u64> = days.iter().map(|day| day.n()).filter(|n| *n > 0).collect();
    answered.len() < FEWEST_DAYS || answered.iter().any(|n| 2 * n > answered.iter().sum())
}

/// Whether two response rates are so near to each other that those who answer are likely to be alike.
pub(super) fn alike(a: Option<f64>, b: Option<f64>) -> Option<bool> {
    let (a, b) = a.zip(b)?;
    Some(a.max(b) <= ALIKE * a.min(b))
}

/// The part of a change that is within the places below (Kitagawa 1955). It is each one's change, weighted by the mean
/// of its shares of the answers now and before. None if no place answered in both windows.
///
/// Scores are as answered: adjusted ones would move with the number of answers alone.
fn within(places: &[Part], whole: [Recommendations; 2]) -> Option<Difference> {
    let answers = |days: &[(Date, Group)]| sum(&by_day(days.iter().map(|(_, group)| *group)));
    let (mut points, mut error_squared) = (0.0, 0.0);
    let (mut weighted_now, mut weighted_before) = (Vec::new(), Vec::new());
    for place in places {
        let (now, before) = (answers(&place.now), answers(&place.before));
        let (Some(score_now), Some(score_before)) = (now.nps(), before.nps()) else { continue };
        let share = |part: Recommendations, of: Recommendations| number(part.n()) / number(of.n());
        let weight = f64::midpoint(share(now, whole[0]), share(before, whole[1]));
        points += weight * (score_now.score - score_before.score);
        error_squared += weight * weight * (error_of_place(now) + error_of_place(before));
        weighted_now.push((weight, place.now.as_slice()));
        weighted_before.push((weight, place.before.as_slice()));
    }
    let factors = [day_factor(&weighted_now), day_factor(&weighted_before)];
    let widening = Widening::pooled(factors.into_iter().flatten());
    let se = 100.0 * (widening.factor * error_squared).sqrt();
    (error_squared > 0.0).then(|| Difference::new(points, points, se, widening.degrees, LARGEST))
}

/// The square of a place's standard error. Its score is as answered, and n′ would make the error of few answers too
/// small. Twenty stores of one or two guests each would be called changed four times as often as intended.
fn error_of_place(answers: Recommendations) -> f64 {
    let n = answers.n();
    if n < FEW { answers.error_squared() * number(n + 2) / number(n) } else { answers.error_squared() }
}

/// How days vary within the places: what each day adds to the error of their weighted scores.
fn day_factor(places: &[(f64, &[(Date, Group)])]) -> Option<DayFactor> {
    let mut residuals: BTreeMap<Date, f64> = BTreeMap::new();
    let mut independent = 0.0;
    for (weight, days) in places {
        let all = sum(&by_day(days.iter().map(|(_, group)| *group)));
        let (n, mean) = (number(all.n()), all.mean());
        independent += weight * weight * all.variance() / n;
        for (day, group) in *days {
            let answers = group.recommendations;
            if answers.n() > 0 {
                *residuals.entry(*day).or_default() += weight * number(answers.n()) * (answers.mean() - mean) / n;
            }
        }
    }
    DayFactor::of_residuals(residuals.into_values(), independent)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::report::Z;

    fn group(promoters: u64, passives: u64, detractors: u64) -> Group {
        Group { recommendations: Recommendations { promoters, passives, detractors }, ..Group::default() }
    }

    fn place(now: Group, before: Group) -> Part {
        let on = |day: i8, group: Group| vec![(date(2026, 11, day), group)];
        Part { now: on(2, now), before: on(1, before) }
    }

    /// The change of a node whose stores these are.
    fn change(stores: Vec<Part>) -> Change {
        let sum = |window: fn(&Part) -> &[(Date, Group)]| {
            Group::of_all(&stores.iter().flat_map(window).map(|(_, group)| *group).collect::<Vec<_>>())
        };
        let (now, before) = (sum(|store| &store.now), sum(|store| &store.before));
        let tally = |running: Group| Tally { running, ..Tally::default() };
        let counts = Counts {
            days: [(date(2026, 11, 2), tally(now))].into(),
            before: [(date(2026, 11, 1), tally(before))].into(),
            places: stores,
            ..Counts::default()
        };
        Change::of(&counts, false, 28).unwrap()
    }

    fn near(figures: &[f64], golden: &[f64]) {
        for (figure, expected) in figures.iter().zip(golden) {
            assert!((figure - expected).abs() < 1e-9, "{figures:?} are not {golden:?}");
        }
    }

    #[test]
    fn a_node_whose_best_stores_answer_more_has_not_grown_warmer() {
        // Ten stores of NPS 20, 25 … 65, 300 answers each; then the two best have 900.
        let store = |i: u64| {
            let (promoters, detractors) = (45 + 3 * (20 + 5 * i), 45);
            let of = |times: u64| group(times * promoters, times * (300 - promoters - detractors), times * detractors);
            place(of(if i > 7 { 3 } else { 1 }), of(1))
        };
        let change = change((0..10).map(store).collect());
        near(&[change.nps], &[5.714_285_714]);
        assert_eq!(change.within_of, Some(Places::Stores));
        near(&[change.within.unwrap(), change.mix.unwrap()], &[0.0, 5.714_285_714]);
        near(&[change.within_high.unwrap() / Z, change.within_low.unwrap() / Z], &[1.794_608_158, -1.794_608_158]);
        assert!(!change.distinguishable && change.low > 0.0, "the whole did move: {change:?}");
    }

    #[test]
    fn a_store_of_one_window_is_in_the_mix_alone() {
        let steady = || place(group(60, 20, 20), group(60, 20, 20));
        // It opens, and is better than the other.
        let opened = Part { now: vec![(date(2026, 11, 2), group(100, 0, 0))], before: Vec::new() };
        let grown = change(vec![steady(), opened]);
        near(&[grown.nps, grown.within.unwrap(), grown.mix.unwrap()], &[30.0, 0.0, 30.0]);
        // The worse of two closes, and the other stays as it is.
        let closed = Part { now: Vec::new(), before: vec![(date(2026, 11, 1), group(0, 0, 100))] };
        let left = change(vec![steady(), closed]);
        near(&[left.nps, left.within.unwrap(), left.mix.unwrap()], &[70.0, 0.0, 70.0]);
        // None answered in both: nothing is said of what places did themselves.
        let now = |day| Part { now: vec![(date(2026, 11, day), group(9, 0, 1))], before: Vec::new() };
        let before = |day| Part { now: Vec::new(), before: vec![(date(2026, 11, day), group(9, 0, 1))] };
        let moved = change(vec![now(2), before(1)]);
        assert_eq!((moved.within, moved.z, moved.mix, moved.distinguishable), (None, None, None, false));
    }

    #[test]
    fn days_that_are_good_and_bad_widen_what_is_within() {
        let days = |first: i8, flip: bool| -> Vec<(Date, Group)> {
            let of = |day: i8| if (day % 2 == 0) == flip { group(30, 5, 5) } else { group(12, 5, 23) };
            (first..first + 10).map(|day| (date(2026, 11, day), of(day))).collect()
        };
        let places = |of: &dyn Fn(bool) -> Part| -> Vec<Part> { vec![of(true), of(false)] };
        // Both have their good days together, or each when the other has a bad one: then the whole is steady.
        let together = places(&|_| Part { now: days(11, true), before: days(1, true) });
        let apart = places(&|flip| Part { now: days(11, flip), before: days(1, flip) });
        let width = |places: &[Part]| {
            let all = |window: fn(&Part) -> &[(Date, Group)]| {
                sum(&by_day(places.iter().flat_map(window).map(|(_, group)| *group)))
            };
            let whole = [all(|place| &place.now), all(|place| &place.before)];
            let within = within(places, whole).unwrap();
            within.high - within.low
        };
        assert!(width(&together) > 2.0 * width(&apart), "{} {}", width(&together), width(&apart));
    }

    #[test]
    fn rates_are_alike_up_to_a_quarter() {
        assert_eq!(alike(Some(0.08), Some(0.1)), Some(true));
        assert_eq!(alike(Some(0.08), Some(0.11)), Some(false));
        assert_eq!(alike(Some(0.08), None), None);
    }
}
