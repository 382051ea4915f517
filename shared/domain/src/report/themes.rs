//! What each scope below a node is rated for, beside the others.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    ChildDrivers, DayFactor, Difference,
    days::Widening,
    hidden::{TOO_FEW, hidden},
    ranking::only_discoveries,
};
use crate::{
    Id,
    count::DriverSums,
    number,
    survey::{Question, Scale, Survey},
};

/// What a scope directly below is rated for.
#[derive(Debug, Clone, Serialize)]
pub struct ThemesOfChild {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Each driver, in the survey's order.
    pub drivers: Vec<ThemeFigure>,
}

/// The rating of a driver in one scope.
#[derive(Debug, Clone, Serialize)]
pub struct ThemeFigure {
    /// The question.
    pub question: Id,
    /// The experience theme it is about.
    pub theme: Option<Id>,
    /// Answers to it beside an answer to satisfaction.
    pub n: u64,
    /// The mean of these; none of fewer than five.
    pub mean: Option<f64>,
    /// The mean less that of all other scopes here, as far as false claims over all drivers and scopes are kept to 5 %.
    pub against_the_rest: Option<Difference>,
}

/// Answers to one question: how many, their sum and the sum of their squares, and both of each day.
#[derive(Default)]
struct Ratings {
    n: u64,
    x: u64,
    xx: u64,
    days: Vec<(f64, u64)>,
}

impl Ratings {
    fn of(days: &BTreeMap<Date, BTreeMap<Id, DriverSums>>, question: &Id) -> Self {
        let mut all = Self::default();
        for sums in days.values().filter_map(|day| day.get(question)) {
            let n = sums.low.n + sums.middle.n + sums.high.n;
            (all.n, all.x, all.xx) = (all.n + n, all.x + sums.x, all.xx + sums.xx);
            all.days.push((number(sums.x), n));
        }
        all
    }

    fn mean(&self) -> f64 {
        number(self.x) / number(self.n)
    }

    /// The variance of one answer, as all there are.
    fn variance(&self) -> f64 {
        (number(self.xx) / number(self.n) - self.mean() * self.mean()).max(0.0)
    }

    fn without(&self, other: &Self) -> Self {
        Self { n: self.n - other.n, x: self.x - other.x, xx: self.xx - other.xx, days: Vec::new() }
    }
}

/// The ratings of each scope below, each against the rest.
pub(super) fn themes_of_children(survey: &Survey, children: &[ChildDrivers]) -> Vec<ThemesOfChild> {
    let named = |child: &ChildDrivers| ThemesOfChild {
        scope: child.scope.to_string(),
        name: child.name.clone(),
        drivers: Vec::new(),
    };
    let mut themes: Vec<ThemesOfChild> = children.iter().map(named).collect();
    for (question, scale) in survey.drivers() {
        let figures = of_question(question, scale, children);
        themes.iter_mut().zip(figures).for_each(|(child, figure)| child.drivers.push(figure));
    }
    let all = themes.iter_mut().flat_map(|child| &mut child.drivers);
    only_discoveries(all.filter_map(|driver| driver.against_the_rest.as_mut()));
    themes
}

fn of_question(question: &Question, scale: Scale, children: &[ChildDrivers]) -> Vec<ThemeFigure> {
    let ratings: Vec<Ratings> = children.iter().map(|child| Ratings::of(&child.days, question.id())).collect();
    let mut all = Ratings::default();
    for of in &ratings {
        (all.n, all.x, all.xx) = (all.n + of.n, all.x + of.x, all.xx + of.xx);
    }
    let factors = ratings.iter().filter(|of| of.n > 0).filter_map(|of| DayFactor::of(&of.days, of.variance()));
    let widening = Widening::pooled(factors);
    let hidden = hidden(&ratings.iter().map(|of| of.n).collect::<Vec<_>>());
    let figure = |(of, hidden): (&Ratings, bool)| ThemeFigure {
        question: question.id().clone(),
        theme: question.definition.theme.clone(),
        n: of.n,
        mean: (!hidden).then(|| of.mean()),
        against_the_rest: against_the_rest(of, &all.without(of), widening, scale).filter(|_| !hidden),
    };
    ratings.iter().zip(hidden).map(figure).collect()
}

fn against_the_rest(own: &Ratings, rest: &Ratings, widening: Widening, scale: Scale) -> Option<Difference> {
    if own.n < TOO_FEW || rest.n < TOO_FEW {
        return None;
    }
    let error = |of: &Ratings| of.variance() / (number(of.n) - 1.0);
    let se = (widening.factor * (error(own) + error(rest))).sqrt();
    let (difference, largest) = (own.mean() - rest.mean(), f64::from(scale.max - scale.min));
    (se > 0.0).then(|| Difference::new(difference, difference, se, widening.degrees, largest))
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::{count::Band, report::generated::survey};

    /// Ten days of one scope: on each so many rated a driver one to five.
    fn child(number: u32, ratings: [u64; 5]) -> ChildDrivers {
        let sum = |of: fn(u64) -> u64| (1..).zip(ratings).map(|(value, n)| of(value) * n).sum();
        let band = |n| Band { n, y: 0, yy: 0 };
        let [a, b, c, d, e] = ratings;
        let sums = DriverSums {
            low: band(a + b),
            middle: band(c + d),
            high: band(e),
            x: sum(|value| value),
            xx: sum(|value| value * value),
            xy: 0,
        };
        let day = |back: i32| date(2026, 11, 1).saturating_add(back.days());
        let days = (0..10).map(|back| (day(back), [("a".parse().unwrap(), sums)].into())).collect();
        ChildDrivers { scope: format!("cn/{number}").parse().unwrap(), name: number.to_string(), days }
    }

    fn said(children: &[ChildDrivers]) -> Vec<(Option<f64>, bool)> {
        let of = |child: &ThemesOfChild| {
            let driver = &child.drivers[0];
            (driver.mean, driver.against_the_rest.is_some_and(|rest| rest.distinguishable))
        };
        themes_of_children(&survey(), children).iter().map(of).collect()
    }

    #[test]
    fn a_region_is_behind_in_a_theme_only_if_that_is_certain() {
        let (good, bad) = ([0, 1, 2, 4, 3], [2, 4, 2, 1, 1]);
        assert_eq!(said(&[child(1, good), child(2, good)]), [(Some(3.9), false); 2]);
        assert_eq!(said(&[child(1, good), child(2, good), child(3, bad)])[2], (Some(2.5), true));
    }

    #[test]
    fn fewer_than_five_show_no_rating_and_take_another_along() {
        let mut few = child(3, [0, 0, 0, 0, 2]);
        few.days.retain(|day, _| *day == date(2026, 11, 1));
        let good = [0, 1, 2, 4, 3];
        assert_eq!(
            said(&[child(1, good), child(2, [0, 1, 2, 4, 5]), few]),
            [(None, false), (Some(4.083_333_333_333_333), false), (None, false)]
        );
        assert_eq!(said(&[child(1, [0; 5])]), [(None, false)]);
    }
}
