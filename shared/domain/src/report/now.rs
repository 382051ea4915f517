//! How it is now: the last days of a window, against as many before.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{
    Against, Change, Counts, Part, Score, Subject,
    change::{alike, by_day},
    days::{WEEK, length},
    hidden::shown,
};
use crate::{
    count::{Group, Operations, Tally},
    place::Scope,
};

/// The last seven days of a window, against the seven before.
#[derive(Debug, Clone, Serialize)]
pub struct Now {
    /// The first of them.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// Their scores.
    #[serde(flatten)]
    pub score: Score,
    /// Their score less that of the seven days before.
    pub change: Option<Change>,
}

impl Now {
    /// None where the window is no longer, and where not all fourteen days were read.
    pub(super) fn of(subject: &Subject<'_>, counts: &Counts) -> Option<Self> {
        let to = subject.to;
        let from = to.saturating_sub((WEEK - 1).days());
        let before = from.saturating_sub(WEEK.days());
        let length = length(subject.from, to);
        let first_read = match counts.against {
            Against::Before => subject.from.saturating_sub(length.days()),
            Against::Year => subject.from,
        };
        if length <= WEEK || before < first_read {
            return None;
        }
        let totals = counts.totals();
        let of = |from: Date, to: Date| totals.range(from..=to).map(|(_, group)| *group).collect::<Vec<_>>();
        let (now, earlier) = (of(from, to), of(before, from.yesterday().unwrap_or(from)));
        // The window is shown too, so the rest of it could be found by subtraction.
        let total = Group::of_all(&now);
        let whole = Group::of_all(&counts.days.values().map(Tally::total).collect::<Vec<_>>());
        let shown = shown(&[total, whole.without(&total)]).into_iter().next().unwrap_or_default();
        let score = Score::shown(&now, &shown);
        let windows = [by_day(now.into_iter()), by_day(earlier.into_iter())];
        let places: Vec<Part> = counts.places.iter().map(|place| within(place, [before, from, to])).collect();
        let places = match subject.scope {
            Scope::Store(_) => None,
            Scope::Node(_) => Some((counts.places_are, places.as_slice())),
        };
        let change = Change::between(&windows, places).filter(|_| score.nps.is_some());
        let rate = |from: Date, to: Date| rate(&counts.operations, from, to);
        let change = change.map(|mut change| {
            change.response_rate_before = rate(before, from.yesterday().unwrap_or(from));
            change.alike = alike(rate(from, to), change.response_rate_before);
            change
        });
        Some(Self { from, to, score, change })
    }
}

/// Answers for each order of some days of the window. None where one of them is not in it.
fn rate(operations: &BTreeMap<Date, Operations>, from: Date, to: Date) -> Option<f64> {
    let mut all = Operations::default();
    let days = operations.range(from..=to);
    days.for_each(|(_, day)| all.merge(day));
    all.response_rate().filter(|_| operations.range(from..=to).count() == usize::try_from(WEEK).unwrap_or(0))
}

/// The responses of a place in both spans.
fn within(place: &Part, [before, from, to]: [Date; 3]) -> Part {
    let days = || place.before.iter().chain(&place.now);
    let of = |holds: &dyn Fn(Date) -> bool| days().filter(|(day, _)| holds(*day)).copied().collect();
    Part { now: of(&|day| (from..=to).contains(&day)), before: of(&|day| (before..from).contains(&day)) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::report::generated::{group, november};

    /// What is said of now of a store with such answers on each day of November.
    fn now(from: i8, against: Against, days: impl Fn(i8) -> Group) -> Option<Now> {
        let mut now = None;
        november("store/12", (from, 28), against, days, |subject, counts| now = Now::of(subject, counts));
        now
    }

    #[test]
    fn the_last_week_is_set_against_the_one_before() {
        let fell = |day: i8| if day > 21 { group(5, 15) } else { group(15, 5) };
        let now = now(1, Against::Before, fell).unwrap();
        assert_eq!((now.from, now.score.n), (date(2026, 11, 22), 140));
        let change = now.change.unwrap();
        assert_eq!((now.score.nps.unwrap().value, change.nps, change.n_before), (-50.0, -100.0, 140));
        assert!(change.distinguishable);
    }

    #[test]
    fn a_week_alone_has_no_now_and_two_need_the_days_before() {
        let of = |from: i8, against| now(from, against, |_| group(6, 4));
        assert!(of(22, Against::Before).is_none(), "it would say the same twice");
        assert!(of(19, Against::Before).unwrap().change.is_some(), "both windows were read");
        assert!(of(19, Against::Year).is_none(), "the days before were not");
        assert!(of(15, Against::Year).unwrap().change.is_some());
    }

    #[test]
    fn the_rest_of_the_window_can_not_be_found_by_subtraction() {
        let few = |day: i8| if day > 21 { group(9, 1) } else { group(u64::from(day == 3) * 3, 0) };
        let now = now(1, Against::Before, few).unwrap();
        assert_eq!((now.score.n, now.score.nps, now.change.is_none()), (70, None, true));
    }
}
