//! The parts of a whole: by channel, segment and hour, and by what a merchant knows of visits.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{
    AgainstTheRest, GroupFigure, GroupName, Score, compare_shares,
    days::Widening,
    hidden::{shown, shown_alone},
    nps::compare,
};
use crate::{
    count::{AmountBand, Group, Named, OTHERS, Tally},
    place::Scope,
};

/// So many tables at most, and as many of those who serve, have a figure of their own in a report: those with most
/// answers.
const MOST_NAMES: usize = 100;

/// The parts of a whole. Each is set against the rest where `whole` is given.
pub(super) fn group_figures<K: Ord + Copy>(
    days: &[&Tally],
    parts: impl Fn(&Tally) -> &BTreeMap<K, Group>,
    name: impl Fn(&K) -> GroupName,
    whole: Option<&Group>,
) -> Vec<GroupFigure> {
    let mut by_part: BTreeMap<K, Vec<Group>> = BTreeMap::new();
    for (part, group) in days.iter().flat_map(|day| parts(day)) {
        by_part.entry(*part).or_default().push(*group);
    }
    let totals: Vec<Group> = by_part.values().map(|days| Group::of_all(days)).collect();
    let figure = |(((part, days), total), shown): (((&K, &Vec<Group>), &Group), Group)| GroupFigure {
        group: name(part),
        score: Score::shown(days, &shown),
        against_the_rest: whole.and_then(|whole| AgainstTheRest::of(total, &shown, whole)),
    };
    by_part.iter().zip(&totals).zip(shown(&totals)).map(figure).collect()
}

/// By table: of a store alone, because table 7 of one is not that of another.
pub(super) fn table_figures(scope: &Scope, days: &[&Tally]) -> Vec<GroupFigure> {
    named_figures(scope, days, |day| &day.tables, |table| GroupName::Table { table })
}

/// By the person who served: of a store alone, because each has its own codes.
pub(super) fn staff_figures(scope: &Scope, days: &[&Tally]) -> Vec<GroupFigure> {
    named_figures(scope, days, |day| &day.staff, |staff| GroupName::Staff { staff })
}

/// By the names that a merchant gives, in the order in which people put them: 2 before 10, and never by score.
fn named_figures(
    scope: &Scope,
    days: &[&Tally],
    parts: impl Fn(&Tally) -> &Named,
    name: impl Fn(Option<String>) -> GroupName,
) -> Vec<GroupFigure> {
    if !matches!(scope, Scope::Store(_)) {
        return Vec::new();
    }
    let mut responses: BTreeMap<&String, u64> = BTreeMap::new();
    for (name, group) in days.iter().flat_map(|day| parts(day)).filter(|(name, _)| *name != OTHERS) {
        *responses.entry(name).or_default() += group.responses;
    }
    let mut names: Vec<(&String, u64)> = responses.into_iter().collect();
    // Those with as many stay in the order of their names.
    names.sort_by_key(|(_, responses)| Reverse(*responses));
    let mut names: Vec<String> = names.into_iter().take(MOST_NAMES).map(|(name, _)| name.clone()).collect();
    names.sort_by_cached_key(|name| (pieces(name), name.clone()));
    known_figures(days, parts, &names, |known| name(known.cloned()))
}

/// By what was paid.
pub(super) fn amount_figures(days: &[&Tally]) -> Vec<GroupFigure> {
    let mut bands: Vec<AmountBand> = days.iter().flat_map(|day| day.amounts.keys()).cloned().collect();
    bands.sort();
    bands.dedup();
    let name = |band: Option<&AmountBand>| GroupName::Amount {
        currency: band.map(|band| band.currency().to_owned()),
        from: band.map(AmountBand::at_least),
        below: band.map(AmountBand::below),
    };
    known_figures(days, |day| &day.amounts, &bands, name)
}

