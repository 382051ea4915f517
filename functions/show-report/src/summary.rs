//! What matters first: how warm, how sure, whether it changed, and what to fix.

use aftertaste::domain::{
    report::{Against, Change, OperationsFigure, Places, Report},
    survey::Survey,
};
use maud::{Markup, html};

use crate::{
    drivers,
    figures::{between, grouped, percent, rounded, signed},
    pictures::{thermometer, warmth},
    words::Words,
};

pub(crate) fn section(report: &Report, survey: &Survey, language: &str, words: &Words) -> Markup {
    html! {
        @if let Some(temperature) = &report.temperature {
            section.warmth {
                p class={ "degrees " (warmth(temperature.value)) } { (rounded(temperature.value)) "°" small { " " (words.temperature) } }
                (thermometer(temperature))
                p.note { (words.interval) " " (rounded(temperature.low)) "° … " (rounded(temperature.high)) "°" }
            }
        }
        @match &report.change {
            Some(change) => (changed(report, change, words)),
            None => p.change { (words.no_before) },
        }
        (drivers::to_fix_first(&report.drivers, survey, language, words))
        (figures(report, words))
        @if let Some(silent) = report.silent_guests.iter().rfind(|silent| silent.less_happy_by <= SILENT_POINTS) {
            p.note.silent { (words.silent(silent)) }
        }
        @if let Some(weighted) = report.weighted_by_hour.filter(|weighted| weighted.covered >= COVERED) {
            p.note {
                (words.weighted) " " (signed(weighted.nps)) " (" (words.interval) " " (between(weighted.low, weighted.high)) "). "
                (words.weighted_mends)
            }
        }
    }
}

/// So many points less happy are guests who did not answer, in the sentence about them.
const SILENT_POINTS: f64 = 20.0;

/// So much of the orders at least was paid in hours with answers, for the sentence about them.
const COVERED: f64 = 0.9;

fn figures(report: &Report, words: &Words) -> Markup {
    html! {
        ul.figures {
            li { (words.answers) strong { (report.responses) }
                @if report.partial > 0 { span.note { (words.partial) " " (report.partial) } } }
            @if let Some(nps) = &report.nps {
                li { (words.nps) strong { (signed(nps.score)) } span.note { (words.interval) " " (between(nps.low, nps.high)) } }
            }
            @if let Some(satisfaction) = &report.satisfaction {
                li { (words.satisfied) strong { (percent(satisfaction.share)) }
                    span.note { (words.interval) " " (percent(satisfaction.low)) " … " (percent(satisfaction.high)) } }
            }
            @if let Some(operations) = &report.operations {
                li { (words.response_rate) strong { (rate(operations, words)) } span.note { (operations.orders) " " (words.orders) } }
                @for (currency, amount) in &operations.revenue {
                    li { (words.revenue) strong { (grouped(*amount)) } span.note { (currency) } }
                }
            }
        }
    }
}

fn rate(operations: &OperationsFigure, words: &Words) -> String {
    match operations.response_rate {
        Some(rate) => percent(rate),
        None if operations.answered > operations.orders => words.orders_missing.to_owned(),
        None => words.none.to_owned(),
    }
}

/// Warmer or colder by what the places below did themselves; of a store by all.
fn changed(report: &Report, change: &Change, words: &Words) -> Markup {
    let before = if change.against == Against::Year { words.before_year } else { words.before };
    let interval = |low: f64, high: f64| html! { "(" (words.interval) " " (between(low, high)) ")" };
    html! {
        @if let (Some(within), Some(low), Some(high)) = (change.within, change.within_low, change.within_high) {
            p.change {
                strong { (verdict(change.distinguishable, within, words)) " " (signed(within)) } " "
                span.note { (before) " " (interval(low, high)) }
            }
        }
        @match (change.within_of, change.mix) {
            (Some(of), Some(mix)) => {
                p.note {
                    @match of { Places::Stores => (words.of_stores), Places::Below => (words.of_below) }
                    " " (words.in_all) " " (signed(change.nps)) " " (interval(change.low, change.high)) ". "
                    (words.of_mix) " " (signed(mix)) "."
                }
            },
            (None, None) => p.change { (words.none_in_both) " " (signed(change.nps)) " " span.note { (before) " " (interval(change.low, change.high)) } },
            _ => {},
        }
        @if change.alike == Some(false) {
            p.note {
                (words.unlike)
                @if let Some(rate) = report.operations.as_ref().and_then(|operations| operations.response_rate) { " " (percent(rate)) "," }
                @if let Some(rate) = change.response_rate_before { " " (words.unlike_before) " " (percent(rate)) }
            }
        }
    }
}

fn verdict(distinguishable: bool, within: f64, words: &Words) -> &'static str {
    match (distinguishable, within > 0.0) {
        (true, true) => words.warmer,
        (true, false) => words.colder,
        (false, _) => words.steady,
    }
}
