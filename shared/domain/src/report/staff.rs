//! The answers of the staff of stores in a calendar month, beside those of their guests.
//!
//! People who work in a store are few, so less is shown of them than of guests. A figure is of a whole month in which
//! no answer can come in any more, and of at least five who answered. A node's figures are the sum of the shown stores:
//! nobody can find the others by subtraction.

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{
    Score,
    hidden::{TOO_FEW, shown_alone},
};
use crate::{
    Id,
    count::{Group, Tally},
    number,
    place::{Month, Scope},
    survey::{Kind, Survey},
};

/// The answers of staff in a month.
#[derive(Debug, Clone, Serialize)]
pub struct StaffFigure {
    /// The month, such as `2026-10`.
    pub month: String,
    /// How many answered, in stores that are shown.
    pub responses: u64,
    /// Their scores; none of fewer than five.
    #[serde(flatten)]
    pub score: Score,
    /// Of a store: the mean answer to each of its scales that five answered.
    pub questions: Vec<StaffQuestion>,
    /// Of a node: its stores whose staff are asked.
    pub stores: Vec<StaffOfStore>,
}

/// The answers to one scale.
#[derive(Debug, Clone, Serialize)]
pub struct StaffQuestion {
    /// The question.
    pub question: Id,
    /// How many answered it.
    pub n: u64,
    /// The mean answer.
    pub mean: f64,
}

/// A store whose staff are asked.
#[derive(Debug, Clone, Serialize)]
pub struct StaffOfStore {
    /// The store.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// How many answered; none where fewer than five did.
    pub responses: Option<u64>,
    /// Their scores; none likewise.
    #[serde(flatten)]
    pub score: Score,
}

/// The latest month that ended by `to`, and for which no answer comes in on `today`. Its last links have expired, and
/// their days have been counted.
pub fn settled(to: Date, today: Date, link_lifetime_days: u32) -> Month {
    let counted = today.saturating_sub((i64::from(link_lifetime_days) + 2).days());
    Month::with(to.min(counted).saturating_add(1.day())).before()
}

/// The scores of a month; none of fewer than five, not even how many.
fn shown(group: &Group) -> Option<(u64, Score)> {
    let is_enough = group.responses >= TOO_FEW;
    is_enough.then(|| (group.responses, Score::shown(&[*group], &shown_alone(group))))
}

impl StaffFigure {
    /// Of a store, from the tally of its month.
    pub fn of_store(month: Month, tally: &Tally, survey: &Survey) -> Self {
        let (responses, score) = shown(&tally.total()).unwrap_or_default();
        let questions = if responses == 0 { Vec::new() } else { questions(tally, survey) };
        Self { month: month.to_string(), responses, score, questions, stores: Vec::new() }
    }

    /// Of a node, from the figures of each of its stores in the month.
    pub fn of_node(month: Month, stores: Vec<(Scope, String, Group)>) -> Self {
        let enough = stores.iter().map(|(.., group)| *group).filter(|group| group.responses >= TOO_FEW);
        let (responses, score) = shown(&Group::of_all(&enough.collect::<Vec<_>>())).unwrap_or_default();
        let of_store = |(scope, name, group): (Scope, String, Group)| {
            let shown = shown(&group);
            let (responses, score) = (shown.map(|(n, _)| n), shown.map(|(_, score)| score).unwrap_or_default());
            StaffOfStore { scope, name, responses, score }
        };
        let stores = stores.into_iter().map(of_store).collect();
        Self { month: month.to_string(), responses, score, questions: Vec::new(), stores }
    }
}

fn questions(tally: &Tally, survey: &Survey) -> Vec<StaffQuestion> {
    let scales = survey.questions.iter().filter(|question| matches!(question.kind, Kind::Scale(_)));
    let figure = |(id, histogram): (&Id, &crate::count::Histogram)| {
        let n: u64 = histogram.values().sum();
        let sum: u64 = histogram.iter().map(|(answer, count)| u64::from(*answer) * count).sum();
        (n >= TOO_FEW).then(|| StaffQuestion { question: id.clone(), n, mean: number(sum) / number(n) })
    };
    scales.filter_map(|question| figure((question.id(), tally.scales.get(question.id())?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::generated::group;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn store(number: u32, group: Group) -> (Scope, String, Group) {
        (Scope::Store(number.try_into().unwrap()), format!("Lane {number}"), group)
    }

    #[test]
    fn a_month_is_shown_once_no_answer_can_come_in() {
        let month = |to: &str, today: &str, days: u32| settled(day(to), day(today), days).to_string();
        assert_eq!(month("2026-12-31", "2026-12-08", 7), "2026-10", "those asked on the 30th may answer until the 7th");
        assert_eq!(month("2026-12-31", "2026-12-09", 7), "2026-11");
        assert_eq!(month("2026-11-29", "2026-12-31", 7), "2026-10", "the window ends before November does");
        assert_eq!(month("2026-11-30", "2026-12-31", 7), "2026-11");
        assert_eq!(month("2027-01-31", "2027-01-31", 60), "2026-11");
        let november = settled(day("2026-11-30"), day("2026-12-31"), 7);
        assert_eq!((november.first(), november.last()), (day("2026-11-01"), day("2026-11-30")));
    }

    #[test]
    fn of_a_store_of_fewer_than_five_nothing_is_shown_and_nothing_is_found_out() {
        let month = settled(day("2026-10-31"), day("2026-12-01"), 7);
        let stores = vec![store(12, group(4, 3)), store(13, group(4, 0)), store(14, group(5, 0))];
        let figure = StaffFigure::of_node(month, stores);
        let shown: Vec<Option<u64>> = figure.stores.iter().map(|store| store.responses).collect();
        assert_eq!(shown, [Some(7), None, Some(5)]);
        assert!(figure.stores[1].score.nps.is_none() && figure.stores[1].score.n == 0);
        assert_eq!((figure.responses, figure.score.n), (12, 12), "the sum of those that are shown, and no more");
        let none = StaffFigure::of_node(month, vec![store(13, group(4, 0)), store(15, group(0, 4))]);
        assert!(none.responses == 0 && none.score.nps.is_none(), "eight of two stores are not shown either");
    }
}
