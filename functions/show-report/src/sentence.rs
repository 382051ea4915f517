//! The report in one sentence, as a person would say it. Each part of it is a claim that is certain in the figures, and a
//! part without one is left out.

use aftertaste::{
    domain::{
        report::{Against, Change, ChildFigure, GroupFigure, GroupName, Report, Temperature},
        survey::Measure,
        trend,
    },
    pages::{Counted, filled},
};
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};

use crate::{
    children::is_behind,
    drivers::Named,
    figures::{self, degrees, signed},
    pictures::warmth,
    since_when::in_sentence,
    words::Words,
};

/// So many scopes that are behind are named; more are counted.
const NAMED: usize = 2;

/// On so many days at least there are answers where something is claimed: fewer don't show how days vary.
const FEWEST_DAYS: u8 = 5;

/// A name within a sentence stands between these: Unicode's signs for a text of its own direction. The names of
/// operators have none of them.
const NAME: (char, char) = ('\u{2068}', '\u{2069}');

/// The sentence. Names stand apart in it: a store can be called as if it were a part of it.
pub(crate) fn sentence(report: &Report, since: Option<&trend::Change>, named: &Named<'_>, words: &Words) -> Markup {
    let said = &words.sentence;
    let first = format!("{}{}", state(report, named, words), moves(report, since, words));
    let parts = [
        Some(first),
        colder(report, words),
        behind(report, words).or_else(|| meal(report, words)),
        fix(report, named, words),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(said.semicolon) + said.stop;
    html! {
        @for piece in text.split(NAME.0) {
            @if let Some((name, after)) = piece.split_once(NAME.1) { bdi { (name) } (after) } @else { (piece) }
        }
    }
}

fn apart(name: &str) -> String {
    format!("{}{name}{}", NAME.0, NAME.1)
}

/// Whether the days can bear a claim: there are answers on five or more, and no day has most of them. Whoever asks for
/// fewer days wants to know of these.
pub(crate) fn bears_claims(report: &Report) -> bool {
    if report.from.saturating_add(i32::from(FEWEST_DAYS).days()) > report.to.tomorrow().unwrap_or(report.to) {
        return true;
    }
    let answered = || report.days.iter().map(|day| day.score.n).filter(|n| *n > 0);
    answered().count() >= usize::from(FEWEST_DAYS) && most_of(report).is_none()
}

/// The day with more than half of all answers, and its share.
pub(crate) fn most_of(report: &Report) -> Option<(Date, f64)> {
    let all: u64 = report.days.iter().map(|day| day.score.n).sum();
    let largest = report.days.iter().max_by_key(|day| day.score.n).filter(|day| 2 * day.score.n > all)?;
    Some((largest.day, figures::share(largest.score.n, all)))
}

/// How warm it is. It is called warm, mild or cold only if its whole interval is. Of a survey that does not ask for a
/// recommendation, how many are satisfied.
fn state(report: &Report, named: &Named<'_>, words: &Words) -> String {
    let (said, name) = (&words.sentence, apart(&report.name));
    let satisfied = report.satisfaction.as_ref().filter(|_| !named.asks(Measure::Recommend));
    match (&report.temperature, &report.nps, satisfied) {
        (Some(temperature), _, _) => {
            let text = match certain_warmth(temperature).filter(|_| bears_claims(report)) {
                Some("warm") => said.warm,
                Some("mild") => said.mild,
                Some(_) => said.cold,
                None => said.at,
            };
            filled(text, &[("name", &name), ("t", &degrees(temperature.value))])
        }
        (None, Some(nps), _) => filled(said.score, &[("name", &name), ("nps", &signed(nps.score))]),
        (None, None, Some(satisfied)) => {
            filled(said.satisfied, &[("name", &name), ("share", &words.percent(satisfied.share))])
        }
        (None, None, None) => filled(said.few, &[("name", &name)]),
    }
}

pub(crate) fn certain_warmth(temperature: &Temperature) -> Option<&'static str> {
    let [low, high] = [temperature.low, temperature.high].map(warmth);
    (low == high).then_some(low)
}

/// How it has changed: in the window, and in its last days. Where both went the same way, the last days say it. Where
/// neither says anything, it is the watch that does.
fn moves(report: &Report, since: Option<&trend::Change>, words: &Words) -> String {
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
    let nps = report.now.as_ref().and_then(|now| now.score.nps).map_or_else(String::new, |nps| signed(nps.value));
    let of_days = match (window, now) {
        (Some(window), Some(now)) if (window.0 > 0.0) == (now.0 > 0.0) => vec![now],
        both => both.0.into_iter().chain(both.1).collect(),
    };
    let of_days = of_days
        .into_iter()
        .map(|(points, text)| (points, filled(text, &[("points", &figures::points(points)), ("nps", &nps)])));
    let mut all: Vec<(f64, String)> = of_days.collect();
    if all.is_empty() {
        all.extend(since.map(|change| in_sentence(change, words)));
    }
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
    for (points, moved) in all {
        let is_up = points > 0.0;
        text += if is_good.is_some_and(|good| good != is_up) { said.but } else { said.and };
        text += &moved;
        is_good = Some(is_up);
    }
    text
}

/// By how many points of NPS it has changed itself, if that is certain. One day alone makes nothing certain.
pub(crate) fn certain(change: &Change) -> Option<f64> {
    change.within.filter(|_| change.distinguishable && !change.few_days)
}

/// Whether there is something to compare with.
fn is_judged(report: &Report) -> bool {
    report.change.as_ref().is_some_and(|change| change.within.is_some() && !change.few_days)
}

/// The scopes below that are behind the others.
fn behind(report: &Report, words: &Words) -> Option<String> {
    let behind: Vec<&ChildFigure> = report.children.iter().rev().filter(|child| is_behind(child)).collect();
    naming(&behind, &words.sentence.behind, words)
}

/// The scopes below that became colder, if they are not behind and named as that.
fn colder(report: &Report, words: &Words) -> Option<String> {
    let fell = |child: &&ChildFigure| {
        child.change.is_some_and(|change| change.distinguishable && change.difference < 0.0) && !is_behind(child)
    };
    let mut fell: Vec<&ChildFigure> = report.children.iter().filter(fell).collect();
    fell.sort_by(|a, b| {
        let change = |child: &ChildFigure| child.change.map_or(0.0, |change| change.difference);
        change(a).total_cmp(&change(b))
    });
    naming(&fell, &words.sentence.fell, words)
}

fn naming(children: &[&ChildFigure], text: &Counted, words: &Words) -> Option<String> {
    let said = &words.sentence;
    let names = children.iter().take(NAMED).map(|child| apart(&child.name)).collect::<Vec<_>>().join(said.comma);
    let more = children.len().saturating_sub(NAMED);
    let names = if more > 0 { filled(said.more_behind, &[("names", &names), ("n", &more)]) } else { names };
    (!children.is_empty()).then(|| filled(text.of(children.len() as u64), &[("names", &names)]))
}

/// The parts of the day in which guests are less happy than in the rest of it.
fn meal(report: &Report, words: &Words) -> Option<String> {
    let meals: Vec<&str> = weak_meals(report).filter_map(|part| at_meal(part, words)).collect();
    (!meals.is_empty()).then(|| filled(words.sentence.meal, &[("meals", &meals.join(words.sentence.comma))]))
}

/// The parts of the day that are certainly behind the rest.
pub(crate) fn weak_meals(report: &Report) -> impl Iterator<Item = &GroupFigure> {
    let claims = bears_claims(report);
    report.by_meal.iter().filter(move |_| claims).filter(|part| {
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
