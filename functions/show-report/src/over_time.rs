//! The window over time, and how many would recommend.

use aftertaste::{
    domain::{report::Report, trend::Change},
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    figures::{degrees, grouped},
    parts::{score_cells, score_heads},
    pictures::{Since, Trend, recommendations},
    since_when,
    words::Words,
};

/// The id of the text that tells what the line in the picture is.
const SINCE: &str = "since";

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

/// The line of the window, with the day since when the score changed if that lies in it; and its days as a table.
pub(crate) fn section(report: &Report, change: Option<&Change>, words: &Words) -> Markup {
    let (days, from, to) = (&report.days, report.from, report.to);
    let change = change.filter(|change| (from..=to).contains(&change.since));
    let operations = report.operations.is_some();
    html! {
        section.over-time {
            h2 { (words.trend) }
            @if report.trend.len() > 1 {
                p.note { (words.trend_meaning) }
                @let label = change.map(|change| filled(words.since.label, &[("day", &words.day_of(change.since))]));
                @let since = change.zip(label.as_deref()).map(|(change, label)| Since { change, label, told_by: SINCE });
                (Trend { points: &report.trend, days, from, to, since }.picture(&words.day_of(from), &words.day_of(to)))
                @if let Some(change) = change { p.note #(SINCE) { (since_when::in_picture(change, words)) } }
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