/// The parts that are known and wanted, in this order, and then all other responses as one. These are a part like the
/// others: as the whole less the others, their answers could be worked out.
fn known_figures<K: Ord>(
    days: &[&Tally],
    parts: impl Fn(&Tally) -> &BTreeMap<K, Group>,
    wanted: &[K],
    name: impl Fn(Option<&K>) -> GroupName,
) -> Vec<GroupFigure> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let of = |part: &K| days.iter().filter_map(|day| parts(day).get(part).copied()).collect::<Vec<Group>>();
    let rest = |day: &&Tally| {
        let known: Vec<Group> = wanted.iter().filter_map(|part| parts(day).get(part).copied()).collect();
        // Responses of a running day are in no part.
        day.total().without(&day.running).without(&Group::of_all(&known))
    };
    let mut all: Vec<(Option<&K>, Vec<Group>)> = wanted.iter().map(|part| (Some(part), of(part))).collect();
    all.push((None, days.iter().map(rest).filter(|rest| rest.responses > 0).collect()));
    all.retain(|(_, days)| !days.is_empty());
    let totals: Vec<Group> = all.iter().map(|(_, days)| Group::of_all(days)).collect();
    let figure = |((part, days), shown): (&(Option<&K>, Vec<Group>), Group)| GroupFigure {
        group: name(*part),
        score: Score::shown(days, &shown),
        against_the_rest: None,
    };
    all.iter().zip(shown(&totals)).map(figure).collect()
}

/// A piece of a name, for its order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// A number, as how many digits it has and which.
    Number(usize, String),
    /// A character that is no digit.
    Character(char),
}

fn pieces(name: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.is_empty() {
            pieces.push(Piece::Character(first));
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        } else {
            let digits = digits.trim_start_matches('0');
            pieces.push(Piece::Number(digits.len(), digits.to_owned()));
            rest = after;
        }
    }
    pieces
}

