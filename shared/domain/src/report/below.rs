//! The scopes directly below a node, beside each other: ranks, changes, and which are behind.

use jiff::civil::Date;

use super::{
    Child, ChildFigure, Difference, OwnRank, Score, Siblings,
    change::{alike, by_day},
    days::{WEEK, Widening, length, whole_weeks},
    hidden::{FEW, TOO_FEW, shown, shown_alone},
    integrity::stand_out,
    nps::{compare, compare_over, day_factor, sum},
    ranking::{only_discoveries, ranks},
};
use crate::count::{Group, Recommendations, response_rate};

/// The scopes below, the best first. `all` are the whole responses on store-days with orders of all that lies below, and
/// these orders; `to` is the last day.
pub(super) fn child_figures(children: Vec<Child>, all: (u64, u64), (from, to): (Date, Date)) -> Vec<ChildFigure> {
    let days = children.iter().map(|child| by_day(groups(&child.days)));
    let by_child: Vec<Vec<Recommendations>> = days.collect();
    let ranked: Vec<Vec<Recommendations>> = by_child.iter().filter(|days| enough(days)).cloned().collect();
    let mut ranks = ranks(&ranked).into_iter();
    let mut rest = against_the_rest(&by_child).into_iter();
    let mut changes = changes(&children).into_iter();
    let mut marks = stand_out(&children);
    let rate = |child: &Child| Some((child.scope.to_string(), response_rate(child.answered.0, child.answered.1)?));
    let rates: Vec<(String, f64)> = children.iter().filter_map(rate).collect();
    let figure = |(child, recommended): (Child, &Vec<Recommendations>)| {
        let Child { scope, name, days, answered, .. } = child;
        let days_groups: Vec<Group> = groups(&days).collect();
        let total = Group::of_all(&days_groups);
        let rank = if enough(recommended) { ranks.next() } else { None };
        let rate = response_rate(answered.0, answered.1);
        let siblings = middle_rate(&rates, &scope.to_string())
            .or_else(|| response_rate(all.0.saturating_sub(answered.0), all.1.saturating_sub(answered.1)));
        ChildFigure {
            scope: scope.to_string(),
            name,
            score: Score::shown(&days_groups, &if rank.is_some() { shown_alone(&total) } else { Group::default() }),
            few: total.recommendations.n() < FEW,
            response_rate: rate,
            alike: alike(rate, siblings),
            rank_low: rank.map(|rank| rank.low),
            rank_high: rank.map(|rank| rank.high),
            against_the_rest: rest.next().flatten(),
            change: changes.next().flatten(),
            weekly_nps: weekly(&days, (from, to)),
            stands_out: marks.remove(&scope).unwrap_or_default(),
        }
    };
    let mut figures: Vec<ChildFigure> = children.into_iter().zip(&by_child).map(figure).collect();
    // The best first; who has no rank comes last.
    figures.sort_by(|a, b| {
        let score = |figure: &ChildFigure| figure.score.nps.map_or(f64::NEG_INFINITY, |nps| nps.value);
        score(b).total_cmp(&score(a)).then_with(|| a.scope.cmp(&b.scope))
    });
    figures
}

/// The response rate in the middle of all others, where there are three: one absurd day of orders moves a mean, and not
/// that.
fn middle_rate(rates: &[(String, f64)], own: &str) -> Option<f64> {
    let mut others: Vec<f64> = rates.iter().filter(|(scope, _)| scope != own).map(|(_, rate)| *rate).collect();
    others.sort_by(f64::total_cmp);
    others.get(others.len() / 2).copied().filter(|_| others.len() >= 3)
}

fn groups(days: &[(Date, Group)]) -> impl Iterator<Item = Group> {
    days.iter().map(|(_, group)| *group)
}

fn enough(days: &[Recommendations]) -> bool {
    sum(days).n() >= TOO_FEW
}

