//! The most important things: how warm, how sure, whether it changed, and what to fix.

use aftertaste::{
    domain::{
        report::{Against, Change, OperationsFigure, Places, Report},
        survey::Survey,
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    drivers,
    figures::{grouped, rounded, signed},
    pictures::{thermometer, warmth},
    words::Words,
};

pub(crate) fn section(report: &Report, survey: &Survey, language: &str, words: &Words) -> Markup {
    html! {
        @if let Some(temperature) = &report.temperature {
            section.warmth {
                p class={ "degrees " (warmth(temperature.value)) } { (degrees(temperature.value)) small { " " (words.temperature) } }
                (thermometer(temperature))
                p.note { (words.within(&degrees(temperature.low), &degrees(temperature.high))) }
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
            @let interval = words.between(weighted.low, weighted.high);
            p.note { (filled(words.weighted, &[("nps", &signed(weighted.nps)), ("interval", &interval)])) }
        }
    }
}

fn degrees(figure: f64) -> String {
    format!("{}°", rounded(figure))
}

/// So many points less happy are guests who did not answer, in the sentence about them.
const SILENT_POINTS: f64 = 20.0;

/// So much of the orders at least was paid in hours with answers, for the sentence about them.
const COVERED: f64 = 0.9;

fn figures(report: &Report, words: &Words) -> Markup {
    html! {
        ul.figures {
            li { (words.answers) strong { (report.responses) }
                @if report.partial > 0 { span.note { (filled(words.partial, &[("n", &report.partial)])) } } }
            @if let Some(nps) = &report.nps {
                li { (words.nps) strong { (signed(nps.score)) } span.note { (words.between(nps.low, nps.high)) } }
            }
            @if let Some(satisfaction) = &report.satisfaction {
                li { (words.satisfied) strong { (words.percent(satisfaction.share)) }
                    span.note { (words.within(&words.percent(satisfaction.low), &words.percent(satisfaction.high))) } }
            }
            @if let Some(operations) = &report.operations {
                @let orders = filled(words.orders.of(operations.orders), &[("n", &operations.orders)]);
                li { (words.response_rate) strong { (rate(operations, words)) } span.note { (orders) } }
                @for (currency, amount) in &operations.revenue {
                    li { (words.revenue) strong { (grouped(*amount)) } span.note { (currency) } }
                }
            }
        }
    }
}

fn rate(operations: &OperationsFigure, words: &Words) -> String {
    match operations.response_rate {
        Some(rate) => words.percent(rate),
        None if operations.answered > operations.orders => words.orders_missing.to_owned(),
        None => words.none.to_owned(),
    }
}

/// Warmer or colder by what the places below did themselves; of a store by all.
fn changed(report: &Report, change: &Change, words: &Words) -> Markup {
    let before = if change.against == Against::Year { words.before_year } else { words.before };
    let before = |interval: String| filled(before, &[("interval", &interval)]);
    let (nps, interval) = (signed(change.nps), words.between(change.low, change.high));
    html! {
        @if let (Some(within), Some(low), Some(high)) = (change.within, change.within_low, change.within_high) {
            p.change {
                strong { (filled(verdict(change.distinguishable, within, words), &[("nps", &signed(within))])) } " "
                span.note { (before(words.between(low, high))) }
            }
        }
        @match (change.within_of, change.mix) {
            (Some(of), Some(mix)) => {
                p.note {
                    @match of { Places::Stores => (words.of_stores), Places::Below => (words.of_below) }
                    " " (filled(words.in_all, &[("nps", &nps), ("interval", &interval), ("mix", &signed(mix))]))
                }
            },
            (None, None) => {
                p.change { (filled(words.none_in_both, &[("nps", &nps)])) " " span.note { (before(interval)) } }
            },
            _ => {},
        }
        @if change.alike == Some(false) {
            @let now = report.operations.as_ref().and_then(|operations| operations.response_rate);
            @if let (Some(now), Some(before)) = (now, change.response_rate_before) {
                p.note { (filled(words.unlike, &[("now", &words.percent(now)), ("before", &words.percent(before))])) }
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
