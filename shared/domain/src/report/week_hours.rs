//! When guests are happy, by day of the week and hour.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Estimate,
    days::Widening,
    estimate::as_nps,
    hidden::{TOO_FEW, hidden_in_lines},
    nps::{compare, day_factor, nps_over, sum},
    ranking::only_discoveries,
};
use crate::count::{Recommendations, Tally};

/// The answers of guests who paid in one hour of one day of the week.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CellFigure {
    /// The business day's day of the week, 1 for Monday to 7.
    pub weekday: i8,
    /// The hour on the store's clock, 0 to 23.
    pub hour: u8,
    /// Answers to the question that measures recommendation.
    pub n: u64,
    /// The net promoter score.
    #[serde(flatten, serialize_with = "as_nps")]
    pub nps: Option<Estimate>,
    /// Whether it differs from all other answers together, with false claims over all these hours kept to 5 %.
    pub stands_out: bool,
}

/// The answers by day of the week and hour, in this order. A day that still runs is not in them.
pub(super) fn by_weekday_and_hour(days: &BTreeMap<Date, Tally>) -> Vec<CellFigure> {
    let mut cells: BTreeMap<(i8, u8), Vec<Recommendations>> = BTreeMap::new();
    let mut hours: BTreeMap<u8, Vec<Recommendations>> = BTreeMap::new();
    for (day, tally) in days {
        for (hour, group) in tally.hours.iter().filter(|(_, group)| group.recommendations.n() > 0) {
            let weekday = day.weekday().to_monday_one_offset();
            cells.entry((weekday, *hour)).or_default().push(group.recommendations);
            hours.entry(*hour).or_default().push(group.recommendations);
        }
    }
    let counts: Vec<u64> = cells.values().map(|days| sum(days).n()).collect();
    let lines: Vec<[u8; 2]> = cells.keys().map(|(weekday, hour)| [weekday.unsigned_abs(), 7 + *hour]).collect();
    let hidden = hidden_in_lines(&counts, &lines);
    let widening = Widening::pooled(hours.values().filter_map(|days| day_factor(days)));
    let all = sum(&cells.values().map(|days| sum(days)).collect::<Vec<_>>());
    let shown: Vec<&Vec<Recommendations>> =
        cells.values().zip(&hidden).filter(|(_, hidden)| !**hidden).map(|(days, _)| days).collect();
    let against_the_rest = |days: &&Vec<Recommendations>| {
        let (own, rest) = (sum(days), all.without(sum(days)));
        if rest.n() < TOO_FEW { None } else { compare(own, rest, widening) }
    };
    let mut differences: Vec<_> = shown.iter().map(against_the_rest).collect();
    only_discoveries(differences.iter_mut().flatten());
    let mut differences = differences.into_iter();
    let figure = |(((weekday, hour), days), hidden): ((&(i8, u8), &Vec<Recommendations>), bool)| {
        let (weekday, hour, n) = (*weekday, *hour, sum(days).n());
        if hidden {
            return CellFigure { weekday, hour, n, nps: None, stands_out: false };
        }
        let nps = nps_over(days).map(|nps| Estimate { value: nps.score, low: nps.low, high: nps.high });
        let stands_out = differences.next().flatten().is_some_and(|difference| difference.distinguishable);
        CellFigure { weekday, hour, n, nps, stands_out }
    };
    cells.iter().zip(hidden.iter().copied()).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::{count::Group, report::generated::group};

    /// Four weeks from a Monday, of whose hours each has such answers.
    fn weeks(of: impl Fn(i8, u8) -> Group) -> BTreeMap<Date, Tally> {
        let day = |back: i32| date(2026, 11, 2).saturating_add(back.days());
        let hours = |day: Date| {
            let weekday = day.weekday().to_monday_one_offset();
            (11..21).map(|hour| (hour, of(weekday, hour))).filter(|(_, group)| group.responses > 0).collect()
        };
        (0..28).map(day).map(|day| (day, Tally { hours: hours(day), ..Tally::default() })).collect()
    }

    #[test]
    fn an_hour_of_a_weekday_stands_out_only_if_that_is_certain() {
        let cells = by_weekday_and_hour(&weeks(|weekday, hour| match (weekday, hour) {
            (5, 19) => group(1, 7),
            _ => group(6, 2),
        }));
        assert_eq!(cells.len(), 70);
        let out: Vec<(i8, u8)> =
            cells.iter().filter(|cell| cell.stands_out).map(|cell| (cell.weekday, cell.hour)).collect();
        assert_eq!(out, [(5, 19)]);
        assert!(by_weekday_and_hour(&weeks(|_, _| group(6, 2))).iter().all(|cell| !cell.stands_out));
    }

    #[test]
    fn no_cell_can_be_found_from_its_hour_or_its_weekday() {
        let usual = |weekday: i8, hour: u8| group(if (weekday, hour) == (2, 12) { 0 } else { 3 }, u64::from(hour % 3));
        let mut days = weeks(usual);
        // Two guests in one hour of a Tuesday.
        days.get_mut(&date(2026, 11, 3)).unwrap().hours.insert(12, group(2, 0));
        let cells = by_weekday_and_hour(&days);
        let hidden: Vec<(i8, u8)> =
            cells.iter().filter(|cell| cell.nps.is_none()).map(|cell| (cell.weekday, cell.hour)).collect();
        assert!(hidden.contains(&(2, 12)) && hidden.len() == 3, "{hidden:?}");
        let left = |of: &dyn Fn(&CellFigure) -> bool| -> u64 {
            cells.iter().filter(|cell| cell.nps.is_none() && of(cell)).map(|cell| cell.n).sum()
        };
        for line in 1..=7 {
            let left = left(&|cell| cell.weekday == line);
            assert!(left == 0 || left >= 5, "weekday {line}: {left}");
        }
        for line in 11..21 {
            let left = left(&|cell| cell.hour == line);
            assert!(left == 0 || left >= 5, "hour {line}: {left}");
        }
    }
}