impl AgainstTheRest {
    /// None when there is no rest. Hidden answers of the group or of the rest are compared with nothing. Both are of
    /// the same days: what is good or bad about a day is in both, and widens nothing.
    fn of(group: &Group, shown: &Group, total: &Group) -> Option<Self> {
        let rest = total.without(group);
        let shown_rest = shown_alone(&rest);
        (rest.responses > 0).then(|| Self {
            nps: compare(shown.recommendations, shown_rest.recommendations, Widening::NONE),
            satisfied: compare_shares((shown.satisfied, shown.rated), (shown_rest.satisfied, shown_rest.rated)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        report::{TOO_FEW, generated::group},
        visit::Channel,
    };

    /// A day whose tables these are, and on which as many more came of whom nothing is known.
    fn day(tables: &[(&str, Group)], unknown: Group) -> Tally {
        let tables: Named = tables.iter().map(|(name, group)| ((*name).to_owned(), *group)).collect();
        let mut all = unknown;
        tables.values().for_each(|group| all.merge(group));
        Tally { channels: [(Channel::Receipt, all)].into(), tables, ..Tally::default() }
    }

    /// The name of each table, how many answers it has, and its score.
    fn tables(days: &[Tally]) -> Vec<(Option<String>, u64, Option<f64>)> {
        let days: Vec<&Tally> = days.iter().collect();
        assert!(table_figures(&"cn".parse().unwrap(), &days).is_empty(), "a node has no tables");
        let figures = table_figures(&"store/12".parse().unwrap(), &days);
        let told = |figure: GroupFigure| match figure.group {
            GroupName::Table { table } => (table, figure.score.n, figure.score.nps.map(|nps| nps.value)),
            other => panic!("{other:?}"),
        };
        figures.into_iter().map(told).collect()
    }

    #[test]
    fn tables_stand_as_people_put_them_and_not_by_score() {
        let tables = tables(&[day(
            &[("10", group(9, 0)), ("2", group(0, 9)), ("A2", group(5, 4)), ("A10", group(9, 1))],
            group(0, 0),
        )]);
        let names: Vec<&str> = tables.iter().filter_map(|(name, ..)| name.as_deref()).collect();
        assert_eq!(names, ["2", "10", "A2", "A10"]);
        assert_eq!((tables[0].2, tables[1].2), (Some(-100.0), Some(100.0)));
    }

    #[test]
    fn numbers_are_put_in_order_by_what_they_are_worth() {
        let mut names = ["b", "a12", "A1", "a2", "007", "7", "10", "a", "包厢10", "包厢2"];
        names.sort_by_cached_key(|name| (pieces(name), *name));
        assert_eq!(names, ["007", "7", "10", "A1", "a", "a2", "a12", "b", "包厢2", "包厢10"]);
    }

    #[test]
    fn of_fewer_than_five_and_of_their_complement_the_number_alone_is_told() {
        let one = |unknown| tables(&[day(&[("1", group(9, 0)), ("2", group(6, 0))], unknown)]);
        assert_eq!(
            one(group(0, 0)),
            [(Some("1".into()), 9, Some(100.0)), (Some("2".into()), 6, Some(100.0))],
            "all are known"
        );
        // Two are known to have paid, and not where: they are the whole less both tables.
        assert_eq!(
            one(group(0, 2)),
            [(Some("1".into()), 9, Some(100.0)), (Some("2".into()), 6, None), (None, 2, None)]
        );
        assert_eq!(one(group(0, 5))[2], (None, 5, Some(-100.0)));
    }

    #[test]
    fn of_a_running_day_nothing_is_in_a_part() {
        let mut today = day(&[], group(0, 0));
        today.running = group(5, 0);
        assert_eq!(tables(std::slice::from_ref(&today)), [], "nothing is known");
        let before = day(&[("1", group(9, 0))], group(0, 0));
        assert_eq!(tables(&[before, today]), [(Some("1".into()), 9, Some(100.0))]);
    }

    #[test]
    fn more_than_a_hundred_names_are_shown_as_the_hundred_with_most_answers() {
        let names: Vec<String> = (0..150).map(|i| i.to_string()).collect();
        let of = |from: usize, group: Group| {
            let named: Vec<(&str, Group)> = names[from..from + 100].iter().map(|name| (name.as_str(), group)).collect();
            day(&named, Group::default())
        };
        let mut first = of(0, group(5, 0));
        first.tables.insert(OTHERS.into(), group(1, 0));
        first.channels.entry(Channel::Receipt).or_default().merge(&group(1, 0));
        let told = tables(&[first, of(50, group(6, 0))]);
        assert_eq!(told.len(), MOST_NAMES + 1);
        assert_eq!(told[0], (Some("50".into()), 11, Some(100.0)));
        assert_eq!(told.last().unwrap(), &(None, 50 * 5 + 1, Some(100.0)), "and those that were too many on a day");
    }

    #[test]
    fn amounts_stand_in_their_order_with_those_that_are_not_known_at_the_end() {
        let band = |amount| AmountBand::of(amount, "CNY");
        let amounts = [(band(30_000), group(9, 0)), (band(4_000), group(0, 9))].into();
        let day = Tally { channels: [(Channel::Receipt, group(15, 9))].into(), amounts, ..Tally::default() };
        let figures = amount_figures(&[&day]);
        let told = serde_json::to_value(&figures).unwrap();
        let told: Vec<_> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|part| (part["from"].as_u64(), part["below"].as_u64(), part["nps"].as_f64()))
            .collect();
        assert_eq!(
            told,
            [(Some(20), Some(50), Some(-100.0)), (Some(200), Some(500), Some(100.0)), (None, None, Some(100.0))]
        );
        assert!(amount_figures(&[&Tally::default()]).is_empty());
    }

    proptest! {
        #[test]
        fn no_guest_can_be_worked_out_from_the_whole_and_its_parts(
            counts in prop::collection::vec(prop::collection::vec((0_usize..8, 0_u64..9), 0..8), 1..4), unknown in 0_u64..7,
        ) {
            let of_day = |counts: &Vec<(usize, u64)>| {
                let mut named = Named::new();
                for (name, n) in counts.iter().filter(|(_, n)| *n > 0) {
                    named.entry(name.to_string()).or_default().merge(&group(*n, 0));
                }
                let named: Vec<(&str, Group)> = named.iter().map(|(name, group)| (name.as_str(), *group)).collect();
                day(&named, group(unknown, 0))
            };
            let days: Vec<Tally> = counts.iter().map(of_day).collect();
            let told = tables(&days);
            let whole: u64 = days.iter().map(|day| day.total().responses).sum();
            if !told.is_empty() {
                prop_assert_eq!(told.iter().map(|(_, n, _)| n).sum::<u64>(), whole, "each is in one part");
            }
            let hidden: u64 = told.iter().filter(|(_, _, score)| score.is_none()).map(|(_, n, _)| n).sum();
            let all = told.iter().all(|(_, _, score)| score.is_none());
            prop_assert!(hidden == 0 || hidden >= TOO_FEW || all, "{told:?}");
        }
    }
}
