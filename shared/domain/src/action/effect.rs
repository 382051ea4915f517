//! The effect of an action: how far the stores that acted changed more than the stores beside them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    apart::{Apart, Change, Siblings, answers, moved_as_far},
    student::quantile,
    windows::{Reference, Windows},
};
use crate::{count::Recommendations, number};

/// With fewer answers in a window a store's change is not worked out.
pub const FEWEST_ANSWERS: u64 = 100;

/// With fewer siblings an action is compared with nothing.
pub const FEWEST_SIBLINGS: usize = 5;

/// From so many siblings on, their own moves give a p-value: one in twenty can't be seen among fewer.
const ENOUGH_FOR_P: usize = 19;

/// So many standard errors away an effect is seen four times out of five, if a two-sided test at 5 % looks for it.
const SEEN: f64 = 2.8;

/// Further down than so many standard errors, a store was in a dip when its action began.
const DIP: f64 = -1.0;

/// A store beside those that acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Its answers by day, the first 63 days before the start of the action. Days that are missing at the end have none.
    pub days: Vec<Recommendations>,
    /// Whether it has neither an action of its own nor an open case of a trend in these days.
    pub undisturbed: bool,
}

/// What an action is judged by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence<'a> {
    /// The answers of the stores that acted, by day like those of siblings.
    pub acting: &'a [Vec<Recommendations>],
    /// The stores beside them.
    pub siblings: &'a [Sibling],
    /// σ²: how much the scores of a store's days vary beyond the lot of guests, in squared points.
    pub day_variance: f64,
}

/// How much more the stores that acted changed than their siblings, in points of the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The mean change of the stores that acted less that of their siblings; scores are adjusted.
    pub effect: f64,
    /// Its standard error, above 0.
    pub se: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The least effect that would probably have been seen: in four of five cases.
    pub least: f64,
    /// How many stores that acted have answers enough.
    pub stores: usize,
    /// How many siblings they are compared with.
    pub siblings: usize,
    /// How many of these moved as far, either way: each in turn as if it had acted, in standard errors.
    pub moved_as_far: usize,
    /// How often a sibling's place would have shown as much; none with fewer than 19 siblings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// τ²: how much siblings' changes vary beyond their errors, in squared points.
    pub between: f64,
    /// h²: how many times as much they still scatter, at least 1.
    pub scatter: f64,
}

/// The changes of those stores that have answers enough.
struct Changes {
    acting: Vec<Change>,
    siblings: Vec<Change>,
}

impl Evidence<'_> {
    /// Whether any store that acted has 100 answers in each of the two windows.
    pub(super) fn has_answers(&self, from: &Range<usize>, to: &Range<usize>) -> bool {
        self.acting.iter().any(|days| self.change(days, from, to).is_some())
    }

    /// How the stores that acted changed from some days to others, beside their siblings. None if no store that acted, or
    /// fewer than five undisturbed siblings, have 100 answers in each of the two.
    ///
    /// The indices count from 63 days before the start. Each store is one difference, so that good and bad days of a store
    /// stay together. The error has k − 1 degrees of freedom, with k siblings.
    pub fn effect(&self, from: Range<usize>, to: Range<usize>) -> Option<Effect> {
        let Changes { acting, siblings } = self.changes(&from, &to)?;
        let beside = Siblings::of(&siblings);
        let apart @ Apart { effect, se } = beside.apart(&acting);
        let k = siblings.len();
        let half_width = quantile(u32::try_from(k - 1).unwrap_or(u32::MAX)) * se;
        let moved_as_far = moved_as_far(apart, &siblings);
        let count = |stores: usize| number(u64::try_from(stores).unwrap_or(u64::MAX));
        Some(Effect {
            effect,
            se,
            low: effect - half_width,
            high: effect + half_width,
            least: SEEN * se,
            stores: acting.len(),
            siblings: k,
            moved_as_far,
            p: (k >= ENOUGH_FOR_P).then(|| count(1 + moved_as_far) / count(1 + k)),
            between: beside.between,
            scatter: beside.scatter,
        })
    }

    /// How far, in standard errors, the stores that act fell before the action, from the 35 days to the 28 days before its
    /// start. None where too little is known of then.
    pub fn fall(&self, windows: &Windows) -> Option<f64> {
        let (from, to) = (windows.reference(Reference::Earlier), windows.reference(Reference::Before));
        let Changes { acting, siblings } = self.changes(&from, &to)?;
        Some(Siblings::of(&siblings).apart(&acting).standardised())
    }

    /// The days that an action is compared with. People act when things are bad, and a dip ends by itself. So where the
    /// stores fell by more than a standard error, these are the days before they fell.
    pub(super) fn reference(&self, windows: &Windows) -> (Reference, Option<f64>) {
        let fall = self.fall(windows);
        let in_a_dip = fall.is_some_and(|fall| fall < DIP);
        (if in_a_dip { Reference::Earlier } else { Reference::Before }, fall)
    }

    fn changes(&self, from: &Range<usize>, to: &Range<usize>) -> Option<Changes> {
        let acting = self.acting.iter().filter_map(|days| self.change(days, from, to));
        let siblings = self.siblings.iter().filter(|sibling| sibling.undisturbed);
        let siblings = siblings.filter_map(|sibling| self.change(&sibling.days, from, to));
        let changes = Changes { acting: acting.collect(), siblings: siblings.collect() };
        let enough = !changes.acting.is_empty() && changes.siblings.len() >= FEWEST_SIBLINGS;
        enough.then_some(changes)
    }

    fn change(&self, days: &[Recommendations], from: &Range<usize>, to: &Range<usize>) -> Option<Change> {
        let of = |window: &Range<usize>| days.get(window.start..window.end.min(days.len())).unwrap_or_default();
        let (before, after) = (of(from), of(to));
        let enough = answers(before) >= FEWEST_ANSWERS && answers(after) >= FEWEST_ANSWERS;
        enough.then(|| Change::between(before, after, self.day_variance))
    }
}
