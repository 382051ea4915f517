//! The answers that a reader wants first: how warm, whether that changed, what to fix, who is behind, and whether to
//! believe it. They fit on a phone without scrolling.

use aftertaste::{
    domain::{
        report::{Against, Change, Now, OperationsFigure, Places, Report},
        survey::Measure,
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    children::is_behind,
    drivers::{Named, to_fix_first},
    figures::{between, counted, degrees, points, signed},
    pictures::{spark, thermometer, trend_range},
    sentence::{at_meal, bears_claims, certain, certain_warmth, most_of, weak_meals},
    words::Words,
};

/// So many scopes that are behind are named; more are counted.
const NAMED: usize = 3;

/// So many points at least make a line.
const FEWEST_POINTS: usize = 2;

pub(crate) fn tiles(report: &Report, named: &Named<'_>, as_of: &str, since: &Markup) -> Markup {
    let words = named.words;
    html! {
        div.tiles {
            (how_warm(report, named))
            (score(report, named, since))
            div.tile.fix { (to_fix_first(&report.drivers, named)) }
            (behind(report, named))
            (trust(report, as_of, words))
        }
    }
}

fn how_warm(report: &Report, named: &Named<'_>) -> Markup {
    let words = named.words;
    html! {
        div.tile.warmth {
            h2 { (words.temperature) }
            @if let Some(temperature) = &report.temperature {
                @let class = certain_warmth(temperature).filter(|_| bears_claims(report)).unwrap_or("unsure");
                p class={ "degrees " (class) } { (degrees(temperature.value)) }
                (thermometer(temperature, class))
                p.note { (words.within(&degrees(temperature.low), &degrees(temperature.high))) }
            } @else if named.asks(Measure::Recommend) && named.asks(Measure::Satisfaction) {
                p { (words.no_temperature) }
            } @else {
                p { (words.one_measure) }
            }
            @if let Some(satisfaction) = &report.satisfaction {
                h2 { (words.satisfied) }
                p.big { (words.percent(satisfaction.share)) }
                p.note { (words.within(&words.percent(satisfaction.low), &words.percent(satisfaction.high))) }
            }
        }
    }
}

/// The score, and how it changed: since when, in the last days, and in the window.
fn score(report: &Report, named: &Named<'_>, since: &Markup) -> Markup {
    let words = named.words;
    if !named.asks(Measure::Recommend) {
        return html! { div.tile.score { h2 { (words.nps) } p { (words.not_asked) } } };
    }
    html! {
        div.tile.score {
            h2 { (words.nps) }
            @if let Some(nps) = &report.nps {
                p.big {
                    (signed(nps.score))
                    @if report.trend.len() >= FEWEST_POINTS {
                        (spark(&report.trend.iter().map(|point| Some(point.nps)).collect::<Vec<_>>(), trend_range(&report.trend)))
                    }
                }
                p.note { (words.between(nps.low, nps.high)) }
            } @else {
                p { (words.too_few) }
            }
            (since)
            @if let Some(now) = &report.now { (last_days(now, words)) }
            @match &report.change {
                Some(change) => (changed(report, change, words)),
                None => p.note { (words.no_before) },
            }
        }
    }
}

/// The last seven days against the seven before.
fn last_days(now: &Now, words: &Words) -> Markup {
    let (Some(change), Some(nps)) = (&now.change, now.score.nps) else { return html! {} };
    html! {
        @if let (Some(within), Some(low), Some(high)) = (change.within, change.within_low, change.within_high) {
            p.change.now {
                (filled(words.now_at, &[("nps", &signed(nps.value))])) " "
                @let text = match certain(change) {
                    Some(points) if points > 0.0 => words.now_warmer,
                    Some(_) => words.now_colder,
                    None if change.few_days => words.no_verdict,
                    None => words.now_steady,
                };
                (judged(change, text, within)) " "
                span.note { "(" (between(low, high)) ")" }
            }
        }
    }
}

/// Whether it changed for certain, in the last days or in the window.
pub(crate) fn is_changed(report: &Report) -> bool {
    let now = report.now.as_ref().and_then(|now| now.change.as_ref());
    report.change.as_ref().into_iter().chain(now).any(|change| certain(change).is_some())
}

/// Warmer or colder by what the places below did themselves; of a store by all.
fn changed(report: &Report, change: &Change, words: &Words) -> Markup {
    let before = match (change.against, certain(change)) {
        (Against::Before, Some(_)) => words.before,
        (Against::Year, Some(_)) => words.before_year,
        (Against::Before, None) => words.steady_before,
        (Against::Year, None) => words.steady_before_year,
    };
    let before = |interval: String| filled(before, &[("interval", &interval)]);
    html! {
        @if let (Some(within), Some(low), Some(high)) = (change.within, change.within_low, change.within_high) {
            p.change {
                (judged(change, verdict(change, words), within)) " "
                span.note { (before(between(low, high))) }
            }
        } @else {
            p.change {
                (filled(words.none_in_both, &[("nps", &signed(change.nps))])) " "
                span.note { (before(between(change.low, change.high))) }
            }
        }
        @if change.alike == Some(false) {
            @let now = report.operations.as_ref().and_then(|operations| operations.response_rate);
            @if let (Some(now), Some(before)) = (now, change.response_rate_before) {
                p.note { (filled(words.unlike, &[("now", &words.percent(now)), ("before", &words.percent(before))])) }
            }
        }
    }
}

/// A verdict with its points, strong if it is certain.
fn judged(change: &Change, text: &str, within: f64) -> Markup {
    match certain(change) {
        Some(_) => html! { strong { (filled(text, &[("points", &points(within))])) } },
        None => html! { (text) ", " (signed(within)) },
    }
}

fn verdict(change: &Change, words: &Words) -> &'static str {
    match certain(change) {
        Some(points) if points > 0.0 => words.warmer,
        Some(_) => words.colder,
        None if change.few_days => words.no_verdict,
        None => words.steady,
    }
}

