//! Temperature beside orders, revenue and refunds, week by week.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{
    Temperature,
    days::{WEEK, whole_weeks},
    hidden::shown,
};
use crate::count::{Group, Operations};

/// Seven business days of a scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeekFigure {
    /// The first of them.
    pub week: Date,
    /// Answers.
    pub n: u64,
    /// Their temperature; none of fewer than 30.
    pub temperature: Option<Temperature>,
    /// On how many of its days orders were given, 0 to 7.
    pub days_with_orders: usize,
    /// Orders of these days.
    pub orders: Option<u64>,
    /// Revenue by currency, likewise.
    pub revenue: BTreeMap<String, f64>,
    /// Refunds by currency, likewise.
    pub refunds: BTreeMap<String, f64>,
}

/// The whole weeks of a window, the oldest first; the last ends with it. None where no orders were given.
pub(super) fn by_week(
    days: &BTreeMap<Date, Group>,
    operations: &BTreeMap<Date, Operations>,
    (from, to): (Date, Date),
) -> Vec<WeekFigure> {
    let firsts: Vec<Date> = whole_weeks(from, to).collect();
    let Some(first) = firsts.first().filter(|_| !operations.is_empty()) else { return Vec::new() };
    let last = |first: Date| first.saturating_add((WEEK - 1).days());
    let groups = |first: Date| days.range(first..=last(first)).map(|(_, group)| *group).collect::<Vec<_>>();
    // The days before the first whole week are a part too: else they could be found by subtraction.
    let mut totals: Vec<Group> = firsts.iter().map(|first| Group::of_all(&groups(*first))).collect();
    totals.push(Group::of_all(&days.range(from..*first).map(|(_, group)| *group).collect::<Vec<_>>()));
    let figure = |(first, shown): (&Date, Group)| {
        let days = groups(*first);
        let given = operations.range(*first..=last(*first)).map(|(_, day)| day);
        let sold = given.fold(Operations::default(), |mut all, day| {
            all.merge(day);
            all
        });
        WeekFigure {
            week: *first,
            n: Group::of_all(&days).recommendations.n(),
            temperature: Temperature::of(&days, &shown),
            days_with_orders: operations.range(*first..=last(*first)).count(),
            orders: (sold.store_days > 0).then_some(sold.orders),
            revenue: sold.amounts(&sold.revenue),
            refunds: sold.amounts(&sold.refunds),
        }
    };
    firsts.iter().zip(shown(&totals)).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::count::Recommendations;

    #[test]
    fn each_whole_week_has_its_temperature_beside_what_was_sold() {
        let group = |n: u64| {
            let recommendations = Recommendations { promoters: n, passives: 0, detractors: 0 };
            Group { responses: n, recommendations, rated: n, satisfied: n }
        };
        let day = |back: i32| date(2026, 11, 16).saturating_sub(back.days());
        // The latest week has few answers; no week has orders on more than one day.
        let days = (0..16).map(|back| (day(back), group(if back < 7 { 4 } else { 6 }))).collect();
        let sold =
            Operations { store_days: 1, orders: 50, revenue: [("CNY".into(), 12_345)].into(), ..Operations::default() };
        let operations: BTreeMap<Date, Operations> = [(day(0), sold.clone()), (day(8), sold)].into();
        let weeks = by_week(&days, &operations, (day(15), day(0)));
        let short =
            |week: &WeekFigure| (week.week, week.n, week.temperature.is_some(), week.orders, week.days_with_orders);
        assert_eq!(
            weeks.iter().map(short).collect::<Vec<_>>(),
            [(day(13), 42, true, Some(50), 1), (day(6), 28, false, Some(50), 1)]
        );
        assert_eq!(weeks[0].revenue, [("CNY".to_owned(), 123.45)].into());
        assert!(by_week(&days, &BTreeMap::new(), (day(15), day(0))).is_empty());
        assert!(by_week(&days, &operations, (day(5), day(0))).is_empty());
    }
}
