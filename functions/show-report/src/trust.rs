//! How far the figures can be believed: guests who did not answer, hours in which few did, orders and revenue.

use aftertaste::{domain::report::Report, pages::filled};
use maud::{Markup, html};

use crate::{
    figures::{counted, grouped, signed},
    integrity, top,
    words::Words,
};

/// So many points less happy are guests who did not answer, in the sentence about them.
const SILENT_POINTS: f64 = 20.0;

/// So much of the orders at least was paid in hours with answers, for the sentence about them.
const COVERED: f64 = 0.9;

pub(crate) fn section(report: &Report, words: &Words) -> Markup {
    html! {
        section.integrity #integrity {
            h2 { (words.integrity) }
            ul.rows {
                li { (words.answers) span { strong { (counted(report.responses)) }
                    @if report.partial > 0 { " " span.note { (filled(words.partial, &[("n", &report.partial)])) } } } }
                @if let Some(operations) = &report.operations {
                    li { (words.response_rate) span { strong { (top::rate(operations, words)) } " "
                        span.note { (filled(words.orders.of(operations.orders), &[("n", &counted(operations.orders))])) } } }
                    @for (currency, amount) in &operations.revenue {
                        li { (words.revenue) span { strong { (grouped(*amount)) } " " (currency) } }
                    }
                }
            }
            @if let Some(silent) = report.silent_guests.iter().rfind(|silent| silent.less_happy_by <= SILENT_POINTS) {
                p.note.silent { (words.silent(silent)) }
            }
            @if let Some(weighted) = report.weighted_by_hour.filter(|weighted| weighted.covered >= COVERED) {
                @let interval = words.between(weighted.low, weighted.high);
                p.note { (filled(words.weighted, &[("nps", &signed(weighted.nps)), ("interval", &interval)])) }
            }
            (integrity::table(&report.integrity, words))
        }
    }
}