/// Each child's score less that of all others together. False claims over all children are kept to 5 %.
fn against_the_rest(children: &[Vec<Recommendations>]) -> Vec<Option<Difference>> {
    let (widening, more) = Widening::of_siblings(&children.iter().map(|days| day_factor(days)).collect::<Vec<_>>());
    let all = sum(&children.iter().map(|days| sum(days)).collect::<Vec<_>>());
    let differences = children.iter().zip(more).map(|(days, more)| {
        let own = sum(days);
        let rest = all.without(own);
        let widening = Widening { factor: more * widening.factor, ..widening };
        if own.n() < TOO_FEW || rest.n() < TOO_FEW { None } else { compare(own, rest, widening) }
    });
    let mut differences: Vec<Option<Difference>> = differences.collect();
    only_discoveries(differences.iter_mut().flatten());
    differences
}

/// Each child's score less that of the window before, likewise.
fn changes(children: &[Child]) -> Vec<Option<Difference>> {
    let changes = children.iter().map(|child| {
        let (now, before) = (by_day(groups(&child.days)), by_day(groups(&child.before)));
        if enough(&now) && enough(&before) { compare_over(&now, &before) } else { None }
    });
    let mut changes: Vec<Option<Difference>> = changes.collect();
    only_discoveries(changes.iter_mut().flatten());
    changes
}

/// The score of each whole week of a window, the last of which ends with it.
fn weekly(days: &[(Date, Group)], (from, to): (Date, Date)) -> Vec<Option<f64>> {
    let mut weeks = whole_weeks(from, to);
    let first = weeks.next();
    let weeks = first.into_iter().chain(weeks).count();
    let mut groups = vec![Group::default(); weeks];
    let mut before = Group::default();
    for (day, group) in days {
        let at = first.map_or(-1, |first| (length(first, *day) - 1).div_euclid(WEEK));
        match usize::try_from(at).ok().and_then(|at| groups.get_mut(at)) {
            Some(week) => week.merge(group),
            None => before.merge(group),
        }
    }
    // The days before the first whole week are a part too: else it could be found by subtraction.
    groups.push(before);
    let shown = shown(&groups);
    shown.iter().take(weeks).map(|week| week.recommendations.nps().map(|nps| nps.score)).collect()
}