/// Of a node how much of its change comes from another mix of stores.
pub(crate) fn mix(report: &Report, words: &Words) -> Markup {
    let Some(change) = &report.change else { return html! {} };
    let (Some(of), Some(mix)) = (change.within_of, change.mix) else { return html! {} };
    let interval = words.between(change.low, change.high);
    let values: [(&str, &dyn std::fmt::Display); 3] =
        [("nps", &signed(change.nps)), ("interval", &interval), ("mix", &signed(mix))];
    html! {
        p.note {
            @match of { Places::Stores => (words.of_stores), Places::Below => (words.of_below) }
            " " (filled(words.in_all, &values))
        }
    }
}

/// The scopes that are behind the others; of a store its own rank, and the parts of the day that are behind the rest.
fn behind(report: &Report, named: &Named<'_>) -> Markup {
    let words = named.words;
    let behind: Vec<_> = report.children.iter().rev().filter(|child| is_behind(child)).collect();
    let meals: Vec<&str> = weak_meals(report).filter_map(|part| at_meal(part, words)).collect();
    html! {
        div.tile.behind-others {
            h2 { (words.who_is_behind) }
            @if let Some(rank) = report.rank {
                @let range = if rank.low == rank.high { rank.low.to_string() } else { format!("{}–{}", rank.low, rank.high) };
                p { (filled(words.own_rank, &[("name", &report.name), ("rank", &range), ("of", &rank.of)])) }
            }
            @if !report.children.is_empty() {
                @if !named.asks(Measure::Recommend) {
                    p { (words.compared_by_nps) }
                } @else if behind.is_empty() {
                    p { (words.nobody_behind) }
                } @else {
                    ul.rows { @for child in behind.iter().take(NAMED) {
                        li {
                            span { (child.name) }
                            @if let Some(nps) = child.score.nps { span { (signed(nps.value)) } }
                        }
                    } }
                    @if behind.len() > NAMED { p.note { (filled(words.and_more, &[("n", &(behind.len() - NAMED))])) } }
                }
            }
            @if !meals.is_empty() {
                p { (filled(words.at_meals, &[("meals", &meals.join(words.sentence.comma))])) }
            } @else if report.children.is_empty() {
                p.note { (words.no_meal_behind) }
            }
        }
    }
}

/// The base of the figures: how many answers, of how many orders, how old, and whether anything is odd about them.
fn trust(report: &Report, as_of: &str, words: &Words) -> Markup {
    html! {
        div.tile.trust {
            h2 { (words.can_i_trust_it) }
            p {
                strong { (filled(words.answered.of(report.responses), &[("n", &counted(report.responses))])) }
                @if let Some(operations) = &report.operations {
                    " · " (words.response_rate) " " (rate(operations, words))
                }
            }
            @if report.children.iter().any(|child| !child.stands_out.is_empty()) {
                p { (words.signs_stand_out) }
            }
            @if let Some((day, share)) = most_of(report).filter(|_| !bears_claims(report)) {
                p { (filled(words.most_of_one_day, &[("share", &words.whole_percent(share)), ("day", &words.day_of(day))])) }
            } @else if report.responses > 0 && !bears_claims(report) {
                p { (words.few_days_of_answers) }
            }
            @if !report.behind.is_empty() { p { (words.some_not_up_to_date) } }
            @if !as_of.is_empty() { p.note { (as_of) } }
        }
    }
}

pub(crate) fn rate(operations: &OperationsFigure, words: &Words) -> String {
    match operations.response_rate {
        Some(rate) => words.percent(rate),
        None if operations.answered > operations.orders => words.orders_missing.to_owned(),
        None => words.none.to_owned(),
    }
}
