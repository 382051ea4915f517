//! When guests are happy, by part of the day.

use std::collections::BTreeMap;

use super::{
    AgainstTheRest, GroupFigure, GroupName, Meal, Score,
    days::Widening,
    hidden::{TOO_FEW, hidden_wholes, shown},
    nps::{compare, day_factor},
    ranking::only_discoveries,
};
use crate::count::{Group, Tally};

/// The answers by part of the day, each against the rest, with false claims over all parts kept to 5 %.
pub(super) fn by_meal(days: &[&Tally]) -> Vec<GroupFigure> {
    let mut meals: BTreeMap<u8, (Meal, Vec<Group>)> = BTreeMap::new();
    let mut hours: BTreeMap<u8, Vec<Group>> = BTreeMap::new();
    for day in days {
        let mut of_day: BTreeMap<u8, (Meal, Group)> = BTreeMap::new();
        for (hour, group) in &day.hours {
            let meal = Meal::of_hour(*hour);
            of_day.entry(meal.in_order()).or_insert((meal, Group::default())).1.merge(group);
            hours.entry(*hour).or_default().push(*group);
        }
        for (place, (meal, group)) in of_day {
            meals.entry(place).or_insert((meal, Vec::new())).1.push(group);
        }
    }
    let hidden = hidden_meals(&meals, &hours);
    let recommended = |days: &[Group]| days.iter().map(|day| day.recommendations).collect::<Vec<_>>();
    let widening = Widening::pooled(meals.values().filter_map(|(_, days)| day_factor(&recommended(days))));
    let all = Group::of_all(&meals.values().map(|(_, days)| Group::of_all(days)).collect::<Vec<_>>());
    let figure = |((meal, days), hidden): (&(Meal, Vec<Group>), bool)| {
        let total = Group::of_all(days);
        let rest = all.without(&total);
        let comparable = !hidden && rest.recommendations.n() >= TOO_FEW;
        GroupFigure {
            group: GroupName::Meal { meal: *meal },
            score: Score::shown(days, &if hidden { Group::default() } else { total }),
            against_the_rest: (rest.responses > 0).then(|| AgainstTheRest {
                nps: compare(total.recommendations, rest.recommendations, widening).filter(|_| comparable),
                satisfied: None,
            }),
        }
    };
    let mut figures: Vec<GroupFigure> = meals.values().zip(hidden).map(figure).collect();
    let rests = figures.iter_mut().filter_map(|part| part.against_the_rest.as_mut());
    only_discoveries(rests.filter_map(|rest| rest.nps.as_mut()));
    figures
}

/// Which meals are hidden, in their order. Hours are shown too, each alone, and some of them are hidden. A meal less its
/// hours that are shown is those that are hidden: these must be nobody or at least five, and so must what is hidden of
/// all meals that are hidden.
fn hidden_meals(meals: &BTreeMap<u8, (Meal, Vec<Group>)>, hours: &BTreeMap<u8, Vec<Group>>) -> Vec<bool> {
    let totals: Vec<Group> = hours.values().map(|days| Group::of_all(days)).collect();
    let shown_hours = shown(&totals);
    let secret = |n: fn(&Group) -> u64| {
        let of_meal = |place: u8| {
            let of_hours = hours.keys().zip(totals.iter().zip(&shown_hours));
            let inside = of_hours.filter(|(hour, _)| Meal::of_hour(**hour).in_order() == place);
            inside.filter(|(_, (_, shown))| n(shown) == 0).map(|(_, (total, _))| n(total)).sum::<u64>()
        };
        hidden_wholes(&meals.keys().map(|place| of_meal(*place)).collect::<Vec<_>>())
    };
    let (recommended, rated) = (secret(|group| group.recommendations.n()), secret(|group| group.rated));
    let few = meals
        .values()
        .map(|(_, days)| Group::of_all(days))
        .map(|all| all.recommendations.n() < TOO_FEW || all.rated < TOO_FEW);
    recommended.into_iter().zip(rated).zip(few).map(|((a, b), few)| a || b || few).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::generated::{group, weeks};

    #[test]
    fn a_meal_is_behind_the_rest_if_that_is_certain() {
        let days = weeks(|_, hour| if hour >= 17 { group(3, 5) } else { group(6, 2) });
        let meals = by_meal(&days.values().collect::<Vec<_>>());
        let said: Vec<(String, bool)> = meals
            .iter()
            .map(|part| {
                let nps = part.against_the_rest.unwrap().nps.unwrap();
                (serde_json::to_value(&part.group).unwrap()["meal"].as_str().unwrap().into(), nps.distinguishable)
            })
            .collect();
        assert_eq!(said, [("lunch".into(), true), ("afternoon".into(), true), ("dinner".into(), true)]);
        let steady = weeks(|_, _| group(6, 2));
        let meals = by_meal(&steady.values().collect::<Vec<_>>());
        assert!(meals.iter().all(|part| !part.against_the_rest.unwrap().nps.unwrap().distinguishable));
    }

    #[test]
    fn a_meal_gives_away_no_hour_that_is_hidden() {
        // Three guests at eleven and two at eight are hidden together: five. Lunch less its other hours would be three.
        let mut day = Tally::default();
        for (hour, n) in [(8, 2), (9, 20), (11, 3), (12, 20)] {
            day.hours.insert(hour, group(n, 0));
        }
        let meals = by_meal(&[&day]);
        assert!(meals.iter().all(|meal| meal.score.nps.is_none()), "{meals:?}");
        day.hours.insert(11, group(9, 0));
        day.hours.insert(8, group(9, 0));
        assert!(by_meal(&[&day]).iter().all(|meal| meal.score.nps.is_some()));
    }
}