impl OwnRank {
    /// None without enough answers, and where nothing is beside it.
    pub(super) fn of(siblings: &Siblings) -> Option<Self> {
        let own = by_day(siblings.own.iter().copied());
        let others = siblings.others.iter().map(|days| by_day(days.iter().copied()));
        let all: Vec<Vec<Recommendations>> = Some(own).into_iter().chain(others.filter(|days| enough(days))).collect();
        let first = all.first().filter(|own| all.len() > 1 && enough(own)).and_then(|_| ranks(&all).into_iter().next());
        first.map(|rank| Self { low: rank.low, high: rank.high, of: all.len() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::place::Scope;

    fn group(promoters: u64, passives: u64, detractors: u64) -> Group {
        let responses = promoters + passives + detractors;
        let recommendations = Recommendations { promoters, passives, detractors };
        Group { responses, recommendations, rated: responses, satisfied: promoters }
    }

    fn days(of: &[Group]) -> Vec<(Date, Group)> {
        (1..).zip(of).map(|(day, group)| (date(2026, 11, day), *group)).collect()
    }

    fn child(number: u32, now: &[Group], before: &[Group]) -> Child {
        Child {
            scope: Scope::Store(number.try_into().unwrap()),
            name: number.to_string(),
            days: days(now),
            before: days(before),
            answered: (0, 0),
            signs: crate::count::Signs::new(),
        }
    }

    fn window() -> (Date, Date) {
        (date(2026, 11, 1), date(2026, 11, 28))
    }

    #[test]
    fn a_store_is_behind_only_if_that_is_certain_over_all_stores() {
        let usual = [group(6, 2, 2); 28];
        let bad = [group(3, 2, 5); 28];
        let mut children: Vec<Child> = (1..=20).map(|number| child(number, &usual, &usual)).collect();
        children.push(child(99, &bad, &usual));
        let figures = child_figures(children, (0, 0), window());
        let certain = |difference: Option<Difference>| difference.is_some_and(|difference| difference.distinguishable);
        let behind: Vec<&str> =
            figures.iter().filter(|child| certain(child.against_the_rest)).map(|child| child.name.as_str()).collect();
        let changed: Vec<&str> =
            figures.iter().filter(|child| certain(child.change)).map(|child| child.name.as_str()).collect();
        assert_eq!((behind, changed), (vec!["99"], vec!["99"]));
        let last = figures.last().unwrap();
        assert!(last.against_the_rest.unwrap().difference < -50.0 && last.change.unwrap().difference < -50.0);
    }

    #[test]
    fn a_flood_on_one_day_of_one_store_hides_no_other() {
        let (usual, bad) = ([group(6, 2, 2); 28], [group(3, 2, 5); 28]);
        let mut flooded = usual;
        flooded[20] = group(2_000, 0, 0);
        let mut children: Vec<Child> = (1..=6).map(|number| child(number, &usual, &usual)).collect();
        children.push(child(98, &flooded, &usual));
        children.push(child(99, &bad, &usual));
        let figures = child_figures(children, (0, 0), window());
        let of = |name: &str| figures.iter().find(|child| child.name == name).unwrap();
        let rest = |name: &str| of(name).against_the_rest.unwrap();
        assert!(rest("99").distinguishable && rest("99").difference < 0.0);
        assert!(!rest("98").distinguishable, "one day makes nobody better");
        assert_eq!((of("99").rank_low, of("98").rank_high), (Some(7), Some(8)));
    }

    #[test]
    fn one_absurd_day_of_orders_makes_no_sibling_unlike() {
        let mut children: Vec<Child> = (1..=5).map(|number| child(number, &[group(6, 2, 2)], &[])).collect();
        children.iter_mut().for_each(|child| child.answered = (80, 1_000));
        children[0].answered = (80, 100_000);
        let figures = child_figures(children, (400, 104_000), window());
        let unlike: Vec<&str> =
            figures.iter().filter(|child| child.alike == Some(false)).map(|child| child.name.as_str()).collect();
        assert_eq!(unlike, ["1"]);
    }

    #[test]
    fn a_week_of_fewer_than_five_takes_another_along() {
        let week = |n: u64| days(&[group(n, 0, 0)]);
        let at = |day: i8, n: u64| week(n).into_iter().map(move |(_, group)| (date(2026, 11, day), group));
        let of = |weeks: [u64; 4]| {
            let days: Vec<(Date, Group)> =
                [1, 8, 15, 22].into_iter().zip(weeks).flat_map(|(day, n)| at(day, n)).collect();
            weekly(&days, window())
        };
        assert_eq!(of([9, 9, 9, 9]), [Some(100.0); 4]);
        assert_eq!(of([9, 7, 2, 9]), [Some(100.0), None, None, Some(100.0)]);
        assert_eq!(of([9, 0, 9, 9]), [Some(100.0), None, Some(100.0), Some(100.0)]);
    }

    #[test]
    fn weeks_are_counted_back_from_the_last_day() {
        let days = days(&[group(5, 0, 0), group(0, 0, 5), group(5, 0, 0)]);
        // Ten days: the first three are in no whole week.
        assert_eq!(weekly(&days, (date(2026, 11, 1), date(2026, 11, 10))), [None]);
        assert_eq!(weekly(&days, (date(2026, 11, 1), date(2026, 11, 9))), [Some(100.0)]);
        assert_eq!(weekly(&days, (date(2026, 11, 1), date(2026, 11, 3))), []);
    }

    #[test]
    fn a_scope_has_a_rank_among_those_beside_it() {
        let siblings = |own: Group, others: &[Group]| Siblings {
            own: vec![own],
            others: others.iter().map(|other| vec![*other]).collect(),
        };
        let rank =
            |own, others: &[Group]| OwnRank::of(&siblings(own, others)).map(|rank| (rank.low, rank.high, rank.of));
        let (good, bad) = (group(300, 50, 10), group(50, 50, 300));
        assert_eq!(rank(bad, &[good, good]), Some((3, 3, 3)));
        assert_eq!(rank(good, &[good, bad]), Some((1, 2, 3)));
        assert_eq!(rank(good, &[group(1, 0, 0)]), None, "nobody is beside it");
        assert_eq!(rank(group(4, 0, 0), &[good]), None, "too few");
    }
}
