//! The window over time, and how many would recommend.

use aftertaste::domain::report::Report;
use maud::{Markup, html};

use crate::{
    figures::{degrees, grouped},
    parts::{score_cells, score_heads},
    pictures::{Trend, recommendations},
    words::Words,
};

/// How many would recommend, as a bar and by score.
pub(crate) fn recommendations_of(report: &Report, words: &Words) -> Markup {
    let Some(nps) = &report.nps else { return html! {} };
    html! {
        section.recommend {
            h2 { (words.histogram) }
            (recommendations(nps, words))
            ul.legend {
                li.warm { (words.promoters) " " (nps.promoters) }
                li.mild { (words.passives) " " (nps.passives) }
                li.cold { (words.detractors) " " (nps.detractors) }
            }
            details {
                summary { (words.score) " · " (words.answers) }
                div.wide role="region" aria-label=(words.histogram) tabindex="0" { table {
                    thead { tr { th scope="col" { (words.score) } th scope="col" { (words.answers) } } }
                    tbody { @for (value, count) in nps.histogram.iter().rev() {
                        tr { th scope="row" { (value) } td { (count) } }
                    } }
                } }
            }
        }
    }
}

/// The line of the window, and its days as a table.
pub(crate) fn section(report: &Report, words: &Words) -> Markup {
    let (days, from, to) = (&report.days, report.from, report.to);
    let operations = report.operations.is_some();
    html! {
        section.over-time {
            h2 { (words.trend) }
            @if report.trend.len() > 1 {
                p.note { (words.trend_meaning) }
                (Trend { points: &report.trend, days, from, to }.picture(&words.day_of(from), &words.day_of(to)))
            }
            details open[days.len() <= 7] {
                summary { (words.day) " · " (words.nps) " · " (words.temperature) }
                div.wide role="region" aria-label=(words.trend) tabindex="0" { table {
                    thead { tr {
                        th scope="col" { (words.day) } (score_heads(words)) th scope="col" { (words.temperature) }
                        @if operations { th scope="col" { (words.response_rate) } th scope="col" { (words.revenue) } }
                    } }
                    tbody { @for day in days.iter().rev() {
                        tr {
                            th.day scope="row" { (words.day_of(day.day)) }
                            (score_cells(&day.score))
                            td { @if let Some(temperature) = day.temperature { (degrees(temperature.value)) } }
                            @if operations {
                                td { @match (day.response_rate, day.orders) {
                                    (Some(rate), _) => (words.percent(rate)),
                                    (None, Some(orders)) if orders > 0 || day.score.n > 0 => (words.orders_missing),
                                    (None, _) => (words.no_orders),
                                } }
                                td { @for (currency, amount) in &day.revenue { (grouped(*amount)) " " (currency) " " } }
                            }
                        }
                    } }
                } }
            }
        }
    }
}
