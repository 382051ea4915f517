//! Temperature beside orders, revenue and refunds, and what comes with a degree more.

use aftertaste::{
    domain::report::{PerDegree, Report, Rox},
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    figures::{counted, degrees, grouped, hundredths},
    words::Words,
};

/// A slope is said to be weakened where chance alone explains more than this share of how temperatures vary.
const NOISY: f64 = 0.3;

pub(crate) fn section(report: &Report, words: &Words) -> Markup {
    if report.by_week.is_empty() {
        return html! {};
    }
    html! {
        section.business {
            h2 { (words.business.title) }
            @if let Some(rox) = &report.rox { (slopes(rox, words)) }
            (weeks(report, words))
        }
    }
}

/// In words, what comes with a degree more, and what that does not prove.
fn slopes(rox: &Rox, words: &Words) -> Markup {
    let said = &words.business;
    let noisiest = rox.orders.noise;
    html! {
        ul.rows {
            (slope(Some(&rox.orders), (said.orders, said.orders_not), words))
            (slope(rox.revenue.as_ref(), (said.revenue, said.revenue_not), words))
            (slope(rox.refunds.as_ref(), (said.refunds, said.refunds_not), words))
        }
        p.note { (filled(said.basis, &[("stores", &rox.orders.stores), ("weeks", &rox.orders.weeks)]))
            @if noisiest > NOISY { " " (filled(said.noisy, &[("share", &words.whole_percent(noisiest))])) } }
        p.note { (said.no_proof) }
    }
}

fn slope(slope: Option<&PerDegree>, (certain, unsure): (&str, &str), words: &Words) -> Markup {
    let Some(PerDegree { value, low, high, distinguishable, .. }) = slope else { return html! {} };
    let interval = words.within(&hundredths(*low), &hundredths(*high));
    let values: [(&str, &dyn std::fmt::Display); 2] = [("n", &hundredths(*value)), ("interval", &interval)];
    html! { li { @if *distinguishable { strong { (filled(certain, &values)) } } @else { span { (filled(unsure, &values)) } } } }
}

fn weeks(report: &Report, words: &Words) -> Markup {
    let refunds = report.by_week.iter().any(|week| !week.refunds.is_empty());
    html! {
        div.wide role="region" aria-label=(words.business.title) tabindex="0" { table {
            thead { tr {
                th scope="col" { (words.business.week) } th scope="col" { (words.temperature) }
                th scope="col" { (words.business.orders_head) } th scope="col" { (words.revenue) }
                @if refunds { th scope="col" { (words.business.refunds_head) } }
            } }
            tbody { @for week in report.by_week.iter().rev() {
                tr {
                    th.day scope="row" { (words.day_of(week.week)) }
                    td {
                        @if let Some(temperature) = week.temperature {
                            (degrees(temperature.value)) br;
                            span.note { (degrees(temperature.low)) " … " (degrees(temperature.high)) }
                        }
                    }
                    td {
                        (week.orders.map_or_else(String::new, counted))
                        @if (1..7).contains(&week.days_with_orders) {
                            br; span.note { (filled(words.business.of_days, &[("n", &week.days_with_orders)])) }
                        }
                    }
                    td { @for (currency, amount) in &week.revenue { (grouped(*amount)) " " (currency) " " } }
                    @if refunds { td { @for (currency, amount) in &week.refunds { (grouped(*amount)) " " (currency) " " } } }
                }
            } }
        } }
    }
}
