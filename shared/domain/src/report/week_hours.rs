//! When guests are happy, by day of the week and hour.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Estimate,
    days::Widening,
    estimate::as_nps,
    hidden::{TOO_FEW, hidden, hidden_in_lines, hidden_wholes},
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
    let lines: Vec<[u8; 2]> = cells.keys().map(|(weekday, hour)| [weekday.unsigned_abs(), 7 + *hour]).collect();
    let elsewhere = hidden_elsewhere(days, &hours);
    let counts = cells.iter().map(|((weekday, hour), days)| (sum(days).n(), elsewhere(*weekday, *hour)));
    let hidden = hidden_in_lines(&counts.collect::<Vec<_>>(), &lines);
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

/// Whether a weekday, or an hour, would give away what is hidden where each day and each hour is shown by itself.
fn hidden_elsewhere(
    days: &BTreeMap<Date, Tally>,
    hours: &BTreeMap<u8, Vec<Recommendations>>,
) -> impl Fn(i8, u8) -> bool + use<> {
    let counts: Vec<u64> = hours.values().map(|days| sum(days).n()).collect();
    let hidden_hours: BTreeSet<u8> =
        hours.keys().zip(hidden(&counts)).filter(|(_, hidden)| *hidden).map(|(hour, _)| *hour).collect();
    let counts: Vec<u64> = days.values().map(|day| day.total().recommendations.n()).collect();
    let mut secrets = [0; 7];
    for ((day, n), _) in days.keys().zip(&counts).zip(hidden(&counts)).filter(|(_, hidden)| *hidden) {
        let at = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        secrets.iter_mut().skip(at).take(1).for_each(|secret| *secret += n);
    }
    let hidden_weekdays: BTreeSet<i8> =
        (1..).zip(hidden_wholes(&secrets)).filter(|(_, hidden)| *hidden).map(|(weekday, _)| weekday).collect();
    move |weekday, hour| hidden_weekdays.contains(&weekday) || hidden_hours.contains(&hour)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::report::generated::{day_of, group, weeks};

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
    #[test]
    fn no_cell_gives_away_an_hour_or_a_day_that_is_hidden() {
        // Eleven o'clock is hidden by itself, with nine o'clock for company.
        let day = |day: i8, hours: &[(u8, u64)]| {
            (date(2026, 11, day), day_of(hours.iter().map(|(hour, n)| (*hour, group(*n, 0))).collect()))
        };
        let days = [day(2, &[(9, 10), (11, 3), (12, 7)]), day(3, &[(9, 10), (12, 21)]), day(4, &[(12, 22)])].into();
        let shown = |days: &BTreeMap<Date, Tally>| -> Vec<(i8, u8)> {
            let cells = by_weekday_and_hour(days).into_iter().filter(|cell| cell.nps.is_some());
            cells.map(|cell| (cell.weekday, cell.hour)).collect()
        };
        assert_eq!(shown(&days), [(1, 12), (2, 12), (3, 12)]);
        // One Monday has three answers, and is hidden with a Tuesday: both columns are.
        let mut days = weeks(|_, hour| group(if hour < 14 { 3 } else { 0 }, 0));
        days.insert(date(2026, 11, 2), day_of([(11, group(3, 0))].into()));
        let weekdays: BTreeSet<i8> = shown(&days).into_iter().map(|(weekday, _)| weekday).collect();
        assert_eq!(weekdays.len(), 5, "{weekdays:?}");
        assert!(!weekdays.contains(&1));
    }
}
