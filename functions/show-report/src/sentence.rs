//! The report in one sentence, as a person would say it. Each part of it is a claim that is certain in the figures, and a
//! part without one is left out.

use aftertaste::{
    domain::{
        report::{Against, Change, GroupFigure, GroupName, Report, Temperature},
        survey::Measure,
    },
    pages::filled,
};

use crate::{
    children::is_behind,
    drivers::Named,
    figures::{self, degrees, signed},
    pictures::warmth,
    words::Words,
};

/// So many scopes that are behind are named; more are counted.
const NAMED: usize = 2;

/// The sentence.
pub(crate) fn sentence(report: &Report, named: &Named<'_>, words: &Words) -> String {
    let said = &words.sentence;
    let first = format!("{}{}", state(report, named, words), moves(report, words));
    let parts = [Some(first), behind(report, words).or_else(|| meal(report, words)), fix(report, named, words)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(said.semicolon) + said.stop
}

/// How warm it is. It is called warm, mild or cold only if its whole interval is. Of a survey that does not ask for a
/// recommendation, how many are satisfied.
fn state(report: &Report, named: &Named<'_>, words: &Words) -> String {
    let (said, name) = (&words.sentence, &report.name);
    let satisfied = report.satisfaction.as_ref().filter(|_| !named.asks(Measure::Recommend));
    match (&report.temperature, &report.nps, satisfied) {
        (Some(temperature), _, _) => {
            let text = match certain_warmth(temperature) {
                Some("warm") => said.warm,
                Some("mild") => said.mild,
                Some(_) => said.cold,
                None => said.at,
            };
            filled(text, &[("name", name), ("t", &degrees(temperature.value))])
        }
        (None, Some(nps), _) => filled(said.score, &[("name", name), ("nps", &signed(nps.score))]),
        (None, None, Some(satisfied)) => {
            filled(said.satisfied, &[("name", name), ("share", &words.percent(satisfied.share))])
        }
        (None, None, None) => filled(said.few, &[("name", name)]),
    }
}

pub(crate) fn certain_warmth(temperature: &Temperature) -> Option<&'static str> {
    let [low, high] = [temperature.low, temperature.high].map(warmth);
    (low == high).then_some(low)
}

/// How it has changed: in the window, and in its last days. Where both went the same way, the last days say it.
fn moves(report: &Report, words: &Words) -> String {
    let said = &words.sentence;
    let window = report.change.as_ref().and_then(certain).map(|points| {
        let text = match (points > 0.0, report.change.as_ref().map(|change| change.against)) {
            (true, Some(Against::Year)) => said.warmer_year,
            (true, _) => said.warmer,
            (false, Some(Against::Year)) => said.colder_year,
            (false, _) => said.colder,
        };
        (points, text)
    });
    let now = report.now.as_ref().and_then(|now| now.change.as_ref()).and_then(certain);
    let now = now.map(|points| (points, if points > 0.0 { said.warmed } else { said.cooled }));
    let all: Vec<(f64, &str)> = match (window, now) {
        (Some(window), Some(now)) if (window.0 > 0.0) == (now.0 > 0.0) => vec![now],
        both => both.0.into_iter().chain(both.1).collect(),
    };
    if all.is_empty() && is_judged(report) {
        return said.steady.to_owned();
    }
    let state = report.temperature.as_ref().and_then(certain_warmth);
    let mut is_good = state.and_then(|state| match state {
        "warm" => Some(true),
        "cold" => Some(false),
        _ => None,
    });
    let mut text = String::new();
    for (points, words) in all {
        let is_up = points > 0.0;
        text += if is_good.is_some_and(|good| good != is_up) { said.but } else { said.and };
        text += &filled(words, &[("points", &figures::points(points))]);
        is_good = Some(is_up);
    }
    text
}

/// By how many points of NPS it has changed itself, if that is certain.
pub(crate) fn certain(change: &Change) -> Option<f64> {
    change.within.filter(|_| change.distinguishable)
}

/// Whether there is something to compare with.
fn is_judged(report: &Report) -> bool {
    report.change.as_ref().is_some_and(|change| change.within.is_some())
}

/// The scopes below that are behind the others.
fn behind(report: &Report, words: &Words) -> Option<String> {
    let said = &words.sentence;
    let behind: Vec<&str> =
        report.children.iter().rev().filter(|child| is_behind(child)).map(|child| child.name.as_str()).collect();
    let names = behind.iter().take(NAMED).copied().collect::<Vec<_>>().join(said.comma);
    let more = behind.len().saturating_sub(NAMED);
    let names = if more > 0 { filled(said.more_behind, &[("names", &names), ("n", &more)]) } else { names };
    let text = said.behind.of(behind.len() as u64);
    (!behind.is_empty()).then(|| filled(text, &[("names", &names)]))
}

/// The parts of the day in which guests are less happy than in the rest of it.
fn meal(report: &Report, words: &Words) -> Option<String> {
    let meals: Vec<&str> = weak_meals(report).filter_map(|part| at_meal(part, words)).collect();
    (!meals.is_empty()).then(|| filled(words.sentence.meal, &[("meals", &meals.join(words.sentence.comma))]))
}

/// The parts of the day that are certainly behind the rest.
pub(crate) fn weak_meals(report: &Report) -> impl Iterator<Item = &GroupFigure> {
    report.by_meal.iter().filter(|part| {
        let rest = part.against_the_rest.and_then(|rest| rest.nps);
        rest.is_some_and(|nps| nps.distinguishable && nps.difference < 0.0)
    })
}

/// A part of the day, as it stands in a sentence.
pub(crate) fn at_meal(part: &GroupFigure, words: &Words) -> Option<&'static str> {
    match part.group {
        GroupName::Meal { meal } => Some(words.meals_at.of(meal)),
        _ => None,
    }
}

fn fix(report: &Report, named: &Named<'_>, words: &Words) -> Option<String> {
    let first = named.first(&report.drivers);
    let themes: Vec<&str> = first.iter().map(|driver| named.of(driver)).collect();
    (!themes.is_empty()).then(|| filled(words.sentence.fix, &[("themes", &themes.join(words.sentence.comma))]))
}
