//! The line through a window: the score of seven days at a time, so that weekdays and few answers do not shake it.

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{
    Against, Counts, Subject,
    change::by_day,
    days::{WEEK, length, whole_weeks},
    hidden::{TOO_FEW, shown},
    nps::nps_over,
};
use crate::count::{Group, Tally};

/// The score of seven days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrendPoint {
    /// The last of them.
    pub day: Date,
    /// The net promoter score.
    pub nps: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A point for each day from the seventh day on that was read. Where a day has fewer than five answers, there is one for
/// each whole week only: of two sums that differ by two days, one day could be found from the other.
pub(super) fn trend(subject: &Subject<'_>, counts: &Counts) -> Vec<TrendPoint> {
    let totals = counts.totals();
    let length = length(subject.from, subject.to);
    let first = match counts.against {
        Against::Before => subject.from.saturating_sub(length.min(WEEK - 1).days()),
        Against::Year => subject.from,
    };
    let is_hidden = |group: &Group| (1..TOO_FEW).contains(&group.recommendations.n());
    let groups = |day: Date| totals.range(day.saturating_sub((WEEK - 1).days())..=day).map(|(_, group)| *group);
    if totals.range(first..=subject.to).any(|(_, group)| is_hidden(group)) {
        let ends = whole_weeks(subject.from, subject.to).map(|first| first.saturating_add((WEEK - 1).days()));
        let weeks: Vec<(Date, Vec<Group>)> = ends.map(|day| (day, groups(day).collect())).collect();
        let of_weeks: Vec<Group> = weeks.iter().map(|(_, days)| Group::of_all(days)).collect();
        let whole = Group::of_all(&counts.days.values().map(Tally::total).collect::<Vec<_>>());
        let mut parts = of_weeks.clone();
        parts.push(whole.without(&Group::of_all(&of_weeks)));
        let points = weeks.iter().zip(shown(&parts)).filter(|(_, shown)| shown.recommendations.n() > 0);
        return points.filter_map(|((day, days), _)| point(*day, days)).collect();
    }
    let last = (0..length).map(|at| subject.from.saturating_add(at.days()));
    let read = last.filter(|day| day.saturating_sub((WEEK - 1).days()) >= first);
    read.filter_map(|day| point(day, &groups(day).collect::<Vec<_>>())).collect()
}

fn point(day: Date, days: &[Group]) -> Option<TrendPoint> {
    let nps = nps_over(&by_day(days.iter().copied()))?;
    Some(TrendPoint { day, nps: nps.score, low: nps.low, high: nps.high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::generated::{group, november};

    /// The days with a point, and their scores, of a window from a day of November to its 28th.
    fn points(from: i8, against: Against, of: impl Fn(i8) -> Group) -> Vec<(i8, f64)> {
        let mut points = Vec::new();
        november("cn", (from, 28), against, of, |subject, counts| points = trend(subject, counts));
        points.into_iter().map(|point| (point.day.day(), point.nps)).collect()
    }

    #[test]
    fn each_day_has_the_score_of_the_seven_up_to_it() {
        let fell = |day: i8| if day > 21 { group(0, 7) } else { group(7, 0) };
        let points_of = |from, against| points(from, against, fell);
        let all = points_of(15, Against::Before);
        assert_eq!((all.len(), all[6], all[13]), (14, (21, 100.0), (28, -100.0)));
        assert!((all[7].1 - 500.0 / 7.0).abs() < 1e-9, "{all:?}");
        assert_eq!(points_of(15, Against::Year).first().map(|point| point.0), Some(21));
        assert_eq!(points_of(26, Against::Before).len(), 0, "seven days were not read");
    }

    #[test]
    fn with_a_hidden_day_there_are_whole_weeks_only() {
        let few = |day: i8| if day == 20 { group(3, 0) } else { group(7, 0) };
        let days: Vec<i8> = points(5, Against::Year, few).iter().map(|point| point.0).collect();
        assert_eq!(days, [14, 21, 28]);
        // The three days before the first whole week are too few: a week goes with them.
        let fewer = |day: i8| if day < 8 { group(1, 0) } else { group(7, 0) };
        let days: Vec<i8> = points(5, Against::Year, fewer).iter().map(|point| point.0).collect();
        assert_eq!(days.len(), 2);
    }
}
