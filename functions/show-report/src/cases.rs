//! The outcome of answers that needed somebody: by what guests say, and not by what was closed.

use aftertaste::{
    domain::{
        count::minor_digits,
        report::{CasePart as Part, CasesFigure},
        survey::Cause,
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::words::Words;

pub(crate) fn section(cases: Option<&CasesFigure>, causes: &[Cause], language: &str, words: &Words) -> Markup {
    let Some(cases) = cases else { return html! {} };
    let number = |name: &str, count: Option<u64>| {
        html! { @if let Some(count) = count { tr { th scope="row" { (name) } td { (count) } } } }
    };
    let minutes = |name: &str, minutes: Option<f64>| {
        html! { @if let Some(minutes) = minutes { tr { th scope="row" { (name) } td { (filled(words.minutes, &[("n", &format!("{minutes:.0}"))])) } } } }
    };
    html! {
        section.follow-up {
            h2 { (words.cases) }
            div.wide role="region" aria-label=(words.cases) tabindex="0" { table {
                tbody {
                    (number(words.cases_opened, Some(cases.opened)))
                    (part(words.in_time, cases.in_time, words))
                    (part(words.recovery, cases.recovery, words))
                    (number(words.silent, cases.silent))
                    (minutes(words.reply_minutes, cases.reply_minutes))
                    (minutes(words.close_minutes, cases.close_minutes))
                    (number(words.reopened, cases.reopened.filter(|n| *n > 0)))
                    (number(words.lapsed, cases.lapsed.filter(|n| *n > 0)))
                    (number(words.cases_waiting, cases.waiting.filter(|n| *n > 0)))
                    (number(words.praises, Some(cases.praises).filter(|n| *n > 0)))
                    @for (currency, (n, amount)) in &cases.awards {
                        tr { th scope="row" { (words.awards) } td { (n) br; span.note { (money(*amount, currency)) " " (currency) } } }
                    }
                }
            } }
            @if cases.recovery.is_some() { p.note { (words.recovery_meaning) } }
            @if !cases.causes.is_empty() {
                h3 { (words.causes) }
                div.wide role="region" aria-label=(words.causes) tabindex="0" { table {
                    tbody { @for found in &cases.causes { tr {
                        @let cause = causes.iter().find(|cause| cause.id == found.cause);
                        th scope="row" {
                            // One that the brand has taken off its list has its id alone.
                            (cause.map_or(found.cause.as_str(), |cause| cause.name.in_language(language)))
                            @if let Some(department) = cause.and_then(|cause| cause.department.as_ref()) {
                                br; span.note { (department.in_language(language)) }
                            }
                        }
                        td { (found.n) }
                    } } }
                } }
            }
        }
    }
}

fn part(name: &str, part: Option<Part>, words: &Words) -> Markup {
    html! {
        @if let Some(Part { k, n, share, low, high }) = part {
            tr {
                th scope="row" { (name) }
                td {
                    strong { (words.percent(share)) } " " span.note { (words.percent(low)) " … " (words.percent(high)) }
                    br; span.note { (filled(words.k_of_n, &[("k", &k), ("n", &n)])) }
                }
            }
        }
    }
}

/// An amount in the currency's smallest unit, as people write it.
fn money(amount: u64, currency: &str) -> String {
    let digits = minor_digits(currency);
    let unit = 10_u64.pow(digits);
    match usize::try_from(digits) {
        Ok(width @ 1..) => format!("{}.{:0width$}", amount / unit, amount % unit),
        _ => amount.to_string(),
    }
}
